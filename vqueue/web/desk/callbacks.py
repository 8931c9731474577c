"""My callbacks: when each is due, who it is, what about, and what became of today's."""

from datetime import datetime
from zoneinfo import ZoneInfo

from vqueue.domain.request import State
from vqueue.domain.speech_args import Number, Window
from vqueue.services import awaiting
from vqueue.services.desk_views import Callback, Workplace
from vqueue.web.console.figures import minute
from vqueue.web.console.sentences import Words
from vqueue.web.desk.calls import topic_of
from vqueue.web.desk.shapes import CallbackRow, CallbacksPart

AHEAD, OVER = 8, 4
"""How many are listed."""
_NOTE = 120
"""Characters of what was written down."""


def callbacks_part(seen: Workplace, words: Words) -> CallbacksPart:
    ahead = [one for one in seen.callbacks if one.request.is_open]
    over = [one for one in seen.callbacks if not one.request.is_open]
    today = sum(one.due is not None and _same_day(one.due, seen.at, words.zone) for one in ahead)
    more = max(0, len(ahead) - AHEAD)
    return CallbacksPart(
        count=words.say("desk.callbacks_today", count=Number(today)) if today else "",
        ahead=tuple(_row(one, seen.at, words) for one in ahead[:AHEAD]),
        over=tuple(_row(one, seen.at, words) for one in over[:OVER]),
        more=words.say("desk.callbacks_more", count=Number(more)) if more else "",
    )


def _row(one: Callback, now: datetime, words: Words) -> CallbackRow:
    request, say = one.request, words.say
    open_ = request.is_open
    note = " ".join(one.note.split())
    return CallbackRow(
        id=request.id,
        when=_when(one, now, words),
        what=topic_of(request, one.queue, words),
        who=one.name,
        number="" if one.name or request.phone is None else request.phone.hint,
        whose=_whose(one, words),
        became="" if open_ else say(f"state.{request.state}"),
        note=note[:_NOTE] + ("…" if len(note) > _NOTE else ""),
        late=open_ and one.promise is not None and one.promise.first_ring_at is None and now > one.promise.window.end,
    )


def _whose(one: Callback, words: Words) -> str:
    """Who calls; where the place waits for him now, until when."""
    request = one.request
    if one.mine and request.parked == awaiting.OWN and request.wanted_until is not None:
        return words.say("desk.callback_kept", at=words.clock(request.wanted_until))
    return words.say("desk.callback_mine" if one.mine else "desk.callback_anyone")


def _when(one: Callback, now: datetime, words: Words) -> str:
    """The booked time, with its day where it is another one; else the promised window, or that it is being called."""
    request = one.request
    if request.closed_at is not None:
        return minute(request.closed_at, words.zone)
    if request.state in (State.HOLDING, State.CONNECTING, State.TALKING):
        return words.say("desk.callback_now")
    if request.slot_start is not None:
        at = minute(request.slot_start, words.zone)
        if _same_day(request.slot_start, now, words.zone):
            return at
        return words.say("console.session_when", day=words.day(request.slot_start), at=words.clock(request.slot_start))
    if one.promise is not None:
        window = one.promise.window
        return words.say("desk.callback_window", window=Window(window.start, window.end, words.zone, now))
    return words.say("desk.callback_soon")


def _same_day(at: datetime, now: datetime, zone: str) -> bool:
    return at.astimezone(ZoneInfo(zone)).date() == now.astimezone(ZoneInfo(zone)).date()
