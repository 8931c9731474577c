"""A real Chromium for page tests: opens pages, and remembers every complaint the browser makes about them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from tests.servers.chromium import FLAGS

# Elements a person can operate, and the ways HTML gives them a name (accname 1.2, without its rarer steps).
NAMELESS = """() => {
  const named = (node) => {
    const by = (node.getAttribute('aria-labelledby') || '').split(/\\s+/).filter(Boolean)
      .map((id) => document.getElementById(id)?.textContent || '').join(' ');
    const labels = [...(node.labels || [])].map((label) => label.textContent).join(' ');
    const inside = node.matches('input, select, textarea') ? '' : node.textContent;
    return [by, node.getAttribute('aria-label'), labels, inside, node.title].some((name) => name && name.trim());
  };
  const operable = 'a[href], button, input, select, textarea, [tabindex="0"], dialog, [role="group"], section';
  return [...document.querySelectorAll(operable)]
    .filter((node) => node.tagName === 'DIALOG' || node.checkVisibility())
    .filter((node) => !named(node)).map((node) => node.outerHTML.slice(0, 160));
}"""

QUIET = """() => document.fonts.status === 'loaded' && !document.querySelector('[aria-busy]')
  && !document.querySelector('[data-chart]:not([data-drawn="yes"])')"""

WIDER_THAN_SCREEN = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('body *')].filter((node) => node.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 10).map((node) => node.tagName + '.' + node.className)"""


@dataclass(slots=True)
class Visit:
    """A page under test with what the browser complained about: console errors, exceptions, broken policy."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    async def nameless_controls(self) -> list[str]:
        found: list[str] = await self.page.evaluate(NAMELESS)
        return found

    async def wider_than_screen(self) -> list[str]:
        found: list[str] = await self.page.evaluate(WIDER_THAN_SCREEN)
        return found

    async def settled(self) -> None:
        """Waits until the page has asked for everything it needs and shows it: its hour of the day too."""
        await self.quiet()
        await self.page.wait_for_function("() => document.querySelector('#top .clock')?.textContent")

    async def quiet(self) -> None:
        """Waits until everything is loaded and every plot is drawn."""
        await self.page.wait_for_function(QUIET)

    def turned(self, status: int) -> str:
        """What the browser says of a page that is answered with this status."""
        words = {403: "Forbidden", 404: "Not Found"}
        return f"error: Failed to load resource: the server responded with a status of {status} ({words[status]})"

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")


expect.set_options(timeout=30_000)
"""Milliseconds: a bound on what must happen, on a machine that does many things at once."""


@asynccontextmanager
async def open_browser(path: str) -> AsyncIterator[Browser]:
    """Starts the Chromium at `path`; it ends with the block."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        await browser.close()


@asynccontextmanager
async def visit(
    browser: Browser,
    url: str,
    *,
    width: int = 1440,
    height: int = 900,
    cookies: Sequence[Any] = (),
    **context: Any,
) -> AsyncIterator[Visit]:
    """Opens `url` as a new visitor, with nothing remembered but `cookies`; `context` goes to `new_context`."""
    settings = {"locale": "en-GB", "timezone_id": "Europe/London"} | context
    visitor = await browser.new_context(viewport={"width": width, "height": height}, **settings)
    await visitor.add_cookies(cookies)
    seen = Visit(await visitor.new_page())
    seen.page.set_default_timeout(60_000)
    seen.page.on("console", lambda message: seen.hear(message))
    seen.page.on("pageerror", lambda error: seen.complaints.append(f"exception: {error}"))
    await seen.page.goto(url)
    yield seen
    await visitor.close()
