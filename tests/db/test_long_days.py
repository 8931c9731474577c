"""What a bank does every second or every quarter of a minute stays cheap and right after a long day."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import pytest

from tests.db.builders import a_number, a_promise, a_request, an_attempt
from tests.domain.walk import NOON, Walk, begun
from vqueue.db.open import open_database
from vqueue.domain.causes import Cause
from vqueue.domain.ids import PromiseId, RequestId
from vqueue.domain.journal import Fact
from vqueue.domain.promise import Window
from vqueue.domain.request import Request, State
from vqueue.ports.database import Database, Work
from vqueue.services import keeping
from vqueue.services.leading import Leader
from vqueue.services.reading import Boards

T = TypeVar("T")
DAY_S = 86_400
"""How long a request is kept by the rules."""


class Interrupted:
    """A real database; right after the first read something else happens."""

    def __init__(self, database: Database, then: Callable[[], Awaitable[object]]) -> None:
        self._database, self._then = database, then
        self.reads = 0

    async def transact(self, op: Callable[[Work], T]) -> T:
        return await self._database.transact(op)

    async def read(self, op: Callable[[Work], T]) -> T:
        found = await self._database.read(op)
        self.reads += 1
        if self.reads == 2:  # the queues, then who may expire
            await self._then()
        return found

    async def close(self) -> None:
        await self._database.close()


@pytest.fixture
async def bank(fresh_url: str) -> AsyncIterator[Walk]:
    """Two agents, two callbacks, one holder; nothing happens unless the test says so."""
    database = open_database(fresh_url)
    walk = await begun(database, 1)
    yield walk
    for work in walk.pending:
        work.close()
    await database.close()


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


async def talked(bank: Walk, number: int, *, since: datetime) -> None:
    """A caller was served within ten seconds and spoke for a minute and a half."""
    one = a_request(f"rq_t{number}", state=State.SERVED, created_at=since, closed_at=since + timedelta(seconds=100))
    talk = an_attempt(
        f"at_t{number}",
        request=one.id,
        opened_at=since,
        joined_at=since + timedelta(seconds=10),
        closed_at=one.closed_at,
        outcome=Cause.TALKED,
    )
    await bank.house.database.transact(lambda work: work.requests.insert(one))
    await bank.house.database.transact(lambda work: work.attempts.insert(talk))


async def test_boards_are_made_each_beat_and_their_past_is_read_anew_after_thirty_seconds(bank: Walk) -> None:
    leader = Leader(house=bank.house, holder="beat")
    leader.lease = bank.lease

    async def handled_after(seconds: float) -> float:
        bank.clock.at = at(200 + seconds)
        await leader.publish()
        board = await bank.house.board.read("cards")
        assert board is not None and board.as_of == bank.clock.at
        return float(str(board.inputs["handled"]))

    assert await handled_after(0) == 0
    await talked(bank, 1, since=at(50))
    assert await handled_after(29) == 0
    assert await handled_after(30) == 1
    await talked(bank, 2, since=at(51))
    assert await handled_after(59) == 1
    assert await handled_after(60) == 2


async def test_places_in_line_are_counted_for_each_board(bank: Walk) -> None:
    leader = Leader(house=bank.house, holder="beat")
    leader.lease = bank.lease
    await leader.publish()
    before = await bank.house.board.read("cards")
    await bank.comes(hold=False)
    await leader.publish()
    board = await bank.house.board.read("cards")
    assert before is not None and board is not None
    assert board.ready == before.ready + 1


async def test_the_figures_of_the_day_are_shared_for_three_seconds(bank: Walk) -> None:
    boards = Boards(house=bank.house)
    seen = []
    for number, pause_s in enumerate((1.0, 1.0, 1.0, 2.4, 0.6)):
        seen.append((await boards.now()).day.answered)
        await talked(bank, number, since=bank.clock.at)
        bank.clock.at += timedelta(seconds=pause_s)
    assert seen == [0, 0, 0, 3, 3]
    assert (await boards.now()).day.answered == 5


async def test_who_does_something_sees_it_on_the_board_at_once(bank: Walk) -> None:
    boards = Boards(house=bank.house)
    before = (await boards.now()).waiting
    at_once = bank.clock.at
    await bank.comes(hold=False)
    bank.clock.at = at_once
    assert (await boards.now()).waiting == before
    await boards.forget()
    assert (await boards.now()).waiting == before + 1


async def waits(bank: Walk, name: str, *, since: datetime) -> Request:
    """Somebody with a number, a promise and a place, who came then."""
    promise = a_promise(f"pr_{name}", request=RequestId(f"rq_{name}"), window=Window(at(0), at(9 * DAY_S)))
    request = a_request(
        f"rq_{name}",
        created_at=since,
        virtual_start=since,
        phone=a_number(name),
        promise=PromiseId(promise.id),
    )
    await bank.house.act(lambda clerk: clerk.join(request))
    await bank.house.act(lambda clerk: clerk.work.promises.insert(promise))
    return request


async def test_who_came_first_expires_first_however_many_came_after(bank: Walk) -> None:
    for number in range(101):
        await waits(bank, f"new{number}", since=at(DAY_S))
    old = await waits(bank, "old", since=at(-1))
    bank.clock.at = at(DAY_S)
    await keeping.close_queues(bank.house)
    state = await bank.house.database.read(lambda work: work.requests.get(old.id))
    [promise] = await bank.house.database.read(lambda work: work.promises.of_request(old.id))
    assert (state.state, state.reason) == (State.EXPIRED, "too_old")
    assert (promise.kept, promise.outcome) == (False, "expired")
    assert await expired(bank) == [old.id]
    assert await told(bank, old.id) == ["sms.expired_call"]


async def test_who_is_being_connected_meanwhile_does_not_expire(bank: Walk) -> None:
    old = await waits(bank, "old", since=at(-1))
    bank.clock.at = at(DAY_S)
    connected = partial(_connected, bank=bank, known=old.id)
    house = replace(bank.house, database=Interrupted(bank.house.database, connected))
    await keeping.close_queues(house)
    [promise] = await bank.house.database.read(lambda work: work.promises.of_request(old.id))
    assert promise.settled_at is None
    assert await expired(bank) == []
    assert await told(bank, old.id) == []


async def _connected(bank: Walk, known: RequestId) -> None:
    def deed(work: Work) -> None:
        work.requests.replace(replace(work.requests.get(known), state=State.CONNECTING))

    await bank.house.database.transact(deed)


async def expired(bank: Walk) -> list[str]:
    found = await bank.house.database.read(lambda work: work.requests.search(states=(State.EXPIRED,)))
    return [one.id for one in found]


async def told(bank: Walk, request: RequestId) -> list[str]:
    """What the customer is told."""
    rows = await bank.house.database.read(lambda work: work.journal.of_request(request))
    return [str(row.data["prompt"]) for row in rows if row.fact is Fact.NOTICE_QUEUED]
