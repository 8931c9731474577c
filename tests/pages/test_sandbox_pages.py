"""All pages of the sandbox: sizes, languages, names of controls, the content policy, and what their forms do."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.pages.axe import assert_no_violations
from tests.pages.lab import AGENT, BANK, CUSTOMER, Lab
from vqueue.sandbox.exchange import dial_in
from vqueue.sandbox.faults import Fault

# The browser lives as long as the session, so whoever talks with it shares its event loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONES = f"/phone?phones={CUSTOMER}:Miriam:customer,{AGENT}:Omer:agent"
PATHS = (PHONES, "/people", "/faults", "/ledger")
UNSAID = "[...document.querySelectorAll('[data-say]')].filter((node) => !node.textContent)"
PERSON = "+447700900301"


def in_language(path: str, language: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


@pytest.mark.parametrize("language", ["en", "ru", "he"])
async def test_no_page_has_a_fault(lab: Lab, language: str) -> None:
    """Widths, names, words, direction, axe, the policy; colours, which are the same in each language, once a theme."""
    lab.fill()
    async with lab.visit(PATHS[0], reduced_motion="reduce") as seen:
        for path in PATHS:
            await seen.page.goto(lab.url(in_language(path, language)))
            await expect(seen.page.locator("h1")).to_be_visible()
            await seen.settled()
            assert await seen.page.get_attribute("html", "dir") == ("rtl" if language == "he" else "ltr")
            assert await seen.page.evaluate(UNSAID) == [], path
            assert await seen.nameless_controls() == [], path
            for width in (360, 1440):
                await seen.page.set_viewport_size({"width": width, "height": 740})
                assert await seen.wider_than_screen() == [], (path, width)
            await assert_no_violations(seen.page, colours=language == "en")
            if language == "en":
                await seen.page.emulate_media(color_scheme="dark")
                await assert_no_violations(seen.page)
                await seen.page.emulate_media(color_scheme="light")
        assert seen.complaints == []


async def test_the_catalogues_of_three_languages_say_the_same_things(lab: Lab) -> None:
    async with lab.visit("/faults") as seen:
        keys = await seen.page.evaluate(
            """async () => Promise.all(['en', 'ru', 'he'].map(async (language) => {
                 const words = (await import(`/sandbox/static/words.${language}.js`)).default;
                 const blanks = (key) => [...new Set(JSON.stringify(words[key]).match(/\\{\\w+\\}/g))].sort();
                 return Object.keys(words).map((key) => `${key} ${blanks(key)}`);
               }))"""
        )
        english, russian, hebrew = (set(each) for each in keys)
        assert english == russian
        assert english == hebrew


async def test_no_script_or_style_inside_the_markup(lab: Lab) -> None:
    for page in (Path(__file__).parents[2] / "vqueue/sandbox/pages").glob("*.html"):
        markup = page.read_text("utf-8")
        assert " style=" not in markup
        assert "<style" not in markup
        assert "<script>" not in markup
        assert " on" + "click=" not in markup


async def test_a_program_that_cannot_be_is_refused_under_its_field(lab: Lab) -> None:
    async with lab.visit("/people") as seen:
        await seen.page.get_by_label("Number", exact=True).fill(PERSON)
        for program, why in (
            ('{"answers": ', "This is not JSON"),
            ('{"answers": "sometimes"}', "answers must be one of"),
        ):
            await seen.page.get_by_label("Program (JSON)").fill(program)
            await seen.page.get_by_role("button", name="Save").click()
            await expect(seen.page.get_by_role("alert")).to_contain_text(why)
        assert PERSON not in lab.network.people


async def test_a_person_is_programmed_and_listed(lab: Lab) -> None:
    async with lab.visit("/people") as seen:
        await seen.page.get_by_label("Number", exact=True).fill("+44 7700 900 301")
        await seen.page.get_by_label("Program (JSON)").fill('{"answers": {"after_s": 4}, "name": "Ada"}')
        await seen.page.get_by_role("button", name="Save").click()
        await expect(seen.page.get_by_role("row", name="Ada")).to_contain_text("after 4 s")
        assert lab.network.people[PERSON].name == "Ada"


async def test_a_person_is_removed(lab: Lab) -> None:
    lab.fill()
    async with lab.visit("/people") as seen:
        await seen.page.get_by_role("row", name="Ada").get_by_role("button", name="Remove").click()
        await expect(seen.page.get_by_text("Nobody is programmed.")).to_be_visible()
        assert lab.network.people == {}


async def test_faults_are_put_in_force_and_ended(lab: Lab) -> None:
    async with lab.visit("/faults") as seen:
        await expect(seen.page.get_by_text("no fault is set")).to_be_visible()
        await seen.page.get_by_role("button", name="Add a fault").click()
        await seen.page.get_by_label("Share").fill("0.25")
        await seen.page.get_by_role("button", name="Put in force").click()
        await expect(seen.page.get_by_text("Saved")).to_be_visible()
        assert [(fault.do, fault.share) for fault in lab.network.faults.faults] == [("lose", 0.25)]
        await seen.page.get_by_role("button", name="End all faults").click()
        await expect(seen.page.get_by_text("no fault is set")).to_be_visible()
        assert lab.network.faults.faults == []


async def test_a_fault_at_a_tap_strikes_and_leads_to_its_call(lab: Lab) -> None:
    async with lab.visit("/faults") as seen:
        await seen.page.get_by_role("button", name="send twice").click()
        await expect(seen.page.get_by_text("Saved")).to_be_visible()
        assert [fault.do for fault in lab.network.faults.faults] == ["double"]
        lab.network.faults.faults = [Fault(on="fetch", do="double")]
        call = dial_in(lab.network, telephone=CUSTOMER, shown=CUSTOMER, to=BANK)
        await seen.page.get_by_role("link", name=f"Call \u2068{call.sid[-6:]}").click()
        await expect(seen.page.locator("tbody tr").first).to_contain_text(call.sid[-6:])
        await expect(seen.page.get_by_role("button", name="Show all calls")).to_be_visible()


async def test_a_request_to_the_bank_is_read_whole_in_the_ledger(lab: Lab) -> None:
    dial_in(lab.network, telephone=CUSTOMER, shown=CUSTOMER, to=BANK)
    async with lab.visit("/ledger") as seen:
        await seen.page.get_by_role("button", name="HTTP 200").click()
        request = seen.page.get_by_role("dialog")
        for told in ("X-Twilio-Signature", CUSTOMER, "Welcome to Tamarind Bank.", "accepted"):
            await expect(request).to_contain_text(told)
        await request.get_by_text("curl", exact=True).click()
        await expect(request.locator("details pre")).to_contain_text("curl -i -X POST")
        await assert_no_violations(seen.page)


async def test_a_person_of_the_list_calls_the_bank(lab: Lab) -> None:
    lab.fill()
    async with lab.visit("/people") as seen:
        await seen.page.get_by_role("row", name="Ada").get_by_role("button", name="call the bank").click()
        await expect(seen.page.get_by_text("calls the bank")).to_be_visible()
        assert [entry.event for entry in lab.ledger("+447700900302")][:1] == ["calling"]


async def test_a_share_above_one_is_refused_under_its_row(lab: Lab) -> None:
    async with lab.visit("/faults") as seen:
        await seen.page.get_by_role("button", name="Add a fault").click()
        await seen.page.get_by_label("Share").fill("2")
        await seen.page.get_by_role("button", name="Put in force").click()
        await expect(seen.page.get_by_role("alert")).to_contain_text("from 0 to 1")
        assert lab.network.faults.faults == []


async def test_the_ledger_follows_live_and_filters_by_number(lab: Lab) -> None:
    lab.note_ring(CUSTOMER)
    async with lab.visit("/ledger") as seen:
        rows = seen.page.locator("tbody tr")
        await expect(rows).to_have_count(1)
        lab.note_ring(AGENT)
        await expect(rows).to_have_count(2)
        await seen.page.get_by_label("Number").fill("0155")
        await expect(rows).to_have_count(1)
        await expect(rows).to_contain_text("+44 20 7946 0155")
