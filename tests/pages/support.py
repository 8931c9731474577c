"""What the tests of the customer's page share: a bank that asks questions, and a visitor's steps."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from playwright.async_api import Browser, Locator, Page, expect

from tests.guide.test_api_guide import EVERYTHING, last_code
from tests.pages.browser import Visit, visit
from tests.stories.bank import AGENT, Bank
from vqueue.domain.context import FREE_TEXT, ContextField, FieldKind

MATTER = ContextField(
    id="matter",
    kind=FieldKind.CHOICE,
    choices=("declined", "lost"),
    label={"en": "What happened?", "ru": "Что случилось?", "he": "מה קרה?"},
    choice_labels={
        "declined": {"en": "It is declined", "ru": "Её не принимают", "he": "הוא נדחה"},
        "lost": {"en": "It is lost", "ru": "Утеряна", "he": "אבד"},
    },
)
ASKING = replace(EVERYTHING, context=(MATTER, FREE_TEXT))
PHONE = {"width": 360, "height": 740}
ANY_KEY = {"heard": ".", "press": "1"}


@dataclass(frozen=True)
class Customer:
    """Somebody on the page."""

    seen: Visit
    bank: Bank
    number: str

    @property
    def page(self) -> Page:
        return self.seen.page

    def at(self, id: str) -> Locator:
        return self.page.locator(f"#{id}")

    @property
    def head(self) -> Locator:
        return self.page.locator("vqueue-support h2")

    async def asks_about_cards(self, words: str = "It was declined at the hotel.") -> None:
        await self.at("topic-cards-").click()
        await self.page.locator("label.chip").first.click()
        await self.at("q-text").fill(words)
        await self.at("next").click()

    async def chooses(self, mode: str) -> None:
        await self.at(f"mode-{mode}").check(force=True)
        await self.at("proceed").click()

    async def proves_the_number(self) -> None:
        await self.at("phone").fill(self.number)
        await self.at("send-code").click()
        await self.proves_by_message()

    async def proves_by_message(self) -> None:
        await self.at("code").wait_for()
        await self.at("code").fill(await last_code(self.bank))

    @property
    def calling(self) -> Locator:
        """The face on which we are calling."""
        return self.page.locator("vqueue-support .calling")

    async def has_a_place(self) -> None:
        await self.asks_about_cards()
        await self.chooses("callback")
        await self.proves_the_number()
        await expect(self.at("times")).to_be_visible()


@asynccontextmanager
async def customer(
    browser: Browser, bank: Bank, number: str, *, path: str = "/support", **context: Any
) -> AsyncIterator[Customer]:
    settings = {"locale": "en-GB", **PHONE, **context}
    async with visit(browser, f"{bank.settings.public_url}{path}", **settings) as seen:
        yield Customer(seen, bank, number)


async def busy_team(bank: Bank) -> None:
    """Two agents who write up calls: the wait is known, and nobody is called yet."""
    await bank.busy(await bank.agent("omer", AGENT, ready=False, languages=("en", "ru", "he")))
