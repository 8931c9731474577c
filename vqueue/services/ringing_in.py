"""Customers who will ring the bank themselves: their place is kept, and a code proves who rings."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from vqueue.domain.errors import AlreadyOpen, ClosedRequest, QueueFull, RateLimited, StaleWrite
from vqueue.domain.phone import Phone, Sealed
from vqueue.domain.request import OPEN, Mode, Move, Request, State
from vqueue.ports.apps import CallInCode
from vqueue.ports.database import Work
from vqueue.services import admitting, requesting
from vqueue.services.admitting import Admission
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.quoting import Grounds
from vqueue.services.requesting import Wish

EXPECTED = "call_in"
"""Mark of a place whose customer will ring himself: it is never dialled."""
DIGITS = 8
LIFE_S = 7200
TRIES = 5
"""Wrong codes from one call, and from one number in a day."""
TRIES_WITHHELD = 60
"""Wrong codes in an hour from all calls that show no number."""
_DRAWS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a customer's app shows before he rings."""

    phone_number: str
    code: str
    expires_at: datetime

    def __repr__(self) -> str:
        return "Code(…)"


def kept_until(seen: Grounds, ahead: int) -> datetime | None:
    """When the place of somebody who has not rung is given up: some time after his turn; None while that is unknown."""
    wait = seen.wait(ahead)
    window = seen.window(wait, ring=False) if wait is not None else None
    if window is None:
        return None
    return window.end + timedelta(seconds=seen.queue.rules.deadlines.call_in_hold_s)


def expect(clerk: Clerk, wish: Wish, until: datetime | None) -> Request:
    """A place whose customer rings himself. Raises AlreadyOpen for whom a call or another such place is open in the
    queue, SwitchedOff, QueueFull."""
    most = requesting.ceiling(clerk, wish.queue)
    if wish.customer is not None:
        for other in clerk.work.requests.open_of(now=clerk.at, customer=wish.customer):
            if other.queue == wish.queue and other.state in OPEN and other.mode is not Mode.MESSAGE:
                raise AlreadyOpen(request=other.id)
    if most < 1:
        raise QueueFull
    place = requesting.place_of(wish, at=clerk.at, state=State.WAITING)
    return clerk.join(replace(place, ready=False, parked=EXPECTED, not_before=until))


def given_up(clerk: Clerk, request: Request) -> None:
    """His turn passed and he has not rung."""
    clerk.move(request, Move.EXPIRE, reason="turn_passed", changes={"ready": False})
    clerk.notify(request, "sms.expired_call")


async def code(house: House, request: Request) -> Code | None:
    """The code of a request that waits; the same one until it is used or over. None where ringing changes nothing."""
    if request.state not in (State.WAITING, State.BOOKED) or request.mode is Mode.MESSAGE:
        return None
    for _ in range(_DRAWS):
        drawn = house.chance.digits(DIGITS)
        new = CallInCode(
            request=request.id,
            index=_index(house, drawn),
            code=house.vault.seal(drawn),
            expires_at=house.clock.now() + timedelta(seconds=LIFE_S),
        )
        try:
            kept = await house.database.transact(partial(_kept, new=new, now=house.clock.now()))
        except StaleWrite:
            continue  # somebody else has this very code: another one is drawn
        return Code(phone_number=house.line.number, code=house.vault.open(kept.code), expires_at=kept.expires_at)
    return None


def _kept(work: Work, new: CallInCode, now: datetime) -> CallInCode:
    known = work.codes.of_request(new.request)
    if known is not None and known.used_at is None and known.expires_at > now:
        return known
    work.codes.insert(new)
    return new


def _index(house: House, digits: str) -> str:
    return house.vault.index(f"call-in code {digits}")


async def keyed(house: House, digits: str, *, call: str, caller: Phone | None) -> Request | None:
    """The request whose code was keyed, proven from now on; None for a wrong, used or old one. Raises RateLimited
    when there were too many wrong ones, ClosedRequest when the request has ended meanwhile."""
    tries = _tries(house, call, caller)
    return await house.act(partial(_proven, index=_index(house, digits), tries=tries))


def _tries(house: House, call: str, caller: Phone | None) -> Admission:
    whose = (
        admitting.ceiling(house, f"code-number:{house.vault.index(caller.e164)}", TRIES, admitting.DAY)
        if caller is not None
        else admitting.ceiling(house, "code-withheld", TRIES_WITHHELD, admitting.HOUR)
    )
    return Admission((admitting.ceiling(house, f"code-call:{call}", TRIES, admitting.DAY), whose))


def _proven(clerk: Clerk, index: str, tries: Admission) -> Request | None:
    work = clerk.work
    for each in tries.ceilings:
        if work.counters.value(each.key) >= each.limit:
            raise RateLimited(retry_after_s=each.retry_after_s)
    found = work.codes.by_index(index)
    if found is None or found.expires_at <= clerk.at or not work.codes.use(found, at=clerk.at):
        for each in tries.ceilings:
            work.counters.take(each.key, limit=each.limit, at=clerk.at, expires_at=each.over)
        return None
    request = work.requests.get(found.request)
    if not request.is_open:
        raise ClosedRequest
    return request if request.verified else clerk.store(replace(request, verified=True), reason="proven_by_code")


def own_call(clerk: Clerk, request: Request, *, caller: Sealed | None) -> Request:
    """He rings from the number of the request: it is his."""
    same = caller is not None and request.phone is not None and request.phone.index == caller.index
    if request.verified or not same:
        return request
    return clerk.store(replace(request, verified=True), reason="proven_by_call")
