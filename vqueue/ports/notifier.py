"""Telling the outside: customers in writing and on their devices, the bank's systems by webhook."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from vqueue.domain.phone import Phone
from vqueue.domain.speech import Prompt
from vqueue.ports.apps import DeviceKind
from vqueue.ports.telephony import Placing


@dataclass(frozen=True, slots=True)
class Taken:
    """The other side has it."""


@dataclass(frozen=True, slots=True)
class Gone:
    """It will never be taken there again: the endpoint, or the device, does not exist any more."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Not taken this time. `word` says how (`http_500`, `timeout`, `address_refused`), `retry_after_s` is a wish."""

    word: str
    retry_after_s: float | None = None


Told = Taken | Gone | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A webhook to deliver. The same `id` each time it is tried; every one of `secrets` signs."""

    id: str
    url: str
    body: bytes = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


class Notifier(Protocol):
    """Words a prompt in the customer's language and sends it."""

    async def tell(self, to: Phone, prompt: Prompt, language: str) -> Placing:
        """Sends once; never raises for what the network or the provider did."""
        ...


class Pusher(Protocol):
    """Words a prompt in the customer's language and sends it to a device of his."""

    async def push(
        self, kind: DeviceKind, address: str, prompt: Prompt, *, language: str, data: Mapping[str, str]
    ) -> Told:
        """Sends once; `address` is the token or the subscription (JSON), `data` ids alone. Never raises."""
        ...


class Poster(Protocol):
    """Delivers webhooks by the Standard Webhooks specification."""

    def fault(self, url: str) -> str | None:
        """What forbids this address, in a word; None when it may be used as far as its text tells."""
        ...

    async def post(self, post: Post) -> Told:
        """Posts once; never raises for what the network did, and never reaches an address that is not public."""
        ...


class NoPusher:
    """Of a bank that sends no push messages."""

    async def push(
        self, kind: DeviceKind, address: str, prompt: Prompt, *, language: str, data: Mapping[str, str]
    ) -> Told:
        return Failed("no_push")


class NoPoster:
    """Of a house without webhooks."""

    def fault(self, url: str) -> str | None:
        return "no_webhooks"

    async def post(self, post: Post) -> Told:
        return Failed("no_webhooks")
