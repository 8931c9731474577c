"""Is it fine, and what should I do: the concerns of each queue, worst first, each with one act that helps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Literal

from vqueue.domain.alert import Alert, Kind
from vqueue.domain.alert import Severity as Grave
from vqueue.domain.ids import AgentId, RequestId
from vqueue.engine.alerts import SOON
from vqueue.engine.offer import STALE_S
from vqueue.services.switching import Switch
from vqueue.services.views import BoardView, QueueView, Risk

PAUSE_MIN = 30
"""For so long a switch is turned off at first, where what is wrong passes by itself."""
FEW = 10
"""Fewer settled promises say nothing about the share that was kept."""


class Severity(IntEnum):
    """How much a concern needs somebody."""

    FINE = 0
    WATCH = 1
    ACT = 2


class Worry(StrEnum):
    """What can be wrong with a queue, in the order in which it is told."""

    LEADER_MISSING = "leader_missing"
    BREAKS_SOON = "breaks_soon"
    AT_RISK = "at_risk"
    NO_AGENTS = "no_agents"
    STAFF_LOSS = "staff_loss"
    DIALING_OFF = "dialing_off"
    STALE = "stale"
    MACHINE_WAVE = "machine_wave"
    OUTBOX_STUCK = "outbox_stuck"
    WEBHOOK_FAILING = "webhook_failing"
    PIN_LOCKED = "pin_locked"
    JOURNAL_UNSEALED = "journal_unsealed"
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
    """Turn a switch of the queue; off for so many minutes, where that is usual."""

    switch: Switch
    on: bool
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Next:
    """Put one request before others."""

    request: RequestId


@dataclass(frozen=True, slots=True)
class Retry:
    """Deliver to a subscription again."""

    webhook: str


@dataclass(frozen=True, slots=True)
class Inspect:
    """Nothing to press on the board: look at the agents, or at the service itself."""

    place: Literal["agents", "service"]


@dataclass(frozen=True, slots=True)
class Look:
    """Nothing to press: look at the queue's requests."""


Remedy = Call | Turn | Next | Retry | Inspect | Look


