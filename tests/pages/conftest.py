"""Starts one Chromium for all page tests, and for each test a visitor of its own."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.pages.browser import open_browser
from tests.pages.lab import Lab, open_lab


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with open_browser(chromium) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """An empty page of a new visitor."""
    visitor = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    yield await visitor.new_page()
    await visitor.close()


@pytest_asyncio.fixture(loop_scope="session")
async def lab(browser: Browser) -> AsyncIterator[Lab]:
    """The sandbox network with a small bank on it, seen through the browser."""
    async with open_lab(browser) as opened:
        yield opened
