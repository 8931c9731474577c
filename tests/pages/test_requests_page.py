"""Requests, agents and booked times in a real browser: found, moved and taken back, read, and moving by themselves."""

import pytest
from playwright.async_api import expect

from tests.pages.afternoon import REQUEST, Bank
from tests.web.afternoon import an_agent
from vqueue.domain.agent import Presence
from vqueue.domain.journal import Fact
from vqueue.domain.rules import WEEK, Rules
from vqueue.domain.slots import Slots

# The browser lives as long as the session, so whoever talks with it shares its event loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_request_is_moved_in_a_dialog_and_taken_back_by_a_key(bank: Bank) -> None:
    async with bank.open(REQUEST) as seen:
        page = seen.page
        await page.get_by_role("link", name="Move").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Queue").select_option("fraud")
        await dialog.get_by_label("Reason").fill("vip at the branch")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status").first).to_contain_text("Moved.")
        await expect(page.locator(".crumb")).to_contain_text("Fraud")
        await page.keyboard.press("u")
        await expect(page.get_by_role("status").first).to_contain_text("Taken back")
        await expect(page.locator(".crumb")).to_contain_text("Cards")
        assert seen.complaints == []


async def test_a_request_is_found_and_its_number_is_shown_once_and_only_after_a_question(bank: Bank) -> None:
    async with bank.open("/console/requests") as seen:
        page = seen.page
        await page.locator(f'main a[href^="{REQUEST}"]').first.click()
        await page.wait_for_url(f"**{REQUEST}*")
        assert "+447700900201" not in await page.content()
        await page.goto(f"{bank.address}{REQUEST}/reveal")
        await page.locator("form#ask button[type=submit]").click()
        await expect(page.locator("dl.facts")).to_contain_text("+447700900201")
        await page.locator(".btns a").click()
        await expect(page.locator("main")).not_to_contain_text("+447700900201")
        assert seen.complaints == []
    rows = await bank.house.database.read(lambda work: work.journal.recent(facts=(Fact.PERSONAL_DATA_READ,)))
    assert [str(row.request) for row in rows] == [REQUEST.rpartition("/")[2]]


async def test_what_agents_do_and_can_do_moves_by_itself(bank: Bank) -> None:
    async with bank.open("/console/agents") as seen:
        now, skills = seen.page.locator("table").first, seen.page.locator("table").last
        await expect(skills.get_by_role("row", name="Leila Haddad")).to_contain_text("5")
        await expect(now.get_by_role("row", name="Leila Haddad")).to_contain_text("ready")
        nina = an_agent("Nina Ruiz", presence=Presence.AWAY, skills="fraud")
        await bank.house.database.transact(lambda work: work.agents.insert(nina))
        await expect(now.get_by_role("row", name="Nina Ruiz")).to_contain_text("away")
        await expect(skills.get_by_role("row", name="Nina Ruiz")).to_be_visible()
        assert seen.complaints == []


async def test_booked_times_are_read_by_queue(bank: Bank) -> None:
    slots = Slots(week=dict.fromkeys(WEEK, (("09:00", "18:00", 5),)))
    rules = Rules(skills=("cards",), slots=slots)
    await bank.house.act(lambda clerk: clerk.work.queues.publish("cards", rules, at=clerk.at, by="st_dana"))
    async with bank.open("/console/slots?queue=cards") as seen:
        await expect(seen.page.locator("table.slots").first).to_contain_text("5")
        assert await seen.wider_than_screen() == []
        assert seen.complaints == []
