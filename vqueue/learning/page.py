"""The backtest as one page: whether what is quoted holds, by how much it is off, the charts, the tables."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vqueue.drawing import report
from vqueue.drawing.report import Glance, Plot, Report, Series, Table, Tone
from vqueue.engine.replay import DAY_S
from vqueue.learning.backtest import Outcome
from vqueue.learning.features import HOUR_S
from vqueue.learning.scoring import LEVELS, Quotes, Score

FEWEST = 300
"""Waits below which a group is not drawn."""
FEWEST_IN_HOUR = 20
HEADS = ("predictor", "RMSE", "MAE", "bias", "pinball .1", ".5", ".9", "under P90", "P10-P90", "width")
P90, WITHIN = 0.9, 0.8
NAMES = {"ewt": "position × AHT ÷ agents"}


def page(tested: Outcome, *, name: str) -> str:
    """HTML for a browser; it fetches nothing."""
    ours = tested.rows[-1]
    return report.page(
        Report(
            title=f"Backtest of {name}",
            about=f"{tested.n:,} waits of served customers, each quoted again from what was known when he came.",
            verdict=found(tested),
            tone=Tone.FINE if _holds(ours) and tested.complete else Tone.WATCH,
            glances=tuple(_glances(tested)),
            notes=tested.notes,
            plots=tuple(_plots(tested)),
            tables=(
                _table("Waits of those who were served", tested.rows),
                _table(
                    "Waits offered to everybody",
                    tested.virtual_rows,
                    note="Those who left before their turn are stood for by those like them who stayed.",
                ),
            ),
        )
    )


def found(tested: Outcome) -> str:
    """One sentence: how many were inside the window, how wide it is, how far off, beside position x AHT / agents."""
    ours, usual = tested.rows[-1], _row(tested, "ewt")
    return (
        f"Of {tested.n:,} customers {ours.cover_p90 * 10:.1f} of 10 were served before the end quoted by "
        f"{ours.predictor}, {ours.cover_p10_p90 * 10:.1f} of 10 inside its window of {ours.width_p10_p90:.0f} s on "
        f"average; it was {ours.mae:.0f} s off on average, position × AHT ÷ agents {usual.mae:.0f} s."
    )


def _row(tested: Outcome, predictor: str) -> Score:
    return next(row for row in tested.rows if row.predictor == predictor)


def _holds(row: Score) -> bool:
    """Its P90 can be what it says: nine of ten lie in the interval of what was seen."""
    low, high = row.intervals["cover_p90"]
    return low <= P90 <= high


def _glances(tested: Outcome) -> Iterator[Glance]:
    ours, usual = tested.rows[-1], _row(tested, "ewt")
    low, high = ours.intervals["cover_p90"]
    yield Glance(label="Served before the end quoted", value=f"{100 * ours.cover_p90:.1f} %",
                 note=f"meant 90 %; in 95 of 100 such records {100 * low:.0f} to {100 * high:.0f} %",
                 tone=Tone.FINE if _holds(ours) else Tone.WATCH)  # fmt: skip
    low, high = ours.intervals["cover_p10_p90"]
    yield Glance(label="Served inside the window", value=f"{100 * ours.cover_p10_p90:.1f} %",
                 note=f"meant 80 %; {100 * low:.0f} to {100 * high:.0f} %",
                 tone=Tone.FINE if low <= WITHIN <= high else Tone.WATCH)  # fmt: skip
    yield Glance(label="Window, average width", value=f"{ours.width_p10_p90:.0f} s", note="from P10 to P90")
    yield Glance(label="Off, on average", value=f"{ours.mae:.0f} s",
                 note=f"position × AHT ÷ agents: {usual.mae:.0f} s",
                 tone=Tone.FINE if ours.mae < usual.mae else Tone.WATCH)  # fmt: skip
    yield Glance(label="Bias", value=f"{round(ours.bias):+d} s", note="above zero: told longer than it was")


def _plots(tested: Outcome) -> Iterator[Plot]:
    ours = tested.quotes[-1]
    usual, rolled = (next(each for each in tested.quotes if each.predictor == name) for name in ("ewt", "rollforward"))
    wait = tested.waits.wait_s
    yield _off(tested)
    yield _levels((ours, rolled), wait)
    yield _by_group(tested.rows[-1], _row(tested, "rollforward"))
    by_hour = _Hours(tested)
    errors = tuple(by_hour.line(each, np.abs(each.median - wait), style) for each, style in _beside(ours, usual))
    widths = tuple(by_hour.line(each, each.high - each.low, style) for each, style in _beside(ours, rolled))
    yield by_hour.plot(
        "How far off is the quote, hour by hour?",
        "Each line is the mean distance between what was quoted and what came: lower is better.",
        errors,
    )
    yield by_hour.plot(
        "How wide is the window, hour by hour?",
        "Each line is the mean distance from P10 to P90: narrower says more, as long as the levels hold.",
        widths,
    )


def _beside(ours: Quotes, other: Quotes) -> tuple[tuple[Quotes, str], tuple[Quotes, str]]:
    return (ours, "accent"), (other, "dashed")


def _off(tested: Outcome) -> Plot:
    """Every predictor with its interval, the best on top."""
    title = "Which quote is nearest?"
    rows = sorted(tested.rows, key=lambda row: row.mae)
    ours = tested.rows[-1].predictor
    spans = {row.predictor: tuple(round(edge, 1) for edge in row.intervals["mae"]) for row in rows}
    table = [(_named(row), f"{row.mae:.1f}", "{:.0f} to {:.0f}".format(*spans[row.predictor])) for row in rows]

    def series(name: str, style: str, shown: list[Score]) -> Series:
        known = {row.predictor: row for row in shown}
        values = [round(row.mae, 1) if row.predictor in known else None for row in rows]
        low, high = ([spans[row.predictor][edge] for row in rows] for edge in (0, 1))
        return Series(name=name, style=style, values=values, low=low, high=high)

    return Plot(
        title=title,
        found=f"{_named(rows[0])} errs by {rows[0].mae:.0f} s on average, {_named(rows[-1])} by {rows[-1].mae:.0f} s.",
        reading="Each point is a method's mean error, the line through it what other days might have given (95 %): "
        "further left is better.",
        kind="dots",
        unit="s",
        x=[_named(row) for row in rows],
        series=(
            series(ours, "accent", [tested.rows[-1]]),
            series("other methods", "dashed", list(tested.rows[:-1])),
        ),
        table=Table(title=title, head=("method", "off by, seconds", "95 %"), rows=table, marked=ours),
        tall=True,
    )


def _named(row: Score) -> str:
    return NAMES.get(row.predictor, row.predictor)


def _levels(quotes: tuple[Quotes, Quotes], wait_s: NDArray[np.float64]) -> Plot:
    title = "Does each quoted level hold?"
    names = tuple(f"P{100 * level:.0f}" for level in LEVELS)
    shares = [_shares(each, wait_s) for each in quotes]
    meant = [100 * level for level in LEVELS]
    told = (f"{share:.1f} % under {name}" for share, name in zip(shares[0], names, strict=True))
    rows = [
        (name, f"{level:.0f} %", *(f"{share[n]:.1f} %" for share in shares))
        for n, (name, level) in enumerate(zip(names, meant, strict=True))
    ]
    return Plot(
        title=title,
        found=f"Of the waits ended, by {quotes[0].predictor}: {', '.join(told)}.",
        reading="A point is the share of waits that ended before the quoted level; where it covers its upright stroke "
        "the level is what it says.",
        kind="dots",
        unit="%",
        x=names,
        span=(0.0, 104.0),
        series=(
            Series(name="meant", style="goal", values=meant),
            *(
                Series(name=each.predictor, style=style, values=values)
                for (each, style), values in zip(_beside(*quotes), shares, strict=True)
            ),
        ),
        table=Table(title=title, head=("level", "meant", *(each.predictor for each in quotes)), rows=rows),
    )


def _shares(quotes: Quotes, wait_s: NDArray[np.float64]) -> list[float]:
    return [round(100 * float((wait_s <= said).mean()), 1) for said in (quotes.low, quotes.median, quotes.high)]


def _by_group(ours: Score, rolled: Score) -> Plot:
    title = "Is every group served before the end it was told?"
    large = [group for group in ours.groups if group.n >= FEWEST] or list(ours.groups)
    beside = {(group.by, group.value): group.cover_p90 for group in rolled.groups}
    least = min(large, key=lambda group: group.cover_p90)
    names = [f"{group.by} {group.value}" for group in large]
    shares = [round(100 * group.cover_p90, 1) for group in large]
    others = [round(100 * beside[(group.by, group.value)], 1) for group in large]
    rows = [
        (name, f"{group.n:,}", f"{share} %", f"{other} %")
        for name, group, share, other in zip(names, large, shares, others, strict=True)
    ]
    return Plot(
        title=title,
        found=f"Least often {least.by} {least.value}: {100 * least.cover_p90:.1f} % of {least.n:,} waits.",
        reading="Each row is a group of customers, its point the share served before its P90; the dotted line is the "
        "90 % that are meant.",
        kind="dots",
        unit="%",
        x=names,
        goal=100 * P90,
        span=(min(70.0, *shares, *others) - 2, 101.0),
        series=(
            Series(name=ours.predictor, style="accent", values=shares),
            Series(name="rollforward", style="dashed", values=others),
        ),
        table=Table(title=title, head=("group", "waits", ours.predictor, "rollforward"), rows=rows),
        tall=True,
    )


class _Hours:
    """Means by the hour of the day in which customers came."""

    def __init__(self, tested: Outcome) -> None:
        self.hour = (tested.waits.at % DAY_S // HOUR_S).astype(np.int64)
        self.shown = [each for each in range(24) if int((self.hour == each).sum()) >= FEWEST_IN_HOUR]

    def line(self, quotes: Quotes, values: NDArray[np.float64], style: str) -> Series:
        means = [round(float(values[self.hour == each].mean()), 1) for each in self.shown]
        return Series(name=NAMES.get(quotes.predictor, quotes.predictor), style=style, values=means)

    def plot(self, title: str, reading: str, lines: tuple[Series, ...]) -> Plot:
        names = [f"{each:02d}:00" for each in self.shown]
        spans = [f"{line.name} {_span(line)}" for line in lines]
        rows = [(name, *(f"{line.values[n]:.0f}" for line in lines)) for n, name in enumerate(names)]
        return Plot(
            title=title,
            found=f"{'; '.join(spans)}.",
            reading=reading,
            kind="lines",
            unit="s",
            x=names,
            series=lines,
            table=Table(title=title, head=("hour", *(line.name for line in lines)), rows=rows),
        )


def _span(line: Series) -> str:
    known = [value for value in line.values if value is not None]
    return f"{min(known):.0f} to {max(known):.0f} s" if known else "unknown"


def _table(title: str, rows: tuple[Score, ...], *, note: str = "") -> Table:
    return Table(title=title, head=HEADS, rows=[_cells(row) for row in rows], note=note, marked="vqueue")


def _cells(row: Score) -> tuple[str, ...]:
    figures = (row.rmse, row.mae, row.bias, *row.pinball.values())
    told = [f"{figure:.1f}" for figure in figures]
    told += [f"{row.cover_p90:.3f}", f"{row.cover_p10_p90:.3f}", f"{row.width_p10_p90:.0f}"]
    return (row.predictor, *told)
