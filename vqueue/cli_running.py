"""Runs a command's work, in the database where it needs that, and leaves with one sentence when it fails."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from vqueue.ports.database import Database
    from vqueue.settings import Settings

T = TypeVar("T")
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
BY = "command-line"
"""Who acts, as the journal says it."""


def settings_read() -> "Settings":
    """Leaves with 1 and one sentence when a setting is wrong."""
    from pydantic import ValidationError

    from vqueue.settings import Settings

    try:
        return Settings()
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        fail(f"VQUEUE_{name}: {first['msg']}.")


def in_database(work: "Callable[[Database], Awaitable[T]]") -> T:
    """Runs it beside whatever server is running."""
    from vqueue.db.open import open_database

    async def opened() -> T:
        database = open_database(settings_read().database)
        try:
            return await work(database)
        finally:
            await database.close()

    return done(opened())


def done(work: Awaitable[T]) -> T:
    """The result; leaves with 1 and one sentence when it could not be had."""
    from vqueue.domain.errors import Refusal
    from vqueue.settings import UnsafeSetting

    async def waited() -> T:
        return await work

    try:
        return asyncio.run(waited())
    except (Refusal, UnsafeSetting, OSError) as problem:
        fail(str(problem))


def fail(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)
