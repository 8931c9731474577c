"""Parses TwiML strictly and tells which words of it may stand where."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

MAX_SAY: Final = 4096
PARSE_FAILURE: Final = 12100
SCHEMA_FAILURE: Final = 12200
CONTENT_TYPE: Final = 12300

_SSML: Final = frozenset("break emphasis lang p phoneme prosody s say-as sub w".split())
_AMD: Final = (
    "machineDetection machineDetectionTimeout machineDetectionSpeechThreshold machineDetectionSpeechEndThreshold "
    "machineDetectionSilenceTimeout amdStatusCallback amdStatusCallbackMethod"
)
_STATUS: Final = "statusCallback statusCallbackMethod statusCallbackEvent"
_RECORDING: Final = "recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent"


@dataclass(frozen=True, slots=True)
class Word:
    """What one element may carry and hold."""

    attributes: frozenset[str]
    children: frozenset[str] = frozenset()


def _word(attributes: str, children: str = "") -> Word:
    return Word(frozenset(attributes.split()), frozenset(children.split()))


WORDS: Final[dict[str, Word]] = {
    "Say": Word(frozenset({"voice", "language", "loop"}), _SSML),
    "Play": _word("loop digits"),
    "Pause": _word("length"),
    "Gather": _word(
        "input action method timeout speechTimeout maxSpeechTime profanityFilter finishOnKey numDigits "
        "partialResultCallback partialResultCallbackMethod language hints bargeIn debug actionOnEmptyResult "
        "speechModel enhanced",
        "Say Play Pause",
    ),
    "Redirect": _word("method"),
    "Enqueue": _word("action method waitUrl waitUrlMethod maxQueueSize workflowSid", "Task"),
    "Leave": _word(""),
    "Dial": _word(
        "action method timeout hangupOnStar timeLimit callerId record trim recordingTrack answerOnBridge ringTone "
        f"sequential referUrl referMethod events {_RECORDING}",
        "Number Client Sip Queue Conference",
    ),
    "Number": _word(f"sendDigits url method byoc {_STATUS} {_AMD}"),
    "Client": _word(f"url method {_STATUS}", "Identity Parameter"),
    "Sip": _word(f"username password url method {_STATUS} {_AMD}"),
    "Queue": _word("url method reservationSid postWorkActivitySid"),
    "Conference": _word(
        "muted beep startConferenceOnEnter endConferenceOnExit waitUrl waitMethod maxParticipants record region coach "
        f"trim eventCallbackUrl jitterBufferSize participantLabel {_STATUS} {_RECORDING}"
    ),
    "Record": _word(
        f"action method timeout finishOnKey maxLength playBeep trim transcribe transcribeCallback {_RECORDING}"
    ),
    "Hangup": _word(""),
    "Reject": _word("reason"),
    "Identity": _word(""),
    "Parameter": _word("name value"),
    "Task": _word("priority timeout"),
}
VERBS: Final = frozenset("Say Play Pause Gather Redirect Enqueue Leave Dial Record Hangup Reject".split())


class BadDocument(Exception):
    """The document cannot be run; `code` is Twilio's error number."""

    def __init__(self, code: int, reason: str, *, url: str = "") -> None:
        super().__init__(reason)
        self.code, self.reason, self.url = code, reason, url


@dataclass(frozen=True, slots=True)
class Element:
    """One verb or noun with its attributes, its text, and what it holds."""

    name: str
    attributes: dict[str, str]
    text: str
    children: tuple["Element", ...] = ()

    def get(self, name: str) -> str | None:
        return self.attributes.get(name)

    def flag(self, name: str, default: bool) -> bool:
        value = self.attributes.get(name)
        return default if value is None else value.strip().lower() in ("true", "1")

    def whole(self, name: str, default: int, *, low: int, high: int, code: int = SCHEMA_FAILURE) -> int:
        """Raises BadDocument(code) for what is no whole number between the bounds."""
        value = self.attributes.get(name)
        if value is None or value == "auto":
            return default
        if not value.strip().isdigit() or not low <= int(value) <= high:
            raise BadDocument(code, f"{self.name}: {name} must be a whole number between {low} and {high}")
        return int(value)

    def method(self, name: str = "method", default: str = "POST") -> str:
        value = (self.attributes.get(name) or default).upper()
        if value not in ("GET", "POST"):
            raise BadDocument(SCHEMA_FAILURE, f"{self.name}: {name} must be GET or POST")
        return value


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed answer; `warnings` are attributes that mean nothing, which Twilio ignores."""

    verbs: tuple[Element, ...]
    warnings: tuple[str, ...] = ()


def parse(body: bytes | str) -> Document:
    """Raises BadDocument: 12100 for what is no XML or no <Response>, 12200 for words in the wrong place."""
    data = body.encode() if isinstance(body, str) else body
    if not data.strip():
        raise BadDocument(PARSE_FAILURE, "the document is empty")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise BadDocument(PARSE_FAILURE, "the document declares a type")
    try:
        root = ElementTree.fromstring(data)  # noqa: S314 - no entities get here
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise BadDocument(PARSE_FAILURE, f"the document is not well-formed: {error}") from None
    if root.tag != "Response":
        raise BadDocument(PARSE_FAILURE, "the document's root is not Response")
    if (root.text or "").strip():
        raise BadDocument(SCHEMA_FAILURE, "text stands directly in Response")
    verbs = tuple(_element(child, VERBS, "Response") for child in root)
    return Document(verbs, tuple(_warnings(verbs)))


def _element(node: ElementTree.Element, allowed: frozenset[str], parent: str) -> Element:
    if node.tag not in allowed:
        raise BadDocument(SCHEMA_FAILURE, f"{node.tag} may not stand in {parent}")
    if node.tag in _SSML:
        children = tuple(_element(child, _SSML, node.tag) for child in node)
        return Element(node.tag, dict(node.attrib), "".join(node.itertext()), children)
    children = tuple(_element(child, WORDS[node.tag].children, node.tag) for child in node)
    text = "".join(node.itertext()) if node.tag == "Say" else (node.text or "")
    if node.tag == "Say" and len(text) > MAX_SAY:
        raise BadDocument(13520, f"Say: the text is longer than {MAX_SAY} characters")
    return Element(node.tag, dict(node.attrib), text.strip(), children)


def _warnings(elements: tuple[Element, ...]) -> Iterator[str]:
    for element in elements:
        if element.name in WORDS:
            for name in sorted(set(element.attributes) - WORDS[element.name].attributes):
                yield f"{element.name} has no attribute {name}"
        yield from _warnings(element.children)
