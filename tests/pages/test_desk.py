"""The desk in a real browser: a call worked by keyboard alone with the server gone in the middle, and how it looks."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.pages.afternoon import Bank as Still
from tests.pages.afternoon import still_house
from tests.pages.axe import assert_no_violations
from tests.pages.browser import Visit, visit
from tests.stories.bank import AGENT as TELEPHONE
from tests.stories.bank import CUSTOMER, RULES, Bank, opened
from tests.stories.conftest import network
from tests.stories.network import PatientNetwork
from tests.stories.scenes import SCREEN, legs, wish
from tests.web.afternoon import OMER, PASSWORD, QUICK
from tests.web.desk_scene import AGENT, CALL, desk_of
from tests.web.house import HandClock
from vqueue.domain.agent import Presence
from vqueue.domain.ids import AgentId
from vqueue.domain.journal import Fact
from vqueue.domain.leg import LegState, Role
from vqueue.domain.request import Request, State
from vqueue.domain.rules import AgentRules
from vqueue.services import requesting
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.setting_up import NewStaff, put_staff

__all__ = ["network"]
# The browser lives as long as the session, so whoever talks with it shares its event loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")

PATIENT = replace(RULES, agents=AgentRules(ring_s=400, accept_s=600, wrap_up_s=3600))
"""A person at a keyboard is slower than a program that presses keys."""
LOOKS = (("ru", 360, "dark"), ("en", 1280, "light"), ("he", 2560, "dark"))


# a whole call, on the real service and the telephone network


async def hire(bank: Bank) -> AgentId:
    """Omer, who signs in at the desk and has a telephone beside it that he picks up."""
    who = await bank.agent("omer", TELEPHONE, ready=False, answers={"after_s": 2}, talk_s=36_000)

    def named(clerk: Clerk) -> None:
        clerk.work.agents.replace(replace(clerk.work.agents.get(who), login=OMER))

    house = bank.house
    await house.act(named)
    omer = NewStaff(login=OMER, name="Omer Barak", role="agent", password=PASSWORD)
    await put_staff(house.database, QUICK, omer, at=house.clock.now(), chance=house.chance)
    return who


async def asks(bank: Bank) -> Request:
    """Helen asks to be called back; she presses 1 when she is. Omer has picked up his telephone for her."""
    await bank.network.person(CUSTOMER, answers={"after_s": 2}, keys=[SCREEN], talk_s=36_000)
    named = wish(bank, name=bank.house.vault.seal("Helen Ward"), topic="card_blocked")
    request: Request = await bank.house.act(partial(requesting.request_callback, wish=named, quote=None))
    while LegState.ANSWERED not in [leg.state for leg in await legs(bank, request, Role.AGENT)]:
        await bank.network.pause()
    return request


async def becomes(bank: Bank, state: State) -> None:
    await bank.until(lambda requests: requests[0].state is state, what=f"the request is {state}")


async def sign_in(page: Page) -> None:
    await page.locator("#login").fill(OMER)
    await page.locator("#password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: urlsplit(url).path == "/desk")


@pytest.mark.parametrize("language", ["en", "ru", "he"])
async def test_a_call_is_worked_by_keyboard_alone_though_the_server_goes_away(
    browser: Browser, network: PatientNetwork, sqlite_database: str, tmp_path: Path, language: str
) -> None:
    """The day stands still while somebody is at the keyboard, however slow the browser is."""
    still, service = network.day.still, partial(opened, network, sqlite_database, tmp_path, rules=PATIENT)
    async with service() as bank, AsyncExitStack() as stack:
        omer, port = await hire(bank), bank.settings.port
        with still():
            address = f"{bank.settings.public_url}/sign-in?lang={language}&next=/desk"
            seen = await stack.enter_async_context(visit(browser, address))
            await sign_in(seen.page)
            await comes_to_work(seen.page)
        request = await asks(bank)
        with still():
            await takes_the_call(seen.page)
        await becomes(bank, State.TALKING)
        with still():
            await writes_while_the_page_begins_anew(seen.page)
        staying = stack.pop_all()
    async with staying:
        await expect(seen.page.locator("#strip")).to_be_visible()
        await seen.page.keyboard.press("n")
        await seen.page.keyboard.type("Unblocked.")
        async with service(again=True, port=port) as bank:
            with still():
                await ends_the_talk(seen.page)
            await bank.until_agent(omer, lambda one: one.presence is Presence.WRAPPING, what="the talk is over")
            with still():
                await writes_it_up(seen.page)
            (said,) = await bank.read(lambda work: work.dispositions.of_request(request.id))
            assert (said.code, bank.house.vault.open(said.note)) == ("solved", "Identity confirmed. Unblocked.")
            assert (await bank.read(lambda work: work.agents.get(omer))).presence is Presence.READY
            assert (await bank.requests())[0].state is State.SERVED
            assert [each for each in seen.complaints if "ERR_" not in each] == []


async def comes_to_work(page: Page) -> None:
    await expect(page.locator("#live")).to_be_visible()
    await page.keyboard.press("1")
    await expect(page.locator('[data-key="presence-ready"] button')).to_have_attribute("aria-pressed", "true")


async def takes_the_call(page: Page) -> None:
    await expect(page.locator(".call.is-offer")).to_be_visible()
    await expect(page.locator("#urgent")).to_contain_text("Card blocked")
    await page.keyboard.press("a")
    await expect(page.locator(".call.is-calling")).to_be_visible()


async def talks(page: Page) -> None:
    await expect(page.locator(".call.is-talking h1")).to_contain_text("Helen Ward")


async def writes_while_the_page_begins_anew(page: Page) -> None:
    await talks(page)
    await page.keyboard.press("n")
    await page.keyboard.type("Identity confirmed. ")
    await expect(page.locator("#note-state")).not_to_be_empty()
    await page.reload()
    await expect(page.locator("#live")).to_be_visible()
    await talks(page)
    await expect(page.locator("#note")).to_have_value("Identity confirmed. ")


async def ends_the_talk(page: Page) -> None:
    """The server is back; the key is pressed twice."""
    await expect(page.locator("#strip")).to_be_hidden()
    await talks(page)
    await page.locator("#note").blur()
    await page.keyboard.press("e")
    await expect(page.locator("[data-armed]")).to_be_visible()
    async with page.expect_response("**/end"):
        await page.keyboard.press("e")


async def writes_it_up(page: Page) -> None:
    await expect(page.locator(".call.is-over .count")).to_be_visible()
    for key in "d1":
        await page.keyboard.press(key)
    await expect(page.locator('[data-digit="1"]')).to_be_checked()
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#idle-head")).to_be_visible()


# how it looks and feels, on a bank that stands still


FOLLOWS = "() => !document.querySelector('#live')?.hidden || !document.querySelector('#part')"


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk in one state, and its house."""

    bank: Still

    @property
    def house(self) -> House:
        return self.bank.house

    @asynccontextmanager
    async def open(self, **context: Any) -> AsyncIterator[Visit]:
        async with self.bank.open("/desk", login=OMER, **context) as seen:
            await seen.page.wait_for_function(FOLLOWS)
            yield seen


