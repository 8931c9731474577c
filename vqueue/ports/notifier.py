"""Telling customers something in writing."""

from typing import Protocol

from vqueue.domain.phone import Phone
from vqueue.domain.speech import Prompt
from vqueue.ports.telephony import Placing


class Notifier(Protocol):
    """Words a prompt in the customer's language and sends it."""

    async def tell(self, to: Phone, prompt: Prompt, language: str) -> Placing:
        """Sends once; never raises for what the network or the provider did."""
        ...
