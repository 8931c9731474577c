"""What a waiting customer is told again: steady, and never worse without a reason."""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.db.builders import NOON, a_promise, a_queue, a_request
from tests.engine.builders import wait
from vqueue.domain.board import ClassCounts, QueueBoard
from vqueue.domain.promise import Window
from vqueue.ports.apps import Told
from vqueue.services import steadying
from vqueue.services.quoting import Grounds

REQUEST = a_request()


def minutes(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def window(start: float, end: float) -> Window:
    return Window(minutes(start), minutes(end))


def seen(at: datetime = NOON, *, agents: int = 5) -> Grounds:
    board = QueueBoard(queue="cards", as_of=at, open=True, agents={"ready": agents})
    return Grounds(a_queue(), board, at)


def told(before: Told | None, position: int, now: Window, grounds: Grounds | None = None) -> Told:
    promise = a_promise(window=window(20, 30))
    return steadying.told(before, REQUEST, promise, grounds or seen(), now=(position, now))


def test_readings_that_waver_by_a_step_of_the_clock_change_nothing_that_is_told() -> None:
    first = told(None, 40, window(20, 30))
    last = first
    for start, end in ((20, 35), (15, 25), (25, 35), (20, 25), (20, 30)):
        last = told(last, 40, window(start, end))
        _, shown = steadying.said(last, (40, window(start, end)))
        assert last == first
        assert shown is not None and shown.end == minutes(30) and shown.start < shown.end


def test_a_much_better_reading_is_told_at_once() -> None:
    better = told(told(None, 40, window(20, 30)), 12, window(5, 15))
    assert (better.position, better.until, better.why) == (12, minutes(15), ())
    assert steadying.said(better, (12, window(5, 15))) == (12, window(5, 15))


def test_a_worse_reading_is_told_with_its_reason() -> None:
    first = told(None, 40, window(20, 30))
    slower = told(first, 40, window(30, 40))
    assert (slower.until, slower.why) == (minutes(40), ("slower_than_expected",))
    fewer = told(first, 40, window(30, 40), seen(agents=2))
    assert fewer.why == ("agents_left",)
    overtaken = told(first, 60, window(20, 30))
    assert (overtaken.position, overtaken.why) == (60, ("overtaken_by_promise",))


def test_a_window_that_has_passed_moves_on_even_by_a_little() -> None:
    passed = told(told(None, 2, window(20, 30)), 2, window(30, 35), seen(minutes(31)))
    assert (passed.until, passed.why) == (minutes(35), ("slower_than_expected",))


def test_a_place_of_a_class_reads_the_wait_of_its_class() -> None:
    """The queue's newcomers wait less than those who need what few agents can do."""
    own = ClassCounts("cards/en", "standard", 0.0, (), ((0, wait(3000, as_of=NOON)),))
    board = QueueBoard(queue="cards", as_of=NOON, open=True, grid=((0, wait(300, as_of=NOON)),), classes=(own,))
    grounds = replace(seen(), board=board)
    assert steadying.fresh(REQUEST, grounds)[1] != steadying.fresh(replace(REQUEST, bucket="/en"), grounds)[1]
