"""One Chromium for all page tests; one still afternoon for those that only look, a fresh one for those that act."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser

from tests.pages.afternoon import Bank, afternoon
from tests.pages.browser import open_browser
from tests.pages.lab import Lab, open_lab


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with open_browser(chromium) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def bank(browser: Browser, empty_sqlite: Path, tmp_path: Path) -> AsyncIterator[Bank]:
    """A busy afternoon of one test's own."""
    async with afternoon(browser, empty_sqlite, tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def lab(browser: Browser) -> AsyncIterator[Lab]:
    """The sandbox network with a small bank on it, seen through the browser."""
    async with open_lab(browser) as opened:
        yield opened
