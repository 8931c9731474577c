"""Reads addresses of telephones: E.164 numbers, `client:` names, `sip:` addresses; knows how callers withhold them."""

import re

_E164 = re.compile(r"^\+[1-9]\d{4,14}$")
_PUNCTUATION = re.compile(r"[\s().\-\u00a0]")
_OTHER = re.compile(r"^(client:[\w.\-+@%]{1,256}|sips?:[^\s<>]{1,256})$", re.IGNORECASE)

WITHHELD = "+266696687"
"""What a carrier shows for a caller who hides the number: ANONYMOUS on a keypad."""

SENTINELS = frozenset({WITHHELD, "+7378742833", "+86282452253", "+2562533", "+8656696", "anonymous", "restricted"})


def normal_form(text: str) -> str | None:
    """The address as the network keeps it, or None when it is no address."""
    text = text.strip()
    if _OTHER.match(text):
        return text
    plain = _PUNCTUATION.sub("", text)
    return plain if _E164.match(plain) else None


def from_query(text: str) -> str:
    """A number from a query string, where an unescaped plus has become a space."""
    return "+" + text.strip() if text[:1] == " " and text.strip()[:1].isdigit() else text.strip()


def masked(number: str) -> str:
    return f"{number[:3]}…{number[-2:]}" if len(number) > 6 else "…"
