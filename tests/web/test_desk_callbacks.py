"""The desk's callbacks, and what becomes of an agent whose desk is closed."""

import asyncio
import html
import re
import sys
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests.web.afternoon import a_promise, a_request, minutes
from tests.web.conftest import Site
from tests.web.desk_scene import AGENT, desk_of
from tests.web.house import HandClock
from tests.web.test_desk import PERSON, act, enter, omer, plain, shown
from vqueue.domain.agent import Presence
from vqueue.domain.ids import AgentId, RequestId
from vqueue.domain.journal import Fact
from vqueue.domain.request import Channel, Mode, Request, State
from vqueue.ports.database import Work
from vqueue.services import desk_open
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

NOTE = "Reissued card: check that it arrived"


async def promised(house: House, name: str, **told: Any) -> None:
    """A request that is Omer's to call back, or follows the talk he had 42 minutes ago."""
    sealed = house.vault.seal(told.pop("called", "Jo Ferreira"))
    note = house.vault.seal(NOTE)
    request = replace(a_request(f"rq_{name}", topic="new_limit", created_at=minutes(-30)), name=sealed, **told)
    promise = a_promise(request, start=-20, end=-5)

    def deed(clerk: Clerk) -> None:
        clerk.work.requests.insert(request)
        if request.slot_start is None and request.is_open:
            clerk.work.promises.insert(promise)
            clerk.work.requests.replace(replace(request, promise=promise.id))
        if request.follows is not None:
            (said,) = clerk.work.dispositions.of_request(request.follows)
            clerk.work.dispositions.put(replace(said, note=note))

    await house.act(deed)


def card(page: str) -> str:
    """The words of the card of callbacks."""
    found = re.search(r'aria-labelledby="callbacks-head".*?</section>', page, re.S)
    assert found is not None
    return plain(html.unescape(found.group(0)))


async def test_a_promised_callback_says_when_who_and_what_about(site: Site, house: House) -> None:
    await desk_of(house, "idle")
    await promised(
        house, "mine", wanted_agent=AGENT, mode=Mode.SCHEDULED, state=State.BOOKED, ready=False,
        slot_start=minutes(95), slot_zone="Europe/London",
    )  # fmt: skip
    await promised(house, "soon", follows="rq_day0", called="Ann Stein")
    await promised(house, "done", follows="rq_day1", called="Bo Done", state=State.SERVED, closed_at=minutes(-3))
    await promised(house, "another", wanted_agent=AgentId("ag_dana"), called="Nobody Else")
    await enter(site)
    page = await shown(site)
    told = card(page)
    assert told.index("Ann Stein") < told.index("Jo Ferreira") < told.index("Bo Done")
    assert "New limit , Jo Ferreira by me" in told and "Ann Stein by anyone Later than promised." in told
    assert NOTE in told and "Bo Done served" in told and "Nobody Else" not in told


async def test_reading_a_callbacks_name_is_journalled_once(site: Site, house: House) -> None:
    await desk_of(house, "idle")
    await promised(house, "mine", wanted_agent=AGENT)
    await enter(site)
    for _ in range(3):
        await shown(site)
    rows = await house.database.read(lambda work: work.journal.recent(facts=(Fact.PERSONAL_DATA_READ,)))
    assert [(row.request, row.data["what"]) for row in rows] == [("rq_mine", "callback")]


async def test_a_callback_promised_at_the_desk_is_listed_at_once_and_stays_his_until_its_time(
    site: Site, house: House, clock: HandClock
) -> None:
    await desk_of(house, "over")
    csrf = await enter(site)
    times = re.findall(r'value="([^"]+)"', await (await site.get("/desk/calls/at_now/times", headers=PERSON)).text())
    sent = {"code": "call_again", "follow_up": "at", "at": times[-1], "mine": "yes", "then": "ready"}
    status, page = await act(site, csrf, "calls/at_now/disposition", **sent)
    assert status == 200, page
    assert "Helen Ward by me" in card(page)
    found = await house.database.read(lambda work: work.requests.search(states=("booked",), mode="scheduled"))
    (booked,) = [one for one in found if one.follows == "rq_00000000helenward"]
    assert booked.slot_start is not None and booked.slot_start - clock.now() > timedelta(days=1)
    assert booked.wanted_until is not None and booked.wanted_until > booked.slot_start


async def test_without_promises_the_card_says_how_one_is_made(site: Site, house: House) -> None:
    await desk_of(house, "idle")
    await enter(site)
    assert "Choose a follow-up" in card(await shown(site))


def later(house: House, seconds: float) -> None:
    assert isinstance(house.clock, HandClock)
    house.clock.move(seconds)


async def pages(house: House) -> list[str]:
    return [page.id for page in await house.database.read(lambda work: work.desks.of(AGENT))]


async def test_a_free_agent_whose_last_desk_page_closed_is_away_and_reads_why(site: Site, house: House) -> None:
    await desk_of(house, "idle")
    await desk_open.opened(house, AGENT).looked_at()
    later(house, 30)
    await desk_open.opened(house, AGENT).looked_at()
    later(house, desk_open.LEASE_S - 29)
    await desk_open.lapse(house)
    assert (await omer(house)).presence is Presence.READY and len(await pages(house)) == 1
    later(house, 30)
    await desk_open.lapse(house)
    assert (await omer(house)).reason == "desk_closed"
    assert (await omer(house)).presence is Presence.AWAY and await pages(house) == []
    await enter(site)
    assert "Your desk was closed or without a connection" in plain(await shown(site))


