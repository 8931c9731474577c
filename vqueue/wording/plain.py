"""Makes any text fit to be read aloud inside an XML document, or to stand in a sentence of the other direction."""

import re
import unicodedata

SPEAKABLE_MAX = 3_000
"""The shortest limit among the voices in use (Amazon Polly), in characters."""

_UNSPEAKABLE = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # what XML 1.0 forbids, lone surrogates among it
    "|[\x7f-\x84\x86-\x9f]"  # control characters XML discourages (x85 is a line break, taken as space below)
    "|[\ufdd0-\ufdef]|[\ufff9-\ufffb]"  # non-characters and annotation marks
)
_PLANE_ENDS = frozenset(chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
_SPACE = re.compile(r"\s+")


def speakable(text: str) -> str:
    """`text` without what XML cannot carry, spaces collapsed, cut at a word to at most `SPEAKABLE_MAX` characters."""
    # Cut first, generously: cleaning costs in proportion to the length, and the text may come from anyone.
    bounded = text[: SPEAKABLE_MAX * 10]
    legal = _UNSPEAKABLE.sub(" ", bounded)
    clean = _SPACE.sub(" ", "".join(" " if char in _PLANE_ENDS else char for char in legal)).strip()
    return clean if len(clean) <= SPEAKABLE_MAX else _cut(clean)


def _cut(text: str) -> str:
    head = text[:SPEAKABLE_MAX]
    if text[SPEAKABLE_MAX] == " ":
        return head.rstrip()
    word_start = head.rfind(" ")
    return head[:word_start] if word_start > SPEAKABLE_MAX // 2 else head


def isolated(text: str, *, right_to_left: bool) -> str:
    """`text`, fenced by isolate marks where its letters run against the sentence it stands in.

    A web address stays bare: mail and message programs would take the mark for a part of it.
    """
    if text.startswith(("https://", "http://")):
        return text
    against = {"L"} if right_to_left else {"R", "AL"}
    runs_against = any(unicodedata.bidirectional(char) in against for char in text)
    return f"\u2068{text}\u2069" if runs_against else text
