"""The telephones of the sandbox in a real browser: calls, captions, keys, and what a visitor may do by mistake."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from tests.pages.lab import AGENT, CUSTOMER, Lab

# The browser lives as long as the session, so whoever talks with it shares its event loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONES = f"/phone?phones={CUSTOMER}:Miriam:customer,{AGENT}:Omer:agent"


def phone(page: Page, number: str) -> Locator:
    return page.locator(f'[data-number="{number}"]')


def state(telephone: Locator) -> Locator:
    return telephone.locator("header .tag")


async def call_the_bank(page: Page) -> Locator:
    """Miriam dials the number the field holds, and has heard the whole menu."""
    miriam = phone(page, CUSTOMER)
    await miriam.get_by_role("button", name="Call", exact=True).click()
    await expect(miriam.get_by_role("log")).to_contain_text("ברוכים הבאים לבנק.")
    return miriam


async def be_connected(page: Page) -> tuple[Locator, Locator]:
    miriam, omer = await call_the_bank(page), phone(page, AGENT)
    await miriam.locator('[data-key="2"]').click()
    await omer.get_by_role("button", name="Answer").click()
    await expect(state(miriam)).to_have_text("connected")
    return miriam, omer


async def test_a_customer_calls_the_bank_and_reads_every_word_in_its_own_direction(lab: Lab) -> None:
    async with lab.visit(PHONES) as seen:
        miriam = await call_the_bank(seen.page)
        words = miriam.get_by_role("log").locator("li > span:last-child")
        hebrew = words.filter(has_text="ברוכים")
        assert await hebrew.get_attribute("lang") == "he-IL"
        assert await hebrew.get_attribute("dir") == "rtl"
        assert await words.filter(has_text="Добро").get_attribute("dir") == "ltr"
        await expect(state(miriam)).to_have_text("in call")
        assert seen.complaints == []


async def test_a_phone_tells_what_happens_in_the_language_of_its_owner(lab: Lab) -> None:
    async with lab.visit(f"/phone?phones={CUSTOMER}:Yael:customer:he") as seen:
        miriam = await call_the_bank(seen.page)
        await miriam.locator('[data-key="5"]').click()
        own = miriam.get_by_role("log").get_by_text("הקשת 5")
        assert await own.get_attribute("dir") == "rtl"


async def test_keys_pressed_on_the_pad_and_on_the_keyboard_reach_the_bank(lab: Lab) -> None:
    async with lab.visit(PHONES) as seen:
        miriam = await call_the_bank(seen.page)
        await miriam.locator('[data-key="7"]').click()
        await expect(miriam.get_by_role("log")).to_contain_text("Key 7 it is.")
        await miriam.locator('[data-key="7"]').press("*")
        await expect(miriam.get_by_role("log")).to_contain_text("Key * it is.")
        assert lab.bank.keys == ["7", "*"]


async def test_one_phone_rings_another_and_both_are_connected(lab: Lab) -> None:
    async with lab.visit(PHONES) as seen:
        miriam, omer = await call_the_bank(seen.page), phone(seen.page, AGENT)
        await miriam.locator('[data-key="2"]').click()
        await expect(state(omer)).to_have_text("ringing")
        await omer.get_by_role("button", name="Answer").click()
        await expect(state(omer)).to_have_text("connected")
        await expect(state(miriam)).to_have_text("connected")
        await miriam.get_by_role("button", name="Hang up").click()
        await expect(state(omer)).to_have_text("free")
        rings = seen.page.get_by_role("region", name="Call log").locator("li", has_text="ring")
        await expect(rings).to_have_count(1)
        assert seen.complaints == []


async def test_what_one_says_the_other_reads(lab: Lab) -> None:
    async with lab.visit(PHONES) as seen:
        miriam, omer = await be_connected(seen.page)
        await omer.get_by_role("textbox", name="Say something").fill("<b>Good</b> afternoon")
        await omer.get_by_role("button", name="Say", exact=True).click()
        await expect(miriam.get_by_role("log")).to_contain_text("<b>Good</b> afternoon")
        await expect(omer.get_by_role("log")).to_contain_text("you: ⁨<b>Good</b> afternoon⁩")


async def test_the_keys_a_prompt_offers_are_lit_until_one_is_pressed(lab: Lab) -> None:
    async with lab.visit(PHONES) as seen:
        miriam = await call_the_bank(seen.page)
        lit = miriam.locator(".pad .offered")
        await expect(lit).to_have_attribute("data-key", "2")
        await miriam.locator('[data-key="7"]').click()
        await expect(miriam.get_by_role("log")).to_contain_text("Key 7 it is.")
        await expect(lit).to_have_count(0)


OFFERS = {
    "To be connected now press 1. To be called later press 2.": "12",
    "Press 1 to accept, 2 to pass.": "12",
    "Enter the number we should call, then press the hash key.": "#",
    "If you press nothing, we keep your place.": "",
    "Чтобы принять звонок, нажмите 1, чтобы передать дальше, нажмите 2.": "12",
    "Введите номер и нажмите решётку.": "#",
    "לכרטיסים, הקישו אחת. לכל נושא אחר, הקישו שלוש.": "13",
    "לקבלת השיחה להקיש 1, להעברה הלאה להקיש 2.": "12",
    "להקיש את המספר, ובסיום סולמית.": "#",
    "הקישו את שמונה ספרות הקוד.": "",
}


async def test_the_keys_offered_are_found_in_each_language(lab: Lab) -> None:
    async with lab.visit(PHONES) as seen:
        found = await seen.page.evaluate(
            """async (sentences) => {
                 const { keysOffered } = await import('/sandbox/static/offers.js');
                 return sentences.map((sentence) => [...keysOffered(sentence)].join(''));
               }""",
            list(OFFERS),
        )
        assert dict(zip(OFFERS, found, strict=True)) == OFFERS


async def test_each_country_rings_in_its_own_rhythm_and_each_key_has_its_pair(lab: Lab) -> None:
    async with lab.visit(PHONES) as seen:
        rhythms, key = await seen.page.evaluate(
            """async () => {
                 const { countryOf, toneOf, tonePair } = await import('/sandbox/static/tones.js');
                 const rhythm = (number) => {
                   const { notes, every } = toneOf('ringback', countryOf(number));
                   return [notes[0].pair.join('+'), notes.length, notes[0].seconds, every];
                 };
                 return [['+442079460100', '+12025550142', '+972505550142', '+74955550142'].map(rhythm), tonePair('5')];
               }"""
        )
        assert rhythms == [["400+450", 2, 0.4, 3], ["440+480", 1, 2, 6], ["400", 1, 1, 4], ["425", 1, 1, 5]]
        assert key == [770, 1336]


async def test_a_phone_is_answered_and_hung_up_from_the_keyboard_wherever_the_reader_is(lab: Lab) -> None:
    async with lab.visit(PHONES) as seen:
        await stop_the_clock(seen.page)
        miriam, omer = await call_the_bank(seen.page), phone(seen.page, AGENT)
        await miriam.locator('[data-key="2"]').click()
        await expect(seen.page).to_have_title("⁨Omer⁩: ringing")
        await seen.page.evaluate("document.activeElement.blur()")
        await seen.page.keyboard.press("Enter")
        await expect(state(omer)).to_have_text("connected")
        await seen.page.clock.run_for(1000)
        await omer.focus()
        await seen.page.keyboard.press("Escape")
        await expect(state(omer)).to_have_text("free")


async def test_what_is_said_now_and_the_buttons_are_in_sight_on_a_small_screen(lab: Lab) -> None:
    async with lab.visit(PHONES, width=360, height=640) as seen:
        miriam = await call_the_bank(seen.page)
        await miriam.scroll_into_view_if_needed()
        caption = await miriam.locator("li.now").bounding_box()
        room = await miriam.get_by_role("log").bounding_box()
        assert caption and room
        assert room["y"] <= caption["y"]
        assert caption["y"] + caption["height"] <= room["y"] + room["height"]
        whole = await miriam.bounding_box()
        assert whole and whole["height"] <= 640


async def test_a_declined_ring_leaves_the_phone_free(lab: Lab) -> None:
    async with lab.visit(PHONES) as seen:
        miriam, omer = await call_the_bank(seen.page), phone(seen.page, AGENT)
        await miriam.locator('[data-key="2"]').click()
        await omer.get_by_role("button", name="Decline").click()
        await expect(state(omer)).to_have_text("free")
        assert [entry.event for entry in lab.ledger(AGENT)].count("answered") == 0


async def stop_the_clock(page: Page) -> None:
    """The page's own clock moves from here on only when the test moves it."""
    await page.clock.install()
    await page.reload()
    await expect(state(phone(page, AGENT))).to_have_text("free")
    await page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=30))