async def test_a_page_that_is_looked_at_stays_open(house: House) -> None:
    await desk_of(house, "idle")
    page = desk_open.opened(house, AGENT)
    for _ in range(3):
        page._kept_at = float("-inf")
        await page.looked_at()
        later(house, desk_open.LEASE_S - 1)
        await desk_open.lapse(house)
    assert (await omer(house)).presence is Presence.READY and await pages(house) == [page.id]


async def test_a_page_that_is_kept_open_while_it_lapses_stays(house: House) -> None:
    await desk_of(house, "idle")
    page = desk_open.opened(house, AGENT)
    await page.looked_at()
    later(house, desk_open.LEASE_S + 1)
    (seen,) = await house.database.read(lambda work: work.desks.over(house.clock.now()))
    page._kept_at = float("-inf")
    await page.looked_at()
    await house.act(partial(desk_open._lapsed, page=seen))
    assert (await omer(house)).presence is Presence.READY and await pages(house) == [page.id]


@pytest.mark.parametrize(("state", "presence"), [("talking", Presence.TALKING), ("over", Presence.WRAPPING)])
async def test_a_call_is_left_alone_though_the_desk_is_closed(house: House, state: str, presence: Presence) -> None:
    """He is away as soon as he is free."""
    await desk_of(house, state)
    await desk_open.opened(house, AGENT).looked_at()
    later(house, desk_open.LEASE_S + 1)
    await desk_open.lapse(house)
    assert (await omer(house)).presence is presence
    free = replace(await omer(house), presence=Presence.READY, attempt=None)
    await house.database.transact(lambda work: work.agents.replace(free))
    await desk_open.lapse(house)
    assert (await omer(house)).presence is Presence.AWAY


async def test_an_open_stream_is_an_open_desk(site: Site, house: House) -> None:
    await desk_of(house, "idle")
    await enter(site)
    stream = await site.get("/desk/events")
    assert (await stream.content.readline()).strip() == b"event: part"
    assert len(await pages(house)) == 1
    stream.close()


async def test_a_desk_that_died_with_its_server_is_closed(house: House, sqlite_database: str) -> None:
    """Nobody tells of a page whose server was killed: the page is over by itself."""
    await desk_of(house, "idle")
    command = [sys.executable, "-m", "tests.web.desk_server", sqlite_database]
    server = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert server.stdout is not None
        while (line := await server.stdout.readline()) != b"event: part\n":
            assert line, "its desk never opened"
    finally:
        server.kill()
        await server.wait()
    assert len(await pages(house)) == 1
    await desk_open.lapse(house)
    assert (await omer(house)).presence is Presence.READY
    later(house, desk_open.LEASE_S + 1)
    await desk_open.lapse(house)
    assert (await omer(house)).presence is Presence.AWAY and await pages(house) == []


async def a_team(house: House) -> None:
    """Another queue that takes callbacks."""

    def deed(clerk: Clerk) -> None:
        cards = clerk.work.queues.get("cards")
        clerk.work.queues.insert(replace(cards, id="loans", names={"en": "Loans"}))

    await house.act(deed)


async def test_a_customer_is_passed_on_with_his_place_and_all_that_is_known_of_him(site: Site, house: House) -> None:
    await desk_of(house, "over")
    await a_team(house)
    csrf = await enter(site)
    assert '<option value="loans">by Loans</option>' in await shown(site)
    sent = {"code": "passed_on", "follow_up": "soon", "queue": "loans", "mine": "yes", "note": "Asks about a loan."}
    status, page = await act(site, csrf, "calls/at_now/disposition", **sent)
    assert status == 200, page

    def found(work: Work) -> tuple[Request, Request]:
        talked = work.requests.get(RequestId("rq_00000000helenward"))
        (linked,) = [one for one in work.requests.search(queue="loans") if one.follows == talked.id]
        return talked, linked

    talked, linked = await house.database.read(found)
    assert (linked.virtual_start, linked.topic, linked.context) == (talked.virtual_start, talked.topic, talked.context)
    assert (linked.state, linked.mode, linked.wanted_agent) == (State.WAITING, Mode.CALLBACK, None)
    assert "Helen Ward by anyone" in card(page)
    assert (await act(site, csrf, "calls/at_now/disposition", **sent))[0] == 200
    again = await house.database.read(lambda work: work.requests.search(queue="loans"))
    assert [one.id for one in again if one.follows == talked.id] == [linked.id]


async def test_a_team_that_is_not_there_saves_nothing(site: Site, house: House) -> None:
    await desk_of(house, "over")
    csrf = await enter(site)
    sent = {"code": "passed_on", "follow_up": "soon", "queue": "nowhere"}
    assert (await act(site, csrf, "calls/at_now/disposition", **sent))[0] in (404, 422)


async def test_what_was_noted_of_the_talk_before_stands_on_the_desk_of_the_next(site: Site, house: House) -> None:
    await desk_of(house, "offer", follows="rq_day0", channel=Channel.AGENT)
    note = house.vault.seal(NOTE)

    def noted(clerk: Clerk) -> None:
        (said,) = clerk.work.dispositions.of_request(RequestId("rq_day0"))
        clerk.work.dispositions.put(replace(said, note=note))

    await house.act(noted)
    await enter(site)
    assert f"Noted before {NOTE}" in plain(await shown(site))
