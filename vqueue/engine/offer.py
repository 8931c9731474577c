"""What a customer is offered now, with the window that is spoken and the reasons for what is not offered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import inf, isinf

from vqueue.domain.board import QueueBoard, Wait
from vqueue.domain.promise import Window
from vqueue.domain.request import Mode
from vqueue.domain.rules import Rules, Switches
from vqueue.engine.hours import calling_allowed, closes_at, is_open, next_opening
from vqueue.engine.numbers import Verdict
from vqueue.engine.wait.reading import probability, quantile

STALE_S = 60.0
"""Facts older than this say less."""
WIDEST = timedelta(minutes=60)
"""A wider window is no promise; times are booked instead."""
STEP_S = 300
FAR = 0.999
"""No window reaches beyond the wait that so many turns stay below."""
FARTHEST = 288
"""Steps: a day. Where little is known the far end of a wait lies years ahead, and nobody is told such a window: cut off
it would hold less than it promises."""
REASONS = (
    "disabled", "closed", "closing", "paused_registering", "paused_dialing", "full", "stale", "no_agents", "short_wait",
    "window_too_wide", "wait_too_long", "calling_window", "number_refused", "cold_start",
)  # fmt: skip
"""Why a callback is not among the options, or what else matters."""


class OfferState(StrEnum):
    """How the queue stands towards a new customer."""

    OPEN = "open"
    BUSY = "busy"
    CLOSED = "closed"
    PAUSED = "paused"
    FULL = "full"
    STALE = "stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing the customer may choose. A callback has its window; `scheduled` has the next opening."""

    mode: Mode
    window: Window | None = None
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The decision with its grounds. `wait` is None where nothing may be said about it (closed, stale, no board).

    `reasons` are some of `REASONS`.
    """

    state: OfferState
    options: tuple[Option, ...]
    reasons: tuple[str, ...] = ()
    wait: Wait | None = None
    ahead: int = 0
    as_of: datetime | None = None
    opens_at: datetime | None = None
    needs_number: bool = False
    """The number at hand may not be called: a callback takes another one."""

    def option(self, mode: Mode) -> Option | None:
        return next((option for option in self.options if option.mode is mode), None)


def decide(
    *,
    rules: Rules,
    switches: Switches,
    board: QueueBoard | None,
    now: datetime,
    number: Verdict | None,
    zone: str,
    ahead: int | None = None,
    klass: tuple[str, str] | None = None,
) -> Offer:
    """The offer to a customer with `ahead` places before him (by default everybody who is ready); `klass` is the bucket
    and credit class he would join.

    `number` is the one he would be called on, None while unknown; `zone` is that number's time zone.
    A callback is offered iff the wait is more likely than not longer than the threshold and his turn falls inside the
    spoken window, before closing, with at least the coverage of the rules.
    """
    if not is_open(rules.hours, now):
        return _closed(rules, switches, now)
    fresh = board if board is not None and board.age_s(now) <= STALE_S else None
    before = (fresh.ready if fresh else 0) if ahead is None else ahead
    wait = fresh.wait(before, klass) if fresh else None
    if fresh is None or wait is None:
        return Offer(state=OfferState.STALE, options=_standing(rules), reasons=("stale",), as_of=_as_of(board))
    window = _window(rules, wait, now)
    obstacles = _obstacles(rules, switches, fresh, wait, window=window, now=now, number=number, zone=zone)
    callback = () if obstacles else (Option(mode=Mode.CALLBACK, window=window),)
    refused = number is not None and not number.allowed
    notes = (*(("number_refused",) if refused else ()), *(("cold_start",) if "cold_start" in wait.reasons else ()))
    return Offer(
        state=_state(rules, switches, fresh, wait),
        options=(*callback, *_standing(rules), *(_opening(rules, switches, now) if "closing" in obstacles else ())),
        reasons=(*obstacles, *notes),
        wait=wait,
        ahead=before,
        as_of=fresh.as_of,
        opens_at=next_opening(rules.hours, now),
        needs_number=refused and not obstacles,
    )


def spoken_window(wait: Wait, now: datetime, ring_s: float, coverage: float) -> Window | None:
    """When the phone will first ring: the middle `coverage` of the turn, plus `ring_s`, rounded outward to five
    minutes, never starting before `now`. Where the wait is calibrated, its ring is in it, and its level says how much
    the window has to hold: the shortest one on the clock that does. None where no window that ends within a day holds
    so much: no time is honest then. A wait without end has none either."""
    if isinf(wait.p95_s):
        return None
    if wait.level is not None:
        return _shortest(wait, now, wait.level)
    tail = (1.0 - coverage) / 2.0
    early, late = quantile(wait, tail), quantile(wait, 1.0 - tail)
    base = wait.as_of.timestamp() + ring_s
    if base + late > now.timestamp() + FARTHEST * STEP_S:
        return None
    start = (base + early) // STEP_S * STEP_S
    end = -(-(base + late) // STEP_S) * STEP_S
    opening = max(now, datetime.fromtimestamp(start, tz=now.tzinfo))
    return Window(opening, max(opening, datetime.fromtimestamp(end, tz=now.tzinfo)))


def _shortest(wait: Wait, now: datetime, level: float) -> Window | None:
    """Between two five minutes of the clock (or from now to one), as short as holds the level; of equally short ones
    the one that holds most; None where none does."""
    base, first = wait.as_of.timestamp(), int(now.timestamp() // STEP_S)
    steps = min(FARTHEST, int((base + quantile(wait, FAR)) // STEP_S) + 2 - first)
    below = [0.0, *(probability(wait, (first + n) * STEP_S - base) for n in range(1, steps + 1))]
    if below[steps] < level:
        return None
    start, width, end = 0, steps, 0
    for begin in range(steps):
        end = max(end, begin + 1)
        while end < steps and below[end] - below[begin] < level:
            end += 1
        held, best = below[end] - below[begin], below[start + width] - below[start]
        if held >= level and (end - begin < width or (end - begin == width and held > best)):
            start, width = begin, end - begin
    opens = max(now, datetime.fromtimestamp((first + start) * STEP_S, tz=now.tzinfo))
    return Window(opens, datetime.fromtimestamp((first + start + width) * STEP_S, tz=now.tzinfo))


def opening_window(opens: datetime, *, before: int, agents: int, handling_s: float = 240.0) -> Window:
    """When a place kept through the night is called: `before` others first, shared by `agents` (at least one).

    From half to one and a half times the plain work ahead, at least an hour wide: nothing is known yet about the
    morning, so the window says less rather than something false.
    """
    work = before * handling_s / max(1, agents)
    start = (opens.timestamp() + work / 2) // STEP_S * STEP_S
    end = -(-(opens.timestamp() + 1.5 * work) // STEP_S) * STEP_S
    opening = max(opens, datetime.fromtimestamp(start, tz=opens.tzinfo))
    return Window(opening, max(opening + WIDEST, datetime.fromtimestamp(end, tz=opens.tzinfo)))


def _window(rules: Rules, wait: Wait, now: datetime) -> Window | None:
    return spoken_window(wait, now, float(rules.callback.ring_s), rules.deadlines.coverage)


def _as_of(board: QueueBoard | None) -> datetime | None:
    return board.as_of if board else None


def _standing(rules: Rules) -> tuple[Option, ...]:
    """Holding is always possible; a message and a call of the customer's own where the rules have them."""
    others = (mode for mode in (Mode.MESSAGE, Mode.CALL_IN) if mode in rules.offer.modes)
    return (Option(mode=Mode.HOLD), *(Option(mode=mode) for mode in others))


