"""`vqueue keys`: API keys of the bank's systems."""

import json
from datetime import datetime, timedelta
from typing import Any

import click

from vqueue.cli_running import BY, as_json, in_database
from vqueue.clock import BusinessClock, SystemChance
from vqueue.ports.bank import ApiKey
from vqueue.ports.database import Database
from vqueue.services.keys import MadeKey, Scope, make_key, usable
from vqueue.services.keys import revoke as revoke_key

SCOPES = click.Choice([scope.value for scope in Scope])


@click.group()
def keys() -> None:
    """API keys of the bank's systems."""


@keys.command()
@click.argument("name")
@click.option("--scope", "scopes", type=SCOPES, multiple=True, required=True, help="What it may do; once for each.")
@click.option("--expires-days", type=click.IntRange(1, 3650), help="When it ends; never by default.")
@as_json
def add(name: str, scopes: tuple[str, ...], expires_days: int | None, as_json: bool) -> None:
    """Make a key for the system NAME and print it: it is shown this once and stored as a hash."""

    async def made(database: Database) -> MadeKey:
        now = BusinessClock().now()
        ends = now + timedelta(days=expires_days) if expires_days is not None else None
        wanted = {Scope(scope) for scope in scopes}
        return await make_key(database, SystemChance(), name=name, scopes=wanted, by=BY, at=now, expires_at=ends)

    new = in_database(made)
    if as_json:
        click.echo(json.dumps({**_shown(new.key), "key": new.token}, ensure_ascii=False))
    else:
        click.echo(new.token)


@keys.command("list")
@as_json
def list_keys(as_json: bool) -> None:
    """Every key there ever was, by its first letters."""
    found = in_database(lambda database: database.read(lambda work: work.keys.all()))
    if as_json:
        click.echo(json.dumps({"keys": [_shown(key) for key in found]}, ensure_ascii=False))
        return
    now = BusinessClock().now()
    for key in found:
        click.echo(f"{key.id}  {key.hint}…  {_state(key, now):8} {key.name}  {' '.join(key.scopes)}")


@keys.command()
@click.argument("key")
def revoke(key: str) -> None:
    """The key with the id KEY is worth nothing from now on."""

    async def revoked(database: Database) -> None:
        await revoke_key(database, SystemChance(), key, by=BY, at=BusinessClock().now())

    in_database(revoked)
    click.echo(f"{key} is revoked")


def _state(key: ApiKey, now: datetime) -> str:
    if usable(key, now):
        return "good"
    return "revoked" if key.revoked_at is not None else "over"


def _shown(key: ApiKey) -> dict[str, Any]:
    def told(at: datetime | None) -> str | None:
        return at.isoformat() if at is not None else None

    return {
        "id": key.id,
        "name": key.name,
        "hint": key.hint,
        "scopes": list(key.scopes),
        "made_at": told(key.made_at),
        "made_by": key.made_by,
        "expires_at": told(key.expires_at),
        "revoked_at": told(key.revoked_at),
    }
