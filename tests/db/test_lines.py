"""The PINs of agents, their open desks, and who waits for them, as both databases keep them."""

from dataclasses import replace
from functools import partial

import pytest

from tests.db.builders import NOON, a_request, after, an_agent
from vqueue.domain.errors import StaleWrite
from vqueue.domain.ids import AgentId
from vqueue.ports.database import Database, Work
from vqueue.ports.lines import AgentPin, DeskPage

AVI = AgentId("avi")
PIN = AgentPin(id=AVI, hash="first", set_at=NOON)


def founded(work: Work) -> None:
    work.agents.insert(an_agent(AVI))


def put(work: Work, pin: AgentPin) -> None:
    work.pins.put(pin)


def keep(work: Work, page: DeskPage) -> None:
    work.desks.keep(page)


async def test_a_try_at_a_former_pin_cannot_bring_it_back(database: Database) -> None:
    await database.transact(founded)
    await database.transact(partial(put, pin=PIN))
    former = await database.read(lambda work: work.pins.of(AVI))
    await database.transact(partial(put, pin=replace(PIN, hash="second")))
    assert former is not None
    with pytest.raises(StaleWrite):
        await database.transact(lambda work: work.pins.replace(replace(former, wrong=1)))
    now = await database.read(lambda work: work.pins.of(AVI))
    assert now is not None and (now.hash, now.wrong) == ("second", 0)
    await database.transact(lambda work: work.pins.replace(replace(now, wrong=3, locked_until=after(900))))
    assert [pin.id for pin in await database.read(lambda work: work.pins.locked(after(899)))] == [AVI]
    assert await database.read(lambda work: work.pins.locked(after(900))) == []
    assert await database.transact(lambda work: work.pins.drop(AVI))
    assert await database.read(lambda work: work.pins.having()) == frozenset()


async def test_a_page_that_was_kept_open_is_not_closed_as_it_was_read(database: Database) -> None:
    page = DeskPage(id="dk1", agent=AVI, expires_at=after(60))
    await database.transact(founded)
    await database.transact(partial(keep, page=page))
    assert await database.read(lambda work: work.desks.over(after(60))) == [page]
    longer = replace(page, expires_at=after(120))
    await database.transact(partial(keep, page=longer))
    assert not await database.transact(lambda work: work.desks.close(page))
    assert await database.read(lambda work: work.desks.of(AVI)) == [longer]
    assert await database.transact(lambda work: work.desks.close(longer))


async def test_who_is_set_aside_for_an_agent_is_found(database: Database) -> None:
    await database.transact(founded)
    aside = a_request("r1", wanted_agent=AVI, ready=False, parked="own_agent_busy")
    for one in (aside, a_request("r2", wanted_agent=AVI), a_request("r3", wanted_agent=AgentId("a2"), ready=False)):
        await database.transact(lambda work, one=one: work.requests.insert(one))
    found = await database.read(lambda work: work.requests.set_aside_for(AVI))
    assert [one.id for one in found] == ["r1"]
