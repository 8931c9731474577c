"""Many who look at the same time: their questions go together, and one reader hands each follower what is new."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import aclosing

import pytest

from tests.api.conftest import Face
from tests.api.lines import a_line, kept, now_is
from tests.api.streams import PATIENCE_S, heard
from vqueue.domain.errors import Unavailable
from vqueue.domain.rules import Switches
from vqueue.live.local import LocalBroadcast
from vqueue.services.gathering import Gathering


class Desk:
    """Reads when it is let, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.begun, self.open = asyncio.Event(), asyncio.Event()
        self.broken = False

    async def read(self, names: Collection[str]) -> Mapping[str, int]:
        self.asked.append(sorted(names))
        self.begun.set()
        await self.open.wait()
        if self.broken:
            raise Unavailable
        return {name: len(name) for name in names if name != "nobody"}


async def test_those_who_ask_while_a_reading_is_under_way_are_read_together() -> None:
    gathering, desk = Gathering[str, int](), Desk()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(gathering.ask("a", desk.read))
        await desk.begun.wait()
        others = [group.create_task(gathering.ask(name, desk.read)) for name in ("bb", "nobody", "a", "bb")]
        await asyncio.sleep(0)
        desk.open.set()
    assert desk.asked == [["a"], ["a", "bb", "nobody"]], "what was asked later is read later, once"
    assert (first.result(), [one.result() for one in others]) == (1, [2, None, 1, 2])


async def test_a_reading_that_fails_fails_for_all_who_asked_and_no_later_one() -> None:
    gathering, desk = Gathering[str, int](), Desk()
    desk.broken = True
    desk.open.set()
    answers = await asyncio.gather(*(gathering.ask(name, desk.read) for name in "ab"), return_exceptions=True)
    assert [type(one) for one in answers] == [Unavailable, Unavailable]
    desk.broken = False
    assert await gathering.ask("a", desk.read) == 1


async def test_whoever_reads_for_all_may_go_away() -> None:
    gathering, desk = Gathering[str, int](), Desk()
    first = asyncio.ensure_future(gathering.ask("a", desk.read))
    await desk.begun.wait()
    leads, joins = (asyncio.ensure_future(gathering.ask(name, desk.read)) for name in ("bb", "ccc"))
    await asyncio.sleep(0)
    leads.cancel()
    desk.open.set()
    assert (await first, await joins) == (1, 3)
    with pytest.raises(asyncio.CancelledError):
        await leads


async def test_a_listener_hears_what_it_adds_and_no_more_what_it_drops() -> None:
    hall = LocalBroadcast()
    listener = hall.listen("first")
    listener.add("second")
    listener.drop("first")
    for topic in ("first", "second"):
        await hall.tell(topic)
    assert await anext(aiter(listener)) == "second"
    del listener
    assert hall.by_topic == {}, "a topic nobody listens to is forgotten"


async def test_a_new_board_moves_everybody_who_follows(face: Face) -> None:
    await a_line(face, ready=8)
    ann, bob = face.customer("ann"), face.customer("bob", phone="+447700900002")
    made = [(who, await kept(face, who, name)) for name, who in (("a", ann), ("b", bob))]
    paths = [(f"/v1/support-requests/{one['id']}/events", who) for who, one in made]
    async with (
        asyncio.timeout(PATIENCE_S),
        aclosing(heard(face, *paths[0])) as hers,
        aclosing(heard(face, *paths[1])) as his,
    ):
        assert [(await anext(each)).data["position"] for each in (hers, his)] == [9, 9]
        await a_line(face, ready=2)
        await face.house.broadcast.tell("boards")
        later = [await anext(each) for each in (hers, his)]
    assert [event.data["position"] for event in later] == [3, 3]
    assert [event.id for event in later] == [str(one["version"]) for _, one in made], "his request is what it was"


async def test_a_switch_reaches_those_who_follow(face: Face) -> None:
    await a_line(face)
    ann = face.customer()
    made = await kept(face, ann)
    off = Switches(dialing=False, reason="storm")
    async with (
        asyncio.timeout(PATIENCE_S),
        aclosing(heard(face, f"/v1/support-requests/{made['id']}/events", ann)) as events,
    ):
        await anext(events)
        await face.house.database.transact(lambda work: work.queues.switch("cards", off))
        told = await anext(events)
    assert "paused" in told.data["reasons"]


async def test_a_request_that_is_his_no_more_is_followed_no_more(face: Face) -> None:
    await a_line(face)
    ann = face.customer()
    made = await kept(face, ann)
    async with (
        asyncio.timeout(PATIENCE_S),
        aclosing(heard(face, f"/v1/support-requests/{made['id']}/events", ann)) as events,
    ):
        await anext(events)
        await now_is(face, made["id"], customer=None)
        assert [event.name async for event in events if event.name] == []
