"""`vqueue simulate`: invented days under the rules, as a table, as JSON, as a page of plots."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from vqueue.cli_running import as_json, fail
from vqueue.clock import BusinessClock
from vqueue.simulator import page
from vqueue.simulator.run import Outcome
from vqueue.simulator.run import simulate as run
from vqueue.simulator.scenario import Scenario, read

WIDTH = 100
"""Of a table that does not go to a terminal."""
MOST_BYTES = 4_000_000


@click.command()
@click.argument("scenario", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of all chance.")
@as_json
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page of plots.")
def simulate(scenario: Path, seed: int, as_json: bool, html: Path | None) -> None:
    """Simulate the days of SCENARIO (docs/simulate.md) with the code that runs live."""
    checked, clock = _read(scenario), BusinessClock()
    began = clock.wall()
    outcome = _with_progress(lambda progress: run(checked, seed=seed, progress=progress))
    figures = outcome.figures | {"seconds": round(clock.wall() - began, 3)}
    if html is not None:
        _write(html, page.page(scenario.stem, checked, outcome))
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False))
    else:
        Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False).print(_table(scenario.stem, figures))


def _read(file: Path) -> Scenario:
    """Leaves with 2 and one sentence when the file is no scenario."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise ValueError("a scenario has at most 4 MB")
        return read(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as wrong:
        click.echo(f"{file.name}: {wrong}", err=True)
        sys.exit(2)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as problem:
        fail(f"{file.name} cannot be written: {problem.strerror}.")


def _with_progress(work: Callable[[Callable[[float], None]], Outcome]) -> Outcome:
    """A bar on standard error, where that is a terminal."""
    columns = TextColumn("simulating"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        return work(lambda done: bar.update(task, completed=done))


def _table(name: str, told: dict[str, Any]) -> Table:
    table = Table(title=f"{name}, seed {told['seed']}", show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    for label, value in page.rows(told):
        table.add_row(label, value)
    table.add_row("Reckoned in", f"{told['seconds']:.1f} s, {told['events']:,} events")
    return table