def _opening(rules: Rules, switches: Switches, now: datetime) -> tuple[Option, ...]:
    """A callback when the queue opens next, where callbacks are offered at all."""
    opens = next_opening(rules.hours, now)
    wanted = rules.offer.enabled and switches.registering and {Mode.CALLBACK, Mode.SCHEDULED} & set(rules.offer.modes)
    return (Option(mode=Mode.SCHEDULED, starts_at=opens),) if opens and wanted else ()


def _closed(rules: Rules, switches: Switches, now: datetime) -> Offer:
    message = (Option(mode=Mode.MESSAGE),) if Mode.MESSAGE in rules.offer.modes else ()
    return Offer(
        state=OfferState.CLOSED,
        options=(*message, *_opening(rules, switches, now)),
        reasons=("closed",),
        opens_at=next_opening(rules.hours, now),
    )


def _state(rules: Rules, switches: Switches, board: QueueBoard, wait: Wait) -> OfferState:
    if not (switches.registering and switches.dialing):
        return OfferState.PAUSED
    if board.open_callbacks >= rules.offer.max_open:
        return OfferState.FULL
    return OfferState.BUSY if wait.p50_s > rules.offer.threshold_s else OfferState.OPEN


def _obstacles(
    rules: Rules,
    switches: Switches,
    board: QueueBoard,
    wait: Wait,
    *,
    window: Window | None,
    now: datetime,
    number: Verdict | None,
    zone: str,
) -> tuple[str, ...]:
    """Everything that speaks against a callback now, in a fixed order; empty = it is offered."""
    country = number.country or None if number else None
    against = {
        "disabled": not rules.offer.enabled or Mode.CALLBACK not in rules.offer.modes,
        "paused_registering": not switches.registering,
        "paused_dialing": not switches.dialing,
        "full": board.open_callbacks >= rules.offer.max_open,
        "no_agents": isinf(wait.p95_s),
        "short_wait": probability(wait, rules.offer.threshold_s) >= 0.5,
        "wait_too_long": rules.offer.max_wait_s < wait.p95_s < inf,
        "window_too_wide": wait.p95_s < inf and (window is None or window.end - window.start > WIDEST),
    }
    if window is not None:
        against |= {
            "closing": not _holds(rules, wait, window, now),
            "calling_window": not all(
                calling_allowed(rules.calling_windows, zone, country, at)
                for at in (window.start, window.end - timedelta(seconds=1))
            ),
        }
    return tuple(reason for reason, applies in against.items() if applies)


def _holds(rules: Rules, wait: Wait, window: Window, now: datetime) -> bool:
    """Whether the first ring falls inside the window and before closing with the coverage of the rules."""
    closing = closes_at(rules.hours, now)
    if wait.level is not None:
        # A calibrated window holds its coverage by construction; what is left is whether it comes before closing.
        before = closing - wait.as_of if closing and closing < window.end else None
        return before is None or probability(wait, before.total_seconds()) >= rules.deadlines.coverage
    last = min(window.end, closing) if closing else window.end
    ring = timedelta(seconds=rules.callback.ring_s)
    inside = probability(wait, (last - wait.as_of - ring).total_seconds())
    # Nothing rings before now, so a window that is open already is missed by nobody who comes first.
    early = (window.start - wait.as_of - ring).total_seconds() if window.start > now else 0.0
    return inside - (probability(wait, early) if early > 0 else 0.0) >= rules.deadlines.coverage - 1e-9
