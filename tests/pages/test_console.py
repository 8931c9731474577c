"""The console in a real browser: sizes, languages, themes, names of controls, the content policy, and that it moves."""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, expect

from tests.pages.browser import Visit, visit
from tests.pages.test_sandbox_pages import axe
from tests.web.afternoon import DANA, PASSWORD, QUICK, an_agent, fill, settle_staff
from tests.web.house import HandClock, open_house
from vqueue.db.open import migrate
from vqueue.services import signing_in
from vqueue.services.house import House
from vqueue.web.site import make_web

# The browser lives as long as the session, so whoever talks with it shares its event loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")

REQUEST = "/console/requests/rq_00000000017k2mb"
PATHS = ("/console", "/console/requests", REQUEST, "/console/queues/cards/dialing?turn=off")
SIZES = {"phone": 360, "desk": 1440, "wall": 2560}


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank on a busy afternoon, and its pages."""

    browser: Browser
    house: House
    address: str

    @asynccontextmanager
    async def open(self, path: str, *, language: str = "en", login: str = DANA, **context: Any) -> AsyncIterator[Visit]:
        """The page as Dana, or somebody else, sees it."""
        onward = path.replace("?", "%3F").replace("=", "%3D")
        async with visit(self.browser, f"{self.address}/sign-in?lang={language}&next={onward}", **context) as seen:
            await seen.page.locator("#login").fill(login)
            await seen.page.locator("#password").fill(PASSWORD)
            await seen.page.locator("button[type=submit]").click()
            await seen.page.wait_for_url(f"{self.address}{path}")
            await seen.settled()
            yield seen


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file of the newest schema without rows, made once and copied for each test."""
    file = tmp_path_factory.mktemp("console") / "empty.sqlite"
    await migrate(f"sqlite:///{file}")
    return file


@pytest_asyncio.fixture(loop_scope="session")
async def bank(browser: Browser, empty_file: Path, tmp_path: Path) -> AsyncIterator[Bank]:
    file = shutil.copy(empty_file, tmp_path / "console.sqlite")
    async with open_house(f"sqlite:///{file}", HandClock()) as house:
        await settle_staff(house)
        await fill(house)
        async with TestServer(make_web(house, passwords=QUICK, secure=False)) as server:
            yield Bank(browser, house, str(server.make_url("")).rstrip("/"))


