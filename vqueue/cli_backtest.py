"""`vqueue backtest`: what each method would have quoted to recorded callers, and how well that was kept."""

import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from vqueue.cli_running import Amount, fail
from vqueue.clock import Stopwatch
from vqueue.engine.replay import CallLog
from vqueue.learning.backtest import TEST_FROM, NothingToScore, Outcome, Task
from vqueue.learning.backtest import backtest as tested_on
from vqueue.learning.page import found, page
from vqueue.learning.scoring import Score
from vqueue.traces.call import WrongTrace
from vqueue.traces.mapping import Mapping, read_mapping
from vqueue.traces.reading import Trace, logs_of, read_trace

WIDTH = 140
"""Of a table that does not go to a terminal."""
DIGITS = 4
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("traces", metavar="TRACE...", nargs=-1, required=True, type=FILE)
@click.option("--train", multiple=True, type=FILE, help="Earlier calls to learn from besides; may be repeated.")
@click.option("--test-from", type=Amount(0, 1, max_open=True), default=TEST_FROM, show_default=True,
              help="Share of the time span from which on quotes are scored.")  # fmt: skip
@click.option("--mapping", type=FILE, help="Which column is what: a TOML file (docs/backtest.md).")
@click.option("--html", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write a page with plots.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def backtest(
    *, traces: tuple[Path, ...], train: tuple[Path, ...], test_from: float, mapping: Path | None, html: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Quote the callers of TRACE... again by every method, from what was known then. docs/backtest.md reads the table.

    Exit 1 when the learned rows are missing, with the reason.
    """
    watch = Stopwatch()
    try:
        read, past = _read(traces, train, read_mapping(mapping) if mapping else None)
        first, *rest = logs_of([[call for trace in read for call in trace.calls], *(trace.calls for trace in past)])
        tested = _run(Task(trace=first, train=tuple(rest), test_from=test_from, hours=read[0].mapping.hours))
    except (WrongTrace, NothingToScore) as problem:
        fail(str(problem))
    name = " + ".join(trace.name for trace in read)
    _tell_rows([*read, *past])
    _tell_later(first, rest)
    if html is not None:
        html.write_text(page(tested, name=name), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(document(tested, name=name, seconds=watch.seconds())))
    else:
        _show(tested, name)
    for note in tested.notes:
        click.echo(note, err=True)
    sys.exit(0 if tested.complete else 1)


def _read(traces: Sequence[Path], train: Sequence[Path], mapping: Mapping | None) -> tuple[list[Trace], list[Trace]]:
    return [read_trace(path, mapping) for path in traces], [read_trace(path, mapping) for path in train]


def _run(task: Task) -> Outcome:
    """With a bar for each stage on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        stages: dict[str, TaskID] = {}

        def progress(stage: str, done: int, total: int) -> None:
            if stage not in stages:
                stages[stage] = bars.add_task(stage, total=total)
            bars.update(stages[stage], completed=done)

        return tested_on(task, progress=progress)


def document(tested: Outcome, *, name: str, seconds: float) -> dict[str, object]:
    """The document of `--json`."""
    return {
        "trace": name,
        "n": tested.n,
        "rows": [_plain(row) for row in tested.rows],
        "virtual_rows": [_plain(row) for row in tested.virtual_rows],
        "seconds": round(seconds, 1),
    }


def _plain(row: Score) -> dict[str, object]:
    rounded: dict[str, object] = _rounded(dataclasses.asdict(row))  # type: ignore[assignment]
    return rounded


def _rounded(value: object) -> object:
    match value:
        case float():
            return round(value, DIGITS)
        case dict():
            return {name: _rounded(each) for name, each in value.items()}
        case list() | tuple():
            return [_rounded(each) for each in value]
        case _:
            return value


def _tell_rows(traces: Sequence[Trace]) -> None:
    """What was not used, on standard error."""
    for trace in traces:
        for reason, count in trace.left_out.items():
            click.echo(f"{trace.name}: {count:,} rows left out: {reason}", err=True)
        for reason, count in trace.bad.items():
            click.echo(
                f"{trace.name}: {count:,} bad rows: {reason} (first in line {trace.first_bad[reason]})", err=True
            )


def _tell_later(trace: CallLog, train: Sequence[CallLog]) -> None:
    later = sum(int((log.arrived > trace.arrived.max()).sum()) for log in train)
    if later:
        click.echo(
            f"{later:,} training calls came after the tested ones: a live service would not know them.", err=True
        )


def _show(tested: Outcome, name: str) -> None:
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    console.print(found(tested))
    for title, rows in (("waits of those served", tested.rows), ("waits offered to all", tested.virtual_rows)):
        console.print(_table(f"{name}: {title}, n = {tested.n:,}, seconds", rows))
    console.print(_groups(tested.rows[-1]))


def _table(title: str, rows: Sequence[Score]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("predictor")
    for column in ("RMSE", "95 %", "MAE", "bias", "pinball .1", ".5", ".9", "under P90", "95 %", "P10-P90", "width"):
        table.add_column(column, justify="right")
    for row in rows:
        low, high = row.intervals["rmse"]
        under, over = row.intervals["cover_p90"]
        table.add_row(
            row.predictor, f"{row.rmse:.1f}", f"{low:.0f}-{high:.0f}", f"{row.mae:.1f}", f"{row.bias:+.1f}",
            *(f"{loss:.1f}" for loss in row.pinball.values()), f"{row.cover_p90:.3f}", f"{under:.2f}-{over:.2f}",
            f"{row.cover_p10_p90:.3f}", f"{row.width_p10_p90:.0f}",
        )  # fmt: skip
    return table


def _groups(row: Score) -> Table:
    table = Table(title=f"{row.predictor} by group", title_justify="left")
    for column in ("by", "value"):
        table.add_column(column)
    for column in ("n", "under P90"):
        table.add_column(column, justify="right")
    for group in row.groups:
        table.add_row(group.by, group.value, f"{group.n:,}", f"{group.cover_p90:.3f}")
    return table
