"""The documents a provider plays when this service cannot be reached; hosted elsewhere, they ask nothing of us."""

from twilio.twiml.voice_response import VoiceResponse

from vqueue.wording.languages import voice
from vqueue.wording.plain import speakable
from vqueue.wording.texts import Catalogue

LONGEST_S = 120


def apology(language: str, *, thanks_url: str) -> str:
    """TwiML: an apology and a recording, then the document at `thanks_url`.

    Without that address the provider would ask for this same document after the recording, again and again.
    """
    response = VoiceResponse()
    _say(response, "fallback.record", language)
    response.record(max_length=LONGEST_S, finish_on_key="#", play_beep=True, action=thanks_url)
    response.hangup()
    return str(response)


def thanks(language: str) -> str:
    """TwiML: the message is kept, and the end."""
    response = VoiceResponse()
    _say(response, "fallback.thanks", language)
    response.hangup()
    return str(response)


def _say(response: VoiceResponse, key: str, language: str) -> None:
    response.say(speakable(Catalogue.load().say(key, {}, language)), language=voice(language))
