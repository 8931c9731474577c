"""What becomes of a promise: kept, broken or withdrawn, once, and when the telephone rang after all."""

from datetime import timedelta

from tests.db.builders import NOON, a_promise


def test_a_ring_in_the_window_keeps_it_and_a_second_one_changes_nothing() -> None:
    rung = a_promise().ring(NOON + timedelta(seconds=400))
    assert (rung.kept, rung.outcome) == (True, "rung")
    assert rung.ring(NOON + timedelta(seconds=500)) is rung


def test_a_broken_one_stays_broken_and_remembers_when_the_ring_came() -> None:
    late, after_all = a_promise().lapse(NOON + timedelta(seconds=901)), NOON + timedelta(seconds=1500)
    rung = late.ring(after_all)
    assert (rung.kept, rung.outcome, rung.settled_at, rung.first_ring_at) == (False, "late", late.settled_at, after_all)
    assert rung.ring(after_all + timedelta(seconds=60)) is rung


def test_a_withdrawn_one_is_nobodys_ring() -> None:
    gone = a_promise().withdraw(NOON, "cancelled")
    assert gone.ring(NOON + timedelta(seconds=400)) is gone