@pytest_asyncio.fixture(loop_scope="session")
async def desk(
    browser: Browser, empty_sqlite: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Desk]:
    """In the state that is the fixture's parameter; talking by default."""
    async with still_house(browser, empty_sqlite, tmp_path) as still:
        await desk_of(still.house, getattr(request, "param", "talking"))
        yield Desk(still)


@pytest.mark.parametrize("desk", ["idle", "missed", "offer", "calling", "talking", "over", "late"], indirect=True)
async def test_every_state_fits_every_screen_and_axe_finds_nothing(desk: Desk) -> None:
    async with desk.open(reduced_motion="reduce") as seen:
        for language, width, theme in LOOKS:
            await seen.page.set_viewport_size({"width": width, "height": 900})
            await seen.page.goto(f"{desk.bank.address}/desk?lang={language}&theme={theme}")
            await seen.settled()
            assert await seen.wider_than_screen() == [], (language, width)
            assert await seen.nameless_controls() == [], (language, width)
            await assert_no_violations(seen.page, colours=language != "he")
        assert seen.complaints == []


async def test_whoever_has_no_agent_reads_what_to_do(desk: Desk) -> None:
    await desk.house.database.transact(
        lambda work: work.agents.replace(replace(work.agents.get(AGENT), login=None)),
    )
    async with desk.open(width=360) as seen:
        await expect(seen.page.get_by_role("heading", name="No desk yet")).to_be_visible()
        await assert_no_violations(seen.page)
        assert seen.complaints == []


