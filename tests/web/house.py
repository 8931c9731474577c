"""A house of real parts for tests of the web: SQLite, local broadcast and boards, a clock the test moves."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher

from vqueue.clock import SystemChance
from vqueue.db.open import open_database
from vqueue.db.vault import KeyVault
from vqueue.domain.errors import Unavailable
from vqueue.domain.ids import CallSid
from vqueue.domain.phone import Phone
from vqueue.domain.speech import Prompt, Target
from vqueue.identity.passwords import Argon2Passwords
from vqueue.live.local import LocalBoard, LocalBroadcast, LocalThrottle
from vqueue.ports.telephony import CallRecord, Doubt, Order, Placing
from vqueue.services.house import House, Line

NOON = datetime(2026, 3, 4, 14, 7, 0, tzinfo=UTC)
"""A Wednesday afternoon; London is on UTC."""
ZONE = "Europe/London"
QUICK = Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
"""Argon2 with the least work there is: what tests check is not how slow it is."""


class HandClock:
    """Business time moves only by hand; wall time is real."""

    speed = 1.0

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def wall(self) -> float:
        return time.monotonic()

    def calendar(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class DeadLine:
    """A provider that cannot be reached: the console places no calls."""

    async def place(self, order: Order) -> Placing:
        return Doubt("no network")

    async def redirect(self, call: CallSid, to: Target) -> bool:
        return False

    async def hang_up(self, call: CallSid) -> bool:
        return False

    async def look_up(self, call: CallSid) -> CallRecord | None:
        raise Unavailable

    async def find(
        self, *, to: str | None = None, since: datetime | None = None, parent: CallSid | None = None
    ) -> list[CallRecord]:
        raise Unavailable

    async def drop_queue(self, name: str) -> bool:
        return False

    async def message(self, *, to: str, text: str) -> Placing:
        return Doubt("no network")

    async def tell(self, to: Phone, prompt: Prompt, language: str) -> Placing:
        return Doubt("no network")


@asynccontextmanager
async def open_house(url: str, clock: HandClock) -> AsyncIterator[House]:
    """A house on a database that is at the newest schema."""
    database, chance = open_database(url), SystemChance()
    tasks: set[asyncio.Task[None]] = set()

    def spawn(work: Coroutine[Any, Any, None]) -> None:
        tasks.add(asyncio.get_running_loop().create_task(work))

    yield House(
        database=database,
        vault=KeyVault(("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",), chance=chance),
        clock=clock,
        chance=chance,
        telephony=DeadLine(),
        passwords=QUICK,
        notifier=DeadLine(),
        broadcast=LocalBroadcast(),
        throttle=LocalThrottle(clock),
        board=LocalBoard(),
        line=Line(bank="Tamarind Bank", number="+442079460100", calls_per_second=10, zone=ZONE),
        spawn=spawn,
    )
    await asyncio.gather(*tasks)
    await database.close()
