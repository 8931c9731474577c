"""`vqueue report`: a report in the terminal, as JSON or as CSV."""

import json
import sys
from datetime import UTC, datetime, timedelta

import click
from rich.console import Console
from rich.table import Table

from vqueue.cli_running import in_database
from vqueue.clock import BusinessClock
from vqueue.domain.report import Cell, Interval, Question, Report, ReportName
from vqueue.domain.request import Channel
from vqueue.services import reporting
from vqueue.web.api.bank.reports import shown
from vqueue.web.api.bank.tables import csv_of

WIDTH = 200
"""Of a table that does not go to a terminal."""


class Moment(click.ParamType[datetime]):
    """RFC 3339; without an offset it is UTC."""

    name = "moment"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no moment such as 2026-03-04T09:00+02:00", param, ctx)
        return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


@click.command()
@click.argument("name", type=click.Choice([each.value for each in ReportName]))
@click.option("--from", "start", type=Moment(), help="The day before --to by default.")
@click.option("--to", "end", type=Moment(), help="Now by default; not included.")
@click.option("--queue", help="One queue; all by default.")
@click.option("--channel", type=click.Choice([each.value for each in Channel]), help="One channel; all by default.")
@click.option("--agent", help="The id of an agent: what he was asked to serve, his talks and times.")
@click.option("--interval", type=click.Choice([each.value for each in Interval]), default="1h", show_default=True)
@click.option("--within-s", type=click.IntRange(0, 3600), default=20, show_default=True, help="Of the service level.")
@click.option("--short-s", type=click.IntRange(0, 3600), default=5, show_default=True, help="Sooner is not abandoned.")
@click.option("--json", "form", flag_value="json", help="Print one JSON document.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV.")
def report(
    *,
    name: str,
    start: datetime | None,
    end: datetime | None,
    queue: str | None,
    channel: str | None,
    agent: str | None,
    interval: str,
    within_s: int,
    short_s: int,
    form: str | None,
) -> None:
    """Report NAME: what a span of time came to. Every figure is defined in docs/reports.md."""
    now = BusinessClock().now()
    until = end or now
    question = Question(
        name=ReportName(name),
        start=start or until - timedelta(days=1),
        end=until,
        queue=queue,
        channel=channel,
        agent=agent,
        interval=Interval(interval),
        within_s=within_s,
        short_s=short_s,
    )
    told = in_database(lambda database: reporting.report(database, question, now=now))
    match form:
        case "json":
            click.echo(json.dumps(shown(told), ensure_ascii=False))
        case "csv":
            click.echo(csv_of(told), nl=False)
        case _:
            Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False).print(_table(told))


def _table(told: Report) -> Table:
    question = told.question
    table = Table(title=f"{question.name}, {question.start:%Y-%m-%d %H:%M} to {question.end:%Y-%m-%d %H:%M %Z}")
    for column in told.columns:
        words = column in ("queue", "start", "channel", "agent", "name", "shape", "outcome")
        table.add_column(column, justify="left" if words else "right")
    for row in told.rows:
        table.add_row(*(_written(row[column]) for column in told.columns))
    return table


def _written(value: Cell) -> str:
    if value is None:
        return "–"
    if isinstance(value, str | int | float):
        return str(value)
    return ", ".join(f"{name} {amount:g}" for name, amount in value.items())
