"""Which numbers may be called: read as keyed at home or as sent by an app, judged by country and kind."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vqueue.domain.phone import Phone
from vqueue.domain.rules import NumberKind, Numbers
from vqueue.engine.numbers import WORLD, country_of, read, zone_of, zones_of

BANK = Numbers()
EVERYWHERE = Numbers(countries=("GB", "IL", "RU", "US", "DE", "FR", "KZ", "GG", WORLD), kinds=tuple(NumberKind))


@pytest.mark.parametrize(
    ("text", "home", "e164", "kind", "country"),
    [
        ("+447700900123", "GB", "+447700900123", NumberKind.MOBILE, "GB"),
        ("07700 900123", "GB", "+447700900123", NumberKind.MOBILE, "GB"),
        ("020 7946 0123", "GB", "+442079460123", NumberKind.FIXED_LINE, "GB"),
        ("0044 20 7946 0123", "GB", "+442079460123", NumberKind.FIXED_LINE, "GB"),
        ("(202) 555-0123", "US", "+12025550123", NumberKind.FIXED_LINE_OR_MOBILE, "US"),
        ("011 44 20 7946 0123", "US", "+442079460123", NumberKind.FIXED_LINE, "GB"),
        ("050-555-0123", "IL", "+972505550123", NumberKind.MOBILE, "IL"),
        ("8 (495) 555-01-23", "RU", "+74955550123", NumberKind.FIXED_LINE, "RU"),
        ("+7 912 555 01 23", "GB", "+79125550123", NumberKind.MOBILE, "RU"),
        ("0170 1234567", "DE", "+491701234567", NumberKind.MOBILE, "DE"),
        ("06 12 34 56 78", "FR", "+33612345678", NumberKind.MOBILE, "FR"),
        ("٠٧٧٠٠٩٠٠١٢٣", "GB", "+447700900123", NumberKind.MOBILE, "GB"),
    ],
)
def test_a_customers_number_is_read(text: str, home: str, e164: str, kind: NumberKind, country: str) -> None:
    found = read(text, home, BANK)
    assert found.phone is not None
    assert found.phone.e164 == e164
    assert (found.kind, found.country, found.reason, found.allowed) == (kind, country, "", True)
    assert found.zones


@pytest.mark.parametrize(
    ("text", "home", "kind", "country"),
    [
        ("0906 701 2345", "GB", NumberKind.PREMIUM, "GB"),
        ("0843 012 3456", "GB", NumberKind.PREMIUM, "GB"),
        ("0800 001 2345", "GB", NumberKind.TOLL_FREE, "GB"),
        ("070 1234 5678", "GB", NumberKind.PERSONAL, "GB"),
        ("076 4012 3456", "GB", NumberKind.PAGER, "GB"),
        ("055 1234 5678", "GB", NumberKind.UAN, "GB"),
        ("+1 900 234 5678", "US", NumberKind.PREMIUM, "US"),
        ("+1 800 234 5678", "US", NumberKind.TOLL_FREE, "US"),
        ("0900 1 234567", "DE", NumberKind.PREMIUM, "DE"),
        ("0180 5 012345", "DE", NumberKind.SHARED_COST, "DE"),
        ("0891 12 34 56", "FR", NumberKind.PREMIUM, "FR"),
        ("8 809 123 45 67", "RU", NumberKind.PREMIUM, "RU"),
        ("8 800 123 45 67", "RU", NumberKind.TOLL_FREE, "RU"),
        ("1 700 123 456", "IL", NumberKind.SHARED_COST, "IL"),
        ("1 919 123 456", "IL", NumberKind.PREMIUM, "IL"),
        ("+870 773 111 632", "GB", NumberKind.SATELLITE, WORLD),
        ("+881 6 2123 4567", "GB", NumberKind.SATELLITE, WORLD),
        ("+882 16 1234 567", "GB", NumberKind.SATELLITE, WORLD),
        ("+883 5100 1234 5678", "GB", NumberKind.SATELLITE, WORLD),
        ("+878 10 1234 567890", "GB", NumberKind.PERSONAL, WORLD),
        ("+979 123 456 789", "GB", NumberKind.PREMIUM, WORLD),
        ("+808 1234 5678", "GB", NumberKind.SHARED_COST, WORLD),
    ],
)
def test_a_kind_that_costs_or_is_nobodys_is_refused_unless_named(
    text: str, home: str, kind: NumberKind, country: str
) -> None:
    found = read(text, home, BANK)
    assert (found.phone, found.reason, found.kind, found.country) == (None, "kind_not_allowed", kind, country)
    named = read(text, home, replace(EVERYWHERE, kinds=(kind,)))
    assert named.allowed
    elsewhere = read(text, home, Numbers(countries=("FI",), kinds=(kind,)))
    assert elsewhere.reason == "country_not_allowed"


@pytest.mark.parametrize(("text", "home"), [("999", "GB"), ("112", "GB"), ("911", "US"), ("100", "IL"), ("112", "RU")])
def test_emergency_numbers_are_never_called(text: str, home: str) -> None:
    found = read(text, home, EVERYWHERE)
    assert (found.phone, found.reason, found.kind) == (None, "emergency", NumberKind.EMERGENCY)


@pytest.mark.parametrize(("text", "home"), [("118118", "GB"), ("611", "US"), ("0", "GB"), ("12345", "DE")])
def test_short_numbers_are_never_called(text: str, home: str) -> None:
    found = read(text, home, EVERYWHERE)
    assert (found.phone, found.reason, found.kind) == (None, "short", NumberKind.SHORT)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("call me", "not_a_number"),
        ("+", "not_a_number"),
        ("07700900123;ext=5", "not_a_number"),
        ("0800 FLOWERS", "not_a_number"),
        ("1" * 41, "not_a_number"),
        ("07700 9001234567", "not_valid"),
        ("+999 1234 5678", "not_valid"),
        ("+1 555 555 0123", "not_valid"),
    ],
)
def test_what_is_no_number_says_why(text: str, reason: str) -> None:
    found = read(text, "GB", EVERYWHERE)
    assert (found.phone, found.reason) == (None, reason)


def test_a_country_that_is_not_called_is_refused() -> None:
    assert read("+7 701 123 4567", "GB", BANK).reason == "country_not_allowed"
    assert read("+44 7781 123456", "GB", BANK).country == "GG"
    assert read("+44 7781 123456", "GB", BANK).reason == "country_not_allowed"


@given(st.text(), st.sampled_from(("GB", "US", "IL", "RU", "", "XX", "001")))
def test_any_text_gets_a_verdict(text: str, home: str) -> None:
    found = read(text, home, EVERYWHERE)
    assert (found.phone is None) == bool(found.reason)


@given(st.text("0123456789+ -().٠١²\u00a0", max_size=45), st.sampled_from(("GB", "US", "IL", "RU", "")))
def test_any_digits_get_a_verdict_that_reads_the_same_again(text: str, home: str) -> None:
    found = read(text, home, EVERYWHERE)
    if found.phone:
        again = read(found.phone.e164, "", EVERYWHERE)
        assert again == found


def test_a_verdict_prints_masked() -> None:
    assert "7946" not in repr(read("020 7946 0123", "GB", BANK))


@pytest.mark.parametrize(
    ("e164", "fallback", "zone"),
    [
        ("+442079460123", "Europe/Berlin", "Europe/London"),
        ("+12025550123", "Europe/London", "America/New_York"),
        ("+14155550123", "Europe/London", "America/Los_Angeles"),
        ("+972505550123", "Europe/London", "Asia/Jerusalem"),
        ("+79125550123", "Europe/Moscow", "Europe/Moscow"),
        ("+79125550123", "Europe/London", "Asia/Krasnoyarsk"),
        ("+870773111632", "Europe/London", "Europe/London"),
    ],
)
def test_the_zone_of_a_number(e164: str, fallback: str, zone: str) -> None:
    assert zone_of(Phone(e164), fallback) == zone


def test_a_number_in_many_zones_is_taken_to_be_in_the_middle() -> None:
    zones = zones_of(Phone("+18002345678"))
    assert len(zones) > 10
    assert zone_of(Phone("+18002345678"), "Europe/London") in zones
    assert country_of(Phone("+18002345678")) == "US"
