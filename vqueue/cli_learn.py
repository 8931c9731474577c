"""`vqueue learn`: models of waits fitted from the promises that came due, listed, and taken back."""

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from vqueue.cli_running import BY, as_json, fail, in_database
from vqueue.clock import BusinessClock, SystemChance
from vqueue.learning.training import BesideTrainer
from vqueue.ports.database import Database
from vqueue.ports.models import FittedModel, Standing
from vqueue.services import studying
from vqueue.services.clerk import Clerk

SCORES = ("candidate", "in_use", "none")
SAID = {
    Standing.IN_USE: "in use",
    Standing.REFUSED: "refused: no better on the latest days",
    Standing.SUPERSEDED: "in use before",
    Standing.WITHDRAWN: "taken back",
}


@click.command()
@click.argument("queue")
@click.option("--list", "listed", is_flag=True, help="Only show what was fitted, newest first.")
@click.option("--roll-back", "back", is_flag=True, help="Take the model in use back; the one before it speaks again.")
@as_json
def learn(queue: str, listed: bool, back: bool, as_json: bool) -> None:
    """Fit a model of waits for QUEUE from the promises that came due.

    It is put in use only where it is not worse on the latest days than what is in use, and than no model at all.
    Exit 1 when it is refused, or there is too little to learn from.
    """
    if listed and back:
        raise click.UsageError("either --list or --roll-back")
    if back:
        _tell_rolled_back(queue, in_database(lambda database: _rolled_back(database, queue)), as_json=as_json)
        return
    if listed:
        _show(in_database(lambda database: database.read(lambda work: work.models.listed(queue))), as_json=as_json)
        return
    model = in_database(lambda database: _learned(database, queue))
    _show([model], as_json=as_json)
    if model.standing is Standing.REFUSED:
        raise SystemExit(1)


async def _learned(database: Database, queue: str) -> FittedModel:
    school = studying.School(database=database, trainer=BesideTrainer(), chance=SystemChance())
    return await studying.learn(school, queue, now=BusinessClock().now(), by=BY)


async def _rolled_back(database: Database, queue: str) -> FittedModel | None:
    now, seed = BusinessClock().now(), SystemChance().id("j")
    return await database.transact(lambda work: studying.roll_back(Clerk(work, at=now, seed=seed), queue, by=BY))


def _tell_rolled_back(queue: str, now: FittedModel | None, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"queue": queue, "in_use": now.id if now is not None else None}))
    else:
        click.echo(f"{now.id} is in use again" if now is not None else "no model is in use; the roll-forward speaks")


def _show(models: list[FittedModel], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"models": [_told(each) for each in models]}))
        return
    if not models:
        fail("Nothing was fitted for this queue.")
    table = Table("model", "fitted", "promises", "loss, s", "in use then", "without", "standing")
    for each in models:
        scores = [
            f"{each.scores[name]:.1f}" if name in each.scores else "–" for name in ("candidate", "in_use", "none")
        ]
        table.add_row(
            each.id, each.fitted_at.strftime("%Y-%m-%d %H:%M"), str(each.lessons), *scores, SAID[each.standing]
        )
    Console(width=None if Console().is_terminal else 120).print(table)


def _told(model: FittedModel) -> dict[str, Any]:
    return {
        "id": model.id,
        "queue": model.queue,
        "standing": model.standing,
        "fitted_at": model.fitted_at.isoformat(),
        "lessons": model.lessons,
        "learned_from": model.learned_from.isoformat(),
        "learned_until": model.learned_until.isoformat(),
        "scores": dict(model.scores),
        "by": model.by,
    }
