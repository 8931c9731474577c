"""Something changed: who listens hears it once, however often it was told while he was busy."""

import asyncio
from collections.abc import AsyncIterator

from tests.live.conftest import Radio
from vqueue.live.local import LocalBroadcast


async def heard(listener: AsyncIterator[str]) -> str:
    return await asyncio.wait_for(anext(listener), 10)


async def test_a_listener_hears_his_topics_and_no_others(radio: Radio) -> None:
    listener = await radio.listening("queue:cards", "rules")
    for topic in ("queue:loans", "queue:cards", "rules"):
        await radio.broadcast.tell(topic)
    assert [await heard(listener), await heard(listener)] == ["queue:cards", "rules"]


async def test_what_is_told_while_the_reader_is_slow_is_merged(radio: Radio) -> None:
    listener = await radio.listening("dispatch", "end")
    for _ in range(1_000):
        await radio.broadcast.tell("dispatch")
    await radio.broadcast.tell("end")
    told = [await heard(listener)]
    while told[-1] != "end":
        told.append(await heard(listener))
    assert set(told) == {"dispatch", "end"}
    assert len(told) < 1_000


async def test_everybody_who_listens_hears(radio: Radio) -> None:
    first = await radio.listening("dispatch")
    second = await radio.listening("dispatch")
    await radio.broadcast.tell("dispatch")
    assert await heard(first) == await heard(second) == "dispatch"


async def test_telling_nobody_is_fine(radio: Radio) -> None:
    await radio.listening("other")
    await radio.broadcast.tell("dispatch")


async def test_a_reader_who_waits_is_woken(radio: Radio) -> None:
    listener = await radio.listening("dispatch")
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(heard(listener))
        group.create_task(radio.broadcast.tell("dispatch"))
    assert waiting.result() == "dispatch"


async def test_a_closed_listener_ends_also_for_a_reader_who_waits() -> None:
    listener = LocalBroadcast().listen("dispatch")

    async def read() -> list[str]:
        return [topic async for topic in listener]

    async with asyncio.TaskGroup() as group:
        reading = group.create_task(read())
        group.create_task(listener.aclose())
    assert reading.result() == []
    assert [topic async for topic in listener] == []
