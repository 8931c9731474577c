"""The voices the provider documents for `<Say>`, for the languages spoken here.

A voice that does not exist is an error in the middle of a call, and the provider has no address to ask for the list.
"""

from typing import Final


def _each(template: str, names: str) -> frozenset[str]:
    return frozenset(template.format(name) for name in names.split())


_STANDARD, _NEURAL = "Polly.{}", "Polly.{}-Neural"
VOICES: Final[dict[str, frozenset[str]]] = {
    "en-US": frozenset({"man", "woman", "alice"})
    | _each(_STANDARD, "Ivy Joanna Joey Justin Kendra Kimberly Matthew Salli")
    | _each(_NEURAL, "Danielle Gregory Ivy Joanna Joey Justin Kendra Kevin Kimberly Matthew Ruth Salli Stephen")
    | _each("Google.en-US-Standard-{}", "A B C D E F G H I J")
    | _each("Google.en-US-Wavenet-{}", "A B C D E F G H I J")
    | _each("Google.en-US-Neural2-{}", "A C D E F G H I J"),
    "en-GB": frozenset({"man", "woman", "alice"})
    | _each(_STANDARD, "Amy Brian Emma")
    | _each(_NEURAL, "Amy Arthur Brian Emma")
    | _each("Google.en-GB-Standard-{}", "A B C D F")
    | _each("Google.en-GB-Wavenet-{}", "A B C D F")
    | _each("Google.en-GB-Neural2-{}", "A B C D F"),
    "ru-RU": frozenset({"alice"})
    | _each(_STANDARD, "Maxim Tatyana")
    | _each("Google.ru-RU-Standard-{}", "A B C D E")
    | _each("Google.ru-RU-Wavenet-{}", "A B C D E"),
    "he-IL": _each("Google.he-IL-Standard-{}", "A B C D") | _each("Google.he-IL-Wavenet-{}", "A B C D"),
}
"""By locale tag. What is not here may exist all the same: the provider adds voices."""
