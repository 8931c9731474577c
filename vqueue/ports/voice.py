"""The provider's questions to us: signed forms in, documents out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from vqueue.domain.causes import Cause
from vqueue.domain.ids import CallSid
from vqueue.domain.leg import News
from vqueue.domain.speech import Speech


@dataclass(frozen=True, slots=True)
class SignedForm:
    """A request exactly as received: raw path with query, form pairs in order (blanks kept), headers, content type."""

    raw_path: str
    fields: Sequence[tuple[str, str]]
    headers: Mapping[str, str]

    def __repr__(self) -> str:
        return f"SignedForm({self.raw_path.split('?')[0]})"


class QueueResult(StrEnum):
    """Why a caller left a hold."""

    BRIDGED = "bridged"
    BRIDGING = "bridging-in-process"
    ERROR = "error"
    HANGUP = "hangup"
    LEAVE = "leave"
    REDIRECTED = "redirected"
    REDIRECTED_FROM_BRIDGED = "redirected-from-bridged"
    QUEUE_FULL = "queue-full"
    SYSTEM_ERROR = "system-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one question of the network tells us, in our words. Numbers and keys are secrets and not in the repr."""

    call_sid: CallSid
    caller: str = field(default="", repr=False)
    called: str = field(default="", repr=False)
    digits: str = field(default="", repr=False)
    news: News | None = None
    """What a status means for a leg; None where the question carries none."""
    cause: Cause | None = None
    sequence: int = 0
    parent: CallSid | None = None
    child: CallSid | None = None
    """The call a finished `<Dial>` had made."""
    bridged: bool = False
    gone: bool = False
    """The very call that asks is over: whoever was on it has hung up, and nobody hears the answer."""
    queue_result: QueueResult | None = None
    machine: bool = False
    recording: str | None = field(default=None, repr=False)
    recording_s: int = 0
    failed_url: str = ""
    """At the fallback address: which of our answers failed (path only)."""


class VoiceGateway(Protocol):
    """Translates between the provider's language and ours."""

    def verify(self, form: SignedForm) -> Mapping[str, str]:
        """The fields, if the signature is right. Raises Forbidden otherwise, whatever the validator did."""
        ...

    def told(self, fields: Mapping[str, str]) -> Told:
        """The fields in our words. Never raises; unknown words become None."""
        ...

    def render(self, speech: Speech) -> str:
        """The provider's document for this speech; always well formed, within the provider's sizes."""
        ...
