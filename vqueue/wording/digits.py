"""Splits a phone number or a code into the groups it is read and written in."""

import re

_GROUP_MAX = 4
_TWO_DIGIT_CODES = frozenset(
    "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 "
    "91 92 93 94 95 98".split()
)
_SEPARATORS = re.compile(r"[\s\-–.()/\u00a0]+")


def groups(value: str) -> list[str]:
    """Its own groups where it has separators, anything longer than four cut into threes (a last single digit joins)."""
    parts = [part for part in _SEPARATORS.split(value.strip()) if part]
    return [piece for part in parts for piece in (_threes(part) if len(part) > _GROUP_MAX else [part])]


def _threes(value: str) -> list[str]:
    if value.startswith("+"):
        code = 1 + _country_code_length(value[1:])
        return [value[:code], *(_threes(value[code:]) if value[code:] else [])]
    cuts = [value[at : at + 3] for at in range(0, len(value), 3)]
    if len(cuts) > 1 and len(cuts[-1]) == 1:
        cuts[-2:] = [cuts[-2] + cuts[-1]]
    return cuts


def _country_code_length(digits: str) -> int:
    """How many digits the country calling code has (ITU-T E.164 assignments)."""
    if digits[:1] in ("1", "7"):
        return 1
    return 2 if digits[:2] in _TWO_DIGIT_CODES else 3


def read_out(value: str, words: tuple[str, ...], plus: str) -> str:
    """Digit by digit in words, a comma for the pause between groups; letters stand as they are."""
    return ", ".join(" ".join(_word(char, words, plus) for char in group) for group in groups(value))


def _word(char: str, words: tuple[str, ...], plus: str) -> str:
    if char.isdecimal():
        return words[int(char)]
    return plus if char == "+" else char.upper()