async def test_the_second_tap_on_call_neither_calls_again_nor_hangs_up(lab: Lab) -> None:
    async with lab.visit(PHONES) as seen:
        await stop_the_clock(seen.page)
        miriam = phone(seen.page, CUSTOMER)
        await miriam.get_by_role("button", name="Call", exact=True).click()
        hang_up = miriam.get_by_role("button", name="Hang up")
        await seen.page.clock.run_for(300)
        await hang_up.click()
        await expect(miriam.get_by_role("log")).to_contain_text("ברוכים הבאים לבנק.")
        await expect(state(miriam)).to_have_text("in call")
        assert [entry.event for entry in lab.ledger(CUSTOMER)].count("calling") == 1
        await seen.page.clock.run_for(600)
        await hang_up.click()
        await expect(state(miriam)).to_have_text("free")


async def test_the_second_tap_on_answer_does_not_hang_up(lab: Lab) -> None:
    async with lab.visit(PHONES) as seen:
        miriam, omer = await call_the_bank(seen.page), phone(seen.page, AGENT)
        await stop_the_clock(seen.page)
        await miriam.locator('[data-key="2"]').click()
        await omer.get_by_role("button", name="Answer").click()
        await seen.page.clock.run_for(300)
        await omer.get_by_role("button", name="Hang up").click()
        await omer.get_by_role("textbox", name="Say something").fill("Still here")
        await omer.get_by_role("button", name="Say", exact=True).click()
        await expect(miriam.get_by_role("log")).to_contain_text("Still here")


