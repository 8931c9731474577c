"""Figures and bars as the board writes and draws them."""

from datetime import timedelta
from itertools import pairwise

import pytest

from tests.web.afternoon import minutes
from tests.web.house import NOON, ZONE
from vqueue.domain.promise import Window
from vqueue.web.console.bars import WIDTH, axis, promise_bar, split
from vqueue.web.console.figures import code, edges, hits, length, minute, percent, plain
from vqueue.wording import Language


@pytest.mark.parametrize(
    ("value", "language", "digits", "text"),
    [
        (4.125, Language.EN, 2, "4.12"),
        (4.5, Language.RU, 2, "4,5"),
        (4.0, Language.RU, 2, "4"),
        (100.0, Language.EN, 0, "100"),
        (-33.3, Language.HE, 1, "-33.3"),
    ],
)
def test_a_figure_has_the_comma_of_its_language(value: float, language: Language, digits: int, text: str) -> None:
    assert plain(value, language, digits=digits) == text


@pytest.mark.parametrize(
    ("share", "digits", "language", "text"),
    [
        (0.917, 0, Language.EN, "92%"),
        (0.0309, 1, Language.EN, "3.1%"),
        (0.0309, 1, Language.RU, "3,1\u00a0%"),
        (0.92, 0, Language.HE, "92%"),
        (1.0, 0, Language.EN, "100%"),
        (0.125, 0, Language.EN, "13%"),
        (None, 0, Language.RU, "–"),
    ],
)
def test_shares(share: float | None, digits: int, language: Language, text: str) -> None:
    assert percent(share, language, digits=digits) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (41, "0:41"), (1880, "31:20"), (3900, "1:05:00"), (-5, "0:00")]
)
def test_lengths(seconds: int, text: str) -> None:
    assert length(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(("coverage", "told"), [(0.9, (9, 10)), (0.8, (8, 10)), (0.5, (5, 10)), (0.95, (19, 20))])
def test_coverage_is_so_many_of_so_many(coverage: float, told: tuple[int, int]) -> None:
    assert hits(coverage) == told


def test_a_window_never_claims_to_end_earlier_than_it_does() -> None:
    window = Window(minutes(13.9), minutes(20.1))
    assert edges(window, ZONE) == ("14:20", "14:28")


def test_times_are_those_of_the_banks_zone() -> None:
    assert minute(NOON, "Asia/Jerusalem") == "16:07"


def test_a_request_has_a_short_name_of_its_random_end() -> None:
    assert code("rq_01jn8z0000abcde7k2mq") == "R-7K2MQ"
    assert code("rq_01m80b47wgw5ejyxe7ytp9qmdn02") == "R-9QMDN"


def test_the_axis_holds_every_window_and_marks_round_times() -> None:
    on = axis([Window(minutes(8), minutes(55))], NOON, ZONE, mirrored=False)
    assert [tick.text for tick in on.ticks] == ["14:20", "14:40", "15:00"]
    bar = promise_bar(Window(minutes(8), minutes(55)), on, middle=minutes(20))
    assert on.start <= bar.bar.x and bar.bar.x + bar.bar.width <= on.end


def test_time_runs_in_reading_direction() -> None:
    windows = [Window(minutes(10), minutes(30))]
    ltr, rtl = (axis(windows, NOON, ZONE, mirrored=mirrored) for mirrored in (False, True))
    assert [round(WIDTH - tick.x, 1) for tick in ltr.ticks] == [tick.x for tick in rtl.ticks]
    left, right = (promise_bar(windows[0], on, middle=None).bar for on in (ltr, rtl))
    assert right.x == pytest.approx(WIDTH - left.x - left.width, abs=0.1)


def test_a_narrow_window_is_still_seen_and_shows_no_middle() -> None:
    on = axis([Window(minutes(0), minutes(90))], NOON, ZONE, mirrored=False)
    bar = promise_bar(Window(minutes(1), minutes(1)), on, middle=minutes(1))
    assert bar.bar.width >= 3 and bar.middle is None


def test_a_window_beyond_a_day_ends_at_the_edge() -> None:
    on = axis([Window(minutes(0), minutes(3000))], NOON, ZONE, mirrored=False)
    bar = promise_bar(Window(minutes(0), minutes(3000)), on, middle=None)
    assert bar.bar.x + bar.bar.width == pytest.approx(on.end, abs=0.1)


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_split_fills_the_bar_without_overlap(mirrored: bool) -> None:
    bars = sorted(
        split([("hold", 6), ("virtual", 29), ("booked", 6), ("none", 0)], mirrored=mirrored), key=lambda b: b.x
    )
    assert [bar.kind for bar in bars] == (["booked", "virtual", "hold"] if mirrored else ["hold", "virtual", "booked"])
    assert bars[0].x == pytest.approx(0, abs=0.2)
    assert bars[-1].x + bars[-1].width == pytest.approx(WIDTH, abs=0.2)
    assert all(a.x + a.width <= b.x for a, b in pairwise(bars))


def test_nothing_has_no_parts() -> None:
    assert split([("hold", 0)], mirrored=False) == ()
