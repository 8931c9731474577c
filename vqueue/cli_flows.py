"""`vqueue flows`: check a conversation, draw it, play it in the terminal."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from rich.text import Text

from vqueue.clock import BusinessClock
from vqueue.domain.flow import EFFECTS, Flow
from vqueue.domain.speech import Record
from vqueue.flows import Fault, FaultyFlow, FlowBook, check, read, read_checked
from vqueue.flows.drawing import drawn, mermaid
from vqueue.flows.pretending import Pretence, pretended_facts
from vqueue.flows.rehearsal import AGENT, MESSAGE, SILENCE, Moment, Rehearsal
from vqueue.wording import Catalogue, Language

COLOURS = {
    "caller": "bold cyan",
    "says": "default",
    "does": "yellow",
    "plays": "magenta",
    "listens": "dim",
    "line": "bold",
}
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group()
def flows() -> None:
    """Conversations with callers: files in ivr_flows/."""


@flows.command("check")
@click.argument("files", type=FILE, nargs=-1, required=True)
@as_json
def check_files(files: tuple[Path, ...], as_json: bool) -> None:
    """Say everything that is wrong with these flows. Exit 1 when anything is."""
    found = {str(path): _faults(path) for path in files}
    if as_json:
        click.echo(json.dumps([_checked(path, faults) for path, faults in found.items()], ensure_ascii=False))
    else:
        for path, faults in found.items():
            click.echo(f"{path}: {'fine' if not faults else f'{len(faults)} fault(s)'}")
            for fault in faults:
                click.echo(f"  {fault}")
    sys.exit(1 if any(found.values()) else 0)


@flows.command()
@click.argument("file", type=FILE)
@as_json
def graph(file: Path, as_json: bool) -> None:
    """Draw a flow as Mermaid text, or as plain data."""
    flow = _usable(file)
    if as_json:
        document = {"flow": flow.name, "version": flow.version, "start": flow.start, "nodes": drawn(flow)}
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        click.echo(mermaid(flow))


@flows.command()
@click.argument("file", type=FILE)
@click.option("--language", default="en", type=click.Choice([each.value for each in Language]), help="Of the line.")
@click.option(
    "--keys", help=f"Play without asking: 1,1,{SILENCE},{MESSAGE},{AGENT} (nothing, a message, an agent comes)."
)
@click.option("--outcome", "outcomes", multiple=True, metavar="EFFECT=WORD[,WORD]", help="What the bank answers.")
@click.option("--withheld", is_flag=True, help="The caller's number is not shown.")
@click.option("--at", type=click.DateTime(), help="UTC moment of the call; now by default.")
@as_json
def play(
    *,
    file: Path,
    language: str,
    keys: str | None,
    outcomes: tuple[str, ...],
    withheld: bool,
    at: datetime | None,
    as_json: bool,
) -> None:
    """Play a flow: captions of what is said, a question for every key. The bank is pretended."""
    flow = _usable(file)
    now = at.replace(tzinfo=UTC) if at else BusinessClock().now()
    others = tuple(each for each in flow.languages if each != language)
    call = Rehearsal.of(
        FlowBook({flow.name: flow}, Catalogue.load()),
        flow.name,
        facts=pretended_facts(now, withheld=withheld, languages=(language, *others)),
        pretence=Pretence(_told(outcomes)),
        language=language,
    )
    if keys is None and not as_json:
        _converse(call)
        return
    for token in filter(None, (keys or "").split(",")):
        call.do(token.strip())
    _show(call.said, ended=call.over, as_json=as_json)


def _converse(call: Rehearsal) -> None:
    """Until the call ends or the player has had enough."""
    console = Console(highlight=False)
    shown = 0
    while True:
        for moment in call.said[shown:]:
            console.print(_caption(moment))
        shown = len(call.said)
        if call.over:
            return
        try:
            token = console.input(f"[bold]{_question(call)}[/bold] ").strip()
        except (EOFError, KeyboardInterrupt):
            return
        call.do(token or SILENCE)


def _question(call: Rehearsal) -> str:
    if isinstance(call.awaits, Record):
        return f"{MESSAGE} to speak a message, enter for silence:"
    also = f", {AGENT} when an agent comes" if call.holding else ""
    return f"keys, enter for none{also}:"


def _caption(moment: Moment) -> Text:
    return Text(f"{moment.who:8} {moment.language:3} {moment.text}", style=COLOURS[moment.who])


def _show(said: list[Moment], *, ended: bool, as_json: bool) -> None:
    if as_json:
        lines = [{"who": each.who, "language": each.language, "text": each.text} for each in said]
        click.echo(json.dumps({"ended": ended, "transcript": lines}, ensure_ascii=False))
        return
    for moment in said:
        click.echo(f"{moment.who:8} {moment.language:3} {moment.text}")


def _told(outcomes: tuple[str, ...]) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for outcome in outcomes:
        effect, _, words = outcome.partition("=")
        if effect not in EFFECTS:
            raise click.BadParameter(
                f"there is no effect {effect}; there are {', '.join(EFFECTS)}", param_hint="--outcome"
            )
        for word in words.split(","):
            if word not in EFFECTS[effect].outcomes:
                known = ", ".join(EFFECTS[effect].outcomes)
                raise click.BadParameter(f"{effect} answers {known}, not {word!r}", param_hint="--outcome")
            told.setdefault(effect, []).append(word)
    return told


def _faults(path: Path) -> tuple[Fault, ...]:
    try:
        return tuple(check(read(path)))
    except FaultyFlow as faulty:
        return faulty.faults


def _checked(path: str, faults: tuple[Fault, ...]) -> dict[str, object]:
    listed = [{"pointer": each.pointer, "code": each.code, "text": each.text} for each in faults]
    return {"file": path, "fine": not faults, "faults": listed}


def _usable(path: Path) -> Flow:
    try:
        return read_checked(path)
    except FaultyFlow as faulty:
        _refuse(path, faulty)


def _refuse(path: Path, faulty: FaultyFlow) -> NoReturn:
    for fault in faulty.faults:
        click.echo(f"{path}: {fault}", err=True)
    sys.exit(1)
