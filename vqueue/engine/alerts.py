"""What needs somebody now: alerts computed from facts alone; the same facts give the same alerts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from vqueue.domain.alert import Action, Alert, Kind, Severity
from vqueue.engine.offer import STALE_S

SOON = timedelta(minutes=15)
"""How far ahead promises are looked at."""
LATELY = timedelta(minutes=15)
"""How far back departures and tries are counted."""
LEFT_FEWEST, LEFT_SHARE = 2, 1 / 3
TRIES_FEWEST, MACHINE_SHARE = 10, 0.4
FAILURES = 5
"""A subscription that failed so often in a row is told of."""
OVERDUE = timedelta(minutes=5)
"""A notice that is still to be sent so long after it was due is stuck."""
UNSEALED = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Due:
    """A callback promised to be rung by `deadline`; its turn is expected then, or nobody can say when."""

    deadline: datetime
    expected_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFacts:
    """One queue now. `board_at`: when its board was made; None when there is none."""

    queue: str
    open: bool
    waiting: int
    at_work: int
    left: tuple[datetime, ...] = ()
    """When each of its agents who stopped working lately did so, ascending."""
    due: tuple[Due, ...] = ()
    tries: int = 0
    machines: int = 0
    board_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A subscription that fails: how often in a row, and since when it is off."""

    id: str
    failures: int
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything alerts are made from."""

    queues: tuple[QueueFacts, ...] = ()
    webhooks: tuple[Hook, ...] = ()
    outbox: tuple[int, datetime | None] = (0, None)
    """Notices overdue, and since when."""
    unsealed: tuple[int, datetime | None] = (0, None)
    leader: bool = True
    locked: int = 0
    """Agents from whose telephones too many wrong PINs came."""


def alerts(facts: Facts, now: datetime) -> tuple[Alert, ...]:
    """Gravest first, then by kind and queue."""
    found = [*_house(facts, now), *(alert for queue in facts.queues for alert in _queue(queue, now))]
    order: Mapping[Kind, int] = {kind: place for place, kind in enumerate(Kind)}
    return tuple(sorted(found, key=lambda one: (one.severity is not Severity.ACT, order[one.kind], one.id)))


def _queue(told: QueueFacts, now: datetime) -> Iterator[Alert]:
    yield from _machines(told)
    if not told.open:
        return
    yield from _promises(told)
    yield from _staff(told)
    age_s = (now - told.board_at).total_seconds() if told.board_at else None
    if age_s is None or age_s > STALE_S:
        yield Alert(kind=Kind.BOARD_STALE, severity=Severity.ACT, queue=told.queue, since=told.board_at,
                    figure=round(age_s or 0.0, 1), unit="s", action=Action("look", "/console/service"))  # fmt: skip


def _promises(told: QueueFacts) -> Iterator[Alert]:
    """Promises that end before their turn is expected."""
    risky = [due.deadline for due in told.due if due.expected_at is None or due.expected_at > due.deadline]
    if risky:
        waiting = Action("open", f"/console/requests?queue={told.queue}&state=open")
        yield Alert(kind=Kind.PROMISE_AT_RISK, severity=Severity.ACT, queue=told.queue, figure=len(risky),
                    unit="promises", action=waiting)  # fmt: skip


def _staff(told: QueueFacts) -> Iterator[Alert]:
    agents = Action("open", "/console/agents")
    since = told.left[0] if told.left else None
    if not told.at_work:
        severity = Severity.ACT if told.waiting else Severity.WATCH
        yield Alert(kind=Kind.NO_AGENTS, severity=severity, queue=told.queue, since=since, figure=told.waiting,
                    unit="waiting", action=agents)  # fmt: skip
    lost, before = len(told.left), len(told.left) + told.at_work
    if told.at_work and lost >= LEFT_FEWEST and lost >= before * LEFT_SHARE:
        yield Alert(kind=Kind.STAFF_LOSS, severity=Severity.ACT if told.waiting else Severity.WATCH, queue=told.queue,
                    since=since, figure=lost, unit="agents", action=agents)  # fmt: skip


def _machines(told: QueueFacts) -> Iterator[Alert]:
    """Customers' numbers answered by machines in a row: screening has changed, or a carrier has trouble."""
    if told.tries >= TRIES_FEWEST and told.machines >= told.tries * MACHINE_SHARE:
        off = Action("switch", f"/console/queues/{told.queue}/dialing?turn=off")
        yield Alert(kind=Kind.MACHINE_WAVE, severity=Severity.WATCH, queue=told.queue,
                    figure=round(told.machines / told.tries, 3), unit="share", action=off)  # fmt: skip


def _house(facts: Facts, now: datetime) -> Iterator[Alert]:
    if not facts.leader:
        yield Alert(kind=Kind.LEADER_MISSING, severity=Severity.ACT, figure=0, unit="leaders",
                    action=Action("look", "/console/service"))  # fmt: skip
    overdue, since = facts.outbox
    if overdue and since is not None and now - since > OVERDUE:
        yield Alert(kind=Kind.OUTBOX_STUCK, severity=Severity.ACT, figure=overdue, unit="notices", since=since,
                    action=Action("look", "/console/service"))  # fmt: skip
    rows, oldest = facts.unsealed
    if rows and oldest is not None and now - oldest > UNSEALED:
        yield Alert(kind=Kind.JOURNAL_UNSEALED, severity=Severity.WATCH, figure=rows, unit="rows", since=oldest,
                    action=Action("look", "/console/service"))  # fmt: skip
    for hook in facts.webhooks:
        if hook.disabled_at is not None or hook.failures >= FAILURES:
            severity = Severity.ACT if hook.disabled_at else Severity.WATCH
            yield Alert(kind=Kind.WEBHOOK_FAILING, severity=severity, subject=hook.id, since=hook.disabled_at,
                        figure=hook.failures, unit="failures",
                        action=Action("open", f"/v1/admin/webhooks/{hook.id}"))  # fmt: skip
    if facts.locked:
        yield Alert(kind=Kind.PIN_LOCKED, severity=Severity.WATCH, figure=facts.locked, unit="agents",
                    action=Action("open", "/console/agents"))  # fmt: skip
