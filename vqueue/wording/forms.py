"""The forms a filled-in value can take in a sentence, named alike for all languages: `{wait:about}`, `{at:until}`.

A form carries its own preposition and case, so a template never has to know how the value declines.
"""

from enum import StrEnum


class Form(StrEnum):
    """How a value stands in its sentence; a form that means nothing for a value leaves it plain."""

    PLAIN = ""
    ABOUT = "about"  # minutes: about thirty minutes
    IN = "in"  # minutes: in thirty minutes
    BY = "by"  # minutes: late by thirty minutes
    OF = "of"  # minutes: a wait of thirty minutes
    AT = "at"  # clock: at two twenty p.m.
    UNTIL = "until"  # clock
    SINCE = "since"  # clock
    BETWEEN = "between"  # window: a phrase inside a sentence, instead of 14:20–14:40
    MASCULINE = "m"  # number: counted things of that gender
    FEMININE = "f"
    NEUTER = "n"


def form_of(name: str) -> Form:
    """The form of that name; plain for a name nobody knows, so that a slip in a text never cuts a call."""
    try:
        return Form(name)
    except ValueError:
        return Form.PLAIN
