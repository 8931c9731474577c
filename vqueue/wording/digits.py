"""Splits a phone number or a code into the groups it is read and written in."""

import re

import phonenumbers

_GROUP_MAX = 4
_SEPARATORS = re.compile(r"[\s\-–.()/\u00a0]+")


def groups(value: str) -> list[str]:
    """Its own groups where it has separators, those of its country where it is a number with +; anything longer than
    four is cut into threes (a last single digit joins)."""
    parts = [part for part in _SEPARATORS.split(value.strip()) if part]
    if len(parts) == 1 and parts[0].startswith("+"):
        parts = _of_its_country(parts[0])
    return [piece for part in parts for piece in (_threes(part) if len(part) > _GROUP_MAX else [part])]


def _of_its_country(value: str) -> list[str]:
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return [value]
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return [part for part in _SEPARATORS.split(written) if part]


def _threes(value: str) -> list[str]:
    cuts = [value[at : at + 3] for at in range(0, len(value), 3)]
    if len(cuts) > 1 and len(cuts[-1]) == 1:
        cuts[-2:] = [cuts[-2] + cuts[-1]]
    return cuts


def read_out(value: str, words: tuple[str, ...], plus: str) -> str:
    """Digit by digit in words, a comma for the pause between groups; letters stand as they are."""
    return ", ".join(" ".join(_word(char, words, plus) for char in group) for group in groups(value))


def _word(char: str, words: tuple[str, ...], plus: str) -> str:
    if char.isdecimal():
        return words[int(char)]
    return plus if char == "+" else char.upper()
