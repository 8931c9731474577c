"""Secrets at rest: sealing happens before a transaction, opening after it, never inside."""

from typing import Protocol

from vqueue.domain.phone import Phone, Sealed


class Vault(Protocol):
    """Authenticated encryption with a keyed index. Keys rotate: the newest seals, all of them open."""

    def seal_phone(self, phone: Phone) -> Sealed:
        """With the keyed index by which equal numbers are found, and the masked hint."""
        ...

    def open_phone(self, sealed: Sealed) -> Phone: ...

    def seal(self, text: str, *, hint: str = "") -> Sealed: ...

    def open(self, sealed: Sealed) -> str:
        """Raises ValueError when no key fits or the text was changed."""
        ...

    def index(self, text: str) -> str:
        """The keyed index alone, 32 hex characters."""
        ...
