"""Plots of a run: the line over the day, waits, promised windows against first rings, what agents did."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from vqueue.simulator.run import Outcome
from vqueue.simulator.tally import Kept, Minute

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 1000, 240, 48, 14, 24
MOST_POINTS = 600
MOST_WINDOWS = 160
Clock = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Line:
    """One series: its word, its class in the style sheet, a value for each x."""

    word: str
    style: str
    values: Sequence[float]


def figures(outcome: Outcome, clock: Clock) -> Iterator[str]:
    """A figure for each question."""
    minutes = outcome.tally.minutes
    every = max(1, len(minutes) // MOST_POINTS)
    shown = minutes[::every]
    if not shown:
        return
    yield _figure("How many are waiting", _over_the_day(shown, clock), _waiting_rows(shown, clock))
    waits = [each.wait_s / 60.0 for each in outcome.tally.ended]
    if waits:
        yield _figure("How long customers waited", _histogram(waits), _wait_rows(waits))
    promises = [each for each in outcome.tally.promises if not each.booked]
    if promises:
        yield _figure("When the telephone rang, against the window promised", _windows(promises, clock),
                      _promise_rows(promises))  # fmt: skip
    yield _figure("What agents do", _agents(shown, clock), _agent_rows(shown, clock))


def _figure(title: str, drawing: str, rows: Sequence[tuple[str, ...]]) -> str:
    head, *rest = rows
    table = "<tr>" + "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head) + "</tr>"
    table += "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rest)
    box = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">{drawing}</svg>'
    return (
        f"<figure><h2>{escape(title)}</h2>{box}"
        f"<details><summary>As a table</summary><table>{table}</table></details></figure>"
    )


def _x(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - 8), 1)


def _y(value: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM), 1)


def _frame(top: float, ticks: Sequence[tuple[float, str]], unit: str) -> str:
    """Lines at nought, half and all; words under the axis at these shares of its length."""
    parts = []
    for value in (0.0, top / 2, top):
        y = _y(value, top)
        parts.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - 8}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{value:g}</text>')
    for at, word in ticks:
        anchor = "middle" if at < 1 else "end"
        parts.append(f'<text x="{_x(at)}" y="{HEIGHT - 6}" text-anchor="{anchor}">{escape(word)}</text>')
    return "".join(parts) + f'<text x="{WIDTH - 8}" y="10" text-anchor="end">{escape(unit)}</text>'


def _top(highest: float) -> float:
    """A round number at or above it, even where it is halved."""
    if highest <= 0:
        return 2.0
    step = 10.0 ** np.floor(np.log10(highest))
    return float(next(step * each for each in (1, 2, 4, 6, 8, 10) if step * each >= highest))


def _ticks(minutes: Sequence[Minute], clock: Clock) -> list[tuple[float, str]]:
    last = len(minutes) - 1
    chosen = sorted({round(last * part / 8) for part in range(9)})
    return [(i / max(1, last), clock(minutes[i].at)) for i in chosen]


def _lines(lines: Sequence[Line], ticks: Sequence[tuple[float, str]], unit: str) -> str:
    top = _top(max(max(line.values) for line in lines))
    parts = [_frame(top, ticks, unit)]
    for i, line in enumerate(lines):
        last = max(1, len(line.values) - 1)
        points = " ".join(f"{_x(n / last)},{_y(value, top)}" for n, value in enumerate(line.values))
        parts.append(f'<polyline class="line {line.style}" points="{points}"/>')
        parts.append(f'<text class="{line.style}" x="{LEFT + 8 + 150 * i}" y="10">{escape(line.word)}</text>')
    return "".join(parts)


def _over_the_day(minutes: Sequence[Minute], clock: Clock) -> str:
    lines = (
        Line("on the line", "hold", [each.holders for each in minutes]),
        Line("to be called back", "virtual", [each.virtual for each in minutes]),
    )
    return _lines(lines, _ticks(minutes, clock), "customers")


def _agents(minutes: Sequence[Minute], clock: Clock) -> str:
    lines = (
        Line("busy", "virtual", [each.busy for each in minutes]),
        Line("ready", "dashed", [each.free for each in minutes]),
    )
    return _lines(lines, _ticks(minutes, clock), "agents")


def _histogram(waits: Sequence[float]) -> str:
    """Bars; what is longer than nine hundred and ninety-five of a thousand stands in the last one."""
    limit = max(1.0, float(np.quantile(waits, 0.995)))
    counts, _ = np.histogram(np.minimum(waits, limit), bins=40, range=(0.0, limit))
    top = _top(float(counts.max()))
    ticks = [(part / 4, f"{limit * part / 4:.1f} min") for part in range(5)]
    width = _x(1 / 40) - _x(0) - 2
    bars = (
        f'<rect class="bar" x="{_x(i / 40) + 1}" y="{_y(float(n), top)}" width="{width:.1f}" '
        f'height="{round(_y(0.0, top) - _y(float(n), top), 1)}"/>'
        for i, n in enumerate(counts)
    )
    return _frame(top, ticks, "customers") + "".join(bars)


def _windows(promises: Sequence[Kept], clock: Clock) -> str:
    """Each window from its start to its end, minutes after it was promised, and the first ring as a dot."""
    shown = promises[:: -(-len(promises) // MOST_WINDOWS)]
    rang = [(each.rang_at or each.end) - each.made_at for each in shown]
    top = _top(max(max(each.end - each.made_at for each in shown), *rang, 60.0) / 60.0)
    last = max(1, len(shown) - 1)
    ticks = [
        (i / last, clock(shown[i].made_at))
        for i in sorted({round(last * part / 8) for part in range(9)})
        if i < len(shown)
    ]
    parts = [_frame(top, ticks, "minutes after the promise")]
    for i, each in enumerate(shown):
        low, high = ((edge - each.made_at) / 60.0 for edge in (each.start, each.end))
        x = _x(i / last)
        parts.append(f'<rect class="band" x="{x - 2}" width="4" y="{_y(high, top)}" '
                     f'height="{round(_y(low, top) - _y(high, top), 1)}"/>')  # fmt: skip
        if each.rang_at is not None:
            style = "kept" if each.kept else "missed"
            parts.append(
                f'<circle class="{style}" cx="{x}" cy="{_y((each.rang_at - each.made_at) / 60.0, top)}" r="2.2"/>'
            )
    return "".join(parts)


def _hourly(minutes: Sequence[Minute]) -> Sequence[Minute]:
    return minutes[:: max(1, len(minutes) // 24)]


def _waiting_rows(minutes: Sequence[Minute], clock: Clock) -> list[tuple[str, ...]]:
    rows = [(clock(each.at), str(each.holders), str(each.virtual)) for each in _hourly(minutes)]
    return [("time", "on the line", "to be called back"), *rows]


def _agent_rows(minutes: Sequence[Minute], clock: Clock) -> list[tuple[str, ...]]:
    return [("time", "busy", "ready"), *((clock(each.at), str(each.busy), str(each.free)) for each in _hourly(minutes))]


def _wait_rows(waits: Sequence[float]) -> list[tuple[str, ...]]:
    parts = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
    return [("share of customers", "waited at most, minutes"),
            *((f"{100 * part:g} %", f"{float(np.quantile(waits, part)):.1f}") for part in parts)]  # fmt: skip


def _promise_rows(promises: Sequence[Kept]) -> list[tuple[str, ...]]:
    kept = sum(each.kept for each in promises)
    early = sum(each.rang_at is not None and each.rang_at < each.start for each in promises)
    late = len(promises) - kept - early
    return [
        ("first ring", "promises"),
        ("inside the window", str(kept)),
        ("before it", str(early)),
        ("after it, or never", str(late)),
    ]
