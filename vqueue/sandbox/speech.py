"""Makes speech last as long as people need to say it."""

from typing import Final

WORDS_PER_SECOND: Final = 2.6
CHARACTERS_PER_WORD: Final = 9
SHORTEST_S: Final = 0.4


def speech_s(text: str) -> float:
    """Business seconds that saying `text` takes; long strings without spaces count as several words."""
    words = sum(1 + len(word) // (2 * CHARACTERS_PER_WORD) for word in text.split())
    return max(SHORTEST_S, words / WORDS_PER_SECOND)
