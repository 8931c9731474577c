"""The scenes of the telephone network: its telephones in a call, beside the board, its people, faults and ledger; and
the page that `vqueue simulate` writes."""

import asyncio
import base64
import sys
import tempfile
import urllib.parse
from contextlib import suppress
from pathlib import Path

from playwright.async_api import Locator, Page, TimeoutError

from scripts.picture_scenes import of_page, settles
from scripts.picture_stage import LANGUAGES, Scene, Stage

COMES = 8
"""How often the agent comes to work at the most."""
PILOT = """() => {
  const heard = new WeakSet();
  setInterval(() => document.querySelectorAll('section.set').forEach((set) => {
    if (set.matches('.is-ringing')) set.querySelector('.hook .primary')?.click();
    const last = set.querySelector('[role=log] li:last-child');
    if (!last || heard.has(last)) return;
    heard.add(last);
    if (/press 1/i.test(last.textContent)) set.querySelector('[data-key="1"]').click();
  }), 20);
}"""
"""Answers each telephone that rings and presses 1 wherever that is offered: time runs too fast for a hand."""
NAMES = {"en": ("Robin", "Alex"), "ru": ("Мария", "Олег"), "he": ("מרים", "עומר")}
SAID = ("Good morning. Your card is open again.", "That was quick, thank you.")
SCENARIO = """\
agents: 9
arrivals_per_hour: [60, 95, 120, 130, 120, 90, 70, 50]
handling_s: {law: lognormal, mean: 240, scv: 0.8}
patience_s: 420
hours: ["09:00", "17:00"]
days: 5
callback: {accept: 0.6}
"""


async def phones(stage: Stage) -> None:
    """A customer who asked to be called back and an agent who came to work, both in a call; the board beside them."""
    if not (stage.wants("phones") or stage.wants("first")):
        return
    async with stage.page("en", role="supervisor") as page:
        await page.goto(phones_page(stage, "en"))
        await page.evaluate(PILOT)
        customer, agent = page.locator("section.set").first, page.locator("section.set").last
        await customer.get_by_role("button", name="Call", exact=True).click()
        await customer.locator("header .tag").filter(has_text="free").wait_for()
        await meet(page, agent)
        for who, words in ((agent, SAID[0]), (customer, SAID[1])):
            await who.get_by_role("textbox", name="Say something").fill(words)
            await who.get_by_role("button", name="Say", exact=True).click()
        await beside_the_board(stage, page)
        await stage.take(page, "phones", "en")
        for language in LANGUAGES[1:]:
            if stage.wants(f"phones-{language}"):
                await page.set_viewport_size({"width": 1280, "height": 840})
                await page.goto(phones_page(stage, language))
                await page.locator("section.set").last.wait_for()
                await page.wait_for_timeout(800)
                await stage.take(page, "phones", language)


async def meet(page: Page, agent: Locator) -> None:
    """The agent comes to work, again where a ring was missed, until customer and agent are both in a call."""
    both = page.locator("section.set header .tag").filter(has_text="connected")
    call = agent.get_by_role("button", name="Call", exact=True)
    for _ in range(COMES):
        with suppress(TimeoutError):
            if await call.is_visible():
                await call.click()
            await both.nth(1).wait_for()
            return
    raise TimeoutError("customer and agent did not meet")


def phones_page(stage: Stage, language: str) -> str:
    customer, agent = stage.told["customers"][0]["phone_number"], stage.told["agents"][-1]["address"]
    his, hers = NAMES[language]
    told = f"{customer}:{his}:customer:{language},{agent}:{hers}:agent:{language}"
    return f"{stage.network}/phone?phones={urllib.parse.quote(told, safe=':,+')}&lang={language}"


async def beside_the_board(stage: Stage, telephones: Page) -> None:
    """One picture of both, side by side."""
    name = "first-en-desktop-light"
    if not stage.wants(name):
        return
    await telephones.emulate_media(color_scheme="light")
    await telephones.set_viewport_size({"width": 760, "height": 860})
    await telephones.evaluate("document.querySelectorAll('details[open]').forEach((each) => { each.open = false; })")
    left = await telephones.screenshot()
    async with stage.beside("en", await telephones.context.storage_state()) as page:
        await page.set_viewport_size({"width": 1180, "height": 860})
        await page.goto(f"{stage.service}/console?lang=en")
        await settles(page)
        right = await page.screenshot()
        await page.set_viewport_size({"width": 760 + 1180 + 12, "height": 860})
        shown = "".join(
            f'<img src="data:image/png;base64,{base64.b64encode(each).decode()}">' for each in (left, right)
        )
        await page.goto("about:blank")
        await page.set_content(f"<style>body {{margin: 0; display: flex; gap: 12px}}</style>{shown}")
        await page.screenshot(path=stage.folder / f"{name}.png")


async def simulated(stage: Stage) -> None:
    """The page of a simulated week; it has one language."""
    if not stage.wants("simulated"):
        return
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "week.yaml").write_text(SCENARIO, encoding="utf-8")
        told = ("simulate", str(folder / "week.yaml"), "--html", str(folder / "week.html"))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "vqueue", *told, stdout=asyncio.subprocess.DEVNULL
        )
        if await process.wait():
            raise RuntimeError("vqueue simulate has failed")
        async with stage.page("en") as page:
            await page.goto((folder / "week.html").as_uri())
            await settles(page)
            await stage.take(page, "simulated", "en")


TELEPHONES: dict[str, Scene] = {
    "phones": phones,
    "people": of_page("people", "/people", role="", network=True, also=settles),
    "faults": of_page("faults", "/faults", role="", network=True, also=settles),
    "ledger": of_page("ledger", "/ledger", role="", network=True, also=settles),
    "simulated": simulated,
}
