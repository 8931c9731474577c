"""Something said about one place of a document."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A place (JSON pointer) and a stable code."""

    pointer: str
    code: str
