"""Geometry of the bars: windows on a common axis of time, shares of a whole. Time runs in reading direction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vqueue.domain.promise import Window
from vqueue.web.console.figures import minute

WIDTH = 200.0
"""Of every bar's view box; heights are the template's."""
_START, _END = 6.0, 196.0
_HORIZONS = ((30, 10), (60, 20), (90, 30), (150, 60), (240, 60), (480, 120), (960, 240), (1440, 480))
"""(minutes shown, minutes between ticks)"""
_GAP = 1.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A moment on the axis: place in the view box, the same in per cent, and its time."""

    x: float
    percent: str
    text: str


@dataclass(frozen=True, slots=True)
class Axis:
    """From `now` to `now + horizon`, mirrored for right-to-left readers."""

    now: datetime
    horizon: timedelta
    mirrored: bool
    ticks: tuple[Tick, ...]

    def x(self, at: datetime) -> float:
        """Where a moment lies; what is outside lies on the edge."""
        share = min(1.0, max(0.0, (at - self.now) / self.horizon))
        return turned(_START + share * (_END - _START), mirrored=self.mirrored)

    @property
    def start(self) -> float:
        return self.x(self.now)

    @property
    def end(self) -> float:
        return self.x(self.now + self.horizon)


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of a bar, from `x` on `width` wide, drawn by the rule named `kind`."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class PromiseBar:
    """A window with its middle (None where the window is too narrow to show one)."""

    bar: Bar
    middle: float | None


def turned(x: float, *, mirrored: bool) -> float:
    return round(WIDTH - x if mirrored else x, 1)


def axis(windows: Sequence[Window], now: datetime, zone: str, *, mirrored: bool) -> Axis:
    """An axis on which all windows fit, with ticks at round times of the zone."""
    need = max(((window.end - now).total_seconds() / 60 for window in windows), default=0.0)
    minutes, step = next(((length, step) for length, step in _HORIZONS if need <= length), _HORIZONS[-1])
    bare = Axis(now, timedelta(minutes=minutes), mirrored, ())
    first = now + timedelta(seconds=step * 60 - now.timestamp() % (step * 60))
    times = [first + timedelta(minutes=step * i) for i in range(minutes // step + 1)]
    # A label at the very edge would stick out, one at the caret would hide it.
    inside = [at for at in times if 0.08 <= (at - now) / bare.horizon <= 0.96]
    ticks = tuple(Tick(x := bare.x(at), f"{x / WIDTH * 100:.1f}%", minute(at, zone)) for at in inside)
    return Axis(now, bare.horizon, mirrored, ticks)


def promise_bar(window: Window, on: Axis, *, middle: datetime | None) -> PromiseBar:
    """The window on the axis; at least so wide that it can be seen."""
    a, b = on.x(window.start), on.x(window.end)
    left, width = min(a, b), max(3.0, abs(b - a))
    wide = middle is not None and width >= 8.0 and window.holds(middle)
    return PromiseBar(Bar("window", round(left, 1), round(width, 1)), on.x(middle) if wide and middle else None)


def split(parts: Sequence[tuple[str, int]], *, mirrored: bool) -> tuple[Bar, ...]:
    """Shares of a whole side by side; what is zero is left out, a whole of nothing has no bars."""
    shown = [(kind, count) for kind, count in parts if count > 0]
    total = sum(count for _, count in shown)
    room = WIDTH - _GAP * (len(shown) - 1)
    bars, at = [], 0.0
    for kind, count in shown:
        width = room * count / total
        x = turned(at + width, mirrored=True) if mirrored else round(at, 1)
        bars.append(Bar(kind, x, round(width, 1)))
        at += width + _GAP
    return tuple(bars)
