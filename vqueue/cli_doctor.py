"""`vqueue doctor`: what stands in the way, and how to mend it."""

import asyncio
import dataclasses
import json
import sys

import click
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from vqueue.doctor.finding import Finding, Level, bad, is_fine
from vqueue.doctor.visit import visit
from vqueue.settings import Settings

COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.BAD: "bold red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def doctor(as_json: bool) -> None:
    """Look at settings, database, Redis, provider, number and public address. Exit 1 when something is bad."""
    found = _found()
    if as_json:
        click.echo(json.dumps(document(found), ensure_ascii=False))
    else:
        _show(found)
    sys.exit(0 if is_fine(found) else 1)


def _found() -> list[Finding]:
    try:
        settings = Settings()
    except (ValidationError, OSError) as wrong:
        return [_unreadable(wrong)]
    return asyncio.run(visit(settings))


def _unreadable(wrong: ValidationError | OSError) -> Finding:
    if isinstance(wrong, OSError):
        mend = "Let the service's user read the file, or correct its name."
        return bad("settings", f"A file named by a setting cannot be read: {wrong.strerror}.", mend)
    first = wrong.errors()[0]
    name = "_".join(str(part) for part in first["loc"]).upper()
    return bad("settings", f"VQUEUE_{name}: {first['msg']}.", f"Correct VQUEUE_{name}.")


def document(found: list[Finding]) -> dict[str, object]:
    counts = {str(level): sum(finding.level is level for finding in found) for level in Level}
    return {"fine": is_fine(found), "counts": counts, "findings": [dataclasses.asdict(finding) for finding in found]}


def _show(found: list[Finding]) -> None:
    table = Table("", "check", "how it is", "mend", box=None, pad_edge=False)
    for finding in found:
        mark = Text(finding.level, style=COLOURS[finding.level])
        table.add_row(mark, finding.check, Text(finding.what), Text(finding.mend))
    Console(soft_wrap=False).print(table)
