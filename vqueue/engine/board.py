"""Makes a queue's board: counts by class and minute, agents by presence, and the wait on a grid of ranks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

from vqueue.domain.agent import Agent
from vqueue.domain.board import ClassCounts, QueueBoard, Wait
from vqueue.domain.request import Mode, State
from vqueue.domain.rules import Queue
from vqueue.engine.hours import closes_at, is_open, next_opening
from vqueue.engine.order import ClassKey
from vqueue.engine.team import SERVING, Staff, staff_of, team_of
from vqueue.engine.wait.calibrating import Calibration
from vqueue.engine.wait.correcting import corrected
from vqueue.engine.wait.model import Arrivals, Correction, Prior, QueueState, WaitModel, grid
from vqueue.engine.wait.present import Grid, Rolled, newcomers

Minutes = Sequence[tuple[int, int]]
Counts = Mapping[tuple[str, str, str, str, bool], Minutes]
"""(state, mode, bucket, class, ready) -> [(epoch minute of virtual start, how many)], open requests only."""
RECENT_CALLS = 200
"""Finished talks that count as evidence of the handling time now."""
RECENT_MINUTES = 15
SETUP_S = 5.0
"""From the reservation of a free agent until his phone is answered, where nothing was measured."""
MISSING = "roll_forward_missing"
_IN_LINE = (State.HOLDING.value, State.WAITING.value)
_CALLBACKS = (Mode.CALLBACK.value, Mode.SCHEDULED.value)
_PRIOR = Prior()


class Evidence(Protocol):
    """Recent figures of one queue; durations in business seconds."""

    @property
    def handled(self) -> int: ...
    @property
    def handling_s(self) -> float: ...
    @property
    def handling_samples(self) -> tuple[float, ...]: ...
    @property
    def abandoned(self) -> int: ...
    @property
    def queued_s(self) -> float: ...


def board(
    *,
    queue: Queue,
    counts: Counts,
    agents: Iterable[Agent],
    history: Evidence,
    now: datetime,
    model: WaitModel,
    lifts: Mapping[ClassKey, float] | None = None,
    elsewhere: Mapping[str, int] | None = None,
    prior: Prior | None = None,
    open_callbacks: int | None = None,
) -> QueueBoard:
    """The board of one queue. `open_callbacks` is its guarded counter (bookings to come are not among them), by default
    counted from `counts`. `lifts` are those of the last tick; `elsewhere` says, by agent id, how many ready places
    of other queues that agent may take too (shared with a busy queue, he serves this one with a part of his time)."""
    team = team_of(agents, queue)
    return staffed(
        queue=queue, counts=counts, staff=lambda ready: staff_of(team, ready, elsewhere or {}), history=history,
        now=now, model=model, lifts=lifts, prior=prior, open_callbacks=open_callbacks,
    )  # fmt: skip


def staffed(
    *,
    queue: Queue,
    counts: Counts,
    staff: Callable[[int], Staff],
    history: Evidence,
    now: datetime,
    model: WaitModel,
    lifts: Mapping[ClassKey, float] | None = None,
    prior: Prior | None = None,
    open_callbacks: int | None = None,
) -> QueueBoard:
    """As `board`, where who serves is counted already; `staff` is told how many places are ready."""
    classes = _classes(queue, counts, lifts or {})
    ready = _ready(classes)
    there = staff(ready)
    closing = closes_at(queue.rules.hours, now)
    state = queue_state(
        staff=there, history=history, classes=classes, now=now, closing=closing, prior=prior, ready=ready,
        holding=_holding(counts),
    )  # fmt: skip
    since = _oldest(classes)
    return QueueBoard(
        queue=queue.id,
        as_of=now,
        open=closing is not None or is_open(queue.rules.hours, now),
        closes_at=closing,
        opens_at=next_opening(queue.rules.hours, now),
        waiting=_waiting(counts),
        ready=ready,
        agents=there.presences,
        grid=_leaving(grid(model, state, now), there),
        classes=classes,
        oldest=since,
        longest_s=max(0.0, (now - since).total_seconds()) if since else 0.0,
        open_callbacks=_open_callbacks(counts) if open_callbacks is None else open_callbacks,
        rules_version=queue.rules_version,
        inputs=_inputs(state),
    )


def told(
    board: QueueBoard, rolled: Rolled | None, calibration: Calibration, correction: Correction | None = None
) -> QueueBoard:
    """The board with its waits from the roll-forward, where there is one, corrected by what was learned from promises,
    where something was, and calibrated by what came of the last ones.

    A class that was rolled, but has no place in line now, is on it too: whoever joins it finds its own wait. Where
    there is no roll-forward though enough is known for one, the closed form says `roll_forward_missing`."""
    board = replace(board, grid=tuple((rank, _because(wait)) for rank, wait in board.grid))
    grids = rolled.grids if rolled is not None else {}
    lines = rolled.lines if rolled is not None else {}
    present = {(each.bucket, each.credit_class): each for each in board.classes}
    for klass, line in lines.items():
        if klass.queue == board.queue and klass != newcomers(klass.queue):
            empty = ClassCounts(klass.bucket, klass.credit_class, line.advantage_s, ())
            present.setdefault((klass.bucket, klass.credit_class), empty)
    known = partial(corrected, correction=correction, inputs=board.inputs, at=board.as_of)
    return replace(
        board,
        grid=_calibrated(known(grids.get(newcomers(board.queue)) or board.grid), board.as_of, calibration, ""),
        classes=tuple(
            replace(each, grid=_calibrated(known(own), board.as_of, calibration, f"{bucket}|{credit_class}"))
            if (own := grids.get(ClassKey(board.queue, bucket, credit_class)))
            else each
            for (bucket, credit_class), each in sorted(present.items())
        ),
    )


def _because(wait: Wait) -> Wait:
    known = {"no_agents", "cold_start", MISSING} & set(wait.reasons)
    return wait if known else replace(wait, reasons=(*wait.reasons, MISSING))


def _calibrated(grid: Grid, now: datetime, calibration: Calibration, klass: str) -> Grid:
    """A grid of the last seconds holds for the numbers ahead that are counted now."""
    return tuple((rank, calibration.told(replace(wait, as_of=now), klass=klass, ahead=rank)) for rank, wait in grid)


def queue_state(
    *,
    staff: Staff,
    history: Evidence,
    classes: Sequence[ClassCounts],
    now: datetime,
    closing: datetime | None,
    prior: Prior | None,
    ready: int,
    holding: int,
) -> QueueState:
    """What the estimator is told about a queue; `holding` of its ready places are on the line and may lose patience,
    the others are called back and do not."""
    handled, busy_seconds = _handling(history)
    return QueueState(
        agents_serving=staff.serving,
        agents_ready=staff.free,
        busy=staff.serving - staff.free,
        handled=handled,
        busy_seconds=busy_seconds,
        prior=prior or _PRIOR,
        abandoned=history.abandoned,
        queued_seconds=history.queued_s,
        leaving_share=(min(holding, ready) + 1) / (ready + 1),
        arrivals=_arrivals(classes, now),
        credit_s=min((each.advantage_s for each in classes), default=0.0),
        setup_s=SETUP_S,
        closing_s=(closing - now).total_seconds() if closing else None,
    )


def _holding(counts: Counts) -> int:
    """Ready places of customers who are on the line."""
    return sum(count for key, minutes in counts.items() if key[0] == State.HOLDING and key[4] for _, count in minutes)


def serves(agent: Agent, queue: Queue) -> bool:
    """Whether this agent can take calls of the queue: its skills, and one of its languages."""
    return bool(team_of((agent,), queue))


def _leaving(told: Grid, staff: Staff) -> Grid:
    """Where nobody serves though some are at work, the reason is that they leave: `agents_leaving`."""
    if not any(staff.presences[presence.value] for presence in SERVING):
        return told
    return tuple(
        (rank, replace(wait, reasons=(*wait.reasons, "agents_leaving")) if "no_agents" in wait.reasons else wait)
        for rank, wait in told
    )


def _handling(history: Evidence) -> tuple[float, float]:
    """(calls, busy seconds) of at most the newest RECENT_CALLS talks: older ones say little about now."""
    newest = history.handling_samples[:RECENT_CALLS]
    if newest:
        return float(len(newest)), float(sum(newest))
    weight = min(1.0, RECENT_CALLS / history.handled) if history.handled else 0.0
    return history.handled * weight, history.handling_s * weight


def _classes(queue: Queue, counts: Counts, lifts: Mapping[ClassKey, float]) -> tuple[ClassCounts, ...]:
    """Ready places by class, ascending by name; only those in the line (holding or waiting)."""
    found: dict[tuple[str, str], dict[int, int]] = {}
    for (state, _mode, bucket, credit_class, ready), minutes in counts.items():
        if not ready or state not in _IN_LINE:
            continue
        tally = found.setdefault((bucket, credit_class), {})
        for minute, count in minutes:
            tally[minute] = tally.get(minute, 0) + count
    credits = queue.rules.credits
    return tuple(
        ClassCounts(
            bucket=bucket,
            credit_class=credit_class,
            advantage_s=credits.get(credit_class, 0) + lifts.get(ClassKey(queue.id, bucket, credit_class), 0.0),
            minutes=tuple(sorted(tally.items())),
        )
        for (bucket, credit_class), tally in sorted(found.items())
    )


def _ready(classes: Sequence[ClassCounts]) -> int:
    return sum([count for each in classes for _, count in each.minutes])


def _oldest(classes: Sequence[ClassCounts]) -> datetime | None:
    """The minute in which the oldest ready place started."""
    minute = min((each.minutes[0][0] for each in classes if each.minutes), default=None)
    return None if minute is None else datetime.fromtimestamp(minute * 60, tz=UTC)


def _arrivals(classes: Sequence[ClassCounts], now: datetime) -> tuple[Arrivals, ...]:
    """Who still comes, by credit: as many a second as came in the last minutes and still stand in line."""
    since = int((now - timedelta(minutes=RECENT_MINUTES)).timestamp() // 60)
    least = min((each.advantage_s for each in classes), default=0.0)
    before = [(each.advantage_s, each.minutes) for each in classes if each.advantage_s > least]
    recent = [(advantage, sum([n for minute, n in minutes if minute >= since])) for advantage, minutes in before]
    return tuple([Arrivals(advantage, count / (RECENT_MINUTES * 60.0)) for advantage, count in recent if count])


def _waiting(counts: Counts) -> dict[str, int]:
    """Places in line by mode, those not ready included."""
    found: dict[str, int] = {}
    for (state, mode, *_), minutes in counts.items():
        if state in _IN_LINE:
            found[mode] = found.get(mode, 0) + sum([count for _, count in minutes])
    return dict(sorted(found.items()))


def _open_callbacks(counts: Counts) -> int:
    """Callbacks promised and not yet talking."""
    owed = (State.WAITING.value, State.BOOKED.value, State.CONNECTING.value)
    return sum(
        count
        for (state, mode, *_), minutes in counts.items()
        if state in owed and mode in _CALLBACKS
        for _, count in minutes
    )


def _inputs(state: QueueState) -> dict[str, float]:
    prior = state.prior
    calls = prior.calls + state.handled
    return {
        "agents": state.agents_serving,
        "agents_ready": state.agents_ready,
        "handled": state.handled,
        "handling_s": (prior.calls * prior.handling_s + state.busy_seconds) / calls,
        "abandoned": state.abandoned,
        "queued_s": state.queued_seconds,
        "leaving_share": round(state.leaving_share, 4),
    }
