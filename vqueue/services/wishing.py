"""What a customer of the app wishes, read with all it rests on, and the deed each mode of support comes to."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from vqueue.domain.context import checked
from vqueue.domain.errors import Invalid, NumberRefused, QueueClosed, QueueFull, SwitchedOff
from vqueue.domain.ids import PromiseId, QueueId, RequestId
from vqueue.domain.request import Channel, Mode, Request
from vqueue.domain.rules import Queue
from vqueue.engine.numbers import Verdict
from vqueue.ports.identity import Customer
from vqueue.services import booking, choosing, quoting, requesting, ringing_in
from vqueue.services.choosing import Route
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.quoting import Grounds
from vqueue.services.requesting import Wish
from vqueue.services.terms import Terms, terms

Deed = Callable[[Clerk], Request]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came in. `key` is the hash of principal, route and idempotency key."""

    key: str
    body_hash: str
    mode: Mode
    queue: str | None = None
    topic: str | None = None
    phone_number: str | None = None
    slot_start: datetime | None = None
    context: Mapping[str, Any] = field(default_factory=dict, repr=False)
    locale: str | None = None
    notify: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One asking with all it rests on, read before the transaction."""

    house: House
    customer: Customer
    asked: Asked
    route: Route
    number: Verdict | None
    language: str
    context: Mapping[str, Any] = field(repr=False)
    since: datetime | None = None
    """When he came, where he keeps that place; None: now."""

    @property
    def seen(self) -> Grounds:
        return self.route.seen

    @property
    def channel(self) -> Channel:
        return channel_of(self.customer)

    @property
    def proven(self) -> bool:
        return is_proven(self.customer, self.number)

    @property
    def ahead(self) -> int:
        return self.seen.ahead(self.begins, self.route.bucket, self.route.credit)

    @property
    def begins(self) -> datetime:
        """From when the place counts."""
        return self.since or self.seen.now


def channel_of(customer: Customer) -> Channel:
    return Channel.WEB if customer.guest else Channel.APP


def is_proven(customer: Customer, number: Verdict | None) -> bool:
    """The number is the one his token vouches for."""
    return number is not None and number.phone is not None and number.phone == customer.phone


def language_of(queue: Queue, *wishes: str | None) -> str:
    """The first wish that the queue speaks (`en-GB` is `en`), else the queue's own language."""
    for wish in wishes:
        first = (wish or "").replace("_", "-").split("-")[0].lower()
        if first in queue.rules.languages:
            return first
    return queue.rules.languages[0] if queue.rules.languages else "en"


async def read(house: House, customer: Customer, asked: Asked, queue: Queue) -> Case:
    """What the wish for this queue rests on. Raises Invalid for a context that is not the queue's."""
    context = checked(queue.rules.context, asked.context)
    language = language_of(queue, asked.locale, customer.locale)
    known = choosing.attributes(
        topic=asked.topic,
        language=language,
        channel=channel_of(customer),
        segment=customer.segment,
        context=context,
    )
    route = await choosing.routed(house, queue, known, language=language)
    text = asked.phone_number or (customer.phone.e164 if customer.phone else "")
    number = quoting.verdict(route.seen, text) if text else None
    return Case(
        house=house,
        customer=customer,
        asked=asked,
        route=route,
        number=number,
        language=language,
        context=context,
    )


def wish(case: Case, mode: Mode, *, opening: datetime | None = None) -> Wish:
    """The place asked for; everything secret in it is sealed here."""
    house, seen, customer = case.house, case.seen, case.customer
    phone = case.number.phone if case.number else None
    zone, country = quoting.reach(phone, seen.zone) if phone else ("", "")
    return Wish(
        id=RequestId(house.chance.id("rq")),
        promise_id=PromiseId(house.chance.id("pr")),
        queue=QueueId(seen.queue.id),
        mode=mode,
        channel=case.channel,
        language=case.language,
        skills=case.route.skills,
        bucket=case.route.bucket,
        credit_class=case.route.credit,
        virtual_start=case.begins,
        rules_version=seen.queue.rules_version,
        phone=house.vault.seal_phone(phone) if phone else None,
        zone=zone,
        country=country,
        topic=case.asked.topic,
        context=house.vault.seal(json.dumps(dict(case.context), ensure_ascii=False)) if case.context else None,
        name=house.vault.seal(customer.name) if customer.name else None,
        customer=customer.id,
        verified=case.proven,
        slot_start=opening,
        segment=customer.segment,
        notify=tuple(name for name, wanted in sorted(case.asked.notify.items()) if wanted),
    )


