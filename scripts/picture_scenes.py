"""The scenes of the pictures: each brings a page to a moment worth showing, and has it taken."""

import base64
import urllib.parse
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page, TimeoutError

LANGUAGES = ("en", "ru", "he")
LOCALES = {"en": "en-GB", "ru": "ru-RU", "he": "he-IL"}
SIZES = {"desktop": (1280, 840), "phone": (360, 760)}
SCHEMES = ("light", "dark")
BOUND_MS = 60_000
COMES = 5
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
"""Answers each telephone that rings and presses 1 wherever that is offered: at this speed no hand is fast enough."""


@dataclass(slots=True)
class Stage:
    """A browser in front of the running demo; pictures go to `folder`, only those in `kept` unless that is None."""

    browser: Browser
    told: dict[str, Any]
    folder: Path
    kept: frozenset[str] | None
    _signed_in: dict[str, Any] = field(default_factory=dict)

    @property
    def service(self) -> str:
        return str(self.told["urls"]["api"])

    def wants(self, name: str) -> bool:
        """Whether any picture whose name begins so is to be taken."""
        return self.kept is None or any(one.startswith(name) for one in self.kept)

    @asynccontextmanager
    async def page(self, language: str, *, role: str = "") -> AsyncIterator[Page]:
        """A new visitor's page; with a role, of somebody who is signed in."""
        state = await self._state(role) if role else None
        visitor = await self.browser.new_context(
            viewport={"width": 1280, "height": 840},
            locale=LOCALES[language],
            timezone_id="Europe/London",
            reduced_motion="reduce",
            storage_state=state,
        )
        visitor.set_default_timeout(BOUND_MS)
        try:
            yield await visitor.new_page()
        finally:
            await visitor.close()

    async def _state(self, role: str) -> Any:
        if role not in self._signed_in:
            who = next(one for one in self.told["staff"] if one["role"] == role)
            async with self.page("en") as page:
                await page.goto(f"{self.service}/sign-in?next=/account")
                await page.locator("#login").fill(who["login"])
                await page.locator("#password").fill(who["password"])
                await page.keyboard.press("Enter")
                await page.wait_for_url(f"{self.service}/account")
                self._signed_in[role] = await page.context.storage_state()
        return self._signed_in[role]

    async def take(self, page: Page, name: str, language: str, *, sizes: tuple[str, ...] = tuple(SIZES)) -> None:
        """This moment of the page in each size and theme that is wanted."""
        for size, scheme in product(sizes, SCHEMES):
            picture = f"{name}-{language}-{size}-{scheme}"
            if not self.wants(picture):
                continue
            width, height = SIZES[size]
            await page.set_viewport_size({"width": width, "height": height})
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            await page.wait_for_timeout(400)
            await page.screenshot(path=self.folder / f"{picture}.png", animations="disabled")


Scene = Callable[[Stage], Awaitable[None]]


def of_console(
    name: str,
    path: str,
    *,
    role: str = "supervisor",
    ready: str = "main",
    also: Callable[[Page], Awaitable[None]] | None = None,
) -> Scene:
    """A page of the console as the supervisor sees it, or as another role does ("": nobody who is signed in); `also` is
    done before the picture."""

    async def played(stage: Stage) -> None:
        for language in LANGUAGES:
            if not stage.wants(f"{name}-{language}"):
                continue
            async with stage.page(language, role=role) as page:
                await page.goto(f"{stage.service}{path}{'&' if '?' in path else '?'}lang={language}")
                await page.locator(ready).first.wait_for()
                if also is not None:
                    await also(page)
                await stage.take(page, name, language)

    return played


async def request(stage: Stage) -> None:
    """One who was promised a callback and had it in time; in English the list is looked through for it."""
    async with stage.page("en", role="supervisor") as page:
        await page.goto(f"{stage.service}/console/requests?state=served&lang=en")
        links = page.locator("main a[href*='/console/requests/rq_']")
        await links.first.wait_for()
        paths = [str(await each.get_attribute("href")) for each in await links.all()]
        for path in dict.fromkeys(paths):
            await page.goto(f"{stage.service}{path}")
            words = await page.locator("main").inner_text()
            if "nothing was promised" not in words and "not kept" not in words:
                break
    for language in LANGUAGES:
        if stage.wants(f"request-{language}"):
            async with stage.page(language, role="supervisor") as page:
                await page.goto(f"{stage.service}{path}?lang={language}")
                await stage.take(page, "request", language)


