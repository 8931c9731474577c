"""Opening hours and calling windows on ordinary days, at midnight, on holidays and when the clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vqueue.domain.rules import WEEK, CallingWindows, Hours
from vqueue.engine.hours import (
    calling_allowed,
    closes_at,
    is_open,
    next_allowed,
    next_change,
    next_midnight,
    next_opening,
    public_holidays,
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def daily(*intervals: tuple[str, str], zone: str = "Europe/London", holidays: tuple[str, ...] = ()) -> Hours:
    return Hours(zone=zone, week=dict.fromkeys(WEEK, intervals), holidays=holidays)


@pytest.mark.parametrize(
    ("at", "open_then"),
    [
        ("2026-06-10T06:59:59", False),
        ("2026-06-10T07:00:00", True),
        ("2026-06-10T18:59:59", True),
        ("2026-06-10T19:00:00", False),
        ("2026-06-13T07:30:00", False),
        ("2026-06-13T08:00:00", True),
        ("2026-06-14T12:00:00", False),
        ("2026-01-14T07:59:59", False),
        ("2026-01-14T08:00:00", True),
    ],
)
def test_the_default_week_in_london(at: str, open_then: bool) -> None:
    assert is_open(Hours(), utc(at)) is open_then


def test_closing_and_next_opening_over_a_weekend() -> None:
    saturday = utc("2026-06-13T10:00")
    assert closes_at(Hours(), saturday) == utc("2026-06-13T17:00")
    assert next_opening(Hours(), saturday) == utc("2026-06-15T07:00")
    assert next_change(Hours(), saturday) == utc("2026-06-13T17:00")
    assert next_change(Hours(), utc("2026-06-14T10:00")) == utc("2026-06-15T07:00")
    assert closes_at(Hours(), utc("2026-06-14T10:00")) is None


def test_an_interval_over_midnight_belongs_to_the_day_it_starts() -> None:
    nights = Hours(zone="UTC", week={"fri": (("22:00", "06:00"),)})
    assert is_open(nights, utc("2026-06-13T05:59"))
    assert not is_open(nights, utc("2026-06-12T05:59"))
    assert closes_at(nights, utc("2026-06-12T23:00")) == utc("2026-06-13T06:00")


def test_days_that_touch_at_midnight_are_one_stretch() -> None:
    split = Hours(zone="UTC", week={"mon": (("20:00", "24:00"),), "tue": (("00:00", "02:00"),)})
    assert closes_at(split, utc("2026-06-08T21:00")) == utc("2026-06-09T02:00")
    assert is_open(split, utc("2026-06-09T00:00"))


def test_a_queue_that_is_always_open_never_changes() -> None:
    always = daily(("00:00", "24:00"))
    assert is_open(always, utc("2026-03-29T01:00"))
    assert next_change(always, utc("2026-06-10T12:00")) is None


def test_a_queue_without_hours_never_opens() -> None:
    never = Hours(week={})
    assert not is_open(never, utc("2026-06-10T12:00"))
    assert next_opening(never, utc("2026-06-10T12:00")) is None


def test_the_night_the_clocks_go_forward_an_opening_in_the_skipped_hour_is_the_skip() -> None:
    """London, 29 March 2026: 01:00 becomes 02:00 at 01:00 UTC."""
    early = daily(("01:30", "03:00"))
    assert next_opening(early, utc("2026-03-29T00:00")) == utc("2026-03-29T01:00")
    assert closes_at(early, utc("2026-03-29T01:10")) == utc("2026-03-29T02:00")
    assert not is_open(daily(("01:10", "01:50")), utc("2026-03-29T01:00"))


def test_the_night_the_clocks_go_back_the_doubled_hour_is_open_twice() -> None:
    """London, 25 October 2026: 02:00 becomes 01:00 at 01:00 UTC."""
    night = daily(("00:30", "01:30"))
    assert is_open(night, utc("2026-10-25T00:45"))
    assert is_open(night, utc("2026-10-25T01:15"))
    assert closes_at(night, utc("2026-10-25T00:00")) == utc("2026-10-25T01:30")


def test_hours_follow_the_wall_clock_across_the_change() -> None:
    office = daily(("08:00", "20:00"))
    assert next_opening(office, utc("2026-03-28T21:00")) == utc("2026-03-29T07:00")
    assert next_opening(office, utc("2026-10-24T21:00")) == utc("2026-10-25T08:00")


def test_a_holiday_by_date_is_closed_all_day() -> None:
    office = daily(("08:00", "20:00"), holidays=("2026-06-10",))
    assert not is_open(office, utc("2026-06-10T12:00"))
    assert next_opening(office, utc("2026-06-09T20:00")) == utc("2026-06-11T07:00")


@pytest.mark.parametrize(
    ("place", "zone", "holiday", "working"),
    [
        ("GB", "Europe/London", "2026-12-25T12:00", "2026-12-23T12:00"),
        ("GB-ENG", "Europe/London", "2026-04-06T12:00", "2026-04-07T12:00"),
        ("US", "America/New_York", "2026-11-26T17:00", "2026-11-25T17:00"),
        ("IL", "Asia/Jerusalem", "2026-09-21T09:00", "2026-09-15T09:00"),
        ("RU", "Europe/Moscow", "2026-01-07T09:00", "2026-01-13T09:00"),
    ],
)
def test_public_holidays_of_a_country(place: str, zone: str, holiday: str, working: str) -> None:
    office = daily(("08:00", "20:00"), zone=zone, holidays=(place,))
    assert not is_open(office, utc(holiday))
    assert is_open(office, utc(working))


def test_an_unknown_country_is_named() -> None:
    with pytest.raises(ValueError, match="'XQ'"):
        is_open(daily(("08:00", "20:00"), holidays=("XQ",)), utc("2026-06-10T12:00"))


ZONES = (
    "Europe/London",
    "America/New_York",
    "Asia/Jerusalem",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
)
CLOCKS = st.integers(0, 24 * 12).map(lambda n: f"{n // 12:02}:{n % 12 * 5:02}")
WEEKS = st.dictionaries(
    st.sampled_from(WEEK), st.lists(st.tuples(CLOCKS.filter(lambda c: c != "24:00"), CLOCKS), max_size=2).map(tuple)
)


@given(WEEKS, st.sampled_from(ZONES), st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))
def test_the_next_change_is_a_change_and_nothing_changes_before_it(week: dict, zone: str, at: datetime) -> None:
    hours, now = Hours(zone=zone, week=week), at.replace(tzinfo=UTC)
    change = next_change(hours, now)
    before = is_open(hours, now)
    if change is None:
        assert all(is_open(hours, now + timedelta(hours=h)) is before for h in range(0, 24 * 27, 7))
        return
    assert change > now
    assert is_open(hours, change) is not before
    step = (change - now) / 7
    assert all(is_open(hours, now + step * n) is before for n in range(7))


@given(WEEKS, st.sampled_from(ZONES), st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))
def test_ringing_is_allowed_at_the_moment_named(week: dict, zone: str, at: datetime) -> None:
    windows, now = CallingWindows(week=week), at.replace(tzinfo=UTC)
    allowed = next_allowed(windows, zone, None, now)
    assert allowed is None or calling_allowed(windows, zone, None, allowed)
    assert (allowed == now) is calling_allowed(windows, zone, None, now)


def test_the_day_ends_at_midnight_of_the_zone() -> None:
    assert next_midnight("Asia/Jerusalem", utc("2026-06-10T20:30")) == utc("2026-06-10T21:00")
    assert next_midnight("Asia/Jerusalem", utc("2026-06-10T21:00")) == utc("2026-06-11T21:00")


EVES = Hours(
    zone="Europe/London",
    week=dict.fromkeys(WEEK[:5], (("08:00", "20:00"),)),
    holidays=("GB-ENG",),
    days={"2026-12-24": (("08:00", "13:00"),), "2026-12-28": (("10:00", "14:00"),), "2026-12-30": ()},
)


@pytest.mark.parametrize(
    ("at", "opened"),
    [
        ("2026-12-23T19:00", True),
        ("2026-12-24T12:00", True),  # an eve: half a day
        ("2026-12-24T13:00", False),
        ("2026-12-25T12:00", False),  # a public holiday
        ("2026-12-28T11:00", True),  # one with hours of its own
        ("2026-12-28T09:00", False),
        ("2026-12-29T12:00", True),
        ("2026-12-30T12:00", False),  # closed for once
    ],
)
def test_a_single_day_has_its_own_hours_whatever_the_week_and_the_holidays_say(at: str, opened: bool) -> None:
    assert is_open(EVES, utc(at)) is opened


def test_the_next_opening_is_found_across_single_days() -> None:
    assert next_opening(EVES, utc("2026-12-24T13:00")) == utc("2026-12-28T10:00")
    assert next_opening(EVES, utc("2026-12-29T20:00")) == utc("2026-12-31T08:00")


def test_public_holidays_are_named_in_the_readers_language_where_it_is_known() -> None:
    first, last = date(2026, 12, 1), date(2027, 1, 2)
    found = public_holidays("GB-ENG", first, last, "en")
    assert [day.isoformat() for day, _ in found] == ["2026-12-25", "2026-12-26", "2026-12-28", "2027-01-01"]
    assert found[0][1] == "Christmas Day"
    assert public_holidays("IL", date(2026, 9, 1), date(2026, 9, 30), "he") != public_holidays(
        "IL", date(2026, 9, 1), date(2026, 9, 30), "en"
    )
