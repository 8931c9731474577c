"""A queue that takes bookings, wishes for them, and what can be asked of the house about them."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from tests.web.house import NOON
from vqueue.domain.agent import AddressKind, Agent, Presence
from vqueue.domain.ids import AgentId, PromiseId, QueueId, RequestId
from vqueue.domain.phone import Phone
from vqueue.domain.request import Channel, Mode, Request
from vqueue.domain.rules import WEEK, Hours, Offer, Queue, Rules
from vqueue.domain.slots import Slots, slot_key
from vqueue.services import booking
from vqueue.services.booking import Place
from vqueue.services.house import House
from vqueue.services.requesting import Wish

MODES = (Mode.CALLBACK, Mode.SCHEDULED, Mode.HOLD, Mode.MESSAGE)
RULES = Rules(
    offer=Offer(modes=MODES),
    hours=Hours(week=dict.fromkeys(WEEK, (("08:00", "20:00"),))),
    slots=Slots(week=dict.fromkeys(WEEK, (("09:00", "20:00", 2),)), lead_s=600, agent_lead_s=20),
)
CARDS = Queue(id="cards", names={"en": "Cards"}, rules=RULES)
THREE = NOON.replace(hour=15, minute=0)
"""The first slot after NOON (14:07) that is an hour away; London is on UTC."""
HALF = timedelta(minutes=30)


def wish(house: House, number: int = 1, **changes: object) -> Wish:
    """A customer of his own for each number."""
    made = Wish(
        id=RequestId(house.chance.id("rq")),
        promise_id=PromiseId(house.chance.id("pr")),
        queue=QueueId("cards"),
        mode=Mode.SCHEDULED,
        channel=Channel.APP,
        language="en",
        skills=(),
        bucket="/en",
        credit_class="standard",
        virtual_start=house.clock.now(),
        rules_version=1,
        phone=house.vault.seal_phone(Phone(f"+4477009{number:05d}")),
        zone="Europe/London",
        country="GB",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


async def offered(house: House, start: datetime = THREE, *, of: Request | None = None) -> Place:
    return await booking.place(house, "cards", start=start, number=of)


async def booked(house: House, start: datetime = THREE, *, number: int = 1) -> Request:
    slot = await offered(house, start)
    return await house.act(partial(booking.book, wish=wish(house, number), slot=slot))


async def moved(house: House, request: Request, start: datetime) -> Request:
    slot = await offered(house, start, of=request)
    promise = PromiseId(house.chance.id("pr"))
    return await house.act(partial(booking.reschedule, request_id=request.id, slot=slot, promise_id=promise))


async def stored(house: House, request: Request) -> Request:
    return await house.database.read(lambda work: work.requests.get(request.id))


async def taken(house: House, start: datetime = THREE) -> int:
    """What the slot's counter says."""
    return await house.database.read(lambda work: work.counters.value(slot_key("cards", start)))


async def published(house: House, rules: Rules) -> None:
    await house.act(lambda clerk: clerk.work.queues.publish("cards", rules, at=clerk.at, by="test"))


async def with_agent(house: House) -> Agent:
    """Omer, ready."""
    agent = Agent(
        id=AgentId("ag_omer"),
        name="Omer",
        address_kind=AddressKind.PHONE,
        address=house.vault.seal("+447700900999"),
        skills={},
        languages=("en",),
        presence=Presence.READY,
        since=house.clock.now(),
    )
    await house.act(lambda clerk: clerk.work.agents.insert(agent))
    return agent
