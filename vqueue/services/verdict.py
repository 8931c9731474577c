"""Is it fine, and what should I do: the concerns of each queue, worst first, each with one act that helps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from vqueue.domain.ids import AgentId
from vqueue.engine.offer import STALE_S
from vqueue.services.switching import Switch
from vqueue.services.views import BoardView, QueueView

FEW = 10
"""Fewer settled promises say nothing about the share that was kept."""


class Severity(IntEnum):
    """How much a concern needs somebody."""

    FINE = 0
    WATCH = 1
    ACT = 2


class Worry(StrEnum):
    """What can be wrong with a queue, in the order in which it is told."""

    AT_RISK = "at_risk"
    NO_AGENTS = "no_agents"
    DIALING_OFF = "dialing_off"
    STALE = "stale"
    NOBODY_READY = "nobody_ready"
    REGISTERING_OFF = "registering_off"
    KEPT_LOW = "kept_low"


@dataclass(frozen=True, slots=True)
class Call:
    """Bring an agent back."""

    agent: AgentId
    name: str


@dataclass(frozen=True, slots=True)
class Turn:
    """Turn a switch of the queue."""

    switch: Switch
    on: bool


@dataclass(frozen=True, slots=True)
class Look:
    """Nothing to press: look at the queue's requests."""


Remedy = Call | Turn | Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One thing wrong with one queue. `count` and `at` belong to the sentence (promises at risk, people waiting)."""

    worry: Worry
    severity: Severity
    queue: QueueView
    remedy: Remedy
    count: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer for the whole bank: the worst concern (None = fine), how many queues share it, how many are fine."""

    severity: Severity
    worst: Concern | None
    alike: int
    fine: int


def concerns(view: QueueView, now: datetime) -> tuple[Concern, ...]:
    """What is wrong with a queue, worst first. A closed queue worries nobody, but for a switch left off."""
    found = [*_switches(view), *(_line(view, now) if view.open else ())]
    return tuple(sorted(found, key=_weight))


def todo(board: BoardView) -> tuple[Concern, ...]:
    """Everything somebody can do something about, worst first, then by queue."""
    found = (concern for view in board.queues for concern in concerns(view, board.at))
    return tuple(sorted((each for each in found if each.worry is not Worry.KEPT_LOW), key=_weight))


def verdict(board: BoardView) -> Verdict:
    """The one sentence the board opens with."""
    listed = todo(board)
    troubled = {each.queue.queue.id for each in listed}
    if not listed:
        return Verdict(severity=Severity.FINE, worst=None, alike=0, fine=len(board.queues))
    worst = listed[0]
    alike = sum(each.worry is worst.worry for each in listed)
    return Verdict(severity=worst.severity, worst=worst, alike=alike, fine=len(board.queues) - len(troubled))


def severity(view: QueueView, now: datetime) -> Severity:
    return max((each.severity for each in concerns(view, now)), default=Severity.FINE)


def in_order(views: Iterable[QueueView], now: datetime) -> tuple[QueueView, ...]:
    """Worst first, then by id."""
    return tuple(sorted(views, key=lambda view: (-severity(view, now), view.queue.id)))


def _weight(concern: Concern) -> tuple[int, int, str]:
    return -concern.severity, list(Worry).index(concern.worry), concern.queue.queue.id


def _switches(view: QueueView) -> Iterable[Concern]:
    if not view.queue.switches.dialing:
        owed = view.waiting.virtual + view.waiting.booked
        grave = Severity.ACT if view.open and owed else Severity.WATCH
        on = Turn(Switch.DIALING, on=True)
        yield Concern(worry=Worry.DIALING_OFF, severity=grave, queue=view, remedy=on, count=owed)
    if not view.queue.switches.registering:
        on = Turn(Switch.REGISTERING, on=True)
        yield Concern(worry=Worry.REGISTERING_OFF, severity=Severity.WATCH, queue=view, remedy=on)


def _line(view: QueueView, now: datetime) -> Iterable[Concern]:
    if view.risk is not None:
        yield Concern(worry=Worry.AT_RISK, severity=Severity.ACT, queue=view, remedy=_relief(view),
                      count=view.risk.count, at=view.risk.first)  # fmt: skip
    if view.ready_places and not view.at_work:
        yield Concern(worry=Worry.NO_AGENTS, severity=Severity.ACT, queue=view, remedy=_relief(view),
                      count=view.ready_places)  # fmt: skip
    elif view.ready_places and not view.ready and view.away and view.risk is None:
        # All busy is how a busy queue looks; somebody who could come back makes it worth a word.
        yield Concern(worry=Worry.NOBODY_READY, severity=Severity.WATCH, queue=view, remedy=_relief(view),
                      count=view.ready_places)  # fmt: skip
    if view.board is None or view.board.age_s(now) > STALE_S:
        as_of = view.board.as_of if view.board else None
        yield Concern(worry=Worry.STALE, severity=Severity.WATCH, queue=view, remedy=Look(), at=as_of)
    if view.day.settled >= FEW and (view.day.kept_share or 0.0) < view.coverage:
        yield Concern(worry=Worry.KEPT_LOW, severity=Severity.WATCH, queue=view, remedy=Look())


def _relief(view: QueueView) -> Remedy:
    """What takes load off: somebody comes back, else no new promises are made, else there is only looking."""
    if view.away:
        return Call(view.away[0].id, view.away[0].name)
    if view.queue.switches.registering:
        return Turn(Switch.REGISTERING, on=False)
    return Look()
