"""The form of rules in a real browser: by keyboard from a change to its publication, in three languages, with nothing
lost and nothing the browser or axe complains of."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.pages.afternoon import Bank, afternoon
from tests.pages.axe import assert_no_violations
from tests.pages.browser import Visit
from tests.rehearsal import recording
from tests.web.afternoon import settle_staff
from tests.web.test_rules_pages import NAUGHTY
from vqueue.domain.rules import Publishing, Rules
from vqueue.rehearser import PoolRehearser
from vqueue.web.pages import Look, Pages
from vqueue.wording import Language

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATH = "/console/queues/cards/rules"


async def typed(seen: Visit, name: str, text: str) -> None:
    """Into the field of this name, by keyboard."""
    field = seen.page.locator(f'[id="{name}"]')
    await field.focus()
    await seen.page.keyboard.press("Control+A")
    await seen.page.keyboard.type(text)


async def test_rules_go_from_a_draft_through_a_rehearsal_and_a_second_person_into_force_and_back(
    browser: Browser, empty_sqlite: Path, tmp_path: Path
) -> None:
    """By keyboard alone; yesterday was recorded, so that it can be served again."""
    rehearser = PoolRehearser(processes=0)
    async with afternoon(browser, empty_sqlite, tmp_path, rehearser=rehearser) as bank:
        two = Rules(skills=("cards",), publishing=Publishing(second_person=True))
        await bank.house.act(lambda clerk: clerk.work.queues.publish("cards", two, at=clerk.at, by="st_dana"))
        await bank.house.database.transact(recording.write)
        await settle_staff(bank.house, login="yael", name="Yael Cohen")
        async with bank.open(PATH, reduced_motion="reduce") as seen:
            await writes_a_draft(seen)
            await rehearses(seen)
            await asks_for_agreement(seen)
            assert seen.complaints == []
        async with bank.open(PATH, login="yael") as seen:
            await expect(seen.page.get_by_text("Dana Levi asks you to agree")).to_be_visible()
            await presses(seen, "Agree and publish")
            await expect(seen.page.get_by_role("status").first).to_contain_text("The new rules are in force")
        queue = await bank.house.database.read(lambda work: work.queues.get("cards"))
        assert (queue.rules_version, queue.rules.offer.threshold_s) == (3, 240)
        async with bank.open(f"{PATH}/history") as seen:
            await brings_back(seen, version=2)
            assert seen.complaints == []
        queue = await bank.house.database.read(lambda work: work.queues.get("cards"))
        assert (queue.rules_version, queue.rules.offer.threshold_s) == (4, 120)
    rehearser.close()


async def presses(seen: Visit, button: str) -> None:
    found = seen.page.get_by_role("button", name=button, exact=True)
    await found.focus()
    await seen.page.keyboard.press("Enter")


async def writes_a_draft(seen: Visit) -> None:
    """What cannot be is said while it is typed; what would change is said in words."""
    page = seen.page
    await typed(seen, "callback.ring_s", "90")
    await expect(page.locator('[id="callback.ring_s"]')).to_have_attribute("aria-invalid", "true")
    await assert_no_violations(page)
    await typed(seen, "callback.ring_s", "25")
    await expect(page.locator('[id="callback.ring_s"]')).not_to_have_attribute("aria-invalid", "true")
    await typed(seen, "offer.threshold_s", "4")
    await expect(page.locator('[id="n-offer.threshold_s"]')).to_contain_text("now: 2 min")
    await expect(page.locator("#side")).to_contain_text("4")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("The draft is saved")


async def rehearses(seen: Visit) -> None:
    """Until its sentence, its plot and its figures stand beside the form."""
    page = seen.page
    await presses(seen, "Rehearse")
    await expect(page.get_by_role("status").first).to_contain_text("The rehearsal has begun")
    panel = page.get_by_role("region", name="Rehearsal")
    await expect(panel.locator('[data-drawn="yes"]')).to_be_visible(timeout=120_000)
    await expect(panel).to_contain_text("120 customers of that day")
    await panel.locator("summary").press("Enter")
    assert await panel.locator(".diff li").count() > 5
    await assert_no_violations(page)
    assert await seen.wider_than_screen() == []


async def asks_for_agreement(seen: Visit) -> None:
    page, keys = seen.page, seen.page.keyboard
    await page.locator("#reason").focus()
    await keys.type("shorter queues")
    for _ in range(2):
        await keys.press("Tab")
    await expect(page.get_by_role("button", name="Ask for agreement")).to_be_focused()
    await keys.press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("A second person has to agree")


async def brings_back(seen: Visit, *, version: int) -> None:
    row = seen.page.locator(f"#v{version}")
    await row.locator("summary").press("Enter")
    await row.get_by_label("Reason").focus()
    await seen.page.keyboard.type("too many calls")
    await seen.page.keyboard.press("Enter")
    await expect(seen.page.get_by_role("status").first).to_contain_text("The former rules are in force again")


@pytest.mark.parametrize("language", [Language.RU, Language.HE])
async def test_a_draft_and_the_reports_are_gone_through_in_russian_and_hebrew(bank: Bank, language: Language) -> None:
    """Each page says what came of it in the reader's words and direction; plots and figures are there."""
    say = Pages(bank="x").say(Look(language, "auto"))
    async with bank.open(PATH, language=language) as seen:
        page = seen.page
        await typed(seen, "offer.threshold_s", "4")
        await expect(page.locator('[id="n-offer.threshold_s"]')).to_contain_text("2")
        await expect(page.locator("#side")).to_contain_text(say("rules_page.what_changes"))
        await page.locator('[id="offer.threshold_s"]').press("Enter")
        await expect(page.get_by_role("status").first).to_contain_text(say("rules_page.done_saved"))
        await page.get_by_role("link", name=say("reports_page.title")).click()
        await expect(page.locator("[data-drawn=yes]").first).to_be_visible()
        await expect(page.locator("html")).to_have_attribute("dir", "rtl" if language is Language.HE else "ltr")
        await expect(page.get_by_role("button", name=say("reports_page.print"))).to_be_visible()
        await page.get_by_role("link", name=say("ledger_page.title")).click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text(say("ledger_page.title"))
        await expect(page.locator("table.promised tbody tr").first).to_be_visible()
        assert seen.complaints == []


