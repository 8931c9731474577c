"""What documents list equals the code: settings, commands, housekeeping, addresses of the line, tests they name."""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

import click
from pydantic import SecretStr

from vqueue.app import HOUSEKEEPING
from vqueue.cli import main as commands
from vqueue.domain.speech import Place
from vqueue.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
SETTING = re.compile(r"^\| `VQUEUE_([A-Z_]+)` \| (.+?) \|", re.MULTILINE)
COMMAND = re.compile(r"^\| `vqueue ([a-z -]+?)(?: [A-Z\[-].*?)?` \|", re.MULTILINE)
VOICE = re.compile(r"/voice/([a-z-]+)")
JOB = re.compile(r"^\| `([a-z_]+)` \| (\d+) s \|", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
NO_PLACES = {"inbound", "fallback"}
"""Addresses under /voice that the provider is given once and that no speech leads to."""


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or arguments[0] != "--check":
        print("usage: --check FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[1])
    architecture, operations = (folder / "architecture.md").read_text(), (folder / "operations.md").read_text()
    found = [
        *differences("setting", dict(SETTING.findall(operations)), defaults()),
        *differences("command", dict.fromkeys(COMMAND.findall(operations), ""), dict.fromkeys(paths(commands), "")),
        *differences("job", dict(JOB.findall(operations)), {name: str(s) for name, (_, s) in HOUSEKEEPING.items()}),
        *differences("place", dict.fromkeys(places(architecture), ""), dict.fromkeys(get_args(Place), "")),
        *missing_tests([ROOT / "README.md", *folder.glob("*.md")]),
    ]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


def differences(kind: str, told: dict[str, str], true: dict[str, str]) -> Iterator[str]:
    yield from (f"no {kind} {name}" for name in sorted(told.keys() - true.keys()))
    yield from (f"the {kind} {name} is not described" for name in sorted(true.keys() - told.keys()))
    for name in sorted(told.keys() & true.keys()):
        if told[name] != true[name]:
            yield f"the {kind} {name} is {true[name]}, not {told[name]}"


def defaults() -> dict[str, str]:
    """Each setting's default as the table shows it."""
    return {name.upper(): shown(field.default) for name, field in Settings.model_fields.items()}


def shown(default: object) -> str:
    plain = default.get_secret_value() if isinstance(default, SecretStr) else str(default)
    return f"`{plain}`" if plain else "–"


def paths(group: click.Group) -> Iterator[str]:
    """`db upgrade` for a command inside a group."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from (f"{name} {inner}" for inner in paths(command))
        else:
            yield name


def places(text: str) -> set[str]:
    return set(VOICE.findall(text)) - NO_PLACES


def missing_tests(documents: Iterable[Path]) -> Iterator[str]:
    for document in documents:
        for file, test in sorted(set(TEST.findall(document.read_text()))):
            place = ROOT / file
            if not place.exists() or not re.search(
                rf"^(?:(?:async )?def|class) {test}\b", place.read_text(), re.MULTILINE
            ):
                yield f"{document.name}: no test {file}::{test}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
