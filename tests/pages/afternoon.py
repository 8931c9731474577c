"""The site of a bank on a busy afternoon that stands still, as its people see it in a browser."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestServer
from playwright.async_api import Browser

from tests.api.conftest import KnownTokens
from tests.pages.browser import Visit, visit
from tests.web.afternoon import DANA, PASSWORD, QUICK, fill, settle_staff
from tests.web.house import HandClock, open_house
from vqueue.ports.identity import StaffIssuer
from vqueue.services import signing_in
from vqueue.services.house import House
from vqueue.services.sessions import Browser as Seen
from vqueue.web.desk import Wishes
from vqueue.web.site import make_web

ADA = "ada"
REQUEST = "/console/requests/rq_00000000017k2mb"
CRM = "https://crm.bank.example/{customer}"


@dataclass(frozen=True, slots=True)
class Bank:
    """A house and its pages."""

    browser: Browser
    house: House
    tokens: KnownTokens
    address: str

    async def cookies(self, login: str, language: str) -> list[dict[str, str]]:
        """What the browser of somebody who has signed in carries."""
        who = await signing_in.sign_in(
            self.house, QUICK, login=login, password=PASSWORD, address="", browser=Seen(name="Chromium")
        )
        held = {"vqueue": who.token, "vqueue-lang": language}
        return [{"name": name, "value": value, "url": self.address} for name, value in held.items()]

    @asynccontextmanager
    async def open(self, path: str, *, language: str = "en", login: str = DANA, **context: Any) -> AsyncIterator[Visit]:
        """The page as Dana, or somebody else who is signed in, sees it."""
        carried = await self.cookies(login, language)
        async with visit(self.browser, self.address + path, cookies=carried, **context) as seen:
            await seen.settled()
            yield seen

    def visit(self, path: str, **context: Any) -> Any:
        """The page as somebody sees it who is not signed in."""
        return visit(self.browser, self.address + path, **context)


@asynccontextmanager
async def still_house(
    browser: Browser, empty: Path, folder: Path, *, issuer: StaffIssuer | None = None, **parts: Any
) -> AsyncIterator[Bank]:
    """A site on a copy of the empty file, whose clock nobody moves. `parts` take the place of the house's own; `issuer`
    is where staff may sign in."""
    file, tokens = shutil.copy(empty, folder / "pages.sqlite"), KnownTokens()
    async with open_house(f"sqlite:///{file}", HandClock()) as opened:
        house = replace(opened, tokens=tokens, public_url="https://bank.example", **parts)
        app = make_web(house, passwords=QUICK, secure=False, wishes=Wishes(crm=CRM), issuer=issuer)
        async with TestServer(app) as server:
            yield Bank(browser, house, tokens, str(server.make_url("")).rstrip("/"))


@asynccontextmanager
async def afternoon(browser: Browser, empty: Path, folder: Path, **parts: Any) -> AsyncIterator[Bank]:
    """With the console's people waiting, and Dana and Ada at work."""
    async with still_house(browser, empty, folder, **parts) as bank:
        await settle_staff(bank.house)
        await settle_staff(bank.house, role="admin", login=ADA, name="Ada Lind")
        await fill(bank.house)
        yield bank
