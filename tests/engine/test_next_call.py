"""The first moment a customer may be called: the queue is open and it is a decent hour where he is."""

from datetime import UTC, datetime

from vqueue.domain.rules import WEEK, CallingWindows, Hours
from vqueue.engine.hours import next_call

OFFICE = Hours(zone="Europe/London", week=dict.fromkeys(WEEK, (("08:00", "20:00"),)))
POLITE = CallingWindows(week=dict.fromkeys(WEEK, (("08:00", "21:00"),)))
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def test_now_when_both_allow_it() -> None:
    assert next_call(OFFICE, POLITE, "Europe/London", "GB", TUESDAY) == TUESDAY


def test_an_american_is_called_when_it_is_eight_there() -> None:
    assert next_call(OFFICE, POLITE, "America/New_York", "US", TUESDAY) == TUESDAY.replace(hour=13)


def test_the_opening_counts_where_the_customer_is_up_already() -> None:
    night = TUESDAY.replace(hour=4)
    assert next_call(OFFICE, POLITE, "Asia/Jerusalem", "IL", night) == TUESDAY.replace(hour=8)


def test_a_countrys_own_window_goes_before_the_general_one() -> None:
    late = CallingWindows(week=POLITE.week, per_country={"IL": dict.fromkeys(WEEK, (("14:00", "18:00"),))})
    assert next_call(OFFICE, late, "Asia/Jerusalem", "IL", TUESDAY) == TUESDAY.replace(hour=12)


def test_there_is_none_where_the_two_never_meet() -> None:
    early = CallingWindows(week=dict.fromkeys(WEEK, (("02:00", "04:00"),)))
    assert next_call(OFFICE, early, "Europe/London", "GB", TUESDAY) is None
