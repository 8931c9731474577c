"""Business time and wall time; the only way anything learns what time it is."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """`now` is business time (aware UTC); `sleep` takes business seconds; `wall` is monotonic real seconds, and
    `calendar` the real date and time (aware UTC), by which tokens of others end."""

    @property
    def speed(self) -> float: ...

    def now(self) -> datetime: ...

    def wall(self) -> float: ...

    def calendar(self) -> datetime: ...

    async def sleep(self, seconds: float) -> None: ...


class Chance(Protocol):
    """The only source of chance."""

    def id(self, prefix: str) -> str:
        """A new id, sortable by time of creation, at most 32 characters."""
        ...

    def token(self) -> str:
        """43 URL-safe characters from 256 random bits."""
        ...

    def digits(self, count: int) -> str: ...

    def jitter(self) -> float:
        """Uniform in [0, 1)."""
        ...
