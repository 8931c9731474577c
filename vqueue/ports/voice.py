"""The provider's questions to us: signed forms in, documents out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from vqueue.domain.speech import Speech


@dataclass(frozen=True, slots=True)
class SignedForm:
    """A request exactly as received: raw path with query, form pairs in order (blanks kept), headers, content type."""

    raw_path: str
    fields: Sequence[tuple[str, str]]
    headers: Mapping[str, str]

    def __repr__(self) -> str:
        return f"SignedForm({self.raw_path.split('?')[0]})"


class VoiceGateway(Protocol):
    """Translates between the provider's language and ours."""

    def verify(self, form: SignedForm) -> Mapping[str, str]:
        """The fields, if the signature is right. Raises Forbidden otherwise, whatever the validator did."""
        ...

    def render(self, speech: Speech) -> str:
        """The provider's document for this speech; always well formed, within the provider's sizes."""
        ...