def callable_number(number: Verdict | None) -> Verdict:
    """Raises Invalid without a number, NumberRefused for one that may not be called."""
    if number is None:
        raise Invalid("A number to call is needed.", errors=(("/phone_number", "missing"),))
    if not number.allowed:
        raise NumberRefused(number.reason)
    return number


def offered(queue: Queue, mode: Mode) -> None:
    """Raises Invalid where the queue's rules do not have this mode, SwitchedOff while registering is off."""
    if mode not in queue.rules.offer.modes or (mode is Mode.CALLBACK and not queue.rules.offer.enabled):
        raise Invalid("This queue does not offer this.", errors=(("/mode", "not_offered"),))
    if not queue.switches.registering and mode is not Mode.MESSAGE:
        raise SwitchedOff


def callback_terms(seen: Grounds, ahead: int, number: Verdict) -> Terms:
    """On what terms he is called back as soon as it is his turn. Raises QueueFull, SwitchedOff, and QueueClosed where
    no call can be promised in these hours."""
    found = terms(seen, ahead, number)
    if found is not None and found.opening is None:
        return found
    reasons = seen.decide(number, ahead=ahead).reasons
    if "full" in reasons:
        raise QueueFull
    if "paused_dialing" in reasons or "paused_registering" in reasons:
        raise SwitchedOff
    raise QueueClosed(f"No callback can be promised now: {', '.join(reasons) or 'closed'}.")


async def _callback(case: Case) -> Deed:
    if case.asked.slot_start is not None:
        raise Invalid("A callback has no slot.", errors=(("/slot_start", "extra_forbidden"),))
    offered(case.seen.queue, Mode.CALLBACK)
    found = callback_terms(case.seen, case.ahead, callable_number(case.number))
    return partial(requesting.request_callback, wish=wish(case, Mode.CALLBACK), quote=found.quote)


async def _scheduled(case: Case) -> Deed:
    """A slot; without one, where no call is possible in these hours, the first moment at which it is."""
    number, seen = callable_number(case.number), case.seen
    if not seen.queue.switches.registering:
        raise SwitchedOff
    if case.asked.slot_start is not None:
        slot = await booking.place(case.house, seen.queue.id, start=case.asked.slot_start, number=number)
        return partial(booking.book, wish=wish(case, Mode.SCHEDULED), slot=slot)
    found = terms(seen, case.ahead, number)
    if found is None or found.opening is None:
        raise Invalid("Name the slot to be booked.", errors=(("/slot_start", "missing"),))
    later = wish(case, Mode.SCHEDULED, opening=found.opening)
    return partial(requesting.request_callback, wish=later, quote=found.quote)


async def _call_in(case: Case) -> Deed:
    offered(case.seen.queue, Mode.CALL_IN)
    if not case.seen.open:
        raise QueueClosed
    if case.number is not None and not case.number.allowed:
        raise NumberRefused(case.number.reason)
    until = ringing_in.kept_until(case.seen, case.ahead)
    return partial(ringing_in.expect, wish=wish(case, Mode.CALL_IN), until=until)


async def _message(case: Case) -> Deed:
    offered(case.seen.queue, Mode.MESSAGE)
    if not case.context:
        raise Invalid("A message says something.", errors=(("/context", "missing"),))
    return partial(requesting.message, wish=wish(case, Mode.MESSAGE), recording="")


async def _no_hold(case: Case) -> Deed:
    raise Invalid("Who wants to hold rings the bank.", errors=(("/mode", "not_offered"),))


DEEDS: Mapping[Mode, Callable[[Case], Awaitable[Deed]]] = {
    Mode.CALLBACK: _callback,
    Mode.SCHEDULED: _scheduled,
    Mode.CALL_IN: _call_in,
    Mode.MESSAGE: _message,
    Mode.HOLD: _no_hold,
}
