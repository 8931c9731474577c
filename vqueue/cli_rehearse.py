"""Past days served again from the command line: which days, a bar while they are served, a table of what differs."""

import multiprocessing
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from vqueue.cli_running import fail
from vqueue.domain.past_day import PastDay
from vqueue.domain.rehearsal import Findings, Verdict
from vqueue.domain.rules import Rules
from vqueue.simulator.rehearsing import Rehearsing, Task
from vqueue.traces import past
from vqueue.traces.call import WrongTrace
from vqueue.traces.mapping import read_mapping
from vqueue.traces.reading import Trace, read_trace

T = TypeVar("T")
WIDTH = 110
"""Of a table that does not go to a terminal."""
COLOURS = {Verdict.BETTER: "green", Verdict.WORSE: "red"}
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
chosen_days = click.option("--day", "days", multiple=True, type=click.DateTime(["%Y-%m-%d"]), help="Several may stand.")
of_trace = click.option("--mapping", type=FILE, help="What is what in the trace (docs/backtest.md).")


def trace_of(file: Path, mapping: Path | None) -> Trace:
    """Leaves with 2 and one sentence when the file is no trace."""
    try:
        return read_trace(file, read_mapping(mapping) if mapping else None)
    except WrongTrace as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(2)


def days_of(trace: Trace, zone: str, days: Sequence[datetime]) -> tuple[PastDay, ...]:
    """Those days of the trace, its last one by default. Leaves with 1 when nobody called on them."""
    found, wanted = past.days_of(trace, zone), {day.date() for day in days}
    chosen = tuple(day for day in found if day.dates[0] in wanted) if wanted else tuple(found[-1:])
    if not chosen:
        fail(f"The trace has days from {found[0].dates[0]} to {found[-1].dates[0]}.")
    return chosen


def rehearsed(days: tuple[PastDay, ...], *, in_force: Rules, draft: Rules, repetitions: int) -> Findings:
    """The days under both, on all cores."""
    task = Task(days=days, in_force=in_force, draft=draft, repetitions=repetitions)
    processes = min(multiprocessing.cpu_count(), len(task.keys()))
    return with_bar("rehearsing", lambda tell: Rehearsing(processes=processes).findings(task, tell))


def with_bar(name: str, work: Callable[[Callable[[float], None]], T]) -> T:
    """A bar on standard error, where that is a terminal."""
    columns = TextColumn(name), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        return work(lambda done: bar.update(task, completed=done))


def show(told: dict[str, Any], *, days: Sequence[str]) -> None:
    """What `rehearsals.told` says, as a table."""
    stretch = days[0] if len(days) == 1 else f"{days[0]} … {days[-1]} ({len(days)} days)"
    table = Table(title=f"{stretch}: {told['calls']:,} customers, {told['repetitions']} repetitions")
    table.add_column("")
    for name in ("in force", "these rules", "change", "from", "to"):
        table.add_column(name, justify="right")
    table.add_column("")
    for each in told["figures"]:
        values = (each.in_force, each.draft, each.change, each.low, each.high)
        cells = [_cell(value, each.unit, signed=place > 1) for place, value in enumerate(values)]
        word = "no difference can be told" if each.verdict is Verdict.UNCLEAR else each.verdict.value
        table.add_row(each.title, *cells, word, style=COLOURS.get(each.verdict))
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    console.print(table)
    percent = round(told["level"] * 100)
    resampled = told["resampled"].replace("_", "-")
    console.print(f"{told['sentence']} Intervals: {percent} %, from {told['units']} {resampled}, paired.")
    for remark in told["remarks"]:
        console.print(remark.text)


def _cell(value: float | None, unit: str, *, signed: bool) -> str:
    if value is None:
        return "–"
    sign = "+" if signed else ""
    if unit == "share":
        return f"{value * 100:{sign}.1f} {'points' if signed else '%'}"
    return f"{value:{sign},.1f}{' s' if unit == 's' else ''}"
