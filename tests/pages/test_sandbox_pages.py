"""All pages of the sandbox: sizes, languages, names of controls, the content policy, and what their forms do."""

import os
import subprocess
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.pages.axe import assert_no_violations
from tests.pages.lab import AGENT, CUSTOMER, Lab

# The browser lives as long as the session, so whoever talks with it shares its event loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONES = f"/phone?phones={CUSTOMER}:Miriam:customer,{AGENT}:Omer:agent"
PATHS = (PHONES, "/people", "/faults", "/ledger")
PERSON = "+447700900301"


def in_language(path: str, language: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["en", "ru", "he"])
async def test_nothing_is_wider_than_a_small_screen(lab: Lab, path: str, language: str) -> None:
    lab.fill()
    async with lab.visit(in_language(path, language), width=360, height=740) as seen:
        await expect(seen.page.locator("h1")).to_be_visible()
        await seen.settled()
        assert await seen.wider_than_screen() == []


@pytest.mark.parametrize("path", PATHS)
async def test_every_control_has_a_name_and_the_browser_complains_of_nothing(lab: Lab, path: str) -> None:
    lab.fill()
    async with lab.visit(path) as seen:
        await seen.settled()
        assert await seen.nameless_controls() == []
        assert seen.complaints == []


@pytest.mark.parametrize("path", PATHS)
async def test_hebrew_runs_from_right_to_left_and_no_word_is_missing(lab: Lab, path: str) -> None:
    async with lab.visit(in_language(path, "he")) as seen:
        await seen.settled()
        assert await seen.page.get_attribute("html", "dir") == "rtl"
        missing = await seen.page.evaluate("[...document.querySelectorAll('[data-say]')].filter((n) => !n.textContent)")
        assert missing == []


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


async def test_a_program_that_is_no_json_is_refused_under_its_field(lab: Lab) -> None:
    async with lab.visit("/people") as seen:
        await seen.page.get_by_label("Number", exact=True).fill(PERSON)
        await seen.page.get_by_label("Program (JSON)").fill('{"answers": ')
        await seen.page.get_by_role("button", name="Save").click()
        await expect(seen.page.get_by_role("alert")).to_contain_text("This is not JSON")
        assert PERSON not in lab.network.people


async def test_a_program_the_network_refuses_says_why(lab: Lab) -> None:
    async with lab.visit("/people") as seen:
        await seen.page.get_by_label("Number", exact=True).fill(PERSON)
        await seen.page.get_by_label("Program (JSON)").fill('{"answers": "sometimes"}')
        await seen.page.get_by_role("button", name="Save").click()
        await expect(seen.page.get_by_role("alert")).to_contain_text("answers must be one of")


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


def axe() -> Path:
    """axe-core's script from its npm package, wherever this machine has it; the test is skipped without."""
    told = os.environ.get("VQUEUE_AXE")
    if told:
        return Path(told)
    try:
        root = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        root = ""
    places = [Path("node_modules"), Path(root)]
    found = next((place / "axe-core/axe.min.js" for place in places if (place / "axe-core/axe.min.js").exists()), None)
    if found is None:
        pytest.skip("axe-core is not installed (npm install -g axe-core, or VQUEUE_AXE=…/axe.min.js)")
    return found


@pytest.mark.parametrize("language", ["en", "ru", "he"])
async def test_axe_finds_nothing_against_wcag_2_2_aa(lab: Lab, language: str) -> None:
    lab.fill()
    async with lab.visit(PATHS[0], reduced_motion="reduce") as seen:
        for path in PATHS:
            await seen.page.goto(lab.url(in_language(path, language)))
            await seen.settled()
            for scheme in ("light", "dark"):
                await seen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                await assert_no_violations(seen.page)