_SERVICE = Inspect("service")
_GRAVE = {Grave.WATCH: Severity.WATCH, Grave.ACT: Severity.ACT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One thing wrong with one queue, or (None) with the service. `count` and `at` belong to the sentence (promises at
    risk, people waiting; when the first ends). `expected`: when the turn of the one that breaks first comes."""

    worry: Worry
    severity: Severity
    queue: QueueView | None
    remedy: Remedy
    count: int = 0
    at: datetime | None = None
    expected: datetime | None = None

    @property
    def key(self) -> str:
        """The same while it lasts, and no other's."""
        if isinstance(self.remedy, Retry):
            return f"{self.remedy.webhook}-{self.worry}"
        return f"{self.queue.queue.id if self.queue else 'service'}-{self.worry}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer for the whole bank: the worst concern (None = fine), how many queues share it, how many are fine."""

    severity: Severity
    worst: Concern | None
    alike: int
    fine: int


def concerns(view: QueueView, now: datetime) -> tuple[Concern, ...]:
    """What is wrong with a queue, worst first. A closed queue worries nobody, but for a switch left off."""
    found = [*_switches(view), *_told(view), *(_line(view, now) if view.open else ())]
    return tuple(sorted(found, key=_weight))


def todo(board: BoardView) -> tuple[Concern, ...]:
    """Everything somebody can do something about, worst first, then by queue."""
    found = [concern for view in board.queues for concern in concerns(view, board.at)]
    found += [each for each in service(board) if each.worry is not Worry.JOURNAL_UNSEALED]
    return tuple(sorted((each for each in found if each.worry is not Worry.KEPT_LOW), key=_weight))


def verdict(board: BoardView) -> Verdict:
    """The one sentence the board opens with."""
    listed = todo(board)
    troubled = {each.queue.queue.id for each in listed if each.queue is not None}
    if not listed:
        return Verdict(severity=Severity.FINE, worst=None, alike=0, fine=len(board.queues))
    worst = listed[0]
    same = [each.queue for each in listed if _said(each.worry) is _said(worst.worry)]
    alike = len({view.queue.id for view in same if view is not None})
    return Verdict(severity=worst.severity, worst=worst, alike=alike, fine=len(board.queues) - len(troubled))


def severity(view: QueueView, now: datetime) -> Severity:
    return max((each.severity for each in concerns(view, now)), default=Severity.FINE)


def in_order(views: Iterable[QueueView], now: datetime) -> tuple[QueueView, ...]:
    """Worst first, then by id."""
    return tuple(sorted(views, key=lambda view: (-severity(view, now), view.queue.id)))


def _said(worry: Worry) -> Worry:
    """What the verdict says of it: promises break, whenever the first does."""
    return Worry.AT_RISK if worry is Worry.BREAKS_SOON else worry


def _weight(concern: Concern) -> tuple[int, int, str]:
    return -concern.severity, list(Worry).index(concern.worry), concern.key


def _told(view: QueueView) -> Iterable[Concern]:
    """What the service watches beyond the line itself."""
    for alert in view.alerts:
        grave = _GRAVE[alert.severity]
        if alert.kind is Kind.STAFF_LOSS:
            yield Concern(worry=Worry.STAFF_LOSS, severity=grave, queue=view, remedy=_staff(view),
                          count=round(alert.figure), at=alert.since)  # fmt: skip
        # While nobody is rung, what answered before is no news.
        elif alert.kind is Kind.MACHINE_WAVE and view.queue.switches.dialing:
            off = Turn(Switch.DIALING, on=False, minutes=PAUSE_MIN)
            yield Concern(worry=Worry.MACHINE_WAVE, severity=grave, queue=view, remedy=off,
                          count=round(alert.figure * 100))  # fmt: skip


def service(board: BoardView) -> tuple[Concern, ...]:
    """What is wrong with the service itself; a seal that is late is told there and harms nobody meanwhile."""
    return tuple(_service(alert) for alert in board.alerts)


def _service(alert: Alert) -> Concern:
    """Of the service as a whole."""
    remedy: Remedy = Retry(alert.subject) if alert.kind is Kind.WEBHOOK_FAILING and alert.subject else _SERVICE
    if alert.kind is Kind.PIN_LOCKED:
        remedy = Inspect("agents")
    return Concern(worry=Worry(alert.kind), severity=_GRAVE[alert.severity], queue=None, remedy=remedy,
                   count=round(alert.figure), at=alert.since)  # fmt: skip


def _staff(view: QueueView) -> Remedy:
    """Fewer promises while fewer are there to keep them; else somebody is to be found."""
    if view.queue.switches.registering:
        return Turn(Switch.REGISTERING, on=False, minutes=PAUSE_MIN)
    return Inspect("agents")


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
        yield from _promises(view, view.risk, now)
    if view.ready_places and not view.at_work:
        yield Concern(worry=Worry.NO_AGENTS, severity=Severity.ACT, queue=view, remedy=_relief(view),
                      count=view.ready_places)  # fmt: skip
    elif view.ready_places and not view.ready and view.away and view.risk is None:
        # All busy is how a busy queue looks; somebody who could come back makes it worth a word.
        yield Concern(worry=Worry.NOBODY_READY, severity=Severity.WATCH, queue=view, remedy=_relief(view),
                      count=view.ready_places)  # fmt: skip
    if view.board is None or view.board.age_s(now) > STALE_S:
        as_of = view.board.as_of if view.board else None
        yield Concern(worry=Worry.STALE, severity=Severity.WATCH, queue=view, remedy=_SERVICE, at=as_of)
    if view.day.settled >= FEW and (view.day.kept_share or 0.0) < view.coverage:
        yield Concern(worry=Worry.KEPT_LOW, severity=Severity.WATCH, queue=view, remedy=Look())


def _promises(view: QueueView, risk: Risk, now: datetime) -> Iterable[Concern]:
    """The one that breaks within minutes is saved by itself; what relieves the queue is another thing to do."""
    soon = risk.request is not None and risk.first - now <= SOON
    if soon and risk.request is not None:
        yield Concern(worry=Worry.BREAKS_SOON, severity=Severity.ACT, queue=view, remedy=Next(risk.request),
                      count=risk.count, at=risk.first, expected=risk.expected)  # fmt: skip
    if not soon or risk.count > 1:
        yield Concern(worry=Worry.AT_RISK, severity=Severity.ACT, queue=view, remedy=_relief(view),
                      count=risk.count, at=risk.first)  # fmt: skip


def _relief(view: QueueView) -> Remedy:
    """What takes load off: somebody comes back, else no new promises are made, else there is only looking."""
    if view.away:
        return Call(view.away[0].id, view.away[0].name)
    if view.queue.switches.registering:
        return Turn(Switch.REGISTERING, on=False)
    return Look()
