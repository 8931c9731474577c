"""The grid of bookable times: whole slots inside hours and calling windows, none doubled or bent when clocks change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vqueue.domain.attempt import Shape
from vqueue.domain.request import Mode
from vqueue.domain.rules import WEEK, CallbackRules, CallingWindows, Hours, Offer, Rules
from vqueue.domain.slots import Slots
from vqueue.engine.slots import MOST_DAYS, Cell, due_at, grid, offered, shown

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
BEFORE = timedelta(days=1)
ALWAYS = dict.fromkeys(WEEK, (("00:00", "24:00"),))
CHANGES = {
    "Europe/London": (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)),
    "Asia/Jerusalem": (datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)),
    "America/New_York": (datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)),
}


def rules(zone: str = "Europe/London", /, **slots: object) -> Rules:
    """A queue that is always open, in a world that may always be rung."""
    return Rules(
        hours=Hours(zone=zone, week=ALWAYS),
        calling_windows=CallingWindows(week=ALWAYS),
        slots=replace(Slots(lead_s=0, horizon_days=28), **slots),  # type: ignore[arg-type]
    )


def cells(found: Rules, start: datetime, days: float, *, now: datetime | None = None, zone: str = "") -> list[Cell]:
    zone = zone or found.hours.zone
    return grid(found, start=start, end=start + timedelta(days=days), now=now or start, zone=zone, country="GB")


def local(found: list[Cell], zone: str = "Europe/London") -> list[str]:
    return [f"{cell.start.astimezone(ZoneInfo(zone)):%a %H:%M}" for cell in found]


def test_the_weekly_table_says_which_slots_there_are_and_how_many_each_takes() -> None:
    week = {"mon": (("09:00", "10:00", 3), ("14:00", "15:10", 1)), "tue": (("09:00", "09:30", 2),)}
    found = cells(rules(week=week), MONDAY, 7)
    assert local(found) == ["Mon 09:00", "Mon 09:30", "Mon 14:00", "Mon 14:30", "Tue 09:00"]
    assert [cell.planned for cell in found] == [3, 3, 1, 1, 2]


def test_no_slot_lies_outside_the_hours_or_on_a_holiday() -> None:
    hours = Hours(
        zone="Europe/London",
        week={"mon": (("09:15", "11:00"),), "tue": (("09:00", "17:00"),)},
        holidays=("2026-03-03",),
    )
    found = replace(rules(week=dict.fromkeys(WEEK, (("08:00", "12:00", 1),))), hours=hours)
    assert local(cells(found, MONDAY, 3)) == ["Mon 09:30", "Mon 10:00", "Mon 10:30"]


def test_a_customer_is_shown_the_slots_at_which_he_may_be_rung_where_he_is() -> None:
    polite = CallingWindows(week=dict.fromkeys(WEEK, (("08:00", "21:00"),)))
    found = replace(rules(week={"mon": (("11:00", "15:00", 1),)}), calling_windows=polite)
    assert local(cells(found, MONDAY, 1, zone="America/New_York"))[0] == "Mon 13:00"
    assert local(cells(found, MONDAY, 1, zone="Asia/Jerusalem"))[0] == "Mon 11:00"


def test_slots_begin_after_the_lead_and_within_the_horizon() -> None:
    found = rules(week=dict.fromkeys(WEEK, (("09:00", "10:00", 1),)), lead_s=5400, horizon_days=2)
    assert local(cells(found, MONDAY, 20)) == ["Mon 09:30", "Tue 09:00", "Tue 09:30"]


def test_a_forecast_may_stand_where_the_table_is() -> None:
    found = grid(
        rules(week={"mon": (("09:00", "10:30", 1),)}),
        start=MONDAY, end=MONDAY + timedelta(days=1), now=MONDAY, zone="Europe/London", country=None,
        capacity=lambda cell: replace(cell, planned=7 if cell.start.minute else 0),
    )  # fmt: skip
    assert [(cell.start.minute, cell.planned) for cell in found] == [(0, 0), (30, 7), (0, 0)]


def test_a_queue_without_bookings_has_no_grid() -> None:
    assert cells(rules(enabled=False), MONDAY, 7) == []
    assert not offered(rules())
    assert offered(replace(rules(), offer=Offer(modes=(Mode.HOLD, Mode.SCHEDULED))))


def test_the_agent_is_rung_before_the_slot_the_customer_who_is_first_is_not() -> None:
    first = replace(rules(), callback=CallbackRules(shape=Shape.CUSTOMER_FIRST))
    assert due_at(rules(agent_lead_s=20), MONDAY) == MONDAY - timedelta(seconds=20)
    assert due_at(first, MONDAY) == MONDAY


def test_a_slot_is_written_by_the_clock_it_was_shown_on() -> None:
    assert shown((MONDAY, MONDAY + timedelta(minutes=30)), "Asia/Jerusalem") == "2026-03-02 10:00-10:30"


@pytest.mark.parametrize("zone", CHANGES)
def test_on_the_day_the_clock_is_put_on_a_night_is_an_hour_of_slots_shorter(zone: str) -> None:
    spring, autumn = CHANGES[zone]
    night = rules(zone, week=dict.fromkeys(WEEK, (("00:00", "06:00", 1),)))
    usual, short, long = (
        sum(cell.start.astimezone(ZoneInfo(zone)).date() == day.date() for cell in cells(night, day - BEFORE, 3))
        for day in (spring - timedelta(days=7), spring, autumn)
    )
    assert (usual, short, long) == (12, 10, 14)


zones = st.sampled_from(sorted(CHANGES))
times = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02d}:{quarter % 4 * 15:02d}")


@st.composite
def tables(draw: st.DrawFn) -> dict[str, tuple[tuple[str, str, int], ...]]:
    """Any weekly table: up to three intervals a day that do not overlap."""
    week = {}
    for day in WEEK:
        edges = sorted(draw(st.sets(times, max_size=6)))
        week[day] = tuple(
            (opening, closing, draw(st.integers(0, 3)))
            for opening, closing in zip(edges[::2], edges[1::2], strict=False)
        )
    return week


@settings(max_examples=60, deadline=None)
@given(tables(), zones, st.integers(0, 1), st.integers(-48, 48), st.sampled_from([300, 900, 1800, 3600]))
def test_around_a_change_of_the_clock_no_slot_is_doubled_bent_or_outside(
    week: dict[str, tuple[tuple[str, str, int], ...]], zone: str, which: int, hours: int, length_s: int
) -> None:
    start = CHANGES[zone][which] + timedelta(hours=hours)
    found = rules(zone, week=week, length_s=length_s)
    made = cells(found, start, 3)
    assert all(cell.end - cell.start == timedelta(seconds=length_s) for cell in made)
    assert all(first.end <= second.start for first, second in pairwise(made))
    assert all(start <= cell.start < start + timedelta(days=3) and cell.planned > 0 for cell in made)
    assert all(any(_shows(cell, interval, zone) for interval in _intervals(found, cell, zone)) for cell in made)
    assert cells(found, start, 1) + cells(found, start + timedelta(days=1), 2, now=start) == made


def _intervals(found: Rules, cell: Cell, zone: str) -> list[tuple[str, str, int]]:
    return list(found.slots.week[WEEK[cell.start.astimezone(ZoneInfo(zone)).weekday()]])


def _shows(cell: Cell, interval: tuple[str, str, int], zone: str) -> bool:
    """Whether the clock on the wall shows a time of this interval when the slot begins (or what it skipped)."""
    opening, closing, planned = interval
    shown_at = f"{cell.start.astimezone(ZoneInfo(zone)):%H:%M}"
    return planned == cell.planned and (opening <= shown_at < closing or _skipped(cell, zone))


def _skipped(cell: Cell, zone: str) -> bool:
    """The clock was put on, or back, within the hours before: an interval goes on through that."""
    tz = ZoneInfo(zone)
    return (cell.start - timedelta(hours=2)).astimezone(tz).utcoffset() != cell.start.astimezone(tz).utcoffset()


def test_a_long_question_is_answered_for_four_weeks() -> None:
    found = rules(week={"mon": (("09:00", "09:30", 1),)}, horizon_days=90)
    assert len(cells(found, MONDAY, 90)) == MOST_DAYS // 7


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"length_s": 1000}, "multiple of 300"),
        ({"week": {"monday": ()}}, "not 'monday'"),
        ({"week": {"mon": (("9:00", "10:00", 1),)}}, "HH:MM"),
        ({"week": {"mon": (("10:00", "09:00", 1),)}}, "ends after it starts"),
        ({"week": {"mon": (("09:00", "11:00", 1), ("10:00", "12:00", 1))}}, "do not overlap"),
        ({"week": {"mon": (("09:00", "11:00", -1),)}}, "no number is negative"),
        ({"horizon_days": 0}, "horizon_days"),
        ({"agent_lead_s": 301}, "agent_lead_s"),
        ({"reminders_s": (-1,)}, "not negative"),
    ],
)
def test_a_wrong_table_says_what_is_wrong(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Slots(**wrong)  # type: ignore[arg-type]


def test_in_a_time_far_from_ours_there_are_no_slots() -> None:
    always = datetime.max.replace(tzinfo=UTC)
    assert cells(rules(), always - timedelta(hours=1), 1 / 24, now=datetime(2026, 3, 2, tzinfo=UTC)) == []
