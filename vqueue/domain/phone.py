"""Phone numbers: E.164 text that prints masked, and values sealed for storage."""

import re
from dataclasses import dataclass

_E164 = re.compile(r"\+[1-9]\d{6,14}\Z")
WITHHELD = frozenset(
    {"", "anonymous", "restricted", "private", "unavailable", "unknown", "blocked", "withheld"}
    | {"+266696687", "+7378742833", "+86282452253", "+2562533", "+8656696"}
)
"""What a provider sends instead of a caller's number when it is withheld (words, and letters spelt on a keypad)."""


@dataclass(frozen=True, slots=True, repr=False)
class Phone:
    """One number in E.164 (`+` and 7-15 digits). `str` and `repr` are masked; `.e164` is the secret."""

    e164: str

    def __post_init__(self) -> None:
        if not _E164.match(self.e164):
            raise ValueError("not an E.164 number")

    @property
    def masked(self) -> str:
        """Country start and last three digits, the rest hidden."""
        return f"{self.e164[:3]}…{self.e164[-3:]}"

    def __repr__(self) -> str:
        return f"Phone({self.masked})"

    def __str__(self) -> str:
        return self.masked


def caller(text: str | None) -> Phone | None:
    """The number a call came from; None when it is withheld or is not a number."""
    word = (text or "").strip()
    if word.lower() in WITHHELD or not _E164.match(word):
        return None
    return Phone(word)


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    """A secret as it is stored: cipher text, a keyed index for equality (or ""), a masked hint for pages."""

    cipher: str
    index: str = ""
    hint: str = ""

    def __repr__(self) -> str:
        return f"Sealed({self.hint or '…'})"
