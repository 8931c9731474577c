"""The one reader of time and the one source of chance."""

import asyncio
import random
import secrets
import time
from datetime import UTC, datetime, timedelta

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


class BusinessClock:
    """Business time: `start + (monotonic - t0) * speed`; at speed 1 with no start it is the wall clock."""

    def __init__(self, *, start: datetime | None = None, monotonic: float | None = None, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError("speed is positive")
        self._start = start
        self._t0 = time.monotonic() if monotonic is None else monotonic
        self.speed = speed
        if start is None and speed != 1.0:
            self._start = datetime.now(UTC)

    @property
    def origin(self) -> tuple[datetime, float]:
        """Business start and the monotonic reading that belongs to it: what another process needs to agree."""
        return (self._start or datetime.now(UTC)), self._t0

    def now(self) -> datetime:
        if self._start is None:
            return datetime.now(UTC)
        return self._start + timedelta(seconds=(time.monotonic() - self._t0) * self.speed)

    def wall(self) -> float:
        return time.monotonic()

    def calendar(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self.speed)


class Stopwatch:
    """How long a command has taken."""

    def __init__(self) -> None:
        self._t0 = time.monotonic()

    def seconds(self) -> float:
        return time.monotonic() - self._t0


class SystemChance:
    """Chance from the operating system; ids sort by time (48 bits of milliseconds, then 80 random bits)."""

    def id(self, prefix: str) -> str:
        bits = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
        text = ""
        for _ in range(26):
            text = _CROCKFORD[bits & 31] + text
            bits >>= 5
        return f"{prefix}_{text}"

    def token(self) -> str:
        return secrets.token_urlsafe(32)

    def digits(self, count: int) -> str:
        return "".join(secrets.choice("0123456789") for _ in range(count))

    def jitter(self) -> float:
        return random.random()  # noqa: S311 - spreads retries, guards nothing
