"""Reports in a real browser: plots drawn under the strict policy, in the page's colours and direction; paper."""

import pytest
from playwright.async_api import expect

from tests.pages.afternoon import Bank

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATH = "/console/reports"
GROUND = "() => document.querySelector('[data-chart] .bg, [data-chart] .main-svg').style.background"
CARD = "() => getComputedStyle(document.querySelector('.card')).backgroundColor"


async def test_plots_are_drawn_in_the_colours_of_the_page_and_anew_when_they_change(bank: Bank) -> None:
    async with bank.open(PATH, color_scheme="light") as seen:
        plots = seen.page.locator("[data-chart]")
        assert await plots.count() == 5
        await plots.first.hover()
        for scheme in ("light", "dark"):
            await seen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            surface = await seen.page.evaluate(CARD)
            await seen.page.wait_for_function(f"(surface) => ({GROUND})().startsWith(surface)", arg=surface)
        assert seen.complaints == []


async def test_time_runs_from_right_to_left_in_hebrew(bank: Bank) -> None:
    async with bank.open(PATH, language="he") as seen:
        ticks = [
            await tick.bounding_box()
            for tick in await seen.page.locator("#p-came ~ *, .plot-area").first.locator(".xtick").all()
        ]
        places = [each["x"] for each in ticks if each]
        assert places == sorted(places, reverse=True)


async def test_on_paper_there_is_no_filter_and_every_table(bank: Bank) -> None:
    async with bank.open(PATH) as seen:
        await seen.page.emulate_media(media="print")
        await expect(seen.page.locator(".ask-for")).to_be_hidden()
        await expect(seen.page.locator(".report")).to_have_count(7)
        assert len(await seen.page.pdf()) > 10_000
