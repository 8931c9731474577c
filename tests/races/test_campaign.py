"""A slice of the campaign `scripts/races.py`: cancelling against the ring, on both databases."""

from scripts.races import races


async def test_who_was_told_cancelled_is_never_rung(fresh_url: str) -> None:
    found = await races(fresh_url, number=120, seed=3)
    assert found["violations"] == 0
    assert found["cancelled"] + found["already_dialing"] == 120
    assert min(found["cancelled"], found["already_dialing"]) > 0, "both ends of the race are seen"
