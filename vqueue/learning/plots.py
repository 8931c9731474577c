"""Small charts as SVG text: zero at the bottom, compared by dashes, with a table and words for who cannot see."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 560, 240
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 16, 40


@dataclass(frozen=True, slots=True)
class Line:
    """`style` is one of the page's classes: `ours`, `theirs`."""

    name: str
    style: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    title: str
    unit: str
    labels: tuple[str, ...]
    lines: tuple[Line, ...]
    goal: float | None = None
    points: bool = False
    """Dots without lines between: the labels are no order."""


def drawn(chart: Chart) -> str:
    """The chart and, folded, the table behind it."""
    top = _top(chart)
    parts = [*_axis(chart, top), *(part for line in chart.lines for part in _line(chart, line, top))]
    if chart.goal is not None:
        y = _y(chart.goal, top)
        parts.append(f'<line class="goal" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
    body = "".join(parts)
    label = escape(f"{chart.title} {_finding(chart)}", quote=True)
    return (
        f"<figure><figcaption>{escape(chart.title)}</figcaption>{_legend(chart.lines)}"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{body}</svg>{_table(chart)}</figure>'
    )


def _top(chart: Chart) -> float:
    known = [value for line in chart.lines for value in line.values if value is not None]
    return max([*known, chart.goal or 0.0, 1e-9]) * 1.05


def _x(place: int, count: int) -> float:
    return LEFT + (place + 0.5) * (WIDTH - LEFT - RIGHT) / max(1, count)


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)


def _axis(chart: Chart, top: float) -> list[str]:
    parts = []
    for step in range(5):
        value = top / 1.05 * step / 4
        y = _y(value, top)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="end" x="{LEFT - 6}" y="{y + 4:.1f}">{_figure(value)}</text>')
    every = max(1, len(chart.labels) // 12)
    for place, label in enumerate(chart.labels):
        if place % every == 0:
            x = _x(place, len(chart.labels))
            # Names of groups are longer than hours: every second one stands a line lower.
            y = HEIGHT - BOTTOM + 16 + (14 if chart.points and place % 2 else 0)
            parts.append(f'<text class="mid" x="{x:.1f}" y="{y}">{escape(label)}</text>')
    parts.append(f'<text x="4" y="{TOP - 4}">{escape(chart.unit)}</text>')
    return parts


def _line(chart: Chart, line: Line, top: float) -> list[str]:
    known = [
        (_x(place, len(line.values)), _y(value, top)) for place, value in enumerate(line.values) if value is not None
    ]
    dots = [f'<circle class="{line.style}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in known]
    if chart.points or len(known) < 2:
        return dots
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in known)
    return [f'<polyline class="{line.style}" points="{path}"/>', *(dots if len(known) <= 6 else [])]


def _legend(lines: Sequence[Line]) -> str:
    items = "".join(f'<li><i class="{line.style}"></i>{escape(line.name)}</li>' for line in lines)
    return f"<ul>{items}</ul>"


def _finding(chart: Chart) -> str:
    """The span of each line in words."""
    told = []
    for line in chart.lines:
        known = [value for value in line.values if value is not None]
        if known:
            told.append(f"{line.name}: {_figure(min(known))} to {_figure(max(known))} {chart.unit}.")
    return " ".join(told)


def _table(chart: Chart) -> str:
    head = "".join(f'<th scope="col">{escape(line.name)}</th>' for line in chart.lines)
    rows = "".join(
        f'<tr><th scope="row">{escape(label)}</th>'
        + "".join(f"<td>{_figure(line.values[place])}</td>" for line in chart.lines)
        + "</tr>"
        for place, label in enumerate(chart.labels)
    )
    return f"<details><summary>Figures</summary><table><tr><td></td>{head}</tr>{rows}</table></details>"


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" if abs(value) < 2 else f"{value:.0f}"
