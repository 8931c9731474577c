"""Takes payment card numbers out of what people write, before anything is stored."""

import re
import unicodedata

_BETWEEN = r"[\s\-‐‑‒–—−·._/\u200b-\u200d\u2060]{0,3}"
_RUN = re.compile(rf"\+?\d(?:{_BETWEEN}\d){{12,}}")
"""Thirteen digits or more in any script, at most three separators between two of them."""
SHORTEST, LONGEST = 13, 19
"""Digits of a card number (ISO/IEC 7812)."""
LONGEST_PHONE = 15
"""Digits of an E.164 number."""
SHOWN = 4
HIDDEN = "•"


def strip_cards(text: str) -> str:
    """The text with every card number's digits but the last four replaced by •; separators stay.

    A card number is one or more groups of digits, together 13-19, that pass the Luhn check: where two readings overlap,
    both are hidden. A number with a plus and at most 15 digits is a telephone number and stays.
    """
    return _RUN.sub(lambda run: _stripped(run.group()), text)


def _stripped(run: str) -> str:
    groups = [group.span() for group in re.finditer(r"\d+", run)]
    if run.startswith("+") and sum(end - start for start, end in groups) <= LONGEST_PHONE:
        return run
    letters = list(run)
    for first in range(len(groups)):
        for place in _hidden_from(run, groups[first : first + LONGEST]):
            letters[place] = HIDDEN
    return "".join(letters)


def _hidden_from(run: str, groups: list[tuple[int, int]]) -> list[int]:
    """Places of the digits to hide of a card number that begins with the first group; the longest reading counts."""
    places: list[int] = []
    found: list[int] = []
    for start, end in groups:
        places += range(start, end)
        if len(places) > LONGEST:
            break
        if len(places) >= SHORTEST and luhn([unicodedata.decimal(run[place]) for place in places]):
            found = places[:-SHOWN]
    return found


def luhn(digits: list[int]) -> bool:
    """The check sum of card numbers (H. P. Luhn, 1960): from the right, every second digit doubled, sum ends in 0."""
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
