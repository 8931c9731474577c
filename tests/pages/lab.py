"""The sandbox network with a small bank on it, opened in a browser: what the tests of its pages share."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from playwright.async_api import Browser

from tests.pages.bank import Bank
from tests.pages.browser import Visit, visit
from vqueue.sandbox.app import make_app
from vqueue.sandbox.config import Config, Route
from vqueue.sandbox.faults import Fault
from vqueue.sandbox.ledger import Entry
from vqueue.sandbox.network import Network
from vqueue.sandbox.people import Program
from vqueue.sandbox.rest_frame import NETWORK

BANK = "+442079460100"
CUSTOMER = "+447700900218"
AGENT = "+442079460155"
SPEED = 20.0


@dataclass(frozen=True, slots=True)
class Lab:
    browser: Browser
    address: str
    network: Network
    bank: Bank

    def url(self, path: str) -> str:
        return self.address + path

    def visit(self, path: str, **context: Any) -> AbstractAsyncContextManager[Visit]:
        return visit(self.browser, self.url(path), **context)

    def ledger(self, number: str) -> list[Entry]:
        return self.network.ledger.entries(number=number)

    def note_ring(self, number: str) -> None:
        self.network.ledger.record("ring", call_sid="CA" + "1" * 32, from_=BANK, to=number)

    def fill(self) -> None:
        """Something to see on every page."""
        self.note_ring(CUSTOMER)
        self.network.ledger.record(
            "said",
            call_sid="CA" + "1" * 32,
            from_=BANK,
            to=CUSTOMER,
            detail={"said": "שלום " * 30, "language": "he-IL"},
        )
        self.network.set_person(
            "+447700900302", Program.read({"answers": [{"after_s": [2, 9]}, "busy"], "name": "Ada"})
        )
        self.network.faults.faults = [Fault(on="status", do="reorder", share=0.1)]


@asynccontextmanager
async def _served(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def open_lab(browser: Browser) -> AsyncIterator[Lab]:
    bank = Bank(BANK, agent=AGENT)
    async with _served(bank.app()) as voice:
        app = make_app(Config(numbers={BANK: Route(f"{voice}/voice/inbound")}, speed=SPEED, seed=1))
        async with _served(app) as address:
            app[NETWORK].base_url = address
            yield Lab(browser, address, app[NETWORK], bank)