@pytest.mark.parametrize("width", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("language", ["en", "ru", "he"])
async def test_nothing_is_wider_than_the_screen_and_the_browser_complains_of_nothing(
    bank: Bank, language: str, width: int
) -> None:
    for path in PATHS:
        async with bank.open(path, language=language, width=width) as seen:
            assert await seen.wider_than_screen() == [], path
            assert await seen.nameless_controls() == [], path
            assert seen.complaints == [], path


async def test_hebrew_is_mirrored_axis_and_all(bank: Bank) -> None:
    async with bank.open("/console", language="he") as seen:
        assert await seen.page.get_attribute("html", "dir") == "rtl"
        places = [await tick.bounding_box() for tick in await seen.page.locator(".axl text").all()]
        assert len(places) >= 2
        assert all(a and b and a["x"] > b["x"] for a, b in pairwise(places))


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_chosen_theme_overrules_the_systems(bank: Bank, theme: str) -> None:
    other = {"light": "dark", "dark": "light"}[theme]
    async with bank.open("/console", color_scheme=other) as seen:
        system = await seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        await seen.page.goto(f"{bank.address}/console?theme={theme}")
        assert await seen.page.evaluate("getComputedStyle(document.body).backgroundColor") != system


async def test_the_open_board_shows_a_change_by_itself_and_says_how_old_it_is(bank: Bank) -> None:
    async with bank.open("/console") as seen:
        await expect(seen.page.locator("#live-words")).to_have_text("Live, 0 s ago")
        nina = an_agent("Nina Ruiz")
        await bank.house.database.transact(lambda work: work.agents.insert(nina))
        await expect(seen.page.locator(".team")).to_contain_text(["Nina Ruiz", "Cards"], timeout=30_000)


async def test_focus_stays_where_it_was_while_the_board_moves(bank: Bank) -> None:
    async with bank.open("/console") as seen:
        button = seen.page.get_by_role("button", name="Away Priya Nair")
        await button.focus()
        await bank.house.database.transact(lambda work: work.agents.insert(an_agent("Aaron Blum")))
        await expect(seen.page.get_by_text("Aaron Blum").first).to_be_visible()
        await expect(button).to_be_focused()


async def test_bringing_an_agent_back_is_one_press_and_clears_the_to_do(bank: Bank) -> None:
    async with bank.open("/console") as seen:
        await seen.page.get_by_role("button", name="Bring back Omer Barak").click()
        await expect(seen.page.get_by_role("button", name="Away Omer Barak")).to_be_visible()
        await expect(seen.page.get_by_role("button", name="Bring back Omer Barak")).to_have_count(0)
        assert seen.complaints == []


async def test_a_switch_asks_in_a_dialog_and_shows_what_became_of_it(bank: Bank) -> None:
    async with bank.open("/console") as seen:
        await seen.page.get_by_role("link", name="Stop calling back, Payments").click()
        dialog = seen.page.get_by_role("dialog")
        await expect(dialog.get_by_role("heading")).to_have_text("Stop calling back in Payments?")
        await expect(dialog.get_by_label("Reason")).to_be_focused()
        await dialog.get_by_label("Reason").fill("fire drill")
        await dialog.get_by_role("button", name="Stop calling back in Payments").click()
        await expect(dialog).to_have_count(0)
        await expect(seen.page.get_by_role("heading", name="Payments: nobody is called back")).to_be_visible()
        await expect(seen.page.locator(".todo")).to_contain_text("Reason given: fire drill")
        assert seen.complaints == []


async def test_escape_closes_the_dialog_and_nothing_is_turned(bank: Bank) -> None:
    async with bank.open("/console") as seen:
        await seen.page.get_by_role("link", name="Stop new callbacks, Cards").click()
        await expect(seen.page.get_by_role("dialog")).to_be_visible()
        await seen.page.keyboard.press("Escape")
        await expect(seen.page.get_by_role("dialog")).to_have_count(0)
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


async def test_a_page_without_news_says_so(bank: Bank) -> None:
    async with bank.open("/console") as seen:
        await seen.page.clock.install()
        await seen.page.context.set_offline(True)
        await seen.page.clock.fast_forward(8_000)
        await expect(seen.page.locator("#live")).to_have_class("nowrap live is-stale", timeout=60_000)
        await expect(seen.page.locator("#live-words")).to_contain_text("No news for")


async def test_somebody_signed_out_elsewhere_lands_on_the_sign_in_page(bank: Bank) -> None:
    async with bank.open("/console") as seen:
        cookie = next(each for each in await seen.page.context.cookies() if each.get("name") == "vqueue")
        visitor = await signing_in.look_up(bank.house, str(cookie.get("value")))
        assert visitor is not None
        await signing_in.sign_out(bank.house, visitor)
        await seen.page.wait_for_url("**/sign-in?next=/console")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [*PATHS, "/sign-in"])
async def test_axe_finds_nothing_against_wcag_2_2_aa(bank: Bank, path: str, scheme: str) -> None:
    script = axe()
    tags = json.dumps({"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
    opened = (
        visit(bank.browser, bank.address + path, color_scheme=scheme, bypass_csp=True)
        if path == "/sign-in"
        else bank.open(path, color_scheme=scheme, bypass_csp=True)
    )
    async with opened as seen:
        await seen.page.add_script_tag(path=script)
        found = await seen.page.evaluate(f"async () => (await axe.run(document, {tags})).violations")
        assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []
