"""A report's one file as it opens from a disk: drawn, without a network, in both themes, on screens and on paper."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.pages.axe import violations
from tests.simulator.test_days import SHORT
from vqueue.simulator.page import page as simulated
from vqueue.simulator.run import simulate
from vqueue.simulator.scenario import Scenario

# The browser lives as long as the session, so whoever talks with it shares its event loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")

DRAWN = "() => [...document.querySelectorAll('[data-chart]')].every((each) => each.dataset.drawn)"
FITS = "() => document.documentElement.scrollWidth <= innerWidth"
"""Plots take a moment to follow the size of the window."""
GROUNDS = "() => [...document.querySelectorAll('.main-svg')].map((each) => each.style.background).filter(Boolean)"
WIDEST = "() => Math.max(...[...document.querySelectorAll('.main-svg')].map((each) => each.clientWidth))"
WHITE, PAPER_PX = "rgb(255, 255, 255)", 700
SLOW_MS = 120_000


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scenario = Scenario.model_validate(SHORT)
    made = tmp_path_factory.mktemp("report") / "short.html"
    made.write_text(simulated("short", scenario.in_force(), simulate(scenario, seed=4)), encoding="utf-8")
    return made


async def opened(browser: Browser, file: Path, scheme: Any) -> tuple[Page, list[str]]:
    """The page, and what it asked for or complained of."""
    context = await browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    page, heard = await context.new_page(), []
    page.on("request", lambda asked: heard.append(asked.url))
    page.on("console", lambda said: heard.append(said.text))
    page.on("pageerror", lambda wrong: heard.append(str(wrong)))
    await page.goto(file.as_uri(), wait_until="domcontentloaded", timeout=SLOW_MS)
    await page.wait_for_function(DRAWN, timeout=SLOW_MS)
    return page, heard


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_is_drawn_and_fits_and_anybody_can_read_it(browser: Browser, file: Path, scheme: str) -> None:
    page, heard = await opened(browser, file, scheme)

    assert heard == [file.as_uri()]
    for width in (360, 1280, 2560):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.wait_for_function(FITS, timeout=SLOW_MS)
        assert await violations(page) == []
    assert await page.locator(".js-plotly-plot .main-svg").count() >= 4
    await page.context.close()


async def test_paper_is_white_and_holds_the_whole_width_whatever_the_screen_was(browser: Browser, file: Path) -> None:
    page, _ = await opened(browser, file, "dark")
    assert WHITE not in await page.evaluate(GROUNDS)

    await page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    await page.wait_for_function(f"() => ({WIDEST})() < {PAPER_PX}", timeout=SLOW_MS)
    assert set(await page.evaluate(GROUNDS)) == {WHITE}

    await page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    await page.wait_for_function(f"() => !({GROUNDS})().includes('{WHITE}')", timeout=SLOW_MS)
    await page.context.close()
