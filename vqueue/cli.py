"""The command line. Exit codes: 0 fine, 1 the answer is bad or the deed failed, 2 wrong usage."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from vqueue import __version__

if TYPE_CHECKING:
    from vqueue.ports.database import Database
    from vqueue.services.setting_up import Bank
    from vqueue.settings import Settings

T = TypeVar("T")
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


class _Lazy(click.Group):
    """Reads commands that need much only when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), "doctor", "flows"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "flows":
            from vqueue.cli_flows import flows

            return flows
        if cmd_name == "doctor":
            from vqueue.cli_doctor import doctor

            return doctor
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(version)s")
def main() -> None:
    """Virtual queue and callback telephony for contact centers."""


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Of the service; 8080 or the next free one by default.")
@click.option("--speed", type=click.FloatRange(0.1, 200), default=1.0, show_default=True, help="Of the time of day.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the invented people's chance.")
@click.option("--seconds", type=click.FloatRange(0, min_open=True), help="Stop after so many and print a summary.")
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

    settings = _settings()
    write_to_stderr(settings.log_format, settings.log_level)
    _done(_serve(settings))


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
    _done(_set_up(_settings(), bank))


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

    _done(migrate(_settings().database, revision))


@db.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the database back to REVISION. `base` takes back everything, and every row with it."""
    from vqueue.db.open import downgrade as take_back

    _done(take_back(_settings().database, revision))


@db.command()
@as_json
def current(as_json: bool) -> None:
    """Say which revision the database stands at."""
    from vqueue.db.open import current as revision_of

    revision = _done(revision_of(_settings().database))
    click.echo(json.dumps({"revision": revision}) if as_json else revision or "no schema yet")


@db.command()
@as_json
def check(as_json: bool) -> None:
    """Compare the database with the tables this program expects. Exit 1 when they differ."""
    from vqueue.db.open import check as differences

    found = _done(differences(_settings().database))
    if as_json:
        click.echo(json.dumps({"fine": not found, "differences": found}))
    else:
        click.echo("\n".join(found) or "fine")
    sys.exit(1 if found else 0)


@main.group()
def users() -> None:
    """Staff who sign in."""


@users.command()
@click.argument("login")
@click.option("--name", help="As pages show it; the login by default.")
@click.option("--role", type=click.Choice(["agent", "supervisor", "admin"]), default="supervisor", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@as_json
def add(login: str, name: str | None, role: str, password_stdin: bool, as_json: bool) -> None:
    """Add LOGIN, or give an existing one another name, role and password."""
    from vqueue.clock import BusinessClock, SystemChance
    from vqueue.identity.passwords import Argon2Passwords
    from vqueue.services.setting_up import NewStaff, put_staff

    password = sys.stdin.readline().rstrip("\n") if password_stdin else click.prompt("Password", hide_input=True)
    if len(password) < 8:
        raise click.UsageError("a password has at least 8 characters")
    member = NewStaff(login=login, name=name or login, role=role, password=password)

    async def put(database: "Database") -> Any:
        now, chance = BusinessClock().now(), SystemChance()
        return await put_staff(database, Argon2Passwords(), member, at=now, chance=chance)

    stored = _in_database(put)
    shown = {"id": stored.id, "login": stored.login, "name": stored.name, "role": stored.role}
    click.echo(json.dumps(shown, ensure_ascii=False) if as_json else f"{stored.login} is {stored.role}")


@users.command("list")
@as_json
def list_users(as_json: bool) -> None:
    """Everybody who may sign in."""
    staff = _in_database(lambda database: database.read(lambda work: work.people.all_staff()))
    if as_json:
        shown = [{"login": one.login, "name": one.name, "role": one.role, "disabled": one.disabled} for one in staff]
        click.echo(json.dumps({"users": shown}, ensure_ascii=False))
        return
    for one in staff:
        click.echo(f"{one.login:20} {one.role:12} {one.name}{'  (disabled)' if one.disabled else ''}")


@main.command("verify-journal")
@as_json
def verify_journal(as_json: bool) -> None:
    """Prove that no sealed row of the journal is missing, changed or out of place. Exit 1 when one is."""
    from vqueue.db.journal_check import verify

    broken = _in_database(lambda database: database.read(verify))
    if as_json:
        click.echo(json.dumps({"whole": broken is None, "broken_at": broken}))
    else:
        click.echo("the journal is whole" if broken is None else f"the journal is broken at position {broken}")
    sys.exit(0 if broken is None else 1)


@main.command("fallback-document")
@click.option("--language", default="en", type=click.Choice(["en", "ru", "he"]), show_default=True)
@click.option("--thanks-url", help="Where you host the second document, which thanks for the recording.")
@click.option("--thanks", is_flag=True, help="Print that second document.")
def fallback_document(language: str, thanks_url: str | None, thanks: bool) -> None:
    """Print what a provider plays when this service cannot be reached: an apology and a recording."""
    from vqueue.telephony import fallback

    if not thanks and not thanks_url:
        raise click.UsageError("name --thanks-url, or ask for --thanks")
    click.echo(fallback.thanks(language) if thanks else fallback.apology(language, thanks_url=thanks_url or ""))


def _settings() -> "Settings":
    """Leaves with 1 and one sentence when a setting is wrong."""
    from pydantic import ValidationError

    from vqueue.settings import Settings

    try:
        return Settings()
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        _fail(f"VQUEUE_{name}: {first['msg']}.")


def _in_database(work: "Callable[[Database], Awaitable[T]]") -> T:
    """Runs it beside whatever server is running."""
    from vqueue.db.open import open_database

    async def opened() -> T:
        database = open_database(_settings().database)
        try:
            return await work(database)
        finally:
            await database.close()

    return _done(opened())


def _done(work: Awaitable[T]) -> T:
    """The result; leaves with 1 and one sentence when it could not be had."""
    from vqueue.domain.errors import Refusal
    from vqueue.settings import UnsafeSetting

    async def waited() -> T:
        return await work

    try:
        return asyncio.run(waited())
    except (Refusal, UnsafeSetting, OSError) as problem:
        _fail(str(problem))


def _fail(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)
