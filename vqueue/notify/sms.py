"""Notices by SMS, worded in the customer's language."""

from vqueue.domain.phone import Phone
from vqueue.domain.speech import Prompt
from vqueue.ports.telephony import Placing, Telephony
from vqueue.wording import Catalogue


class SmsNotifier:
    """Implements ports.Notifier by the provider's messages."""

    def __init__(self, telephony: Telephony, catalogue: Catalogue) -> None:
        self._telephony, self._catalogue = telephony, catalogue

    async def tell(self, to: Phone, prompt: Prompt, language: str) -> Placing:
        text = self._catalogue.show(prompt.key, prompt.args, language)
        return await self._telephony.message(to=to.e164, text=text)
