"""Long text in passages that a voice takes at once, within what a document may hold."""

import re
from collections.abc import Iterator
from itertools import accumulate, takewhile
from xml.sax.saxutils import escape

from vqueue.wording.plain import SPEAKABLE_MAX, speakable

LONGEST_TEXT = 64_000
"""Characters looked at; more never fits into one document."""

_SENTENCE_END = re.compile(r"(?<=[.!?…։。؟])\s+")


def passages(text: str) -> Iterator[str]:
    """`text` in speakable pieces of at most `SPEAKABLE_MAX` characters, parted at sentence ends where there are any."""
    held = ""
    for sentence in _sentences(text[:LONGEST_TEXT]):
        joined = f"{held} {sentence}" if held else sentence
        if len(joined) <= SPEAKABLE_MAX:
            held = joined
            continue
        yield held
        held = sentence
    if held:
        yield held


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(text):
        rest = sentence
        while rest:
            at = _cut(rest, SPEAKABLE_MAX)
            if clean := speakable(rest[:at]):
                yield clean
            rest = rest[at:]


def _cut(text: str, limit: int) -> int:
    """Where to part `text` so that the head has at most `limit` characters: after a word, if one ends there."""
    if len(text) <= limit:
        return len(text)
    space = text.rfind(" ", limit // 2, limit)
    return limit if space < 0 else space + 1


class Budget:
    """Bytes that the words of one document may take, escaped and in UTF-8."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self.spent = 0

    def fit(self, text: str) -> str:
        """As much of `text` as still fits, cut after a word; it counts as spent."""
        if _size(text) > self._left:
            sizes = accumulate(_size(char) for char in text)
            characters = sum(1 for _ in takewhile(lambda size: size <= self._left, sizes))
            text = text[: _cut(text, characters)].rstrip()
        self._left -= _size(text)
        self.spent += _size(text)
        return text


def _size(text: str) -> int:
    return len(escape(text).encode())
