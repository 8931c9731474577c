"""A site over HTTP with one queue, customers whose tokens are good, and keys of the bank's systems."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer

from tests.db.builders import a_queue
from tests.web.house import HandClock, open_house
from vqueue.domain.errors import Unauthenticated
from vqueue.domain.phone import Phone
from vqueue.identity.passwords import Argon2Passwords
from vqueue.ports.identity import Customer
from vqueue.services.house import House
from vqueue.services.keys import Scope, make_key
from vqueue.web.site import make_web

ALL_SCOPES = tuple(Scope)


@dataclass
class KnownTokens:
    """Tokens that are good because a test says so; whom each belongs to."""

    customers: dict[str, Customer] = field(default_factory=dict)

    async def read(self, token: str) -> Customer:
        if token not in self.customers:
            raise Unauthenticated
        return self.customers[token]

    def for_guest(self, phone: Phone, *, proof: str) -> tuple[str, datetime]:
        token, ends = f"guest-{proof}", datetime.now(UTC) + timedelta(minutes=30)
        self.customers[token] = Customer(
            id=f"vqueue:guest|{proof}", phone=phone, name=None, locale=None, segment=None, expires_at=ends, guest=True
        )
        return token, ends


@dataclass
class Face:
    """The API of a running site."""

    house: House
    http: TestClient[Any, Any]
    clock: HandClock
    tokens: KnownTokens
    session: ClientSession | None = None

    def customer(self, name: str = "ann", phone: str | None = "+447700900001", **changes: Any) -> dict[str, str]:
        """Headers of a customer's app; the same name is the same customer."""
        self.tokens.customers[name] = Customer(
            id=f"https://bank.example|{name}",
            phone=Phone(phone) if phone else None,
            name=changes.pop("name", None),
            locale=changes.pop("locale", "en"),
            segment=changes.pop("segment", None),
            expires_at=datetime.now(UTC) + timedelta(hours=1),
            **changes,
        )
        return {"Authorization": f"Bearer {name}"}

    async def key(self, *scopes: Scope) -> dict[str, str]:
        """Headers of a system whose key has these scopes (all of them if none is named)."""
        made = await make_key(
            self.house.database,
            self.house.chance,
            name="test",
            scopes=scopes or ALL_SCOPES,
            by="test",
            at=self.clock.now(),
        )
        return {"Authorization": f"Bearer {made.token}"}


@pytest.fixture
async def face(sqlite_database: str) -> AsyncIterator[Face]:
    """On SQLite, with the queue `cards`."""
    async for one in opened(sqlite_database):
        yield one


async def opened(url: str) -> AsyncIterator[Face]:
    clock, tokens = HandClock(), KnownTokens()
    async with AsyncExitStack() as stack:
        house = replace(await stack.enter_async_context(open_house(url, clock)), tokens=tokens)
        await house.database.transact(lambda work: work.queues.insert(a_queue()))
        site = make_web(house, passwords=Argon2Passwords(), secure=False)
        client = await stack.enter_async_context(TestClient(TestServer(site)))
        yield Face(house, client, clock, tokens)
