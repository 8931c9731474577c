"""The plots of a report: one question each, told in a sentence, drawn by the page's script, with a table behind it."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from vqueue.domain.report import Cell, Interval, Report
from vqueue.domain.speech_args import Number, Text
from vqueue.web.console.figures import length, percent, plain
from vqueue.web.pages import Say
from vqueue.wording.axis import short_day
from vqueue.wording.languages import Language

Row = Mapping[str, Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """`data` is what the script draws; `head` and `rows` are the same as a table."""

    id: str
    title: str
    found: str
    data: str
    legend: tuple[tuple[str, str], ...]
    """(style, word) of each mark that needs one."""
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One series. A None is a gap."""

    name: str
    style: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Plots:
    """Makes the plots of one reader."""

    say: Say
    language: Language
    interval: Interval

    def all(self, intervals: Report, promises: Report, totals: Mapping[str, float], goal: float) -> list[Plot]:
        """Those that hold something."""
        calls, kept = (self._without_gaps(by_start(report.rows)) for report in (intervals, promises))
        found = []
        if calls:
            found += [self.came(calls), self.speed(calls), self.callbacks(totals)]
        if kept:
            found += [self.kept(kept, goal), self.missed(kept)]
        return found

    def _without_gaps(self, rows: Mapping[str, list[Row]]) -> Mapping[str, list[Row]]:
        """Days on which nothing happened stand among the others, so that an axis does not jump over them."""
        begun = [datetime.fromisoformat(start) for start in rows]
        if self.interval is not Interval.DAY or not begun:
            return rows
        seen = {each.date() for each in begun}
        between = (begun[0] + timedelta(days=n) for n in range((begun[-1].date() - begun[0].date()).days))
        empty: dict[str, list[Row]] = {each.isoformat(): [] for each in between if each.date() not in seen}
        return dict(sorted({**rows, **empty}.items(), key=lambda item: datetime.fromisoformat(item[0])))

    def came(self, rows: Mapping[str, Sequence[Row]]) -> Plot:
        lines = [
            self._sums(rows, column, style)
            for column, style in (("offered", "soft"), ("answered", "accent"), ("abandoned", "act"))
        ]
        offered = sum(value or 0 for value in lines[0].values)
        answered = sum(value or 0 for value in lines[1].values)
        found = self.say("reports_page.found_came", count=_whole(offered), total=_whole(answered))
        return self._plot("came", found, rows, lines, kind="bars")

    def speed(self, rows: Mapping[str, Sequence[Row]]) -> Plot:
        """Queues side by side are weighted by the calls they answered."""
        lines = [
            Line(name=self._word("asa_s"), style="dashed", values=_means(rows, "asa_s", "answered")),
            Line(name=self._word("second_hold_p50_s"), style="accent",
                 values=_means(rows, "second_hold_p50_s", "reached_first_time")),
        ]  # fmt: skip
        every = [row for found in rows.values() for row in found]
        means = [_weighted(every, "asa_s", "answered"), _weighted(every, "second_hold_p50_s", "reached_first_time")]
        told = [Text(length(timedelta(seconds=round(each)))) for each in means if each is not None]
        held, rung = (each is not None for each in means)
        key = "found_speed" if held and rung else "found_held" if held else "found_nothing"
        found = self.say(f"reports_page.{key}", **dict(zip(("words", "total"), told, strict=False)))
        return self._plot("speed", found, rows, lines, kind="lines", unit=self.say("rule_value.seconds"))

    def callbacks(self, totals: Mapping[str, float]) -> Plot:
        columns = ("callbacks_offered", "callbacks_accepted", "called_back", "reached_first_time")
        values = tuple(totals.get(column, 0) for column in columns)
        names = [self._word(column) for column in columns]
        share = values[3] / values[2] if values[2] else None
        found = self.say(
            "reports_page.found_callbacks", count=_whole(values[2]), words=Text(percent(share, self.language))
        )
        if not values[2]:
            found = self.say("reports_page.found_none_called", count=_whole(values[1]))
        lines = [Line(name=self.say("reports_page.plot_callbacks"), style="accent", values=values)]
        return self._plot("callbacks", found, dict.fromkeys(names, ()), lines, kind="bars", labels=names, wrap=True)

    def kept(self, rows: Mapping[str, Sequence[Row]], goal: float) -> Plot:
        def coverage(found: Sequence[Row]) -> float | None:
            kept, broken = (sum(_number(row[column]) for row in found) for column in ("kept", "broken"))
            return round(100 * kept / (kept + broken), 1) if kept + broken else None

        values = tuple(coverage(found) for found in rows.values())
        every = coverage([row for found in rows.values() for row in found])
        share = None if every is None else every / 100
        words = Text(percent(share, self.language, digits=0 if every is None or every.is_integer() else 1))
        found = self.say("reports_page.found_kept", words=words, total=Text(percent(goal, self.language)))
        lines = [Line(name=self._word("coverage"), style="accent", values=values)]
        return self._plot("kept", found, rows, lines, kind="lines", unit="%", goal=goal * 100, range=[0, 105])

    def missed(self, rows: Mapping[str, Sequence[Row]]) -> Plot:
        lines = [
            self._sums(rows, column, style)
            for column, style in (("early", "soft"), ("late", "watch"), ("failed", "act"))
        ]
        early, late, failed = (_whole(sum(value or 0 for value in line.values)) for line in lines)
        found = self.say("reports_page.found_missed", count=early, total=late, words=failed)
        return self._plot("missed", found, rows, lines, kind="bars", stacked=True)

    def _word(self, column: str) -> str:
        return self.say(f"report_col.{column}")

    def _sums(self, rows: Mapping[str, Sequence[Row]], column: str, style: str) -> Line:
        values = tuple(sum(_number(row[column]) for row in found) for found in rows.values())
        return Line(name=self._word(column), style=style, values=values)

    def _plot(
        self,
        name: str,
        found: str,
        rows: Mapping[str, Sequence[Row]],
        lines: Sequence[Line],
        *,
        labels: Sequence[str] = (),
        **more: Any,
    ) -> Plot:
        named = tuple(labels) or tuple(self.label(start) for start in rows)
        series = [{"name": line.name, "values": line.values, "style": line.style} for line in lines]
        data = json.dumps({"x": named, "series": series, **more}, ensure_ascii=False)
        return Plot(
            id=name,
            title=self.say(f"reports_page.plot_{name}"),
            found=found,
            data=data,
            legend=tuple((line.style, line.name) for line in lines) if len(lines) > 1 else (),
            head=("", *(line.name for line in lines)),
            rows=tuple(
                (
                    label,
                    *("–" if line.values[n] is None else plain(line.values[n] or 0, self.language) for line in lines),
                )
                for n, label in enumerate(named)
            ),
        )

    def label(self, start: str) -> str:
        """14:00, or a day: what an axis says."""
        at = datetime.fromisoformat(start)
        day = short_day(at.date(), self.language)
        return day if self.interval is Interval.DAY else f"{day} {at:%H:%M}"


def by_start(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows of all queues that began together, in the order of time."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[str(row["start"])].append(row)
    return dict(sorted(found.items(), key=lambda item: datetime.fromisoformat(item[0])))


def _weighted(rows: Sequence[Row], column: str, weight: str) -> float | None:
    return _mean(rows, lambda row: row[column], lambda row: max(_number(row[weight]), 1))


def _means(rows: Mapping[str, Sequence[Row]], column: str, weight: str) -> tuple[float | None, ...]:
    return tuple(_weighted(found, column, weight) for found in rows.values())


def _mean(rows: Sequence[Row], value: Callable[[Row], Cell], weight: Callable[[Row], float]) -> float | None:
    known = [(_number(value(row)), weight(row)) for row in rows if value(row) is not None]
    total = sum(each for _, each in known)
    return round(sum(amount * each for amount, each in known) / total, 1) if total else None


def _number(value: Cell) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _whole(value: float) -> Number:
    return Number(round(value))
