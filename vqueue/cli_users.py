"""`vqueue users`: staff who sign in at pages, and their open browsers."""

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import click

from vqueue.cli_running import BY, as_json, in_database
from vqueue.clock import BusinessClock, SystemChance
from vqueue.domain.errors import NotFound
from vqueue.identity.passwords import Argon2Passwords
from vqueue.ports.database import Database, Work
from vqueue.ports.people import Staff
from vqueue.services.personnel import Personnel
from vqueue.services.setting_up import NewStaff, put_staff
from vqueue.services.signing_in import PASSWORD_MIN, Role

T = TypeVar("T")
ROLES = click.Choice([role.value for role in Role])


@click.group()
def users() -> None:
    """Staff who sign in."""


@users.command()
@click.argument("login")
@click.option("--name", help="As pages show it; the login by default.")
@click.option("--role", type=ROLES, default=Role.SUPERVISOR.value, show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@as_json
def add(login: str, name: str | None, role: str, password_stdin: bool, as_json: bool) -> None:
    """Add LOGIN, or give an existing one another name, role and password."""
    password = _password(password_stdin)
    member = NewStaff(login=login, name=name or login, role=role, password=password)

    async def put(database: Database) -> Staff:
        now, chance = BusinessClock().now(), SystemChance()
        return await put_staff(database, Argon2Passwords(), member, at=now, chance=chance)

    stored = in_database(put)
    shown = {"id": stored.id, "login": stored.login, "name": stored.name, "role": stored.role}
    click.echo(json.dumps(shown, ensure_ascii=False) if as_json else f"{stored.login} is {stored.role}")


@users.command("list")
@as_json
def list_users(as_json: bool) -> None:
    """Everybody who may sign in."""
    staff = in_database(lambda database: database.read(lambda work: work.people.all_staff()))
    if as_json:
        shown = [{"login": one.login, "name": one.name, "role": one.role, "disabled": one.disabled} for one in staff]
        click.echo(json.dumps({"users": shown}, ensure_ascii=False))
        return
    for one in staff:
        click.echo(f"{one.login:20} {one.role:12} {one.name}{'  (disabled)' if one.disabled else ''}")


@users.command()
@click.argument("login")
@click.argument("role", type=ROLES)
def role(login: str, role: str) -> None:
    """Give LOGIN another ROLE; every browser of theirs is signed out."""
    changed = _changed(login, lambda register, staff: register.give_role(staff.id, Role(role)))
    click.echo(f"{changed.login} is {changed.role}")


@users.command()
@click.argument("login")
def disable(login: str) -> None:
    """LOGIN may not sign in any more, and is signed out everywhere."""
    click.echo(f"{_changed(login, lambda register, staff: register.disable(staff.id)).login} is disabled")


@users.command()
@click.argument("login")
def enable(login: str) -> None:
    """LOGIN may sign in again."""
    click.echo(f"{_changed(login, lambda register, staff: register.enable(staff.id)).login} is enabled")


@users.command("reset-password")
@click.argument("login")
@as_json
def reset_password(login: str, as_json: bool) -> None:
    """Make a new password for LOGIN and print it once; every browser of theirs is signed out."""
    made = _changed(login, lambda register, staff: register.reset_password(Argon2Passwords(), staff.id))
    shown = {"login": made.staff.login, "password": made.password}
    click.echo(json.dumps(shown) if as_json else f"{made.staff.login} signs in with {made.password}")


@users.group()
def sessions() -> None:
    """Their open browsers."""


@sessions.command()
@click.argument("login")
def revoke(login: str) -> None:
    """Sign LOGIN out everywhere."""
    click.echo(f"{_changed(login, lambda register, staff: register.end_sessions(staff.id)).login} is signed out")


def _changed(login: str, act: Callable[[Personnel, Staff], Awaitable[T]]) -> T:
    """What an admin's act on this person returns. Leaves with 1 when nobody has the login."""

    def found(work: Work) -> Staff:
        staff = work.people.staff(login.strip().casefold())
        if staff is None:
            raise NotFound("Nobody has this login.")
        return staff

    async def acted(database: Database) -> T:
        chance, now = SystemChance(), BusinessClock().now()
        register = Personnel(database=database, chance=chance, at=now, by=BY)
        return await act(register, await database.read(found))

    return in_database(acted)


def _password(from_stdin: bool) -> str:
    told: Any = sys.stdin.readline().rstrip("\n") if from_stdin else click.prompt("Password", hide_input=True)
    if len(told) < PASSWORD_MIN:
        raise click.UsageError(f"a password has at least {PASSWORD_MIN} characters")
    return str(told)
