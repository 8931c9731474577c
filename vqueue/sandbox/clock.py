"""Keeps the network's business time: one moment of the wall clock, carried forward at the chosen speed."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta


class Clock:
    """Business time = `start + (monotonic - monotonic_start) * speed`; the monotonic clock is system wide."""

    def __init__(self, *, start: datetime, monotonic_start: float, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError("speed must be greater than 0")
        self.start = start.astimezone(UTC)
        self.speed = speed
        self._monotonic_start = monotonic_start

    @classmethod
    def from_now(cls, speed: float = 1.0) -> "Clock":
        return cls(start=datetime.now(UTC), monotonic_start=time.monotonic(), speed=speed)

    def now(self) -> datetime:
        return self.start + timedelta(seconds=(time.monotonic() - self._monotonic_start) * self.speed)

    def wall(self, business_s: float) -> float:
        """Wall seconds that `business_s` business seconds last."""
        return max(0.0, business_s) / self.speed

    async def sleep(self, business_s: float) -> None:
        await asyncio.sleep(self.wall(business_s))

    def timeout(self, business_s: float) -> AbstractAsyncContextManager[object]:
        """Raises TimeoutError when what is done within it lasts longer."""
        return asyncio.timeout(self.wall(business_s))
