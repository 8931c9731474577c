"""Days whose slots are booked as full as the forecast allows: the calls begin in time, and the staff is enough."""

from scripts.slot_gates import broken, run


def test_booked_calls_begin_in_time_however_many_are_booked() -> None:
    row = run("30 agents", 30, tested=3, seed=5)
    assert list(broken(row)) == []
    assert row["booked"] > 100
