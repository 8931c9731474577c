"""A bank's server for the tests: says what each path answers, and keeps what it was asked."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, encode_basic_auth, web
from aiohttp.test_utils import TestServer

from vqueue.sandbox.app import make_app
from vqueue.sandbox.config import Config, Route
from vqueue.sandbox.ledger import Entry
from vqueue.sandbox.network import Network
from vqueue.sandbox.rest_frame import NETWORK

BANK = "+442079460100"
ANNA = "+447700900101"
OMER = "+447700900201"
EMPTY = "<Response/>"


@dataclass(frozen=True)
class Asked:
    """One request the bank's server got."""

    method: str
    path: str
    url: str
    fields: dict[str, str]
    headers: dict[str, str]


Reply = str | web.Response | Callable[[Asked], Awaitable[web.Response] | web.Response | str]


@dataclass
class Bank:
    """`replies[path]` is the TwiML of that path, or what makes it; unknown paths answer an empty document."""

    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        fields = {name: str(value) for name, value in (form or request.query).items()}
        asked = Asked(request.method, request.path, str(request.url), fields, dict(request.headers))
        self.asked.append(asked)
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()
        reply = self.replies.get(request.path, EMPTY)
        made: Any = reply(asked) if callable(reply) else reply
        if asyncio.iscoroutine(made):
            made = await made
        return made if isinstance(made, web.StreamResponse) else web.Response(text=made, content_type="text/xml")

    def to(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    async def request(self, path: str, number: int = 1) -> Asked:
        """The `number`-th request to `path`, waited for."""
        async with asyncio.timeout(10):
            while len(self.to(path)) < number:
                await self.changed.wait()
        return self.to(path)[number - 1]


@dataclass
class World:
    """A network at high speed, the bank's server it calls, and a client of both."""

    network: Network
    bank: Bank
    url: str
    http: ClientSession
    config: Config

    @property
    def calls(self) -> str:
        return f"{self.url}/2010-04-01/Accounts/{self.config.account_sid}/Calls.json"

    def rest(self, path: str) -> str:
        return f"{self.url}/2010-04-01/Accounts/{self.config.account_sid}/{path}"

    async def person(self, number: str, **program: Any) -> None:
        async with self.http.put(f"{self.url}/sandbox/people/{number}", json=program) as response:
            assert response.status == 200, await response.text()

    async def calls_in(self, number: str = ANNA, **more: Any) -> str:
        told = {"from": number, "to": BANK} | more
        async with self.http.post(f"{self.url}/sandbox/calls", json=told) as response:
            assert response.status == 201, await response.text()
            return str((await response.json())["call_sid"])

    async def create(self, **form: Any) -> dict[str, Any]:
        fields = {"To": ANNA, "From": BANK, "Url": f"{self.bank.url}/made", **form}
        status, body = await self.post(self.calls, fields)
        assert status == 201, body
        return dict(body)

    async def post(self, url: str, fields: dict[str, Any]) -> tuple[int, Any]:
        pairs = [
            (name, item) for name, value in fields.items() for item in (value if isinstance(value, list) else [value])
        ]
        async with self.http.post(url, data=pairs, headers=self.signed_in) as response:
            return response.status, await response.json()

    async def get(self, url: str) -> tuple[int, Any]:
        async with self.http.get(url, headers=self.signed_in) as response:
            return response.status, await response.json()

    async def faults(self, *faults: dict[str, Any]) -> None:
        async with self.http.put(f"{self.url}/sandbox/faults", json={"faults": list(faults)}) as response:
            assert response.status == 200, await response.text()

    @property
    def signed_in(self) -> dict[str, str]:
        return {"Authorization": encode_basic_auth(self.config.account_sid, self.config.auth_token)}

    async def until(self, event: str, call_sid: str | None = None, **detail: Any) -> Entry:
        """The first such entry of the ledger, waited for."""

        def wanted(entry: Entry) -> bool:
            return (
                entry.event == event
                and call_sid in (None, entry.call_sid)
                and all(entry.detail.get(name) == value for name, value in detail.items())
            )

        return await self.network.ledger.wait_for(wanted)

    def events(self, event: str, **detail: Any) -> list[Entry]:
        return [
            entry
            for entry in self.network.ledger.entries()
            if entry.event == event and all(entry.detail.get(name) == value for name, value in detail.items())
        ]

    def said_to(self, call_sid: str) -> list[str]:
        return [line.said for line in self.network.calls[call_sid].transcript if line.said is not None]


async def begin(bank: Bank, **settings: Any) -> tuple[World, Callable[[], Awaitable[None]]]:
    """A world and what ends it."""
    web_bank = web.Application()
    web_bank.router.add_route("*", "/{tail:.*}", bank.handle)
    bank_server = TestServer(web_bank)
    await bank_server.start_server()
    bank.url = str(bank_server.make_url("")).rstrip("/")
    voice = Route(f"{bank.url}/voice", f"{bank.url}/fallback", f"{bank.url}/status")
    chosen = {"speed": 100.0, "calls_per_second": 1000.0, "seed": 1, "numbers": {BANK: voice}, **settings}
    config = Config(**chosen)
    app = make_app(config)
    server = TestServer(app)
    await server.start_server()
    url = str(server.make_url("")).rstrip("/")
    network = app[NETWORK]
    network.base_url = network.base_url or url
    http = ClientSession()

    async def end() -> None:
        await http.close()
        await server.close()
        await bank_server.close()

    return World(network, bank, url, http, config), end
