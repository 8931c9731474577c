"""What a conversation does about booked times: reading out the next free ones, booking the one that was chosen."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from vqueue.domain.errors import AgentComing, AlreadyDialing, AlreadyOpen, Invalid, Refusal, SlotTaken
from vqueue.domain.flow import Outcome
from vqueue.domain.ids import PromiseId
from vqueue.domain.promise import Window
from vqueue.domain.request import Mode, Request, State
from vqueue.domain.slots import Slot
from vqueue.domain.speech_args import Window as Spoken
from vqueue.engine.numbers import Verdict
from vqueue.services import booking, quoting
from vqueue.services.booking import Place
from vqueue.services.clerk import Clerk
from vqueue.services.errand import Errand, Said, spoken
from vqueue.services.quoting import Grounds

READ_OUT = 3
"""Free times read out at once."""
_MOVABLE = (State.WAITING, State.BOOKED)


async def next_slots(errand: Errand) -> Outcome:
    """The next three free times after those read out before."""
    seen = await quoting.grounds(errand.house, errand.queue)
    after = _moment(errand.text("after"))
    start = after + timedelta(seconds=1) if after is not None else seen.now
    free = await _free(errand, seen, await _whose(errand, seen), start)
    shown = free[:READ_OUT]
    values: Said = {"after": shown[-1].start.isoformat() if shown else None}
    for number in range(1, READ_OUT + 1):
        slot = shown[number - 1] if number <= len(shown) else None
        values[f"time{number}"] = slot.start.isoformat() if slot else None
        values[f"slot{number}"] = _spoken(seen, slot) if slot else None
    return Outcome(("more" if len(free) > READ_OUT else "last") if shown else "none", values)


async def first_slot(errand: Errand, seen: Grounds, request: Request | None = None) -> Said:
    """The first free time as it may be said, where this queue has one to book."""
    movable = request is not None and request.state in _MOVABLE
    free = await _free(errand, seen, request if movable else _number(errand, seen), seen.now)
    return {"slot": _spoken(seen, free[0]) if free else None}


async def book(errand: Errand) -> Outcome:
    """Stores the booking; only then may it be said."""
    seen = await quoting.grounds(errand.house, errand.queue)
    start = _moment(errand.text(f"time{errand.values.get('slot')}"))
    if start is None:
        return Outcome("taken")
    whose = await _whose(errand, seen)
    try:
        place = await booking.place(errand.house, seen.queue.id, start=start, zone=seen.zone, number=whose)
        deed = await _deed(errand, seen, whose, place)
        if deed is None:
            return Outcome("refused")
        request = await errand.house.act(deed)
    except (SlotTaken, Invalid):
        return Outcome("taken")
    except (AgentComing, AlreadyDialing):
        return Outcome("agent_coming")
    except AlreadyOpen:
        return Outcome("already_open")
    except Refusal:
        return Outcome("unavailable")
    window = spoken(seen, Window(place.start, place.end))
    return Outcome("kept", {"request": request.id, "slot": window, "window": window, "ending": errand.ending})


async def _deed(
    errand: Errand, seen: Grounds, whose: Request | Verdict | None, place: Place
) -> Callable[[Clerk], Request] | None:
    """What is to be done; None where the number may not be called."""
    promise = PromiseId(errand.house.chance.id("pr"))
    if isinstance(whose, Request):
        return partial(booking.reschedule, request_id=whose.id, slot=place, promise_id=promise)
    reach = errand.reach(seen)
    if reach is None:
        return None
    if errand.request:
        return partial(booking.switch, request_id=errand.request, reach=reach, slot=place, promise_id=promise)
    return partial(booking.book, wish=errand.wish(seen, Mode.SCHEDULED, reach), slot=place)


async def _whose(errand: Errand, seen: Grounds) -> Request | Verdict | None:
    """The open request that is to be moved; else the number that will be rung, as far as it is known."""
    if errand.request:
        request = await errand.house.database.read(lambda work: work.requests.get(errand.request))
        if request.state in _MOVABLE:
            return request
    return _number(errand, seen)


def _number(errand: Errand, seen: Grounds) -> Verdict | None:
    return errand.verdict(seen) if errand.number is not None else None


async def _free(errand: Errand, seen: Grounds, whose: Request | Verdict | None, start: datetime) -> list[Slot]:
    end = seen.now + timedelta(days=seen.queue.rules.slots.horizon_days)
    found = await booking.slots(errand.house, seen.queue.id, start=start, end=end, zone=seen.zone, number=whose)
    return [slot for slot in found if slot.remaining]


def _spoken(seen: Grounds, slot: Slot) -> Spoken:
    return spoken(seen, Window(slot.start, slot.end))


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
