"""The business time of the stories: it passes only while nobody is at work, so a loaded machine is slow and not late.

Service and telephone network live on one day. It stands still while one of their event loops has something to do or
while something is being waited for that takes no business time (an op of the database, an answer over HTTP), and it
never passes the moment for which somebody sleeps before he has woken. So however slow the machine is, what lasts two
business seconds is over before what lasts three.
"""

import asyncio
import math
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from vqueue.clock import BusinessClock
from vqueue.ports.database import Database, Work
from vqueue.sandbox.clock import Clock
from vqueue.sandbox.webhooks import Webhooks
from vqueue.services.house import House
from vqueue.services.leading import Leader

T = TypeVar("T")
Round = Callable[[House], Coroutine[Any, Any, None]]
SPEED = 20.0
"""Business seconds in a wall second of work: a pause of a second that the provider asks for lasts twenty."""
QUIET_S = 0.001
"""Wall seconds for which everybody must have been idle before time passes: news on its way from one to the other."""
SHORTEST_ROUND_S = 4.0
"""Business seconds between two rounds of the same work, as on a fast day of the product."""
BOARD_S = 10.0
"""Business seconds between two boards."""
LONGEST_WORK_S = 5.0
"""Wall seconds after which somebody at work is believed to wait for business time himself."""


