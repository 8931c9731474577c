"""The console in a real browser: signing in, the board that moves, what a supervisor does from it, keys, no scripts."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import expect

from tests.pages.afternoon import Bank
from tests.web.afternoon import DANA, PASSWORD, QUICK, an_agent
from vqueue.services import signing_in
from vqueue.web.site import make_web

# The browser lives as long as the session, so whoever talks with it shares its event loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_whoever_signs_in_goes_on_to_where_he_wanted(bank: Bank) -> None:
    async with bank.visit("/console/requests?state=waiting") as seen:
        page = seen.page
        await expect(page.locator("#login")).to_be_focused()
        for password in ("a guess", PASSWORD):
            await page.locator("#login").fill(DANA)
            await page.locator("#password").fill(password)
            await page.keyboard.press("Enter")
            if password != PASSWORD:
                await expect(page.get_by_role("alert")).to_be_visible()
        await page.wait_for_url(f"{bank.address}/console/requests?state=waiting")
        assert [each for each in seen.complaints if "401" not in each] == []


async def test_hebrew_is_mirrored_axis_and_all(bank: Bank) -> None:
    async with bank.open("/console", language="he") as seen:
        assert await seen.page.get_attribute("html", "dir") == "rtl"
        places = [await tick.bounding_box() for tick in await seen.page.locator(".axl text").all()]
        assert len(places) >= 2
        assert all(a and b and a["x"] > b["x"] for a, b in pairwise(places))


async def test_a_chosen_theme_overrules_the_systems(bank: Bank) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    async with bank.open("/console", color_scheme="dark") as seen:
        dark = await seen.page.evaluate(ground)
        await seen.page.goto(f"{bank.address}/console?theme=light")
        light = await seen.page.evaluate(ground)
        assert light != dark
        await seen.page.emulate_media(color_scheme="light")
        await seen.page.goto(f"{bank.address}/console?theme=dark")
        assert await seen.page.evaluate(ground) == dark


async def test_the_open_board_shows_a_change_by_itself_and_the_focus_stays(bank: Bank) -> None:
    async with bank.open("/console") as seen:
        await expect(seen.page.locator("#live-words")).to_have_text("Live, 0 s ago")
        button = seen.page.get_by_role("button", name="Away Priya Nair")
        await button.focus()
        await bank.house.database.transact(lambda work: work.agents.insert(an_agent("Aaron Blum")))
        await expect(seen.page.locator(".team")).to_contain_text(["Aaron Blum", "Cards"])
        await expect(button).to_be_focused()


async def test_bringing_an_agent_back_is_one_press_and_clears_the_to_do(bank: Bank) -> None:
    async with bank.open("/console") as seen:
        await seen.page.get_by_role("button", name="Bring back Omer Barak").click()
        await expect(seen.page.get_by_role("button", name="Away Omer Barak")).to_be_visible()
        await expect(seen.page.get_by_role("button", name="Bring back Omer Barak")).to_have_count(0)
        assert seen.complaints == []


async def test_a_switch_asks_in_a_dialog_which_escape_closes_and_shows_what_became_of_it(bank: Bank) -> None:
    async with bank.open("/console") as seen:
        dialog = seen.page.get_by_role("dialog")
        await seen.page.get_by_role("link", name="Stop new callbacks, Cards").click()
        await expect(dialog).to_be_visible()
        await seen.page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await seen.page.get_by_role("link", name="Stop calling back, Payments").click()
        await expect(dialog.get_by_role("heading")).to_have_text("Stop calling back in Payments?")
        await expect(dialog.get_by_label("Reason")).to_be_focused()
        await dialog.get_by_label("Reason").fill("fire drill")
        await dialog.get_by_role("button", name="Stop calling back in Payments").click()
        await expect(dialog).to_have_count(0)
        await expect(seen.page.get_by_role("heading", name="Payments: nobody is called back")).to_be_visible()
        await expect(seen.page.locator(".todo")).to_contain_text("Reason given: fire drill")
        assert seen.complaints == []
    queue = await bank.house.database.read(lambda work: work.queues.get("cards"))
    assert queue.switches.registering


async def test_the_whole_board_works_without_scripts(bank: Bank) -> None:
    async with bank.open("/console", java_script_enabled=False) as seen:
        await seen.page.get_by_role("link", name="Stop calling back, Fraud").click()
        await seen.page.get_by_label("Reason").fill("fire drill")
        await seen.page.get_by_role("button", name="Stop calling back in Fraud").click()
        await seen.page.wait_for_url(f"{bank.address}/console")
        await expect(seen.page.get_by_role("heading", name="Fraud, lost cards: nobody is called back")).to_be_visible()
        await expect(seen.page.locator("#live")).to_be_hidden()


async def test_keys_walk_the_rows_and_open_pages(bank: Bank) -> None:
    async with bank.open("/console") as seen:
        for key in "jj":
            await seen.page.keyboard.press(key)
        await expect(seen.page.locator("[data-row]").nth(1)).to_be_focused()
        for key in "gr":
            await seen.page.keyboard.press(key)
        await seen.page.wait_for_url(f"{bank.address}/console/requests")
        for key in "gj":
            await seen.page.keyboard.press(key)
        await seen.page.wait_for_url(f"{bank.address}/console/journal")


async def test_a_page_without_news_says_so(bank: Bank) -> None:
    async with bank.open("/console") as seen:
        await seen.page.clock.install()
        await seen.page.context.set_offline(True)
        await seen.page.clock.fast_forward(8_000)
        await expect(seen.page.locator("#live")).to_have_class("nowrap live is-stale", timeout=60_000)
        await expect(seen.page.locator("#live-words")).to_contain_text("No news for")
        await expect(seen.page.locator("#old")).to_contain_text("No news since 14:07.")
        await seen.page.context.set_offline(False)
        await expect(seen.page.locator("#old")).to_be_hidden(timeout=60_000)


async def test_somebody_signed_out_elsewhere_lands_on_the_sign_in_page(bank: Bank) -> None:
    async with bank.open("/console") as seen:
        cookie = next(each for each in await seen.page.context.cookies() if each.get("name") == "vqueue")
        visitor = await signing_in.look_up(bank.house, str(cookie.get("value")))
        assert visitor is not None
        await signing_in.sign_out(bank.house, visitor)
        await seen.page.wait_for_url("**/sign-in?next=/console")


@asynccontextmanager
async def served(bank: Bank, port: int | None = None) -> AsyncIterator[Bank]:
    """The same house behind a server that can go and come back where it was."""
    async with TestServer(make_web(bank.house, passwords=QUICK, secure=False), port=port) as server:
        yield replace(bank, address=str(server.make_url("")).rstrip("/"))


async def test_a_server_that_goes_in_the_middle_costs_a_supervisor_nothing(bank: Bank) -> None:
    """The board follows again by itself; what was typed into the rules meanwhile is there and can be saved."""
    rules = "/console/queues/cards/rules"
    async with AsyncExitStack() as page:
        async with served(bank) as first:
            board = await page.enter_async_context(first.open("/console"))
            form = (await page.enter_async_context(first.open(rules))).page
            await expect(board.page.locator("#live-words")).to_contain_text("Live")
        await form.locator('[id="offer.threshold_s"]').fill("4")
        await expect(form.locator("#fault")).to_be_visible()
        async with served(bank, urlsplit(first.address).port):
            await bank.house.database.transact(lambda work: work.agents.insert(an_agent("Aaron Blum")))
            await expect(board.page.locator(".team")).to_contain_text(["Aaron Blum"])
            await form.reload()
            await expect(form.locator("#kept")).to_be_visible()
            await expect(form.locator('[id="offer.threshold_s"]')).to_have_value("4")
            await form.locator('[id="offer.threshold_s"]').press("Enter")
            await expect(form.get_by_role("status").first).to_contain_text("The draft is saved")
            await page.aclose()
    draft = await bank.house.database.read(lambda work: work.drafts.find("cards"))
    assert draft is not None and draft.document["offer"]["threshold_s"] == 240
