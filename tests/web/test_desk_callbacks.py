"""The desk's callbacks, and what becomes of an agent whose desk is closed."""

import asyncio
import html
import re
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


def unwatched() -> asyncio.Event:
    """Nobody waits for the page to come back: the tests look themselves."""
    over = asyncio.Event()
    over.set()
    return over


async def looked(house: House) -> bool:
    return await house.act(partial(desk_open.settled, agent_id=AGENT))


async def test_a_free_agent_whose_last_desk_page_closed_is_away_and_reads_why(site: Site, house: House) -> None:
    await desk_of(house, "idle")
    async with desk_open.opened(house, AGENT, unwatched()):
        async with desk_open.opened(house, AGENT, unwatched()):
            pass
        assert await looked(house)
        assert (await omer(house)).presence is Presence.READY
    assert await looked(house)
    assert (await omer(house)).reason == "desk_closed"
    assert (await omer(house)).presence is Presence.AWAY
    await enter(site)
    assert "Your desk was closed for a minute" in plain(await shown(site))


@pytest.mark.parametrize(("state", "presence"), [("talking", Presence.TALKING), ("over", Presence.WRAPPING)])
async def test_a_call_is_left_alone_though_the_desk_is_closed(house: House, state: str, presence: Presence) -> None:
    await desk_of(house, state)
    async with desk_open.opened(house, AGENT, unwatched()):
        pass
    assert not await looked(house)
    assert (await omer(house)).presence is presence


async def test_an_open_stream_is_an_open_desk(site: Site, house: House) -> None:
    await desk_of(house, "idle")
    await enter(site)
    stream = await site.get("/desk/events")
    assert (await stream.content.readline()).strip() == b"event: part"
    assert await house.database.read(lambda work: desk_open.is_open(work, AGENT))
    stream.close()


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