class Day:
    """Business seconds since `start`, `speed` of them in a wall second of idleness."""

    def __init__(self, *, start: datetime, speed: float) -> None:
        self.start, self.speed = start, speed
        self._lock = threading.RLock()
        self._passed, self._since, self._passes = 0.0, time.monotonic(), False
        self._idle: dict[asyncio.AbstractEventLoop, bool] = {}
        self._alarms: dict[object, tuple[asyncio.AbstractEventLoop, float]] = {}
        self._works: dict[object, float] = {}
        self.written = 0

    def passed(self) -> float:
        with self._lock:
            return self._settle()

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.passed())

    def _settle(self) -> float:
        """What has passed until now; from here on it passes or stands, as everybody is idle or not."""
        now = time.monotonic()
        if self._passes and now > self._since:
            first = min((at for _, at in self._alarms.values()), default=float("inf"))
            self._passed = max(self._passed, min(self._passed + (now - self._since) * self.speed, first))
        passes = all(self._idle.values()) and not any(now < until for until in self._works.values())
        self._since = max(now, self._since) if passes and self._passes else now + QUIET_S
        self._passes = passes
        return self._passed

    def working(self) -> AbstractContextManager[None]:
        """Time stands still within, for as long as anybody may be at work."""
        return self.still(LONGEST_WORK_S)

    @contextmanager
    def still(self, at_most_s: float = math.inf) -> Iterator[None]:
        """Time stands still within, for so many seconds of the wall: for good, where somebody looks at a moment."""
        key = object()
        with self._lock:
            self._settle()
            self._works[key] = time.monotonic() + at_most_s
            self._settle()
        try:
            yield
        finally:
            with self._lock:
                del self._works[key]
                self._settle()

    async def sleep(self, seconds: float) -> None:
        key, due = object(), self.passed() + max(0.0, seconds)
        with self._lock:
            self._settle()
            self._alarms[key] = asyncio.get_running_loop(), due
        try:
            await asyncio.sleep(0)
            while (left := due - self.passed()) > 1e-6:  # noqa: ASYNC110 - what is waited for is a time
                await asyncio.sleep(left / self.speed + QUIET_S)
        finally:
            with self._lock:
                self._alarms.pop(key, None)

    @asynccontextmanager
    async def timeout(self, seconds: float) -> AsyncIterator[None]:
        """Raises TimeoutError when what is done within it lasts longer."""
        loop = asyncio.get_running_loop()

        async def ring(limit: asyncio.Timeout) -> None:
            await self.sleep(seconds)
            limit.reschedule(loop.time())

        async with asyncio.timeout(None) as limit:
            ringing = loop.create_task(ring(limit))
            try:
                yield
            finally:
                ringing.cancel()

    @contextmanager
    def lived_by(self, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
        """From here on time stands still while this loop has something to do."""
        selector = loop._selector  # type: ignore[attr-defined]
        select: Callable[[float | None], Any] = selector.select

        def waiting(timeout: float | None = None) -> Any:
            if timeout is not None and timeout <= 0:
                return select(timeout)
            self._is(loop, idle=True)
            try:
                return select(timeout)
            finally:
                self._is(loop, idle=False)

        selector.select = waiting
        self._is(loop, idle=False)
        try:
            yield
        finally:
            selector.select = select
            with self._lock:
                self._settle()
                del self._idle[loop]
                self._alarms = {key: alarm for key, alarm in self._alarms.items() if alarm[0] is not loop}
                self._settle()

    def _is(self, loop: asyncio.AbstractEventLoop, *, idle: bool) -> None:
        with self._lock:
            self._settle()
            self._idle[loop] = idle
            self._settle()


class ServiceClock(BusinessClock):
    """The day as the service reads it. It believes in `SPEED`: what it does by the wall takes so much of the day."""

    def __init__(self, day: Day) -> None:
        super().__init__(start=day.start, speed=SPEED)
        self._day = day

    def now(self) -> datetime:
        return self._day.now()

    async def sleep(self, seconds: float) -> None:
        await self._day.sleep(seconds)


class NetworkClock(Clock):
    """The day as the telephone network reads it."""

    def __init__(self, day: Day) -> None:
        super().__init__(start=day.start, monotonic_start=time.monotonic(), speed=SPEED)
        self._day = day

    def now(self) -> datetime:
        return self._day.now()

    async def sleep(self, business_s: float) -> None:
        await self._day.sleep(business_s)

    def timeout(self, business_s: float) -> AbstractAsyncContextManager[object]:
        return self._day.timeout(business_s)


class Questions(Webhooks):
    """Answers over HTTP take no business time."""

    day: Day

    async def _once(self, *asked: Any) -> Any:
        with self.day.working():
            return await super()._once(*asked)


class DayAlarms:
    """The alarm clock of the housekeeping, by this day. Of a round that still runs no second one begins."""

    def __init__(self, house: House, work: Mapping[str, tuple[Round, float]], day: Day) -> None:
        self._house, self._work, self._day = house, work, day
        self._leads = False
        self._keeping: asyncio.Task[None] | None = None
        self._due = {name: day.passed() + every_s for name, (_, every_s) in work.items()}
        self._running: dict[str, asyncio.Task[None]] = {}

    @property
    def running(self) -> bool:
        return self._keeping is not None

    def start(self, *, paused: bool) -> None:
        self._leads, self._keeping = not paused, asyncio.get_running_loop().create_task(self._keep())

    def resume(self) -> None:
        self._leads = True

    def pause(self) -> None:
        self._leads = False

    def shutdown(self, *, wait: bool) -> None:
        for task in (self._keeping, *self._running.values()):
            if task is not None:
                task.cancel()
        self._keeping = None

    async def _keep(self) -> None:
        while True:
            await self._day.sleep(SHORTEST_ROUND_S)
            now = self._day.passed()
            for name in [name for name, due in self._due.items() if self._leads and due <= now]:
                before = self._running.get(name)
                if before is None or before.done():
                    work, every_s = self._work[name]
                    self._running[name] = asyncio.get_running_loop().create_task(work(self._house))
                    self._due[name] = now + every_s


class DayLeader(Leader):
    """Leads by this day: ticks when something was written or some of the day has passed, and makes boards as often."""

    day: Day

    async def tick(self) -> None:
        written, passed = self.day.written, self.day.passed()
        last = getattr(self, "_ticked", (-1, 0.0))
        if written != last[0] or passed - last[1] >= SHORTEST_ROUND_S:
            await super().tick()
            self._ticked = written, passed

    async def publish(self) -> None:
        if self.day.passed() >= getattr(self, "_publishes_at", 0.0):
            await super().publish()
            self._publishes_at = self.day.passed() + BOARD_S


class Ops:
    """`Database`: ops take no business time."""

    def __init__(self, database: Database, day: Day) -> None:
        self._database, self._day = database, day

    async def transact(self, op: Callable[[Work], T]) -> T:
        with self._day.working():
            self._day.written += 1
            return await self._database.transact(op)

    async def read(self, op: Callable[[Work], T]) -> T:
        with self._day.working():
            return await self._database.read(op)

    async def close(self) -> None:
        await self._database.close()
