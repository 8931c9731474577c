"""The API reference in a real browser: every operation is there, on a telephone as on a desk, under strict policy."""

import pytest

from tests.pages.afternoon import Bank

# The browser lives as long as the session, so whoever talks with it shares its event loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_every_operation_can_be_read(bank: Bank) -> None:
    async with bank.visit("/docs") as seen:
        assert await seen.page.locator(".api-op").count() > 40
        told = await seen.page.locator("#create_support_request").inner_text()
        for word in ("/v1/support-requests", "Idempotency-Key", "already_open", "context", "curl"):
            assert word in told
        assert "`" not in await seen.page.locator("main").inner_text()
        assert await seen.nameless_controls() == []
        for width in (360, 1280):
            await seen.page.set_viewport_size({"width": width, "height": 900})
            assert await seen.wider_than_screen() == []
        assert seen.complaints == []
