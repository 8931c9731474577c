"""Telling customers in writing, at least once: notices from the outbox by SMS and push, tried again over days."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

from vqueue.domain.journal import Fact
from vqueue.domain.promise import Promise
from vqueue.domain.request import Request, State
from vqueue.domain.speech import Prompt
from vqueue.domain.speech_args import Arg, Clock, Digits, Text, Window
from vqueue.ports.apps import Device
from vqueue.ports.database import Notice, Work
from vqueue.ports.notifier import Failed, Gone, Taken, Told
from vqueue.ports.telephony import NotPlaced, Placed
from vqueue.services import linking, showing
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

SPACING_S = (30, 120, 600, 3600, 14_400, 43_200, 86_400)
"""Pause after each failed try; after the last one the notice is dead and says so."""
_CLAIM_S = 240
"""Wall seconds for which nobody else takes what is being sent: the slowest batch takes less."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a notice is about, as it is at the moment of sending."""

    request: Request
    promise: Promise | None
    devices: tuple[Device, ...]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one try. `word` is kept with the notice."""

    word: str
    done: bool = False
    hopeless: bool = False


async def send(house: House) -> None:
    """Sends what is due: in order for each request, side by side for several. In doubt it is sent again: better twice
    than never."""
    now = house.clock.now()
    until = now + timedelta(seconds=_CLAIM_S * house.clock.speed)
    due = await house.database.transact(lambda work: work.outbox.claim(now=now, until=until))
    by_request = sorted(due, key=lambda notice: (notice.request or "", notice.id))
    lines = [list(each) for _, each in groupby(by_request, key=lambda notice: notice.request)]
    await asyncio.gather(*(_line(house, line) for line in lines))


async def _line(house: House, notices: list[Notice]) -> None:
    for notice in notices:
        await _settle(house, notice, await _send(house, notice))


async def _send(house: House, notice: Notice) -> _Outcome:
    subject = await house.database.read(partial(_subject, notice=notice))
    if subject is None or _moot(notice, subject, house.clock.now()):
        return _Outcome("moot", hopeless=True)
    if notice.kind == "push":
        return await _push(house, notice, subject)
    return await _sms(house, notice, subject)


async def _sms(house: House, notice: Notice, subject: _Subject) -> _Outcome:
    request = subject.request
    if request.phone is None:
        return _Outcome("no_number", hopeless=True)
    link = await linking.made(house, request.id, notice.prompt)
    args = _args(house, subject) | ({"link": Text(link)} if link else {"link": Text(house.line.number)})
    phone = house.vault.open_phone(request.phone)
    answer = await house.notifier.tell(phone, Prompt(notice.prompt, args), request.language)
    if isinstance(answer, Placed):
        return _Outcome("taken", done=True)
    return _Outcome("refused" if isinstance(answer, NotPlaced) else "failed", hopeless=isinstance(answer, NotPlaced))


async def _push(house: House, notice: Notice, subject: _Subject) -> _Outcome:
    """To all his devices; one that took it is enough, one that is gone is forgotten."""
    told = [(device, await _to_device(house, notice, subject, device)) for device in subject.devices]
    for device, answer in told:
        if isinstance(answer, Gone):
            await house.database.transact(partial(_forget, device=device.id))
    if any(isinstance(answer, Taken) for _, answer in told):
        return _Outcome("taken", done=True)
    failed = [answer.word for _, answer in told if isinstance(answer, Failed)]
    return _Outcome(failed[0]) if failed else _Outcome("no_device", hopeless=True)


async def _to_device(house: House, notice: Notice, subject: _Subject, device: Device) -> Told:
    prompt = Prompt(f"push.{notice.prompt.partition('.')[2]}", _args(house, subject))
    data = {"request": subject.request.id, "purpose": notice.prompt.partition(".")[2]}
    address = house.vault.open(device.address)
    return await house.pusher.push(device.kind, address, prompt, language=device.language, data=data)


def _forget(work: Work, *, device: str) -> None:
    work.devices.remove(device)


async def _settle(house: House, notice: Notice, outcome: _Outcome) -> None:
    now = house.clock.now()
    if outcome.done:
        await house.database.transact(lambda work: work.outbox.done(notice.id, at=now))
        return
    dead = outcome.hopeless or notice.tries >= len(SPACING_S)
    pause = timedelta(seconds=SPACING_S[min(notice.tries, len(SPACING_S) - 1)])

    def later(clerk: Clerk) -> None:
        until = now if dead else now + pause
        clerk.work.outbox.later(notice.id, not_before=until, dead=dead, outcome=outcome.word)
        if dead and notice.request is not None:
            request = clerk.work.requests.get(notice.request)
            words = {"prompt": notice.prompt, "outcome": outcome.word, "tries": notice.tries + 1}
            clerk.note(Fact.NOTICE_DEAD, request=request, kind=notice.kind, notice=notice.id, **words)

    await house.act(later)


def _subject(work: Work, *, notice: Notice) -> _Subject | None:
    if notice.request is None:
        return None
    request = work.requests.get(notice.request)
    devices = work.devices.of_customer(request.customer) if notice.kind == "push" and request.customer else []
    return _Subject(request, work.promises.get(request.promise) if request.promise else None, tuple(devices))


def _moot(notice: Notice, subject: _Subject, now: datetime) -> bool:
    """What it says is not so any more: a slot that was moved or has begun, a window that was promised anew or in which
    he has been rung, a place that was taken or given up."""
    request = subject.request
    if notice.prompt == "sms.window_changed":
        rung = subject.promise is not None and subject.promise.first_ring_at is not None
        return request.state is not State.WAITING or request.promise != notice.target or rung
    if notice.target is not None:
        slot = request.slot_start.isoformat() if request.books and request.slot_start is not None else None
        return slot != notice.target
    match notice.prompt:
        case "sms.missed_will_retry":
            return not request.is_open
        case "sms.missed_in_grace":
            return not showing.in_grace(request, now)
        case "sms.rolled_over":
            return request.state is not State.BOOKED
        case _:
            return False


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
