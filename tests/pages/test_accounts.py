"""Account, staff and sign-in pages in a real browser: sizes, languages, themes, names of controls, the policy."""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, expect

from tests.identity.provider import CLIENT, SECRET, Provider, open_provider
from tests.pages.browser import Visit, visit
from tests.pages.test_sandbox_pages import axe
from tests.web.afternoon import DANA, PASSWORD, QUICK, settle_staff
from tests.web.house import HandClock, open_house
from vqueue.db.open import migrate
from vqueue.identity.discovery import Discovery
from vqueue.identity.oidc import Client, OidcIssuer
from vqueue.ports.people import Staff
from vqueue.services import signing_in
from vqueue.services.house import House
from vqueue.services.sessions import Browser as Seen
from vqueue.web.site import make_web

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADA = "ada"
PATHS = ("/account", "/console/staff")
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass(frozen=True, slots=True)
class Bank:
    """Three people, one of them disabled, one signed in elsewhere too; an issuer to sign in at."""

    browser: Browser
    house: House
    address: str

    @asynccontextmanager
    async def open(self, path: str, *, language: str = "en", **context: Any) -> AsyncIterator[Visit]:
        """The page as Ada, an administrator, sees it."""
        async with visit(self.browser, f"{self.address}/sign-in?lang={language}&next={path}", **context) as seen:
            await seen.page.locator("#login").fill(ADA)
            await seen.page.locator("#password").fill(PASSWORD)
            await seen.page.locator("button[type=submit]").click()
            await seen.page.wait_for_url(f"{self.address}{path}")
            yield seen


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def bank(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bank]:
    folder = tmp_path_factory.mktemp("accounts")
    await migrate(f"sqlite:///{folder / 'empty.sqlite'}")
    async with AsyncExitStack() as stack:
        file = shutil.copy(folder / "empty.sqlite", folder / "bank.sqlite")
        clock = HandClock()
        house = await stack.enter_async_context(open_house(f"sqlite:///{file}", clock))
        await people(house)
        provider = await stack.enter_async_context(open_provider())
        session = await stack.enter_async_context(ClientSession())
        issuer = an_issuer(provider, session, clock)
        app = make_web(house, passwords=QUICK, secure=False, issuer=issuer)
        server = await stack.enter_async_context(TestServer(app))
        address = str(server.make_url("/")).rstrip("/")
        issuer._client = a_client(f"{address}/sign-in/oidc/back")
        yield Bank(browser, house, address)


def a_client(back: str) -> Client:
    return Client(
        id=CLIENT, secret=SECRET, redirect_uri=back, role_claim="roles", roles={"leads": "viewer"}, name="Tamarind SSO"
    )


def an_issuer(provider: Provider, session: ClientSession, clock: HandClock) -> OidcIssuer:
    return OidcIssuer(session, Discovery(session, provider.url, clock), client=a_client(""), clock=clock)


async def people(house: House) -> None:
    await settle_staff(house)
    await settle_staff(house, role="admin", login=ADA, name="Ada Lind")
    await settle_staff(house, role="viewer", login="vera.stone@tamarind.example", name="Вера Каменская-Островская")
    for login in (ADA, DANA):
        await signing_in.sign_in(house, QUICK, login=login, password=PASSWORD, address="", browser=Seen(name=FIREFOX))
    await settle_staff(house, role="agent", login="omer", name="עומר ברק")
    await house.database.transact(lambda work: work.people.change(*_disabled(work.people.staff("omer"))))


def _disabled(staff: Staff | None) -> tuple[Staff, Staff]:
    assert staff is not None
    return staff, replace(staff, disabled=True)


@pytest.mark.parametrize("language", ["en", "he"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PATHS)
async def test_the_pages_fit_and_every_control_has_a_name(bank: Bank, path: str, width: int, language: str) -> None:
    async with bank.open(path, language=language, width=width) as seen:
        assert await seen.nameless_controls() == []
        assert await seen.wider_than_screen() == []
        assert seen.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
async def test_axe_finds_nothing_against_wcag_2_2_aa(bank: Bank, path: str, scheme: str) -> None:
    script = axe()
    async with bank.open(path, color_scheme=scheme, bypass_csp=True) as seen:
        await seen.page.add_script_tag(path=script)
        tags = json.dumps({"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
        found = await seen.page.evaluate(f"async () => (await axe.run(document, {tags})).violations")
        assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []


async def test_an_admin_adds_somebody_and_sees_the_password_once(bank: Bank) -> None:
    async with bank.open("/console/staff") as seen:
        await seen.page.get_by_label("Login").fill("tom")
        await seen.page.locator("#add-name").fill("Tom Keller")
        await seen.page.get_by_role("button", name="Add", exact=True).click()
        await expect(seen.page.get_by_role("status")).to_contain_text("The password of Tom Keller")
        await expect(seen.page.get_by_role("row", name="Tom Keller")).to_contain_text("May sign in")
        await seen.page.goto(f"{bank.address}/console/staff")
        await expect(seen.page.get_by_role("status")).to_have_count(0)
        assert seen.complaints == []


async def test_another_browser_is_signed_out_from_the_account_page(bank: Bank) -> None:
    async with bank.open("/account") as seen:
        row = seen.page.get_by_role("row", name="Firefox, Windows")
        await row.get_by_role("button", name="Sign out").click()
        await expect(row).to_have_count(0)
        await expect(seen.page.get_by_text("This browser")).to_be_visible()


async def test_a_real_browser_goes_to_the_issuer_and_comes_back_signed_in(bank: Bank) -> None:
    async with visit(bank.browser, f"{bank.address}/sign-in?next=/account") as seen:
        await seen.page.get_by_role("link", name="Sign in with Tamarind SSO").click()
        await seen.page.wait_for_url(f"{bank.address}/account")
        await expect(seen.page.get_by_text("You sign in at Tamarind SSO")).to_be_visible()
        assert seen.complaints == []
