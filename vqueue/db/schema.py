"""Brings a database to a revision of its schema, and says where it stands (Alembic, on both databases)."""

import asyncio
import fcntl
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from vqueue.db import (
    columns,
    tables,
    tables_apps,
    tables_bank,
    tables_calibrations,
    tables_lines,
    tables_models,
    tables_outlooks,
    tables_rehearsals,
)
from vqueue.db.sqlite_files import file_of, writing

T = TypeVar("T")
TABLES = (
    tables,
    tables_apps,
    tables_bank,
    tables_calibrations,
    tables_lines,
    tables_models,
    tables_outlooks,
    tables_rehearsals,
)
"""The modules whose import fills the metadata."""
metadata = columns.metadata
_PACKAGE = Path(__file__).resolve().parent.parent
MIGRATIONS = next(at for at in (_PACKAGE / "migrations", _PACKAGE.parent / "migrations") if at.exists())
"""In the installed package, or at the top of a checkout."""
ONE_AT_A_TIME = 4_871_236
"""Key of PostgreSQL's advisory lock: replicas that start together migrate one after another."""


async def migrate(url: str, revision: str = "head") -> None:
    """Upgrades to `revision`; nothing happens when it is there already."""
    await _connected(url, lambda connection: command.upgrade(_config(connection), revision))


async def downgrade(url: str, revision: str) -> None:
    """Takes back what came after `revision` (`base` takes back everything, and every row with it)."""
    await _connected(url, lambda connection: command.downgrade(_config(connection), revision))


async def current(url: str) -> str | None:
    """The revision the database stands at, None before the first."""
    return await _connected(url, lambda connection: MigrationContext.configure(connection).get_current_revision())


async def check(url: str) -> list[str]:
    """What differs between the database and the tables this program expects; empty when nothing does."""
    return await _connected(url, differences)


def differences(connection: Connection) -> list[str]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
    return [repr(difference) for difference in compare_metadata(context, metadata)]


async def _connected(url: str, deed: Callable[[Connection], T]) -> T:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return await asyncio.to_thread(_in_file, file_of(address), deed)
    engine = create_async_engine(address.set(drivername="postgresql+asyncpg"))
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
            return await connection.run_sync(deed)
    finally:
        await engine.dispose()


def _in_file(file: Path, deed: Callable[[Connection], T]) -> T:
    """One at a time: of several that turn a new file to its write-ahead log at once, SQLite lets the others wait for
    nothing and fail."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_name(f"{file.name}.schema").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        engine = writing(file)
        try:
            with engine.begin() as connection:
                return deed(connection)
        finally:
            engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
