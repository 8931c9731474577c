"""Card numbers never reach storage; telephone numbers and amounts are left as they were written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vqueue.domain.cards import luhn, strip_cards

SEPARATORS = st.sampled_from(["", " ", "-", "  ", " - ", "\u00a0", "\u2011", ".", "\u200b"])
ZEROS = [ord("0"), 0x0660, 0x06F0, 0x0966, 0xFF10]
"""The digit nought in Latin, Arabic, Persian, Devanagari and full-width writing."""


@st.composite
def cards(draw: st.DrawFn) -> str:
    """Digits that pass the check, of every length a card has."""
    body = draw(st.lists(st.integers(0, 9), min_size=12, max_size=18))
    return "".join(str(digit) for digit in [*body, next(last for last in range(10) if luhn([*body, last]))])


@st.composite
def written(draw: st.DrawFn, digits: str) -> str:
    """The digits in some script, in groups of some size."""
    zero, size, between = draw(st.sampled_from(ZEROS)), draw(st.integers(1, 6)), draw(SEPARATORS)
    groups = [digits[place : place + size] for place in range(0, len(digits), size)]
    return between.join("".join(chr(zero + int(digit)) for digit in group) for group in groups)


def left(text: str) -> int:
    return sum(letter.isdecimal() for letter in text)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("my card is 4111 1111 1111 1111.", "my card is •••• •••• •••• 1111."),
        ("4111-1111-1111-1111", "••••-••••-••••-1111"),
        ("378282246310005 amex", "•••••••••••0005 amex"),
        ("٤١١١ ١١١١ ١١١١ ١١١١", "•••• •••• •••• ١١١١"),
        ("order 4111 1111 1111 1112", "order 4111 1111 1111 1112"),
        ("1234", "1234"),
        ("", ""),
        ("call +44 7700 900123 or +972 50 555 0123", "call +44 7700 900123 or +972 50 555 0123"),
        ("card 4111111111111111 12/27 cvv 123", "card ••••••••••••1111 12/27 cvv 123"),
    ],
)
def test_what_stays_of_a_sentence(said: str, kept: str) -> None:
    assert strip_cards(said) == kept


@given(cards().flatmap(written))
def test_of_a_card_at_most_the_last_four_digits_stay(card: str) -> None:
    assert left(strip_cards(f"it is {card} thanks")) == 4


@given(cards().flatmap(written), st.integers(0, 99), st.integers(0, 99))
def test_numbers_beside_a_card_do_not_save_it(card: str, before: int, after: int) -> None:
    stripped = strip_cards(f"{before} {card} {after}")
    assert left(stripped[len(str(before)) : -len(str(after))]) <= 4


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True), SEPARATORS)
def test_a_telephone_number_with_a_plus_stays(number: str, between: str) -> None:
    grouped = between.join(number[place : place + 3] for place in range(0, len(number), 3))
    assert strip_cards(f"ring {grouped}, please") == f"ring {grouped}, please"


@given(st.text(max_size=80))
def test_text_without_a_long_number_stays(text: str) -> None:
    if left(text) < 13:
        assert strip_cards(text) == text


@given(st.text(alphabet="0123456789 -+x", max_size=60))
def test_stripping_twice_is_stripping_once(text: str) -> None:
    once = strip_cards(text)
    assert strip_cards(once) == once
    assert len(once) == len(text)
