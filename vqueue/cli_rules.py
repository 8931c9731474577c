"""`vqueue rules`: a queue's rules shown, compared, put in force and rolled back, in the database itself."""

import getpass
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
import yaml
from pydantic import ValidationError

from vqueue.cli_rehearse import chosen_days, days_of, of_trace, rehearsed, trace_of
from vqueue.cli_rehearse import show as show_findings
from vqueue.cli_running import BY, as_json, fail, in_database, settings_read
from vqueue.clock import BusinessClock, SystemChance
from vqueue.domain.errors import Invalid
from vqueue.domain.finding import Finding
from vqueue.domain.past_day import PastDay
from vqueue.domain.rules import Rules
from vqueue.ports.bank import RulesDraft
from vqueue.ports.database import Database, Work
from vqueue.services import rehearsing, ruling
from vqueue.services.clerk import Clerk
from vqueue.services.ruling import Asked
from vqueue.web.api.bank import rehearsals
from vqueue.web.api.bank.rules_shapes import RULES, ChangeTold, catalogue, differences, document_of
from vqueue.web.api.reading import refused
from vqueue.wording import Language

T = TypeVar("T")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
reason_given = click.option("--reason", required=True, help="Why; kept in the journal and the history.")


@click.group()
def rules() -> None:
    """Rules of a queue. A FILE is the whole document in YAML or JSON; what it leaves out takes its default."""


@rules.command()
@click.argument("queue")
@click.option("--version", "number", type=click.IntRange(1), help="A former version; the one in force by default.")
@as_json
def show(queue: str, number: int | None, as_json: bool) -> None:
    """Print the rules of QUEUE as YAML, ready to be changed and published; how they came about on standard error."""

    def read(work: Work) -> tuple[ruling.RulesInForce, Rules]:
        told = ruling.in_force(work, queue)
        return told, work.queues.rules(queue, number or told.queue.rules_version)

    told, found = in_database(lambda database: database.read(read))
    version = number or told.queue.rules_version
    if as_json:
        shown = {"queue": queue, "version": version, "rules": document_of(found), "history": _history(told)}
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    for each in _history(told):
        mark = "*" if each["version"] == version else " "
        click.echo(
            f"{mark} {each['version']:4}  {each['at'] or '–':32} {each['by'] or '–'}  {each['reason'] or ''}", err=True
        )
    click.echo(yaml.safe_dump(document_of(found), allow_unicode=True, sort_keys=False), nl=False)


@rules.command()
@click.argument("queue")
@click.argument("file", type=FILE)
@click.option("--language", type=click.Choice([each.value for each in Language]), default="en", show_default=True)
@as_json
def diff(queue: str, file: Path, language: str, as_json: bool) -> None:
    """Say in words how FILE differs from the rules of QUEUE that are in force. Exit 1 when FILE cannot be in force."""
    new = _read(file)

    def read(work: Work) -> tuple[Rules, tuple[Finding, ...]]:
        return work.queues.get(queue).rules, ruling.checked(work, new)

    old, remarks = _checked(lambda database: database.read(read))
    told = differences(old, new, language)
    said = [(each.pointer, catalogue().show(f"rule_remark.{each.code}", {}, language)) for each in remarks]
    if as_json:
        shown = {"queue": queue, "changes": [_change(each) for each in told], "remarks": [list(one) for one in said]}
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    click.echo("\n".join(each.text for each in told) or "no difference")
    for pointer, text in said:
        click.echo(f"{pointer}: {text}", err=True)


@rules.command()
@click.argument("queue")
@click.argument("file", type=FILE)
@reason_given
@as_json
def publish(queue: str, file: Path, reason: str, as_json: bool) -> None:
    """Put FILE in force for QUEUE, on all replicas at their next decision.

    Where the rules in force want a second person, this only asks; somebody else does the same with the same FILE.
    """
    new, who = _read(file), _who()

    def deed(clerk: Clerk) -> Any:
        draft = _drafted(clerk, queue, new, who)
        return ruling.publish(clerk, queue, number=draft.based_on + 1, rules=new, draft=draft, by=who, reason=reason)

    came = _checked(_acting(deed))
    if isinstance(came, Asked):
        _tell(as_json, queue, "asked", came.draft.based_on, "a second person must publish the same file")
    else:
        _tell(as_json, queue, "in_force", came.rules_version, f"version {came.rules_version} is in force")


@rules.command()
@click.argument("queue")
@click.argument("version", type=click.IntRange(1))
@reason_given
@as_json
def rollback(queue: str, version: int, reason: str, as_json: bool) -> None:
    """Put the rules of a former VERSION of QUEUE in force again, as the newest version."""
    who = _who()
    came = _checked(_acting(lambda clerk: ruling.roll_back(clerk, queue, to=version, by=who, reason=reason)))
    said = f"version {came.rules_version} is in force, with the rules of version {version}"
    _tell(as_json, queue, "in_force", came.rules_version, said)


