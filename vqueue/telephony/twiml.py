"""Speech as the provider's XML: well formed, every address absolute, never larger than the provider takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias, assert_never

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from vqueue.domain.speech import (
    Ask,
    DialCustomer,
    DialHolder,
    EnterHold,
    Goto,
    Hangup,
    LeaveHold,
    Nothing,
    Pause,
    Play,
    Prompt,
    Record,
    Say,
    Speech,
    Verb,
)
from vqueue.telephony.passages import Budget, passages
from vqueue.telephony.urls import Urls
from vqueue.wording.languages import voice
from vqueue.wording.plain import speakable

DOCUMENT_MAX: Final = 64_000
"""Bytes of an answered document (the provider takes 64 kB)."""
PARAMETER_MAX: Final = 4_000
"""Characters of a document handed over as a `Twiml` parameter."""
QUEUE_NAME_MAX: Final = 64
NEWS: Final = "initiated ringing answered completed"

VOICES: Final[Mapping[str, str]] = MappingProxyType(
    {"en-US": "Polly.Joanna", "ru-RU": "Polly.Tatyana", "he-IL": "Google.he-IL-Standard-A"}
)
"""A voice for each locale tag. One that does not exist cuts the call, so `doctor` checks them."""


@dataclass(frozen=True, slots=True)
class AudioFile:
    """Words that were recorded: a name under the service's own audio folder, or an https URL."""

    audio: str


Phrases: TypeAlias = Callable[[Prompt, str], str | AudioFile]
"""(prompt, language) to its words, or to the file they were recorded in."""


def queue_name(request: str) -> str:
    """The provider's queue in which one request holds."""
    return f"vq-{request}"[:QUEUE_NAME_MAX]


def is_screen_safe(speech: Speech) -> bool:
    """Whether a document for the called side may be answered: it ends in a hang-up and dials nobody.

    One that merely ends would connect the parties without a proof that a person is there.
    """
    dials = any(isinstance(verb, DialCustomer | DialHolder | EnterHold) for verb in speech)
    return bool(speech) and isinstance(speech[-1], Hangup) and not dials


def render(
    speech: Speech,
    urls: Urls,
    phrases: Phrases,
    *,
    caller_id: str | None = None,
    voices: Mapping[str, str] = VOICES,
    limit: int = DOCUMENT_MAX,
) -> str:
    """The document for this speech, at most `limit` bytes: words are left out when there are too many.

    `caller_id` stands on a `<Dial>` that has none of its own. Raises ValueError when it is too large without any words.
    """
    allowed = limit
    while True:
        writer = _Writer(urls=urls, phrases=phrases, caller_id=caller_id, voices=voices, budget=Budget(allowed))
        document = writer.document(speech)
        over = len(document.encode()) - limit
        if over <= 0:
            return document
        if writer.budget.spent == 0:
            raise ValueError(f"{len(speech)} verbs do not fit into a document of {limit} bytes")
        allowed = max(0, writer.budget.spent - over)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    urls: Urls
    phrases: Phrases
    caller_id: str | None
    voices: Mapping[str, str]
    budget: Budget

    def document(self, speech: Speech) -> str:
        response = VoiceResponse()
        for verb in speech:
            self.add(response, verb)
        return str(response)

    def add(self, parent: Any, verb: Verb) -> None:
        match verb:
            case Say():
                self.say(parent, verb)
            case Play(audio, loop):
                parent.play(self.urls.audio(speakable(audio)), loop=loop)
            case Pause(seconds):
                parent.pause(length=seconds)
            case Ask():
                self.ask(parent, verb)
            case Goto(to):
                parent.redirect(self.urls.url(to))
            case EnterHold():
                self.enter_hold(parent, verb)
            case LeaveHold():
                parent.leave()
            case Record():
                self.record(parent, verb)
            case DialHolder():
                self.dial_holder(parent, verb)
            case DialCustomer():
                self.dial_customer(parent, verb)
            case Hangup():
                parent.hangup()
            case Nothing():
                pass
            case _:
                assert_never(verb)

    def say(self, parent: Any, said: Say) -> None:
        words: list[str] = []
        for prompt in said.prompts:
            phrase = self.phrases(prompt, said.language)
            if isinstance(phrase, str):
                words.append(phrase)
                continue
            self.words(parent, " ".join(words), language=said.language)
            words = []
            parent.play(self.urls.audio(speakable(phrase.audio)))
        self.words(parent, " ".join(words), language=said.language)

    def words(self, parent: Any, text: str, *, language: str) -> None:
        tag = voice(language)
        for passage in passages(text):
            fitting = self.budget.fit(passage)
            if fitting:
                parent.say(fitting, language=tag, voice=self.voices.get(tag))
            if fitting != passage:
                return

    def ask(self, parent: Any, asked: Ask) -> None:
        gather = Gather(
            input="dtmf",
            num_digits=asked.digits,
            finish_on_key=speakable(asked.finish),
            timeout=asked.timeout_s,
            action=self.urls.url(asked.then),
            action_on_empty_result=asked.empty_too,
        )
        for verb in asked.content:
            self.add(gather, verb)
        parent.append(gather)

    def enter_hold(self, parent: Any, hold: EnterHold) -> None:
        name = speakable(queue_name(hold.request))
        parent.enqueue(name, wait_url=self.urls.url(hold.wait), action=self.urls.url(hold.left))

    def record(self, parent: Any, record: Record) -> None:
        parent.record(
            max_length=record.max_s,
            finish_on_key="#",
            play_beep=True,
            action=self.urls.url(record.then),
            recording_status_callback=None if record.status is None else self.urls.url(record.status),
        )

    def dial_holder(self, parent: Any, dialed: DialHolder) -> None:
        dial = Dial(timeout=dialed.timeout_s, action=self.urls.url(dialed.action), caller_id=self.shown(None))
        dial.queue(speakable(queue_name(dialed.request)), url=self.urls.url(dialed.joined))
        parent.append(dial)

    def dial_customer(self, parent: Any, dialed: DialCustomer) -> None:
        dial = Dial(
            answer_on_bridge=True,
            timeout=dialed.ring_s,
            caller_id=self.shown(dialed.caller_id),
            time_limit=dialed.time_limit_s,
            action=self.urls.url(dialed.action),
        )
        dial.number(
            dialed.phone.e164,
            url=self.urls.url(dialed.screen),
            status_callback=self.urls.url(dialed.status),
            status_callback_event=NEWS,
            machine_detection=None if dialed.amd is None else "Enable",
            amd_status_callback=None if dialed.amd is None else self.urls.url(dialed.amd),
        )
        parent.append(dial)

    def shown(self, own: str | None) -> str | None:
        """The number shown to the called side: a `<Dial>` without one may fail for the inbound caller's number."""
        number = own or self.caller_id
        return None if number is None else speakable(number)
