"""The backtest as one page that needs nothing but itself: what was found, the charts, the tables."""

from html import escape

import numpy as np
from numpy.typing import NDArray

from vqueue.engine.replay import DAY_S
from vqueue.learning.backtest import Outcome
from vqueue.learning.features import HOUR_S
from vqueue.learning.plots import Chart, Line, drawn
from vqueue.learning.scoring import LEVELS, Quotes, Score

FEWEST = 300
"""Waits below which a group is not drawn."""
FEWEST_IN_HOUR = 20
STYLE = """
:root { color-scheme: light dark; --page: #f3f5f5; --surface: #fff; --ink: #11181b; --ink-2: #435056; --ink-3: #5b686e;
  --line: #dbe1e3; --accent: #006470; --accent-soft: #ddf0f2; }
@media (prefers-color-scheme: dark) { :root { --page: #0b0f11; --surface: #13191c; --ink: #e7edee; --ink-2: #b2bfc3;
  --ink-3: #93a1a6; --line: #273136; --accent: #58c6d2; --accent-soft: #0e343a; } }
body { margin: 0 auto; max-width: 76rem; padding: 24px 16px; background: var(--page); color: var(--ink);
  font: 400 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums; }
h1 { font-size: 22px; font-weight: 600; margin: 0 0 4px; } h2 { font-size: 18px; font-weight: 600; margin: 24px 0 8px; }
p { margin: 0 0 8px; color: var(--ink-2); } .found { font-size: 16px; color: var(--ink); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 12px; }
figure, .table { margin: 0; padding: 16px; background: var(--surface); border: 1px solid var(--line);
  border-radius: 14px; overflow-x: auto; }
figcaption { font-weight: 600; } ul { display: flex; gap: 16px; list-style: none; margin: 4px 0; padding: 0;
  color: var(--ink-2); } li { display: flex; align-items: center; gap: 6px; }
i { width: 20px; border-top: 2px solid var(--accent); } i.theirs { border-top: 2px dashed var(--ink-3); }
svg { width: 100%; height: auto; } svg text { font-size: 11.5px; fill: var(--ink-3); } text.end { text-anchor: end; }
text.mid { text-anchor: middle; } .grid { stroke: var(--line); } .goal { stroke: var(--ink-2); stroke-dasharray: 2 3; }
polyline { fill: none; stroke-width: 2; } polyline.ours { stroke: var(--accent); } circle.ours { fill: var(--accent); }
polyline.theirs { stroke: var(--ink-3); stroke-dasharray: 6 4; } circle.theirs { fill: none; stroke: var(--ink-3); }
table { border-collapse: collapse; width: 100%; } th, td { padding: 6px 8px; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--line); font-weight: 400; } th[scope=col] { color: var(--ink-3); }
th[scope=row], th:first-child { text-align: left; } tr.ours { background: var(--accent-soft); }
summary { color: var(--accent); }
"""
HEADS = ("predictor", "RMSE", "MAE", "bias", "pinball .1", ".5", ".9", "under P90", "P10-P90", "width")


def page(tested: Outcome, *, name: str) -> str:
    """HTML for a browser; it fetches nothing."""
    charts = "".join(drawn(chart) for chart in _charts(tested))
    notes = "".join(f"<p>{escape(note)}</p>" for note in tested.notes)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Backtest of {escape(name)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f'<h1>Backtest of {escape(name)}</h1><p class="found">{escape(found(tested))}</p>{notes}'
        f'<div class="charts">{charts}</div>'
        f"<h2>Waits of those who were served</h2>{_table(tested.rows)}"
        "<h2>Waits offered to everybody</h2><p>Those who left before their turn are stood for by those like them "
        f"who stayed.</p>{_table(tested.virtual_rows)}</body></html>\n"
    )


def found(tested: Outcome) -> str:
    """One sentence: how many were inside the window, how wide it is, how far off, beside position x AHT / agents."""
    ours = tested.rows[-1]
    usual = next(row for row in tested.rows if row.predictor == "ewt")
    return (
        f"Of {tested.n:,} customers {ours.cover_p90 * 10:.1f} of 10 were served before the end quoted by "
        f"{ours.predictor}, {ours.cover_p10_p90 * 10:.1f} of 10 inside its window of {ours.width_p10_p90:.0f} s on "
        f"average; it was {ours.mae:.0f} s off on average, position × AHT ÷ agents {usual.mae:.0f} s."
    )


def _charts(tested: Outcome) -> list[Chart]:
    ours = tested.quotes[-1]
    usual, rolled = (next(each for each in tested.quotes if each.predictor == name) for name in ("ewt", "rollforward"))
    pair = ((ours, "ours"), (rolled, "theirs"))
    wait = tested.waits.wait_s
    hour = (tested.waits.at % DAY_S // HOUR_S).astype(np.int64)
    hours = [each for each in range(24) if int((hour == each).sum()) >= FEWEST_IN_HOUR]
    labels = tuple(f"{each:02d}" for each in hours)

    def hourly(values: NDArray[np.float64]) -> tuple[float | None, ...]:
        return tuple(float(values[hour == each].mean()) for each in hours)

    return [
        Chart(
            title="Does each quoted level hold? Share of waits under it", unit="share", labels=("P10", "P50", "P90"),
            lines=(*(Line(each.predictor, style, _shares(each, wait)) for each, style in pair),),
        ),
        Chart(
            title="How far off is the quote by hour?", unit="s, mean absolute error", labels=labels,
            lines=(Line(ours.predictor, "ours", hourly(np.abs(ours.median - wait))),
                   Line("position × AHT ÷ agents", "theirs", hourly(np.abs(usual.median - wait)))),
        ),
        Chart(
            title="How wide is the window by hour?", unit="s, P10 to P90", labels=labels,
            lines=(*(Line(each.predictor, style, hourly(each.high - each.low)) for each, style in pair),),
        ),
        _by_group(tested.rows[-1], next(row for row in tested.rows if row.predictor == "rollforward")),
    ]  # fmt: skip


def _shares(quotes: Quotes, wait_s: NDArray[np.float64]) -> tuple[float, ...]:
    levels = zip(LEVELS, (quotes.low, quotes.median, quotes.high), strict=True)
    return tuple(float((wait_s <= said).mean()) for _, said in levels)


def _by_group(ours: Score, rolled: Score) -> Chart:
    large = [group for group in ours.groups if group.n >= FEWEST] or list(ours.groups)
    beside = {(group.by, group.value): group.cover_p90 for group in rolled.groups}
    return Chart(
        title="Is every group served before the end it was told?", unit="share under P90",
        labels=tuple(f"{group.by} {group.value}" for group in large),
        lines=(Line(ours.predictor, "ours", tuple(group.cover_p90 for group in large)),
               Line("rollforward", "theirs", tuple(beside[(group.by, group.value)] for group in large))),
        goal=0.9, points=True,
    )  # fmt: skip


def _table(rows: tuple[Score, ...]) -> str:
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in HEADS)
    body = "".join(_row(row) for row in rows)
    return f'<div class="table"><table><tr>{head}</tr>{body}</table></div>'


def _row(row: Score) -> str:
    figures = (row.rmse, row.mae, row.bias, *row.pinball.values())
    told = [f"{figure:.1f}" for figure in figures]
    told += [f"{row.cover_p90:.3f}", f"{row.cover_p10_p90:.3f}", f"{row.width_p10_p90:.0f}"]
    cells = "".join(f"<td>{figure}</td>" for figure in told)
    style = ' class="ours"' if row.predictor == "vqueue" else ""
    return f'<tr{style}><th scope="row">{escape(row.predictor)}</th>{cells}</tr>'
