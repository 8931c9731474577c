"""Proving who somebody is: what the services need from the world for it."""

from typing import Protocol


class Passwords(Protocol):
    """Slow on purpose (tens of milliseconds of one core): call it in a thread, never inside a transaction."""

    def hash(self, password: str) -> str:
        """What may be stored instead of the password."""
        ...

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password belongs to the stored hash. With None it takes as long as any other and is False."""
        ...
