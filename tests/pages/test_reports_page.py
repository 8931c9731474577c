"""Reports in a real browser: plots drawn under the strict policy, in the page's colours and direction; paper."""

import pytest
from playwright.async_api import expect

from tests.pages.axe import assert_no_violations
from tests.pages.test_console import Bank, bank, empty_file  # noqa: F401 - fixtures

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATH = "/console/reports"
SHOWN = [("en", 360, "light"), ("ru", 1280, "dark"), ("he", 1440, "light"), ("en", 2560, "dark")]


@pytest.mark.parametrize(("language", "width", "scheme"), SHOWN)
async def test_plots_are_drawn_and_neither_the_browser_nor_axe_complains(
    bank: Bank,  # noqa: F811
    language: str,
    width: int,
    scheme: str,
) -> None:
    async with bank.open(PATH, language=language, width=width, color_scheme=scheme) as seen:
        plots = seen.page.locator("[data-chart]")
        await expect(seen.page.locator('[data-drawn="yes"]')).to_have_count(await plots.count(), timeout=60_000)
        assert await plots.count() == 5
        ground = await seen.page.locator("[data-chart] .bg, [data-chart] .main-svg").first.evaluate(
            "n => n.style.background"
        )
        surface = await seen.page.locator(".card").first.evaluate("n => getComputedStyle(n).backgroundColor")
        assert ground.startswith(surface)
        await plots.first.hover()
        assert await seen.wider_than_screen() == []
        assert await seen.nameless_controls() == []
        await assert_no_violations(seen.page)
        assert seen.complaints == []


async def test_time_runs_from_right_to_left_in_hebrew(bank: Bank) -> None:  # noqa: F811
    async with bank.open(PATH, language="he") as seen:
        await expect(seen.page.locator('[data-drawn="yes"]')).to_have_count(5, timeout=60_000)
        ticks = [
            await tick.bounding_box()
            for tick in await seen.page.locator("#p-came ~ *, .plot-area").first.locator(".xtick").all()
        ]
        places = [each["x"] for each in ticks if each]
        assert places == sorted(places, reverse=True)


async def test_on_paper_there_is_no_filter_and_every_table(bank: Bank) -> None:  # noqa: F811
    async with bank.open(PATH) as seen:
        await seen.page.emulate_media(media="print")
        await expect(seen.page.locator(".ask-for")).to_be_hidden()
        await expect(seen.page.locator(".report")).to_have_count(7)
        assert len(await seen.page.pdf()) > 10_000
