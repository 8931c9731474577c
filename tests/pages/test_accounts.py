"""Account and staff pages in a real browser, and signing in at the bank's own issuer."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from playwright.async_api import Browser, expect

from tests.identity.provider import CLIENT, SECRET, Provider, open_provider
from tests.pages.afternoon import ADA, Bank, still_house
from tests.web.afternoon import DANA, PASSWORD, QUICK, settle_staff
from tests.web.house import HandClock
from vqueue.identity.discovery import Discovery
from vqueue.identity.oidc import Client, OidcIssuer
from vqueue.ports.people import Staff
from vqueue.services import signing_in
from vqueue.services.house import House
from vqueue.services.sessions import Browser as Seen

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bank(browser: Browser, empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bank]:
    """Four people, one of them disabled, two signed in elsewhere too; an issuer to sign in at."""
    async with AsyncExitStack() as stack:
        provider = await stack.enter_async_context(open_provider())
        session = await stack.enter_async_context(ClientSession())
        issuer = an_issuer(provider, session, HandClock())
        folder = tmp_path_factory.mktemp("accounts")
        one = await stack.enter_async_context(still_house(browser, empty_sqlite, folder, issuer=issuer))
        await settle_staff(one.house)
        await settle_staff(one.house, role="admin", login=ADA, name="Ada Lind")
        await more_people(one.house)
        issuer._client = a_client(f"{one.address}/sign-in/oidc/back")
        yield one


def a_client(back: str) -> Client:
    return Client(
        id=CLIENT, secret=SECRET, redirect_uri=back, role_claim="roles", roles={"leads": "viewer"}, name="Tamarind SSO"
    )


def an_issuer(provider: Provider, session: ClientSession, clock: HandClock) -> OidcIssuer:
    return OidcIssuer(session, Discovery(session, provider.url, clock), client=a_client(""), clock=clock)


async def more_people(house: House) -> None:
    """Beside Dana and Ada, who are signed in elsewhere too."""
    await settle_staff(house, role="viewer", login="vera.stone@tamarind.example", name="Вера Каменская-Островская")
    for login in (ADA, DANA):
        await signing_in.sign_in(house, QUICK, login=login, password=PASSWORD, address="", browser=Seen(name=FIREFOX))
    await settle_staff(house, role="agent", login="omer", name="עומר ברק")
    await house.database.transact(lambda work: work.people.change(*_disabled(work.people.staff("omer"))))


def _disabled(staff: Staff | None) -> tuple[Staff, Staff]:
    assert staff is not None
    return staff, replace(staff, disabled=True)


async def test_an_admin_adds_somebody_and_sees_the_password_once(bank: Bank) -> None:
    async with bank.open("/console/staff", login=ADA) as seen:
        await seen.page.get_by_label("Login").fill("tom")
        await seen.page.locator("#add-name").fill("Tom Keller")
        await seen.page.get_by_role("button", name="Add", exact=True).click()
        await expect(seen.page.get_by_role("status")).to_contain_text("The password of Tom Keller")
        await expect(seen.page.get_by_role("row", name="Tom Keller")).to_contain_text("May sign in")
        await seen.page.goto(f"{bank.address}/console/staff")
        await expect(seen.page.get_by_role("status")).to_have_count(0)
        assert seen.complaints == []


async def test_another_browser_is_signed_out_from_the_account_page(bank: Bank) -> None:
    async with bank.open("/account", login=ADA) as seen:
        row = seen.page.get_by_role("row", name="Firefox, Windows")
        await row.get_by_role("button", name="Sign out").click()
        await expect(row).to_have_count(0)
        await expect(seen.page.get_by_text("This browser")).to_be_visible()


async def test_a_real_browser_goes_to_the_issuer_and_comes_back_signed_in(bank: Bank) -> None:
    async with bank.visit("/sign-in?next=/account") as seen:
        await seen.page.get_by_role("link", name="Sign in with Tamarind SSO").click()
        await seen.page.wait_for_url(f"{bank.address}/account")
        await expect(seen.page.get_by_text("You sign in at Tamarind SSO")).to_be_visible()
        assert seen.complaints == []