@pytest.mark.parametrize("desk", ["offer"], indirect=True)
async def test_tab_reaches_every_control_and_focus_is_seen(desk: Desk) -> None:
    async with desk.open() as seen:
        controls = await seen.page.evaluate(
            "() => [...document.querySelectorAll('a[href], button, summary')].filter((node) => node.checkVisibility())"
            ".map((node) => node.textContent.trim())"
        )
        reached = set()
        for _ in range(len(controls) + 2):
            await seen.page.keyboard.press("Tab")
            reached.add(await seen.page.evaluate("() => document.activeElement.textContent.trim()"))
            seen_ring = await seen.page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
            assert seen_ring != "none" or await seen.page.evaluate("() => document.activeElement === document.body")
        assert set(controls) <= reached


@pytest.mark.parametrize("desk", ["offer"], indirect=True)
async def test_keys_mean_their_place_on_a_hebrew_keyboard_and_can_be_turned_off(desk: Desk) -> None:
    async with desk.open() as seen:
        page, hebrew = seen.page, "new KeyboardEvent('keydown', {key: 'פ', code: 'KeyP', bubbles: true})"
        await page.locator(".me summary").click()
        await page.get_by_label("Letters and digits work as keys").uncheck()
        await page.evaluate(f"() => document.body.dispatchEvent({hebrew})")
        await expect(page.locator(".call.is-offer")).to_be_visible()
        await page.get_by_label("Letters and digits work as keys").check()
        await page.evaluate(f"() => document.body.dispatchEvent({hebrew})")
        await expect(page.get_by_role("heading", name="You were set away")).to_be_visible()
        assert seen.complaints == []


@pytest.mark.parametrize("desk", ["over"], indirect=True)
async def test_a_nervous_hand_saves_once_and_a_time_can_be_chosen(desk: Desk) -> None:
    async with desk.open() as seen:
        page = seen.page
        await page.get_by_text("To be called again").first.click()
        await page.get_by_text("Call back at").click()
        times = page.get_by_role("combobox", name="Time of the call")
        await expect(times.locator("option").nth(2)).to_be_attached()
        chosen = await times.locator("option").nth(1).get_attribute("value")
        assert chosen
        await times.select_option(chosen)
        await page.get_by_role("button", name="Save and be ready").dblclick()
        await expect(page.get_by_role("heading", name="You are ready")).to_be_visible()
        await expect(page.locator("#fault")).to_be_hidden()
        assert seen.complaints == []
    rows = await desk.house.database.read(lambda work: work.journal.recent(facts=(Fact.STAFF_ACTED,)))
    assert [row.data["act"] for row in rows if row.data["act"] == "disposition"] == ["disposition"]
    booked = await desk.house.database.read(lambda work: work.requests.search(states=("booked",)))
    assert [one.slot_start.isoformat() for one in booked if one.follows and one.slot_start] == [chosen]


async def test_without_a_connection_the_desk_says_so_and_what_is_typed_arrives_later(desk: Desk) -> None:
    async with desk.open() as seen:
        page = seen.page
        await page.context.set_offline(True)
        await expect(page.locator("#strip")).to_contain_text("No connection. Your call goes on")
        await page.locator("#note").fill("typed in the tunnel")
        await expect(page.locator("#note-state")).to_contain_text("Kept on this machine")
        await page.locator("#note").blur()
        await page.keyboard.press("2")
        await expect(page.locator("#fault")).to_contain_text("sent as soon as it is back")
        await page.context.set_offline(False)
        await expect(page.locator("#note-state")).to_have_text("Saved.")
        await expect(page.locator('[data-key="presence-break"] button')).to_have_attribute("aria-pressed", "true")
        await expect(page.locator("#fault")).to_be_hidden()
        await expect(page.locator("#strip")).to_be_hidden()
        assert await page.evaluate("() => sessionStorage.length") == 0
        await page.reload()
        await expect(page.locator("#note")).to_have_value("typed in the tunnel")
    (kept,) = await desk.house.database.read(lambda work: work.dispositions.of_request("rq_00000000helenward"))  # type: ignore[arg-type]
    assert (kept.attempt, kept.code) == (CALL, "")


