"""`vqueue simulate`: invented days under the rules, as a table, as JSON, as a page of plots."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import yaml
from pydantic import TypeAdapter
from rich.console import Console
from rich.table import Table

from vqueue.cli_rehearse import FILE, chosen_days, days_of, of_trace, trace_of, with_bar
from vqueue.cli_running import as_json, fail
from vqueue.clock import BusinessClock
from vqueue.domain.past_day import PastDay, together
from vqueue.domain.rules import Rules
from vqueue.simulator import page
from vqueue.simulator.replaying import replay
from vqueue.simulator.run import simulate as run
from vqueue.simulator.scenario import Scenario, read
from vqueue.traces import past as past_days
from vqueue.traces.reading import Trace

RULES = TypeAdapter(Rules)
WIDTH = 100
"""Of a table that does not go to a terminal."""
MOST_BYTES = 4_000_000


@click.command()
@click.argument("scenario", type=FILE, required=False)
@click.option("--replay", "trace", type=FILE, help="Instead of SCENARIO: the days of this record of calls.")
@of_trace
@chosen_days
@click.option("--zone", default="UTC", show_default=True, help="Time zone of the record's clock.")
@click.option("--rules", "rules_file", type=FILE, help="With --replay: rules in YAML or JSON; their zone comes first.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of all chance.")
@as_json
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page of plots.")
def simulate(
    *,
    scenario: Path | None,
    trace: Path | None,
    mapping: Path | None,
    days: tuple[datetime, ...],
    zone: str,
    rules_file: Path | None,
    seed: int,
    as_json: bool,
    html: Path | None,
) -> None:
    """Simulate the days of SCENARIO (docs/simulate.md), or recorded ones, with the code that runs live."""
    clock = BusinessClock()
    began = clock.wall()
    match scenario, trace:
        case Path(), None:
            checked = _read(scenario)
            outcome = with_bar("simulating", lambda progress: run(checked, seed=seed, progress=progress))
            rules = checked.in_force()
        case None, Path():
            past, rules = _recorded(trace_of(trace, mapping), days, zone, rules_file)
            outcome = with_bar("replaying", lambda progress: replay(past, rules, seed=seed, progress=progress))
        case _:
            raise click.UsageError("Name a SCENARIO, or a record of calls with --replay.")
    name = (scenario or trace or Path()).name.partition(".")[0]
    if html is not None:
        _write(html, page.page(name, rules, outcome))
    figures = outcome.figures | {"seconds": round(clock.wall() - began, 3)}
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False))
        return
    Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False).print(_table(name, figures))


def _recorded(trace: Trace, days: Sequence[datetime], zone: str, file: Path | None) -> tuple[PastDay, Rules]:
    """The days of the record and the rules they are served by. Leaves with 2 when these are none."""
    try:
        ZoneInfo(zone)
        rules = past_days.rules_of(trace, zone) if file is None else _rules(file)
    except (ValueError, KeyError, OSError, yaml.YAMLError) as wrong:
        click.echo(" ".join(str(wrong).split()), err=True)
        sys.exit(2)
    return together(days_of(trace, rules.hours.zone, days)), rules


def _rules(file: Path) -> Rules:
    return RULES.validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))


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


def _table(name: str, told: dict[str, Any]) -> Table:
    table = Table(title=f"{name}, seed {told['seed']}", show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    for label, value in page.rows(told):
        table.add_row(label, value)
    table.add_row("Reckoned in", f"{told['seconds']:.1f} s, {told['events']:,} events")
    return table
