"""A report as a table for people: words for columns, figures with their unit, nothing where there is nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from vqueue.domain.report import Cell, Report
from vqueue.domain.speech_args import Number
from vqueue.web.console.figures import percent, plain
from vqueue.web.console.reports.plots import Plots
from vqueue.web.pages import Say

_WORDS = {"queue", "start", "channel", "agent", "name", "shape", "outcome"}
_SHARES = ("service_level", "coverage", "occupancy", "share", "abandoned_offered", "abandoned_withheld")
_AREAS = {"channel": "channel", "shape": "shape", "outcome": "cause"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`words` columns stand at the start, figures at the end."""

    title: str
    words: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A report, ready to be shown."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """Writes the tables of one reader; `queues` are their names."""

    say: Say
    plots: Plots
    queues: Mapping[str, str]
    knows: frozenset[str]

    def table(self, report: Report) -> Table:
        shown = [column for column in report.columns if column != "agent"]
        return Table(
            name=report.question.name,
            title=self.say(f"reports_page.table_{report.question.name}"),
            columns=tuple(Column(title=self._title(column), words=column in _WORDS) for column in shown),
            rows=tuple(tuple(self.cell(column, row[column]) for column in shown) for row in report.rows),
        )

    def _title(self, column: str) -> str:
        key = f"report_col.{column}"
        return self.say(key) if key in self.knows else column.replace("_", " ")

    def cell(self, column: str, value: Cell) -> str:
        """One value, as people write it."""
        match value:
            case None:
                return "–"
            case Mapping():
                return ", ".join(f"{self._reason(name)} {lasting(amount)}" for name, amount in value.items()) or "–"
            case str():
                return self._word(column, value)
            case _ if column in _SHARES or column.endswith("_share") or column.startswith("abandoned_saved"):
                return percent(float(value), self.plots.language, digits=1)
            case _ if column.endswith("_s") or "_s_" in column or column.endswith(("_low_s", "_high_s")):
                return lasting(float(value))
            case int():
                return self.say("console.number", count=Number(value))
            case _:
                return plain(float(value), self.plots.language)

    def _reason(self, name: str) -> str:
        """Why somebody was away: as the desk says it, as a call ended, or the bank's own word."""
        if name in ("", "none"):
            return self.say("report_paper.no_reason")
        keys = (f"desk.away_{name}", f"cause.{name}")
        return next((self.say(key) for key in keys if key in self.knows), name.replace("_", " "))

    def _word(self, column: str, value: str) -> str:
        if column == "queue":
            return self.queues.get(value, value)
        if column == "start":
            return self.plots.label(value)
        key = f"{_AREAS.get(column, '')}.{value}"
        if value == "all":
            return self.say("reports_page.every_channel")
        return self.say(key) if key in self.knows else value


def lasting(seconds: float) -> str:
    """1:02:03, 4:05, 0:09."""
    sign, whole = "−" if seconds < 0 else "", round(abs(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{sign}{hours}:{minutes:02}:{rest:02}" if hours else f"{sign}{minutes}:{rest:02}"
