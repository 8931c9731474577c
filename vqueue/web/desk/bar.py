"""Geometry of the promise bar: asked, the window, and now (or when both were connected), in reading direction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from vqueue.domain.promise import Window

WIDE, NARROW = 620, 300
_EDGE = {WIDE: 0.08, NARROW: 0.12}
_LABEL = {WIDE: 78.0, NARROW: 84.0}
"""Room a label takes, in units of the view box."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A label below the bar."""

    kind: str
    x: float
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseBar:
    """Places in a view box `width` wide; `late` is the stretch after the window, None where there is none."""

    width: int
    start: float
    end: float
    asked: float
    now: float
    window: tuple[float, float]
    late: tuple[float, float] | None
    marks: tuple[Mark, ...]


def promise_bar(asked: datetime, window: Window, now: datetime, *, width: int, mirrored: bool) -> PromiseBar:
    """All four moments fit; the window is at least so wide that it can be seen."""
    first, last = min(asked, window.start, now), max(asked, window.end, now)
    span, edge = max(last - first, timedelta(minutes=5)), _EDGE[width]

    def x(at: datetime) -> float:
        share = edge + (1 - 2 * edge) * ((at - first) / span)
        return round(width * (1 - share if mirrored else share), 1)

    def piece(a: datetime, b: datetime) -> tuple[float, float]:
        left, right = sorted((x(a), x(b)))
        return left, round(max(4.0, right - left), 1)

    return PromiseBar(
        width=width,
        start=0.0,
        end=float(width),
        asked=x(asked),
        now=x(now),
        window=piece(window.start, window.end),
        late=piece(window.end, now) if now > window.end else None,
        marks=_marks(
            (
                Mark("now", x(now), now),
                Mark("end", x(window.end), window.end),
                Mark("start", x(window.start), window.start),
                Mark("asked", x(asked), asked),
            ),
            room=_LABEL[width],
        ),
    )


def _marks(wanted: tuple[Mark, ...], *, room: float) -> tuple[Mark, ...]:
    """The labels that do not run into a more important one."""
    kept: list[Mark] = []
    for mark in wanted:
        if all(abs(mark.x - other.x) >= room for other in kept):
            kept.append(mark)
    return tuple(kept)
