"""Runs a command's work, in the database where it needs that, and leaves with one sentence when it fails."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from vqueue.ports.database import Database
    from vqueue.settings import Settings

T = TypeVar("T")
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
BY = "command-line"
"""Who acts, as the journal says it."""


class Amount(click.FloatRange):
    """A number within bounds; `nan` and `inf` are within none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not isfinite(number):
            self.fail(f"{value} is no amount.", param, ctx)
        return number


def settings_read() -> "Settings":
    """Leaves with 1 and one sentence when a setting is wrong."""
    from pydantic import ValidationError

    from vqueue.settings import Settings

    try:
        return Settings()
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = "_".join(str(part) for part in first["loc"])
        field = Settings.model_fields.get(name)
        found = f", found {first['input']!r}" if field is not None and field.annotation in (int, float) else ""
        fail(f"VQUEUE_{name.upper()}: {first['msg'].removeprefix('Value error, ')}{found}.")
    except OSError as missing:
        fail(str(missing))


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
    except BaseExceptionGroup as several:
        refused, others = several.split((UnsafeSetting, Refusal, OSError))
        if refused is None or others is not None:
            raise
        fail(str(_first(refused)))


def _first(several: BaseExceptionGroup[BaseException]) -> BaseException:
    inner = several.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner


def fail(sentence: str, *, code: str = "failed") -> NoReturn:
    """Leaves with 1: the sentence for a person, and for a script that asked for JSON the document of it."""
    asked = click.get_current_context(silent=True)
    if asked is not None and (asked.params.get("as_json") or asked.params.get("form") == "json"):
        click.echo(json.dumps({"code": code, "detail": sentence}))
    click.echo(sentence, err=True)
    sys.exit(1)
