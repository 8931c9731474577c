"""What somebody with a database prompt, or a second program, would do."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from vqueue.db.sqlite_files import writing
from vqueue.ports.database import Work

T = TypeVar("T")


def sql(work: Work, words: str) -> Any:
    """A statement inside an op."""
    return work.connection.exec_driver_sql(words)  # type: ignore[attr-defined]


async def connected(url: str, deed: Callable[[Connection], T]) -> T:
    """A transaction of its own, outside of the house's database."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return await asyncio.to_thread(_in_file, Path(str(address.database)), deed)
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(deed)
    finally:
        await engine.dispose()


def _in_file(file: Path, deed: Callable[[Connection], T]) -> T:
    engine = writing(file)
    with engine.begin() as connection:
        found = deed(connection)
    engine.dispose()
    return found


async def told(url: str, words: str) -> None:
    await connected(url, lambda connection: connection.exec_driver_sql(words))
