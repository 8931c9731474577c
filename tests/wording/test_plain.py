"""Any text a caller, an app or a page sends can be read aloud inside an XML document."""

from xml.etree.ElementTree import fromstring
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vqueue.wording import speakable
from vqueue.wording.plain import SPEAKABLE_MAX


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  one \t two\r\n\nthree ", "one two three"),
        ("a\x00b\x07c\x1bd\x7fe", "a b c d e"),
        ("lone \ud800 surrogate \udfff.", "lone surrogate ."),
        ("end\ufffe\uffff\U0001ffff", "end"),
        ("a\x85b\u2028c\u00a0d", "a b c d"),
        ("<Say>&amp;</Say>", "<Say>&amp;</Say>"),
        ("שלום 👋 привет", "שלום 👋 привет"),
        ("", ""),
        ("\x00", ""),
    ],
)
def test_what_cannot_be_read_becomes_a_space(text: str, plain: str) -> None:
    assert speakable(text) == plain


def test_long_texts_are_cut_at_a_word() -> None:
    said = speakable("word " * 10_000)
    assert len(said) <= SPEAKABLE_MAX
    assert said.endswith("word")


def test_a_text_without_spaces_is_cut_all_the_same() -> None:
    assert len(speakable("x" * 10_000)) == SPEAKABLE_MAX


@given(st.text(st.characters(codec=None)))
def test_every_text_makes_well_formed_xml(text: str) -> None:
    said = speakable(text)
    assert (fromstring(f"<Say>{escape(said)}</Say>").text or "") == said
    assert speakable(said) == said
