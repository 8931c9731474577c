"""Ceilings of open callbacks: of a queue and of a number, kept by counters that are right again when places close."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.web.house import NOON, HandClock, open_house
from vqueue.domain.errors import RateLimited
from vqueue.domain.ids import PromiseId, QueueId, RequestId
from vqueue.domain.phone import Phone
from vqueue.domain.request import Channel, Mode, Request
from vqueue.domain.rules import Caps, Queue, Rules
from vqueue.services import requesting
from vqueue.services.house import House
from vqueue.services.requesting import Wish

RULES = Rules(caps=Caps(open_per_number=2))


@pytest.fixture
async def house(sqlite_database: str) -> AsyncIterator[House]:
    async with open_house(sqlite_database, HandClock()) as one:
        for name in ("cards", "payments", "general"):
            queue = Queue(id=name, names={"en": name}, rules=RULES)
            await one.act(lambda clerk, new=queue: clerk.work.queues.insert(new))
        yield one


def wish(house: House, queue: str) -> Wish:
    return Wish(
        id=RequestId(house.chance.id("rq")),
        promise_id=PromiseId(house.chance.id("pr")),
        queue=QueueId(queue),
        mode=Mode.CALLBACK,
        channel=Channel.IVR,
        language="en",
        skills=(),
        bucket="/en",
        credit_class="standard",
        virtual_start=NOON,
        rules_version=1,
        phone=house.vault.seal_phone(Phone("+447700900101")),
    )


async def asked(house: House, queue: str) -> Request:
    new = wish(house, queue)
    return await house.act(lambda clerk: requesting.request_callback(clerk, new, None))


async def test_one_number_has_so_many_open_callbacks_and_no_more(house: House) -> None:
    first = await asked(house, "cards")
    await asked(house, "payments")
    with pytest.raises(RateLimited):
        await asked(house, "general")
    await house.act(lambda clerk: requesting.cancel(clerk, first.id, reason="test"))
    assert (await asked(house, "general")).is_open


async def test_another_number_is_not_concerned(house: House) -> None:
    await asked(house, "cards")
    await asked(house, "payments")
    other = replace(wish(house, "general"), phone=house.vault.seal_phone(Phone("+447700900102")))
    assert (await house.act(lambda clerk: requesting.request_callback(clerk, other, None))).is_open
