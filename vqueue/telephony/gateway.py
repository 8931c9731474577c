"""The provider's language on both sides: signed forms in, documents out."""

from collections.abc import Mapping

from vqueue.domain.speech import Speech
from vqueue.ports.voice import SignedForm, Told
from vqueue.telephony.told import told
from vqueue.telephony.twiml import VOICES, Phrases, render
from vqueue.telephony.urls import Urls
from vqueue.telephony.webhooks import Signatures


class TwilioVoice:
    """Implements ports.VoiceGateway. `caller_id` is the bank's number, shown where a call brings none of its own."""

    def __init__(
        self,
        *,
        urls: Urls,
        phrases: Phrases,
        signatures: Signatures,
        caller_id: str,
        voices: Mapping[str, str] = VOICES,
    ) -> None:
        self._urls = urls
        self._phrases = phrases
        self._signatures = signatures
        self._caller_id = caller_id
        self._voices = voices

    def verify(self, form: SignedForm) -> Mapping[str, str]:
        """The fields of a genuine form. Raises Forbidden."""
        return self._signatures.verify(form)

    def render(self, speech: Speech) -> str:
        """The document for this speech."""
        return render(speech, self._urls, self._phrases, caller_id=self._caller_id, voices=self._voices)

    def told(self, fields: Mapping[str, str]) -> Told:
        """The fields in our words."""
        return told(fields)