async def test_hours_move_by_arrow_keys_and_by_dragging(bank: Bank) -> None:
    async with bank.open(PATH) as seen:
        text = seen.page.locator('[id="hours.week.thu"]')
        closing = seen.page.get_by_role("slider", name="Thursday, closes").first
        await closing.focus()
        for key in ("ArrowRight", "ArrowRight", "PageUp"):
            await seen.page.keyboard.press(key)
        await expect(text).to_have_value("08:00–21:30")
        await expect(closing).to_have_attribute("aria-valuetext", "21:30")
        await expect(seen.page.locator('[id="n-hours.week.thu"]')).not_to_be_empty()
        box = await seen.page.locator('.day:has([id="hours.week.sun"]) .track').bounding_box()
        assert box is not None
        await seen.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 5)
        await seen.page.mouse.down()
        await seen.page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 5)
        await seen.page.mouse.up()
        await expect(seen.page.locator('[id="hours.week.sun"]')).to_have_value("12:00–18:00")
        await expect(seen.page.locator("#side")).to_contain_text("Sunday")
        assert seen.complaints == []


async def test_routing_rows_are_added_filled_and_moved_by_keyboard(bank: Bank) -> None:
    async with bank.open(PATH) as seen:
        page, keys = seen.page, seen.page.keyboard
        for place in range(2):
            await page.get_by_role("button", name="Add a row").focus()
            await keys.press("Enter")
            await expect(page.locator(f'[id="routing.{place}.when.0.attribute"]')).to_be_focused()
        await typed(seen, "routing.1.when.0.value", "card_blocked")
        await page.locator('[id="routing.1.queue"]').select_option("fraud")
        await page.get_by_role("button", name="Move row 2 up").focus()
        await keys.press("Enter")
        await expect(page.locator('[id="routing.0.when.0.value"]')).to_have_value("card_blocked")
        await page.get_by_role("button", name="Remove row 2").last.focus()
        await expect(page.locator("#tabs")).to_contain_text("1 to mend")
        assert seen.complaints == []


@pytest.mark.parametrize("language", ["en", "he"])
async def test_what_was_typed_and_not_saved_is_there_after_a_reload_whatever_it_is(bank: Bank, language: str) -> None:
    async with bank.open(PATH, language=language) as seen:
        page = seen.page
        await page.locator('[value="add:announcements"]').click()
        words = page.locator('[id="announcements.0.value"]')
        await expect(words).to_be_visible()
        naughty = " ".join(NAUGHTY[:4])
        await words.fill(naughty)
        await page.locator('[id="announcements.0.name"]').select_option("ru")
        await page.reload()
        await expect(page.locator("#kept")).to_be_visible()
        await expect(words).to_have_value(naughty)
        await expect(page.locator('[id="announcements.0.name"]')).to_have_value("ru")
        assert seen.complaints == []
    assert await bank.house.database.read(lambda work: work.drafts.find("cards")) is None
