"""The days and hours by which rules speak of a week."""

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Intervals = tuple[tuple[str, str], ...]
"""Opening and closing as `HH:MM`; closing `24:00` is midnight."""


def minutes_of(clock: str) -> int:
    """Minutes since midnight of `HH:MM`. Raises ValueError for anything else."""
    hour, colon, minute = clock.partition(":")
    if not (colon and len(hour) == 2 and len(minute) == 2 and (hour + minute).isdecimal()):
        raise ValueError(f"a time of day is HH:MM, not {clock!r}")
    minutes = int(hour) * 60 + int(minute)
    if int(minute) > 59 or minutes > 24 * 60:
        raise ValueError(f"there is no such time of day: {clock!r}")
    return minutes
