"""The API reference in a real browser: every operation is there, on a telephone as on a desk, under strict policy."""

from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser

from tests.pages.browser import visit
from tests.web.afternoon import QUICK
from tests.web.house import HandClock, open_house
from vqueue.db.open import migrate
from vqueue.web.site import make_web

# The browser lives as long as the session, so whoever talks with it shares its event loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")
SIZES = (360, 1280)


async def test_every_operation_can_be_read(browser: Browser, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'docs.sqlite'}"
    await migrate(url)
    async with open_house(url, HandClock()) as house:
        server = TestServer(make_web(house, passwords=QUICK, secure=False))
        await server.start_server()
        try:
            for width in SIZES:
                async with visit(browser, f"{server.make_url('/docs')}", width=width) as seen:
                    assert await seen.page.locator(".api-op").count() > 40
                    told = await seen.page.locator("#create_support_request").inner_text()
                    for word in ("/v1/support-requests", "Idempotency-Key", "already_open", "context", "curl"):
                        assert word in told
                    assert await seen.wider_than_screen() == []
                    assert await seen.nameless_controls() == []
                    assert "`" not in await seen.page.locator("main").inner_text()
                    assert seen.complaints == []
        finally:
            await server.close()
