"""A request made for a customer by an agent or a system: the bank vouches for the number, the rules decide the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from vqueue.domain.context import checked
from vqueue.domain.ids import AgentId, RequestId
from vqueue.domain.journal import Fact
from vqueue.domain.promise import Promise
from vqueue.domain.request import Channel, Request
from vqueue.ports.apps import Answered
from vqueue.ports.identity import Customer
from vqueue.services import admitting, choosing, once, quoting, wishing
from vqueue.services.admitting import Admission
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.wishing import Asked, Case

Tell = Callable[[Request, Promise | None], tuple[Mapping[str, Any], Mapping[str, str]]]
"""What is shown as (document, headers): the same for the same thing, without any effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bespoken:
    """Who it is made for and by. `customer` is his id in the bank's app, where he has one."""

    asked: Asked
    by: str
    customer: str | None = None
    name: str | None = field(default=None, repr=False)
    follows: RequestId | None = None
    agent: AgentId | None = None
    """The agent he would rather have, …"""
    agent_for: timedelta = timedelta(hours=4)
    """… and for how long one waits for that one alone."""
    since: datetime | None = None
    """When he came, where he keeps that place; None: now."""


async def make(house: House, made: Bespoken, tell: Tell) -> Answered:
    """The answer, made now or found. Raises IdempotencyKeyReused, Invalid, NumberRefused, AlreadyOpen, QueueClosed,
    QueueFull, SwitchedOff, SlotTaken, RateLimited; a refusal is not stored."""
    found = await house.database.read(partial(once.found, asked=made.asked))
    if found is not None:
        return found
    deed, admission = await prepared(house, made)
    kept = once.kept_for(house)
    return await house.act(partial(_kept, made=made, deed=deed, admission=admission, tell=tell, kept=kept))


async def prepared(house: House, made: Bespoken) -> tuple[Callable[[Clerk], Request], Admission]:
    """The deed that makes the place, and the counters it takes: all that is read or sealed beforehand."""
    case = await _case(house, made)
    deed = await wishing.DEEDS[made.asked.mode](case)
    assert isinstance(deed, partial)
    name = house.vault.seal(made.name) if made.name else None
    wish = replace(deed.keywords["wish"], channel=Channel.AGENT, customer=made.customer, name=name, verified=True)
    phone = case.number.phone if case.number is not None else None
    caps = case.seen.queue.rules.caps
    index = house.vault.index(phone.e164) if phone is not None else ""
    asked_for = admitting.ceiling(house, f"asked-for:{index}", caps.asked_per_number_day, admitting.DAY)
    placed = partial(deed.func, *deed.args, **{**deed.keywords, "wish": wish})
    return partial(_linked, placed=placed, made=made), Admission((asked_for,) if index else ())


async def _case(house: House, made: Bespoken) -> Case:
    asked = made.asked
    queue = await choosing.chosen(house, queue=asked.queue, topic=asked.topic)
    context = checked(queue.rules.context, asked.context)
    language = wishing.language_of(queue, asked.locale)
    known = choosing.attributes(topic=asked.topic, language=language, channel=Channel.AGENT, context=context)
    route = await choosing.routed(house, queue, known, language=language)
    number = quoting.verdict(route.seen, asked.phone_number) if asked.phone_number else None
    nobody = Customer(
        id=made.customer or "", phone=None, name=None, locale=None, segment=None,
        expires_at=house.clock.calendar(),
    )  # fmt: skip
    return Case(
        house=house,
        customer=nobody,
        asked=asked,
        route=route,
        number=number,
        language=language,
        context=context,
        since=made.since,
    )


def _linked(clerk: Clerk, placed: Callable[[Clerk], Request], made: Bespoken) -> Request:
    request = placed(clerk)
    clerk.note(Fact.STAFF_ACTED, request=request, act="made_request", by=made.by, follows=made.follows)
    if made.follows is None and made.agent is None:
        return request
    until = clerk.at + made.agent_for if made.agent is not None else None
    linked = replace(request, follows=made.follows, wanted_agent=made.agent, wanted_until=until)
    return clerk.store(linked, reason="follows")


def _kept(
    clerk: Clerk,
    made: Bespoken,
    deed: Callable[[Clerk], Request],
    admission: Admission,
    tell: Tell,
    kept: timedelta,
) -> Answered:
    """Place and answer together. Raises StaleWrite when a twin kept one meanwhile: the op runs again and finds it."""
    found = once.found(clerk.work, made.asked)
    if found is not None:
        return found
    admission.take(clerk.work, clerk.at)
    request = deed(clerk)
    promise = clerk.work.promises.get(request.promise) if request.promise is not None else None
    return once.keep(clerk, made.asked, tell(request, promise), kept=kept)
