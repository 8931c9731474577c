"""On what terms a place can be kept without the line: now with its window, later with an opening, or not at all."""

from dataclasses import dataclass
from datetime import datetime

from vqueue.domain.request import Mode
from vqueue.engine import hours
from vqueue.engine.numbers import Verdict
from vqueue.engine.offer import Offer
from vqueue.services import quoting
from vqueue.services.quoting import Grounds
from vqueue.services.requesting import Quote

HARMLESS = frozenset({"short_wait", "cold_start", "number_refused"})
"""Reasons that speak against offering a callback of ourselves, not against one that is asked for."""
UNKNOWN = frozenset({"stale", "no_agents"})
"""Nothing honest can be said about the time: the place is kept all the same, without a promise."""
LATER = frozenset({"calling_window"})
"""The customer may not be rung when his turn comes: the place is kept for the first moment he may be."""

SILENT = frozenset({"disabled", "paused_registering", "paused_dialing"})
"""The bank's own wish, whatever else speaks against it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a callback can be promised: nothing, a window, or a window after the opening it counts from."""

    quote: Quote | None = None
    opening: datetime | None = None


def terms(seen: Grounds, ahead: int, number: Verdict) -> Terms | None:
    """For this place, called back on this number; None when the rules do not allow it now."""
    decided = seen.decide(number, ahead=ahead)
    reasons = set(decided.reasons)
    callback = decided.option(Mode.CALLBACK)
    if callback is not None and callback.window is not None:
        return Terms(quoting.quote(seen, decided, callback.window))
    if not seen.open or "closing" in reasons:
        return _from(seen, decided, number, seen.opens_at)
    if reasons & LATER and reasons <= HARMLESS | LATER:
        return _from(seen, decided, number, _after_turn(seen, decided, number))
    window = seen.window(decided.wait) if decided.wait is not None else None
    if reasons <= HARMLESS and window is not None:
        return Terms(quoting.quote(seen, decided, window))
    return Terms() if reasons <= HARMLESS | UNKNOWN else None


def _from(seen: Grounds, decided: Offer, number: Verdict, start: datetime | None) -> Terms | None:
    """A place kept for the first moment from `start` at which the queue is open and this number may be rung."""
    rules = seen.queue.rules
    if start is not None:
        start = hours.next_call(rules.hours, rules.calling_windows, seen.zone_of(number), number.country, start)
    if start is None:
        return None
    return Terms(quoting.quote_from(seen, decided, start), start)


def _after_turn(seen: Grounds, decided: Offer, number: Verdict) -> datetime | None:
    """The turn's start, where he may not be rung then; else its end, which comes too late."""
    window, windows = seen.window(decided.wait) if decided.wait else None, seen.queue.rules.calling_windows
    if window is None:
        return None
    allowed = hours.calling_allowed(windows, seen.zone_of(number), number.country or None, window.start)
    return window.end if allowed else window.start


WORDS = {"full": "full", "closing": "too_late", "wait_too_long": "too_long", "window_too_wide": "uncertain"}
"""What a caller is told of the reasons; the first that applies. Of switches and rules he hears that it is not now."""


def no_offer(decided: Offer) -> str:
    """Why not; a callback that only has to wait until the customer may be rung is one all the same."""
    reasons = set(decided.reasons)
    if reasons & LATER and reasons <= HARMLESS | LATER:
        return "offer"
    if reasons & UNKNOWN and reasons <= HARMLESS | UNKNOWN:
        return "stale"
    if "short_wait" in reasons and reasons <= HARMLESS:
        return "short"
    return "not_now" if reasons & SILENT else next((word for why, word in WORDS.items() if why in reasons), "not_now")