@rules.command()
@click.argument("queue")
@click.argument("file", type=FILE, required=False)
@click.option("--without-callbacks", is_flag=True, help="Instead of FILE: the rules in force, offering no callback.")
@chosen_days
@click.option("--repetitions", type=click.IntRange(1, 20), default=3, show_default=True)
@click.option("--trace", type=FILE, help="Days of this record of calls instead of the queue's own.")
@of_trace
@click.option("--language", type=click.Choice([each.value for each in Language]), default="en", show_default=True)
@as_json
def rehearse(
    queue: str,
    file: Path | None,
    without_callbacks: bool,
    days: tuple[datetime, ...],
    repetitions: int,
    trace: Path | None,
    mapping: Path | None,
    language: str,
    as_json: bool,
) -> None:
    """Serve days of the past by FILE and by the rules of QUEUE in force, and say what differs (docs/rehearsal.md)."""
    if (file is None) is not without_callbacks:
        raise click.UsageError("Name a FILE of rules, or --without-callbacks.")
    new = _read(file) if file is not None else None

    async def read(database: Database) -> tuple[Rules, tuple[PastDay, ...]]:
        live = await database.read(lambda work: work.queues.get(queue))
        if new is not None:
            await database.read(lambda work: ruling.checked(work, new))
        if trace is not None:
            return live.rules, days_of(trace_of(trace, mapping), live.rules.hours.zone, days)
        asked, rate = [day.date() for day in days], max(1, int(settings_read().twilio_calls_per_second))
        now = BusinessClock().now()
        return live.rules, await rehearsing.recorded(database, live, asked, now=now, calls_per_second=rate)

    in_force, past = _checked(read)
    tried = new if new is not None else rehearsing.without_callbacks(in_force)
    found = rehearsed(past, in_force=in_force, draft=tried, repetitions=repetitions)
    shown, dates = rehearsals.told(asdict(found), language), [day.isoformat() for one in past for day in one.dates]
    if as_json:
        listed = {name: [each.model_dump(mode="json") for each in shown[name]] for name in ("figures", "remarks")}
        click.echo(json.dumps({"queue": queue, "days": dates, **shown, **listed}, ensure_ascii=False))
    else:
        show_findings(shown, days=dates)


def _drafted(clerk: Clerk, queue: str, new: Rules, who: str) -> RulesDraft:
    """The draft of these rules: somebody else's where it says the very same, so that this agrees to it."""
    present = clerk.work.drafts.find(queue)
    document = document_of(new)
    live = clerk.work.queues.get(queue).rules_version
    if present is not None and present.based_on == live and present.document == document:
        return present
    return ruling.save(clerk, queue, rules=new, document=document, by=who)[0]


def _who() -> str:
    return f"{BY}:{getpass.getuser()}"


def _acting(deed: Callable[[Clerk], T]) -> Callable[[Database], Any]:
    at, seed = BusinessClock().now(), SystemChance().id("j")
    return lambda database: database.transact(lambda work: deed(Clerk(work, at=at, seed=seed)))


def _checked(work: Callable[[Database], Any]) -> Any:
    """Leaves with 1 and every fault by its place."""

    async def tried(database: Database) -> Any:
        try:
            return await work(database)
        except Invalid as wrong:
            return wrong

    came = in_database(tried)
    if isinstance(came, Invalid):
        _refuse(came)
    return came


def _read(file: Path) -> Rules:
    try:
        return RULES.validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))
    except yaml.YAMLError as wrong:
        fail(f"{file.name}: {wrong}")
    except ValidationError as wrong:
        _refuse(refused(wrong))


def _refuse(wrong: Invalid) -> NoReturn:
    click.echo(str(wrong), err=True)
    for pointer, code in wrong.errors:
        click.echo(f"  {pointer or '/'}: {code}", err=True)
    sys.exit(1)


def _history(told: ruling.RulesInForce) -> list[dict[str, Any]]:
    return [
        {
            "version": each.version,
            "at": each.at.isoformat() if each.at else None,
            "by": told.names.get(each.by or "", each.by),
            "reason": each.reason,
            "rolled_back_to": each.former,
        }
        for each in told.history
    ]


def _change(told: ChangeTold) -> dict[str, Any]:
    shown: dict[str, Any] = told.model_dump(mode="json")
    return shown


def _tell(as_json: bool, queue: str, state: str, version: int, text: str) -> None:
    document = {"queue": queue, "state": state, "version": version}
    click.echo(json.dumps(document) if as_json else f"{queue}: {text}")
