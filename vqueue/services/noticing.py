"""Telling the outside, at least once: notices from the outbox, tried again over days, never lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from vqueue.domain.promise import Promise
from vqueue.domain.request import Request
from vqueue.domain.speech import Prompt
from vqueue.domain.speech_args import Arg, Clock, Digits, Text, Window
from vqueue.ports.database import Notice, Work
from vqueue.ports.telephony import NotPlaced, Placed
from vqueue.services.house import House

SPACING_S = (30, 120, 600, 3600, 14_400, 43_200, 86_400)
"""Pause after each failed try; after the last one the notice is dead and says so."""
_CLAIM = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a notice is about, as it is at the moment of sending."""

    request: Request
    promise: Promise | None


async def send(house: House) -> None:
    """Sends what is due. A notice whose sending is in doubt is sent again: better twice than never."""
    now = house.clock.now()
    due = await house.database.transact(lambda work: work.outbox.claim(now=now, until=now + _CLAIM))
    for notice in due:
        await _send(house, notice)


async def _send(house: House, notice: Notice) -> None:
    subject = await house.database.read(partial(_subject, notice=notice))
    if subject is None or subject.request.phone is None or _moot(notice, subject.request):
        await house.database.transact(partial(_later, notice=notice, until=house.clock.now(), dead=True))
        return
    prompt = Prompt(notice.prompt, _args(house, subject))
    phone = house.vault.open_phone(subject.request.phone)
    answer = await house.notifier.tell(phone, prompt, subject.request.language)
    now = house.clock.now()
    if isinstance(answer, Placed):
        await house.database.transact(lambda work: work.outbox.done(notice.id, at=now))
        return
    pause = timedelta(seconds=SPACING_S[min(notice.tries, len(SPACING_S) - 1)])
    dead = isinstance(answer, NotPlaced) or notice.tries >= len(SPACING_S)
    await house.database.transact(partial(_later, notice=notice, until=now + pause, dead=dead))


def _subject(work: Work, *, notice: Notice) -> _Subject | None:
    if notice.request is None:
        return None
    request = work.requests.get(notice.request)
    return _Subject(request, work.promises.get(request.promise) if request.promise else None)


def _moot(notice: Notice, request: Request) -> bool:
    """It speaks of a slot that this request no longer waits for: moved, closed, or its time has come."""
    if notice.target is None:
        return False
    return not request.books or request.slot_start is None or request.slot_start.isoformat() != notice.target


def _args(house: House, subject: _Subject) -> dict[str, Arg]:
    """Everything a notice may be filled with, as far as it is known."""
    request = subject.request
    zone = request.slot_zone or request.zone or house.line.zone
    args: dict[str, Arg] = {"bank": Text(house.line.bank), "phone": Digits(house.line.number)}
    times: dict[str, datetime | None] = {
        "at": request.slot_start,
        "rang": subject.promise.first_ring_at if subject.promise else None,
        "until": request.grace_until,
    }
    args |= {name: Clock(at, zone) for name, at in times.items() if at is not None}
    if subject.promise is not None:
        window = subject.promise.window
        args["window"] = Window(window.start, window.end, zone, now=house.clock.now())
    return args


def _later(work: Work, *, notice: Notice, until: datetime, dead: bool) -> None:
    work.outbox.later(notice.id, not_before=until, dead=dead)
