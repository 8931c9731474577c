"""The same live parts twice: in one process, and through a real Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import pytest
from redis.asyncio import Redis

from tests.servers.process import ServerProcess
from tests.servers.redis import start_in
from vqueue.live.local import LocalBoard, LocalBroadcast, LocalThrottle
from vqueue.live.redis import BUCKETS, RedisBoard, RedisBroadcast, RedisThrottle
from vqueue.ports.live import Board, Broadcast, Throttle


@dataclass(slots=True)
class MovedClock:
    """A clock that stands still until it is moved."""

    seconds: float = 1_000.0
    speed: float = field(default=1.0)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def wall(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Listening(Protocol):
    def __call__(self, *topics: str) -> Awaitable[AsyncIterator[str]]: ...


@dataclass(frozen=True, slots=True)
class Radio:
    """A broadcast, and a listener on it that is surely heard by."""

    broadcast: Broadcast
    listening: Listening


@dataclass(frozen=True, slots=True)
class Tap:
    """A throttle whose buckets can be left to fill."""

    throttle: Throttle
    after: Callable[[str, float], Awaitable[None]]


async def drained(listener: AsyncIterator[str], topics: tuple[str, ...]) -> AsyncIterator[str]:
    """Hears the topics once: this is what Redis' subscription tells when it stands."""
    assert {await anext(listener) for _ in topics} == set(topics)
    return listener


@pytest.fixture(params=["local", "redis"])
async def radio(request: pytest.FixtureRequest) -> AsyncIterator[Radio]:
    if request.param == "local":
        local = LocalBroadcast()

        async def at_once(*topics: str) -> AsyncIterator[str]:
            return local.listen(*topics)

        yield Radio(local, at_once)
        return
    shared = RedisBroadcast(request.getfixturevalue("redis_url"))
    runs: list[asyncio.Task[None]] = []

    async def when_subscribed(*topics: str) -> AsyncIterator[str]:
        listener = shared.listen(*topics)
        if not runs:
            runs.append(asyncio.create_task(shared.run()))
            return await drained(listener, topics)
        return listener

    yield Radio(shared, when_subscribed)
    for run in runs:
        run.cancel()
    await asyncio.wait(runs)
    await shared.aclose()


@pytest.fixture(params=["local", "redis"])
async def tap(request: pytest.FixtureRequest) -> AsyncIterator[Tap]:
    if request.param == "local":
        clock = MovedClock()

        async def moved(_: str, seconds: float) -> None:
            clock.seconds += seconds

        yield Tap(LocalThrottle(clock), moved)
        return
    url: str = request.getfixturevalue("redis_url")
    throttle = RedisThrottle(url)
    async with Redis.from_url(url) as redis:

        async def written_back(key: str, seconds: float) -> None:
            """Redis' clock cannot be moved, so the bucket's own mark is."""
            await redis.hincrby(BUCKETS + key, "at", -round(seconds * 1_000_000))

        yield Tap(throttle, written_back)
    await throttle.aclose()


@pytest.fixture(params=["local", "redis"])
async def board(request: pytest.FixtureRequest) -> AsyncIterator[Board]:
    if request.param == "local":
        yield LocalBoard()
        return
    shared = RedisBoard(request.getfixturevalue("redis_url"))
    yield shared
    await shared.aclose()


@pytest.fixture
def mortal_redis() -> Iterator[tuple[str, ServerProcess]]:
    """A Redis of this test alone, which it may stop."""
    process = ServerProcess("mortal-redis")
    yield start_in(process), process
    process.stop()
