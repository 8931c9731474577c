"""What a customer is told about his turn, in an order that never gets worse without a word.

His position never grows and the end of his window never moves later unless a reason says why. What he was last told is
kept in a row; a reading that is better is told, one that is a little worse is not, one that is much worse is told with
its reason.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from vqueue.domain.agent import Presence
from vqueue.domain.promise import Promise, Window
from vqueue.domain.request import Mode, Request, State
from vqueue.ports.apps import Told
from vqueue.services import quoting
from vqueue.services.quoting import Grounds

SLACK = timedelta(minutes=5)
"""The window's own rounding: an end that is later or earlier by no more is not told, so that it does not flap."""
COARSE = 20
"""A position is told anew when it changed by a twentieth of itself, so that a long line does not write at each step."""
_AT_WORK = (Presence.READY, Presence.RESERVED, Presence.TALKING, Presence.WRAPPING)


Reading = tuple[int | None, Window | None]
"""(position, window) as the board has them at this moment; None for what cannot be said."""


def fresh(request: Request, seen: Grounds) -> Reading:
    """The present reading."""
    if request.state is State.CONNECTING:
        return 1, None
    counts = request.ready or request.mode is Mode.CALL_IN or request.state is State.HOLDING
    if request.state not in (State.WAITING, State.HOLDING) or not counts or request.mode is Mode.MESSAGE:
        return None, None
    if not seen.fresh:
        return None, None
    ahead, window = quoting.standing(seen, request)
    return ahead + 1, window if seen.open else None


def told(before: Told | None, request: Request, promise: Promise | None, seen: Grounds, *, now: Reading) -> Told:
    """What he is told now: `before` itself where nothing new has to be said."""
    position, window = now
    last = before or _first(request, promise, seen)
    place, grew = _position(last.position, position)
    until, slipped = _until(last.until, window, seen.now)
    why = last.why
    if grew or slipped:
        why = tuple(dict.fromkeys((*why, *_why(last, request, seen, grew=grew))))
    if (place, until, why) == (last.position, last.until, last.why):
        return last
    return replace(
        last,
        at=seen.now,
        position=place,
        until=until,
        why=why,
        queue=request.queue,
        agents=_agents(seen),
        rules_version=seen.queue.rules_version,
    )


def said(last: Told, now: Reading) -> Reading:
    """As they are told: the end is the one that was told, the beginning that of the present reading, or one step
    of the clock before the end where the reading begins later."""
    position, window = now
    if window is not None and last.until is not None:
        window = Window(window.start if window.start < last.until else last.until - SLACK, last.until)
    return (None if position is None else last.position), window


def _first(request: Request, promise: Promise | None, seen: Grounds) -> Told:
    """Before anything was asked: what was promised."""
    binds = promise is not None and promise.settled_at is None
    return Told(
        id=request.id,
        at=seen.now,
        until=promise.window.end if promise is not None and binds else None,
        queue=request.queue,
        agents=_agents(seen),
        rules_version=request.rules_version,
    )


def _position(last: int | None, now: int | None) -> tuple[int | None, bool]:
    """(what is told, whether it grew)."""
    if now is None or last is None:
        return (now if last is None else last), False
    step = max(1, last // COARSE)
    if now > last + step:
        return now, True
    return (now if last - now >= step else last), False


def _until(last: datetime | None, window: Window | None, now: datetime) -> tuple[datetime | None, bool]:
    """(the window's end as it is told, whether it moved later)."""
    if window is None or last is None:
        return (window.end if window is not None else last), False
    if window.end > last + SLACK or (window.end > last and last <= now):
        return window.end, True
    return (window.end if window.end < last - SLACK else last), False


def _why(last: Told, request: Request, seen: Grounds, *, grew: bool) -> tuple[str, ...]:
    found = {
        "moved": last.queue != request.queue,
        "retry": bool(request.tries),
        "rules_changed": last.rules_version != seen.queue.rules_version,
        "agents_left": _agents(seen) < last.agents,
        "overtaken_by_promise": grew,
    }
    reasons = tuple(reason for reason, applies in found.items() if applies)
    return reasons or ("slower_than_expected",)


def _agents(seen: Grounds) -> int:
    return sum(seen.board.agents.get(presence, 0) for presence in _AT_WORK) if seen.board is not None else 0