async def test_a_tap_meant_for_hang_up_does_not_call_again(lab: Lab) -> None:
    """The bank ends the call in the very moment in which the customer reaches for the button."""
    async with lab.visit(PHONES) as seen:
        miriam = await call_the_bank(seen.page)
        await stop_the_clock(seen.page)
        (call,) = lab.network.legs_of(CUSTOMER)
        lab.network.hang_up(call, by="bank")
        await miriam.get_by_role("button", name="Call", exact=True).click()
        await expect(miriam.get_by_role("log")).to_contain_text("call ended")
        assert [entry.event for entry in lab.ledger(CUSTOMER)].count("calling") == 1


async def test_a_page_opened_again_finds_the_call_as_it_is(lab: Lab) -> None:
    async with lab.visit(PHONES) as seen:
        await be_connected(seen.page)
        await seen.page.reload()
        await expect(state(phone(seen.page, AGENT))).to_have_text("connected")
        await expect(phone(seen.page, CUSTOMER).get_by_role("log")).to_contain_text("Welcome to Tamarind Bank.")


async def test_a_wrong_number_is_refused_with_what_would_mend_it(lab: Lab) -> None:
    async with lab.visit(PHONES) as seen:
        miriam = phone(seen.page, CUSTOMER)
        field = miriam.get_by_role("textbox", name="Number to call")
        await expect(field).to_have_value("+44 20 7946 0100")
        for wrong, mends in (("112", "A number starts with +"), (AGENT, "+44 20 7946 0100")):
            await field.fill(wrong)
            await miriam.get_by_role("button", name="Call", exact=True).click()
            await expect(miriam.get_by_role("alert")).to_contain_text(mends)
        assert lab.ledger(CUSTOMER) == []


async def test_an_agent_with_a_softphone_is_a_phone_too(lab: Lab) -> None:
    async with lab.visit("/phone?phones=client:omer.barak:Omer:agent") as seen:
        omer = phone(seen.page, "client:omer.barak")
        await expect(omer.get_by_role("heading")).to_have_text("Agent, Omer")
        await omer.get_by_role("button", name="Call", exact=True).click()
        await expect(omer.get_by_role("log")).to_contain_text("Welcome to Tamarind Bank.")


async def test_the_address_names_the_phones_and_the_browser_remembers_them(lab: Lab) -> None:
    async with lab.visit(f"/phone?phones={CUSTOMER}:Anna:customer:ru") as seen:
        await expect(phone(seen.page, CUSTOMER).get_by_role("heading")).to_have_text("Customer, Anna")
        await seen.page.goto(lab.url("/phone"))
        await expect(phone(seen.page, CUSTOMER).get_by_role("heading")).to_have_text("Customer, Anna")
        await expect(phone(seen.page, CUSTOMER)).to_contain_text("Russian")
        await expect(seen.page.locator(".set")).to_have_count(1)


async def test_a_phone_is_added_with_its_errors_said_under_the_fields(lab: Lab) -> None:
    async with lab.visit(PHONES) as seen:
        await seen.page.get_by_role("button", name="Add a phone").click()
        dialog = seen.page.get_by_role("dialog")
        await dialog.get_by_label("Number").fill(AGENT)
        await dialog.get_by_role("button", name="Add a phone").click()
        await expect(dialog).to_contain_text("A name is needed.")
        await expect(dialog).to_contain_text("A phone with this number is already open.")
        await dialog.get_by_label("Name").fill("Yael")
        await dialog.get_by_label("Number").fill("+44 7700 900 231")
        await dialog.get_by_label("Language").select_option("he")
        await dialog.get_by_role("button", name="Add a phone").click()
        await expect(phone(seen.page, "+447700900231")).to_be_focused()
        assert "+447700900231" in lab.network.phones


async def test_a_phone_removed_is_gone_from_the_network(lab: Lab) -> None:
    async with lab.visit(PHONES) as seen:
        await seen.page.get_by_role("button", name="Remove the phone of").first.click()
        await expect(phone(seen.page, CUSTOMER)).to_have_count(0)
        assert CUSTOMER not in lab.network.phones


async def test_a_lost_network_is_said_on_the_page(lab: Lab) -> None:
    async with lab.visit(PHONES) as seen:
        await expect(state(phone(seen.page, AGENT))).to_have_text("free")
        await seen.page.context.set_offline(True)
        await expect(seen.page.get_by_role("status")).to_contain_text("No news for", timeout=60_000)