async def rehearsal(stage: Stage) -> None:
    """A draft that offers callbacks sooner, with what it would have meant yesterday."""
    for language in LANGUAGES:
        if not stage.wants(f"rehearsal-{language}"):
            continue
        async with stage.page(language, role="supervisor") as page:
            await page.goto(f"{stage.service}/console/queues/cards/rules?lang={language}")
            await page.locator("[name='offer.threshold_s']").fill("30")
            await page.locator("[name='offer.threshold_s.unit']").select_option("s")
            await page.locator("[name='offer.threshold_s']").press("Enter")
            await page.locator("#rehearsal form button:enabled").click()
            await page.locator("#rehearsal .plot svg.main-svg").first.wait_for(timeout=6 * BOUND_MS)
            await stage.take(page, "rehearsal", language)


async def settles(page: Page) -> None:
    """Charts and figures that come after the page."""
    await page.wait_for_timeout(1500)


async def desk(stage: Stage) -> None:
    """Amara's desk while she talks, and between two calls."""
    for language in LANGUAGES:
        async with stage.page(language, role="agent") as page:
            await page.goto(f"{stage.service}/desk?lang={language}")
            for name, moment in (("desk-call", ".call.is-talking"), ("desk-ready", "main:not(:has(.call))")):
                if stage.wants(f"{name}-{language}"):
                    await page.locator(moment).first.wait_for()
                    await stage.take(page, name, language)


async def phones(stage: Stage) -> None:
    """A customer who asked to be called back and an agent who came to work, both in a call; the board beside them."""
    names = {"en": ("Robin", "Alex"), "ru": ("Мария", "Олег"), "he": ("מרים", "עומר")}
    async with stage.page("en") as page:
        await page.goto(phones_page(stage, "en", names["en"]))
        await page.evaluate(PILOT)
        customer, agent = page.locator("section.set").first, page.locator("section.set").last
        await customer.get_by_role("button", name="Call", exact=True).click()
        await customer.locator("header .tag").filter(has_text="free").wait_for()
        await meet(page, agent)
        for who, words in ((agent, "Good morning. Your card is open again."), (customer, "That was quick, thank you.")):
            await who.get_by_role("textbox", name="Say something").fill(words)
            await who.get_by_role("button", name="Say", exact=True).click()
        await stage.take(page, "phones", "en")
        await beside_the_board(stage, page)
        for language in LANGUAGES[1:]:
            if stage.wants(f"phones-{language}"):
                await page.goto(phones_page(stage, language, names[language]))
                await page.locator("section.set").nth(1).wait_for()
                await stage.take(page, "phones", language)


async def meet(page: Page, agent: Locator) -> None:
    """The agent comes to work, again where a ring was missed, until customer and agent are both in a call."""
    both = page.locator("section.set header .tag").filter(has_text="connected")
    call = agent.get_by_role("button", name="Call", exact=True)
    for _ in range(COMES):
        with suppress(TimeoutError):
            await call.click()
            await both.nth(1).wait_for()
            return
    raise TimeoutError("customer and agent did not meet")


def phones_page(stage: Stage, language: str, names: tuple[str, str]) -> str:
    customer, agent = stage.told["customers"][0]["phone_number"], stage.told["agents"][-1]["address"]
    told = f"{customer}:{names[0]}:customer:{language},{agent}:{names[1]}:agent:{language}"
    return f"{stage.told['urls']['sandbox']}/phone?phones={urllib.parse.quote(told, safe=':,+')}&lang={language}"


async def beside_the_board(stage: Stage, telephones: Page) -> None:
    """One picture of both, side by side."""
    name = "first-en-desktop-light"
    if not stage.wants(name):
        return
    await telephones.emulate_media(color_scheme="light")
    await telephones.set_viewport_size({"width": 760, "height": 860})
    left = await telephones.screenshot()
    async with stage.page("en", role="supervisor") as page:
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


SCENES: dict[str, Scene] = {
    "board": of_console("board", "/console", also=settles),
    "phones": phones,
    "desk": desk,
    "requests": of_console("requests", "/console/requests"),
    "request": request,
    "rules": of_console("rules", "/console/queues/cards/rules", also=settles),
    "rehearsal": rehearsal,
    "queues": of_console("queues", "/console/rules"),
    "history": of_console("history", "/console/queues/cards/rules/history"),
    "switch": of_console("switch", "/console/queues/cards/dialing?turn=off"),
    "slots": of_console("slots", "/console/slots", also=settles),
    "agents": of_console("agents", "/console/agents", also=settles),
    "reports": of_console("reports", "/console/reports", also=settles),
    "ledger": of_console("ledger", "/console/reports/promises"),
    "service": of_console("service", "/console/service"),
    "staff": of_console("staff", "/console/staff", role="admin"),
    "account": of_console("account", "/account"),
    "sign-in": of_console("sign-in", "/sign-in", role=""),
    "refused": of_console("refused", "/console/staff"),
    "nowhere": of_console("nowhere", "/console/nowhere"),
    "docs": of_console("docs", "/docs", also=settles),
}
"""In the order they are played: the telephones early, while the line is long."""
