"""The board on a troubled afternoon in a real browser: each alert's act, its undo, and the page under axe."""

import pytest
from playwright.async_api import expect

from tests.pages.afternoon import Bank
from tests.pages.axe import assert_no_violations
from tests.web.troubled import SOON, trouble

# The browser lives as long as the session, so whoever talks with it shares its event loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_supervisor_deals_with_a_troubled_afternoon_one_act_after_the_other(bank: Bank) -> None:
    await trouble(bank.house)
    async with bank.open("/console") as seen:
        page, dialog = seen.page, seen.page.get_by_role("dialog")
        await expect(page.locator(".todo")).to_contain_text("Cards: R-SOON7 was promised by 14:15")
        await page.get_by_text("As a table", exact=True).click()
        await expect(page.get_by_role("region", name="As a table")).to_contain_text("16:30")

        await page.get_by_role("link", name="Stop calling back", exact=True).click()
        await expect(dialog.get_by_label("Reason")).to_have_value("Machines answer our calls")
        await expect(dialog.get_by_label("For how long")).to_have_value("30")
        await dialog.get_by_role("button").click()
        await expect(page.locator(".todo")).to_contain_text("On again at 14:37.")

        await page.get_by_role("link", name="Deliver again").click()
        await dialog.get_by_role("button", name="Deliver again").click()
        await expect(page.get_by_role("heading", name="A webhook fails")).to_have_count(0)
        await expect(page.get_by_role("region", name="As a table")).to_contain_text("16:30")

        await page.get_by_role("link", name="Call next").click()
        await dialog.get_by_label("Reason").fill("about to break")
        await dialog.get_by_role("button").click()
        await page.wait_for_url(f"**/console/requests/{SOON}?done=next*")
        await page.get_by_role("button", name="Undo").click()
        await page.wait_for_url(f"**/console/requests/{SOON}?done=undone")
        assert seen.complaints == []


PAGES = (("/console", "en", 1440, "light"), ("/console", "he", 360, "dark"), ("/console/service", "ru", 360, "light"))


async def test_a_troubled_board_and_the_page_of_the_service_are_accessible(bank: Bank) -> None:
    await trouble(bank.house)
    for path, language, width, theme in PAGES:
        async with bank.open(path, language=language, color_scheme=theme, width=width) as seen:
            for details in await seen.page.locator("details.behind summary").all():
                await details.click()
            assert await seen.wider_than_screen() == [], (path, language)
            assert await seen.nameless_controls() == [], (path, language)
            await assert_no_violations(seen.page)
            assert seen.complaints == []
