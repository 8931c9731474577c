"""The token a page of the bank hands to the customer's page by message: from the sites that are named alone."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

from tests.pages.browser import visit
from tests.pages.support import ASKING, busy_team
from tests.stories.bank import CUSTOMER, OTHER, Bank, opened
from tests.stories.conftest import network_process
from tests.stories.network import NetworkProcess
from vqueue.domain.request import Mode

__all__ = ["network_process"]
# The browser lives as long as the session, so whoever talks with it shares its event loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")

OPENS = """(us) => {
  window.heard = [];
  addEventListener("message", (event) => { if (event.origin === us) window.heard.push(event.data.type); });
  window.support = window.open(`${us}/support?lang=en`, "support");
}"""
HANDS = "([us, token]) => window.support.postMessage({ type: 'vqueue-token', token }, us)"
READY = "() => window.heard.includes('vqueue-ready')"


@asynccontextmanager
async def a_site() -> AsyncIterator[str]:
    """A page of somebody's, on an origin of its own."""

    async def page(_: web.Request) -> web.Response:
        html = '<!doctype html><html lang="en"><title>Bank</title><link rel="icon" href="data:,"><h1>Bank</h1></html>'
        return web.Response(text=html, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    async with TestServer(app) as site:
        yield str(site.make_url("")).rstrip("/")


@asynccontextmanager
async def opened_by(browser: Browser, origin: str, us: str) -> AsyncIterator[tuple[Page, Page]]:
    """(the site's page, the customer's page it opened)"""
    async with visit(browser, f"{origin}/") as seen:
        async with seen.page.expect_popup() as popup:
            await seen.page.evaluate(OPENS, us)
        support = await popup.value
        await expect(support.locator("#topic-cards-")).to_be_visible()
        yield seen.page, support


def token_of(bank: Bank, number: str) -> str:
    return bank.app_user(number)["Authorization"].removeprefix("Bearer ")


async def test_a_page_of_the_bank_signs_its_customer_in_by_message_and_may_send_another_token(
    browser: Browser,
    network_process: NetworkProcess,
    sqlite_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with AsyncExitStack() as sites:
        ours, others = await sites.enter_async_context(a_site()), await sites.enter_async_context(a_site())
        monkeypatch.setenv("VQUEUE_ALLOWED_ORIGINS", ours)
        async with opened(network_process, sqlite_database, tmp_path, rules=ASKING) as bank:
            us = bank.settings.public_url
            await busy_team(bank)
            async with opened_by(browser, others, us) as (site, support):
                await site.evaluate(HANDS, [us, token_of(bank, CUSTOMER)])
                await support.locator("#topic-cards-").click()
                await support.locator("#next").click()
                await support.locator("#proceed").click()
                await expect(support.locator("#send-code")).to_be_visible()
            async with opened_by(browser, ours, us) as (site, support):
                await site.wait_for_function(READY)
                await site.evaluate(HANDS, [us, token_of(bank, CUSTOMER)])
                await expect(support.locator("#mine")).to_have_count(0)
                await support.locator("#topic-cards-").click()
                await support.locator("#next").click()
                await support.locator("#proceed").click()
                await expect(support.locator("#times")).to_be_visible()
                await site.evaluate(HANDS, [us, token_of(bank, OTHER)])
                await expect(support.locator("#topic-cards-")).to_be_visible()
                await expect(support.get_by_text("We call you between")).to_have_count(0)
                await site.evaluate(HANDS, [us, token_of(bank, CUSTOMER)])
                await expect(support.locator("#times")).to_be_visible()
            (request,) = await bank.requests()
            assert (request.mode, request.channel) == (Mode.CALLBACK, "app")
            assert request.customer is not None and request.customer.endswith(CUSTOMER)
