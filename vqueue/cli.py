"""The command line. Exit codes: 0 fine, 1 the answer is bad or the deed failed, 2 wrong usage."""

import asyncio
import contextlib
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vqueue import __version__
from vqueue.cli_running import Amount, as_json, done, in_database, settings_read

if TYPE_CHECKING:
    from vqueue.services.setting_up import Bank
    from vqueue.settings import Settings

_ELSEWHERE = {
    "backtest": "cli_backtest",
    "doctor": "cli_doctor",
    "flows": "cli_flows",
    "keys": "cli_keys",
    "learn": "cli_learn",
    "report": "cli_report",
    "rules": "cli_rules",
    "simulate": "cli_simulate",
    "users": "cli_users",
}
"""Commands that need much, and the modules they are in."""


class _Lazy(click.Group):
    """Reads commands that need much only when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(import_module(f"vqueue.{_ELSEWHERE[cmd_name]}"), cmd_name)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(version)s")
def main() -> None:
    """Virtual queue and callback telephony for contact centers."""


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Of the service; 8080 or the next free one by default.")
@click.option("--speed", type=Amount(0.1, 200), default=1.0, show_default=True, help="Of the time of day.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the invented people's chance.")
@click.option("--seconds", type=Amount(0, min_open=True), help="Stop after so many and print a summary.")
@as_json
@click.option("--ready-file", type=click.Path(dir_okay=False, path_type=Path), help="Written when all is up.")
@click.option("--quiet", is_flag=True, help="No invented people: an empty bank to try by hand.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Keep the data in this empty folder.")
def demo(**told: Any) -> None:
    """Start a bank on this machine, with invented customers and agents."""
    from vqueue.demo.run import Options, run
    from vqueue.logs import write_to_stderr

    write_to_stderr("text", "error")
    sys.exit(run(Options(**told)))


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("flags", nargs=-1, type=click.UNPROCESSED)
def sandbox(flags: tuple[str, ...]) -> None:
    """Start a Twilio-compatible telephone network on localhost (`--help` lists its flags)."""
    from vqueue.sandbox.app import run

    sys.exit(run(flags))


@main.command()
def serve() -> None:
    """Serve web, voice and dispatcher until SIGTERM. Every setting is an environment variable VQUEUE_*."""
    from vqueue.logs import write_to_stderr

    settings = settings_read()
    write_to_stderr(settings.log_format, settings.log_level)
    _make_room_for_streams()
    done(_serve(settings))


def _make_room_for_streams() -> None:
    """Each open stream takes a file descriptor: as many as the operator lets a process have."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _serve(settings: "Settings") -> None:
    import signal

    from vqueue.app import serving
    from vqueue.clock import BusinessClock

    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with serving(settings, BusinessClock()) as service:
        click.echo(f"vqueue serves at {service.address}", err=True)
        await stop.wait()
        await service.drain(settings.drain_s)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def setup(file: Path) -> None:
    """Put the queues and agents of a YAML FILE into the database; what exists stays as it is."""
    import yaml
    from pydantic import TypeAdapter, ValidationError

    from vqueue.services.setting_up import Bank

    try:
        bank = TypeAdapter(Bank).validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as wrong:
        raise click.UsageError(f"{file.name}: {wrong}") from None
    done(_set_up(settings_read(), bank))


async def _set_up(settings: "Settings", bank: "Bank") -> None:
    from vqueue.clock import BusinessClock, SystemChance
    from vqueue.db.open import open_database
    from vqueue.db.vault import KeyVault
    from vqueue.services.setting_up import set_up

    chance = SystemChance()
    database = open_database(settings.database)
    try:
        await set_up(database, KeyVault(settings.keys(), chance=chance), bank, at=BusinessClock().now(), chance=chance)
    finally:
        await database.close()
    click.echo(f"{len(bank.queues)} queues and {len(bank.agents)} agents are known", err=True)


@main.group()
def db() -> None:
    """The database's schema."""


@db.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the database to REVISION, the newest by default."""
    from vqueue.db.open import migrate

    done(migrate(settings_read().database, revision))


@db.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the database back to REVISION. `base` takes back everything, and every row with it."""
    from vqueue.db.open import downgrade as take_back

    done(take_back(settings_read().database, revision))


@db.command()
@as_json
def current(as_json: bool) -> None:
    """Say which revision the database stands at."""
    from vqueue.db.open import current as revision_of

    revision = done(revision_of(settings_read().database))
    click.echo(json.dumps({"revision": revision}) if as_json else revision or "no schema yet")


@db.command()
@as_json
def check(as_json: bool) -> None:
    """Compare the database with the tables this program expects. Exit 1 when they differ."""
    from vqueue.db.open import check as differences

    found = done(differences(settings_read().database))
    if as_json:
        click.echo(json.dumps({"fine": not found, "differences": found}))
    else:
        click.echo("\n".join(found) or "fine")
    sys.exit(1 if found else 0)


@main.command("verify-journal")
@as_json
def verify_journal(as_json: bool) -> None:
    """Prove that no sealed row of the journal is missing, changed or out of place. Exit 1 when one is."""
    from vqueue.db.journal_check import verify

    broken = in_database(lambda database: database.read(verify))
    if as_json:
        click.echo(json.dumps({"whole": broken is None, "broken_at": broken}))
    else:
        click.echo("the journal is whole" if broken is None else f"the journal is broken at position {broken}")
    sys.exit(0 if broken is None else 1)


@main.command("fallback-document")
@click.option("--language", default="en", type=click.Choice(["en", "ru", "he"]), show_default=True)
@click.option("--thanks-url", help="Where you host the second document, which thanks for the recording.")
@click.option("--thanks", is_flag=True, help="Print that second document.")
@as_json
def fallback_document(language: str, thanks_url: str | None, thanks: bool, as_json: bool) -> None:
    """Print what a provider plays when this service cannot be reached: an apology and a recording."""
    from vqueue.telephony import fallback

    if not thanks and not thanks_url:
        raise click.UsageError("name --thanks-url, or ask for --thanks")
    document = fallback.thanks(language) if thanks else fallback.apology(language, thanks_url=thanks_url or "")
    click.echo(json.dumps({"language": language, "document": document}) if as_json else document)
