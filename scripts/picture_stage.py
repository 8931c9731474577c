"""The browser in front of the running demo: visitors' pages, who is signed in, and the taking of a picture."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

LANGUAGES = ("en", "ru", "he")
LOCALES = {"en": "en-GB", "ru": "ru-RU", "he": "he-IL"}
SIZES = {"desktop": (1280, 840), "phone": (360, 760)}
SCHEMES = ("light", "dark")
BOUND_MS = 60_000
VISITORS = 4
"""Pages that are open at a time."""
PAINTED_MS, DRAWN_MS = 100, 400
"""After a change of size or theme; the longer one where charts are drawn anew."""


@dataclass(slots=True)
class Stage:
    """Pictures go to `folder`, only those in `kept` unless that is None."""

    browser: Browser
    told: dict[str, Any]
    folder: Path
    kept: frozenset[str] | None
    taken: int = 0
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(VISITORS))
    _signing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _signed_in: dict[str, Any] = field(default_factory=dict)

    @property
    def service(self) -> str:
        return str(self.told["urls"]["api"])

    @property
    def network(self) -> str:
        return str(self.told["urls"]["sandbox"])

    def wants(self, name: str) -> bool:
        """Whether any picture whose name begins so is to be taken."""
        return self.kept is None or any(one.startswith(name) for one in self.kept)

    @asynccontextmanager
    async def page(self, language: str, *, role: str = "") -> AsyncIterator[Page]:
        """A new visitor's page; with a role, of somebody who is signed in. Waits while too many are open: whoever has
        one opens no second."""
        async with self._room:
            state = await self._state(role) if role else None
            async with self.beside(language, state) as page:
                yield page

    @asynccontextmanager
    async def beside(self, language: str, state: Any) -> AsyncIterator[Page]:
        """A page for somebody who has one already."""
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
        async with self._signing:
            if role not in self._signed_in:
                self._signed_in[role] = await self._sign_in(role)
        return self._signed_in[role]

    async def _sign_in(self, role: str) -> Any:
        who = next(one for one in self.told["staff"] if one["role"] == role)
        async with self.beside("en", None) as page:
            await page.goto(f"{self.service}/sign-in?login={who['login']}&next=/account")
            await page.locator("#password").fill(who["password"])
            await page.keyboard.press("Enter")
            await page.wait_for_url(f"{self.service}/account")
            return await page.context.storage_state()

    async def take(self, page: Page, name: str, language: str, *, sizes: tuple[str, ...] = tuple(SIZES)) -> None:
        """This moment of the page in each size and theme that is wanted."""
        drawn = await page.locator(".js-plotly-plot").count()
        for size, scheme in product(sizes, SCHEMES):
            picture = f"{name}-{language}-{size}-{scheme}"
            if not self.wants(picture):
                continue
            width, height = SIZES[size]
            await page.set_viewport_size({"width": width, "height": height})
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            await page.wait_for_timeout(DRAWN_MS if drawn else PAINTED_MS)
            await page.screenshot(path=self.folder / f"{picture}.png", animations="disabled")
            self.taken += 1


Scene = Callable[[Stage], Awaitable[None]]
