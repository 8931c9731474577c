"""Times of day and lists as people type them: `8–12, 13:00-20:00 ×2`."""

import re
from itertools import pairwise
from typing import Any

from vqueue.domain.week import minutes_of

ID = re.compile(r"[a-z0-9_-]{1,64}\Z")
_DASH = re.compile(r"\s*[-–—־−]\s*")
_TIMES = re.compile(r"\s*[×xх*]\s*", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?\Z")


class Wrong(ValueError):
    """No time, or no number of calls; `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def listed(text: str) -> list[str]:
    """What stands between commas, semicolons, spaces and line ends."""
    return [part for part in re.split(r"[,;،\s]+", text) if part]


def ranges(text: str) -> list[list[str]]:
    """Intervals of a day. Raises ValueError for what is none."""
    return [_range(part) for part in re.split(r"[,;]", text) if part.strip()]


def slots(text: str) -> list[list[Any]]:
    """Intervals with how many calls each slot takes. Raises Wrong."""
    found: list[list[Any]] = []
    for part in (each for each in re.split(r"[,;]", text) if each.strip()):
        span, *calls = _TIMES.split(part.strip())
        if len(calls) != 1 or not calls[0].isdecimal() or len(calls[0]) > 4:
            raise Wrong("calls_wanted")
        found.append([*_forward(_range(span)), int(calls[0])])
    ordered = sorted(found)
    if any(later[0] < earlier[1] for earlier, later in pairwise(ordered)):
        raise Wrong("out_of_order")
    return found


def _forward(span: list[str]) -> list[str]:
    if span[1] <= span[0]:
        raise Wrong("empty_interval")
    return span


def _range(text: str) -> list[str]:
    edges = _DASH.split(text.strip())
    if len(edges) != 2:
        raise Wrong("not_a_time")
    return [_clock(edge) for edge in edges]


def _clock(text: str) -> str:
    found = _CLOCK.match(text.strip())
    if found is None:
        raise Wrong("not_a_time")
    clock = f"{int(found[1]):02}:{found[2] or '00'}"
    try:
        minutes_of(clock)
    except ValueError:
        raise Wrong("not_a_time") from None
    return clock
