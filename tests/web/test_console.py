"""The board and the requests over HTTP, on a busy afternoon."""

import asyncio
import re
from dataclasses import replace
from html import unescape

import pytest
from aiohttp import StreamReader

from tests.web.afternoon import a_request, an_agent, fill
from tests.web.conftest import SignIn, Site
from tests.web.house import HandClock
from vqueue.domain.agent import Presence
from vqueue.domain.ids import AgentId
from vqueue.domain.journal import Fact
from vqueue.domain.request import Move, State
from vqueue.services.house import House

PERSON = {"Accept": "text/html"}


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.fixture
async def csrf(house: House, sign_in: SignIn) -> str:
    await fill(house)
    return await sign_in()


async def shown(site: Site, path: str) -> str:
    answer = await site.get(path, headers=PERSON)
    assert answer.status == 200, await answer.text()
    return await answer.text()


async def test_the_board_says_what_is_wrong_and_what_to_do(site: Site, csrf: str) -> None:
    page = plain(await shown(site, "/console"))
    assert "Cards will break promises from 14:34. 4 queues are fine." in page
    assert "Omer Barak could serve this queue and is away since 14:00." in page
    assert "14:20 – 15:05" in page
    assert "4 hold, 10 virtual, 0 booked" in page
    assert "Opens tomorrow at 09:00" in page


async def test_promises_kept_today_are_those_of_today(site: Site, csrf: str) -> None:
    assert "88% " in plain(await shown(site, "/console"))


@pytest.mark.parametrize("language", ["en", "ru", "he"])
@pytest.mark.parametrize(
    "path", ["/console", "/console/requests", "/console/queues/cards/dialing", "/console/requests/{}"]
)
async def test_every_page_speaks_every_language(
    site: Site, csrf: str, path: str, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    page = await shown(site, path.format("rq_00000000017k2mb") + f"?lang={language}")
    assert f'<html lang="{language}"' in page
    assert "has no wording" not in caplog.text


@pytest.mark.parametrize("path", ["/console", "/console/requests", "/console/requests/rq_00000000017k2mb"])
async def test_pages_hold_no_whole_number_and_no_inline_code(site: Site, csrf: str, path: str) -> None:
    page = await shown(site, path)
    assert "77009002" not in page
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)


async def test_a_name_cannot_bring_markup_into_the_page(site: Site, house: House, csrf: str) -> None:
    evil = "<img src=x onerror=alert(1)>"
    agent = await house.database.read(lambda work: work.agents.get(AgentId("ag_omer")))
    await house.database.transact(lambda work: work.agents.replace(replace(agent, name=evil)))
    page = await shown(site, "/console/requests?queue=%22%3E%3Cscript%3E")
    assert "<script>" not in page
    assert evil not in await shown(site, "/console")


async def test_switching_off_asks_for_a_reason_first(site: Site, house: House, csrf: str) -> None:
    asked = plain(await shown(site, "/console/queues/cards/dialing?turn=off"))
    assert "Stop calling back in Cards?" in asked
    path, form = "/console/queues/cards/dialing", {"csrf": csrf, "turn": "off"}
    again = await site.post(path, data=form | {"reason": " "}, headers=PERSON)
    assert (again.status, "Give a reason" in await again.text()) == (422, True)
    done = await site.post(path, data=form | {"reason": "fire drill"}, headers=PERSON, allow_redirects=False)
    assert (done.status, done.headers["Location"]) == (303, "/console")
    queue = await house.database.read(lambda work: work.queues.get("cards"))
    assert (queue.switches.dialing, queue.switches.registering) == (False, True)
    (row,) = await house.database.read(lambda work: work.journal.recent(facts=(Fact.SWITCH_TURNED,)))
    assert (row.data["by"], row.data["reason"]) == ("st_dana", "fire drill")


@pytest.mark.parametrize(
    "path", ["/console/queues/cards/nonsense", "/console/queues/nowhere/dialing", "/console/requests/rq_x"]
)
async def test_what_there_is_not_is_not_found(site: Site, csrf: str, path: str) -> None:
    assert (await site.get(path, headers=PERSON)).status == 404


async def test_a_supervisor_brings_an_agent_back(site: Site, house: House, csrf: str) -> None:
    answer = await site.post(
        "/console/agents/ag_omer/presence", data={"csrf": csrf, "state": "ready"}, headers=PERSON, allow_redirects=False
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/console")
    agent = await house.database.read(lambda work: work.agents.get(AgentId("ag_omer")))
    assert agent.presence is Presence.READY
    bad = await site.post("/console/agents/ag_omer/presence", data={"csrf": csrf, "state": "asleep"})
    assert (bad.status, (await bad.json())["errors"]) == (422, [{"pointer": "/state", "code": "unknown"}])


@pytest.mark.parametrize(
    ("query", "count"), [("", "30 requests"), ("?state=booked", "3 requests"), ("?state=closed", "25 requests")]
)
async def test_requests_are_listed_by_state(site: Site, csrf: str, query: str, count: str) -> None:
    assert count in plain(await shown(site, f"/console/requests{query}"))


async def test_requests_are_listed_by_queue_with_masked_numbers(site: Site, csrf: str) -> None:
    page = await shown(site, "/console/requests?queue=app&state=open")
    rows = re.findall(r"<tr data-key", page)
    assert len(rows) == 7
    assert "+44…" in page


async def test_a_request_tells_its_story_with_reasons(site: Site, house: House, csrf: str, clock: HandClock) -> None:
    held = a_request("rq_story", state=State.HOLDING)
    await house.act(lambda clerk: clerk.join(held))
    clock.move(60)
    await house.act(lambda clerk: clerk.move(held, Move.HANG_UP, to=State.ABANDONED, reason="hung_up_on_hold"))
    page = plain(await shown(site, "/console/requests/rq_story"))
    assert "Gave up waiting Hung up while holding. on hold to gave up waiting rules v1" in page
    assert "after 32:00" in page


async def test_an_open_page_hears_of_a_change_within_two_seconds(site: Site, house: House, csrf: str) -> None:
    async with site.get("/console/board/events") as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        assert "Cards will break promises" in (await _event(stream.content, "part"))
        await house.database.transact(lambda work: work.agents.insert(an_agent("Nina Ruiz")))
        async with asyncio.timeout(30):
            while "Nina Ruiz" not in await _event(stream.content, "part"):
                pass


async def test_an_open_page_is_told_that_the_server_lives(site: Site, csrf: str) -> None:
    async with site.get("/console/requests/rq_00000000017k2mb/events") as stream:
        await _event(stream.content, "part")
        async with asyncio.timeout(30):
            await _event(stream.content, "beat")


async def test_signing_out_ends_what_the_open_page_hears(site: Site, csrf: str) -> None:
    async with site.get("/console/board/events") as stream:
        await _event(stream.content, "part")
        await site.post("/sign-out", data={"csrf": csrf}, allow_redirects=False)
        async with asyncio.timeout(30):
            await _event(stream.content, "over")
            assert await stream.content.read() == b""


async def _event(content: StreamReader, name: str) -> str:
    """The next event of that name."""
    while True:
        event = (await content.readuntil(b"\n\n")).decode()
        if event.startswith(f"event: {name}\n"):
            return event
