"""Runs a command's work, in the database where it needs that, and leaves with one sentence when it fails."""

import asyncio
import json
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
    """Runs it beside whatever server is running. Leaves with 1 where the database has no schema yet."""
    from vqueue.db.open import current, open_database

    url = settings_read().database

    async def opened() -> T:
        if await current(url) is None:
            fail("This database has no tables yet: `vqueue db upgrade` makes them.", code="no_schema")
        database = open_database(url)
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
    except Refusal as refusal:
        fail(str(refusal), code=refusal.code)
    except (UnsafeSetting, OSError) as problem:
        fail(str(problem))


def fail(sentence: str, *, code: str = "failed") -> NoReturn:
    """Leaves with 1: the sentence for a person, and for a script that asked for JSON the document of it."""
    asked = click.get_current_context(silent=True)
    if asked is not None and (asked.params.get("as_json") or asked.params.get("form") == "json"):
        click.echo(json.dumps({"code": code, "detail": sentence}))
    click.echo(sentence, err=True)
    sys.exit(1)