async def test_typing_and_focus_stay_while_the_desk_moves(desk: Desk) -> None:
    async with desk.open() as seen:
        page = seen.page
        await page.keyboard.press("n")
        await page.keyboard.type(" More")
        await page.locator('[data-digit="4"]').check()
        await page.locator("#note").focus()

        def away(clerk: Clerk) -> None:
            agent = clerk.work.agents.get(AGENT)
            clerk.work.agents.replace(replace(agent, next_presence=Presence.AWAY, next_reason="break"))
            clerk.topics.append(f"agent:{AGENT}")

        await desk.house.act(away)
        await expect(page.locator('[data-key="presence-break"] button')).to_have_attribute("aria-pressed", "true")
        await expect(page.locator("#note")).to_be_focused()
        await expect(page.locator('[data-digit="4"]')).to_be_checked()
        assert (await page.locator("#note").input_value()).endswith("Identity confirmed. More")


@pytest.mark.parametrize(("desk", "asked"), [("talking", True), ("idle", False)], indirect=["desk"])
async def test_whoever_closes_the_desk_during_a_call_is_asked_first(desk: Desk, asked: bool) -> None:
    async with desk.open() as seen:
        page, heard = seen.page, []
        page.on("dialog", lambda dialog: heard.append(dialog.type))
        page.on("dialog", lambda dialog: dialog.accept())
        await page.locator("#presence-head").click()
        await page.close(run_before_unload=True)
        if not page.is_closed():
            await page.wait_for_event("close")
        assert heard == (["beforeunload"] if asked else [])


async def test_the_clock_of_a_call_goes_on_when_the_stream_tells_after_an_act(desk: Desk) -> None:
    """The desk has been open for ten minutes; what it is told next still carries the moment it was opened."""
    async with desk.open() as seen:
        page = seen.page
        assert isinstance(desk.house.clock, HandClock)
        desk.house.clock.move(600)
        await page.keyboard.press("2")
        await expect(page.locator("[data-since]")).to_have_text(re.compile("^13:"))

        def away_no_more(clerk: Clerk) -> None:
            clerk.work.agents.replace(replace(clerk.work.agents.get(AGENT), next_presence=None))
            clerk.topics.append(f"agent:{AGENT}")

        await desk.house.act(away_no_more)
        await expect(page.locator('[data-key="presence-ready"] button')).to_have_attribute("aria-pressed", "true")
        await expect(page.locator("[data-since]")).to_have_text(re.compile("^13:"))


async def test_two_browsers_with_one_desk_keep_one_note(desk: Desk) -> None:
    """Whoever saves in the one does not undo what was written in the other."""
    async with desk.open() as there, desk.open() as here:
        await there.page.locator("#note").fill("Written in the other browser")
        await expect(here.page.locator("#note")).to_have_value("Written in the other browser")
        await here.page.locator('[data-digit="1"]').check()
        await here.page.keyboard.press("Control+Enter")
        for one in (here, there):
            await expect(one.page.locator("#outcomes .done")).to_contain_text("Solved")
    (said,) = await desk.house.database.read(lambda work: work.dispositions.of_request("rq_00000000helenward"))  # type: ignore[arg-type]
    assert said.note is not None and desk.house.vault.open(said.note) == "Written in the other browser"


async def test_whoever_is_signed_out_while_typing_signs_in_again_and_finds_it(desk: Desk) -> None:
    async with desk.open() as seen:
        page = seen.page
        await page.context.clear_cookies()
        await page.locator("#note").fill("typed without a session")
        await sign_in(page)
        await expect(page.locator("#note")).to_have_value("typed without a session")
        await expect(page.locator("#note-state")).to_have_text("Saved.")


async def test_a_key_that_is_held_down_ends_nothing(desk: Desk) -> None:
    async with desk.open() as seen:
        page = seen.page
        for _ in range(3):
            await page.keyboard.down("e")
        await expect(page.locator("[data-armed]")).to_be_visible()
        await page.keyboard.up("e")
        acts = await desk.house.database.read(lambda work: work.journal.recent(facts=(Fact.STAFF_ACTED,)))
        assert "ended_talk" not in [row.data["act"] for row in acts]
        async with page.expect_response("**/end"):
            await page.keyboard.press("e")
        assert seen.complaints == []
