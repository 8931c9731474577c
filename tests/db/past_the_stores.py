"""What somebody with a database prompt, or a second program, would do."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, event, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from vqueue.db.sqlite_files import writing
from vqueue.ports.database import Work

T = TypeVar("T")


def sql(work: Work, words: str) -> Any:
    """A statement inside an op."""
    return work.connection.exec_driver_sql(words)  # type: ignore[attr-defined]


def plan_of(work: Work, ask: Callable[[Work], object]) -> str:
    """How the database goes about what `ask` asks last; it is made to prefer an index even on a small table."""
    connection: Connection = work.connection  # type: ignore[attr-defined]
    asked: list[tuple[str, Any]] = []

    def seen(_: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", seen)
    ask(work)
    event.remove(connection, "before_cursor_execute", seen)
    statement, parameters = asked[-1]
    on_sqlite = connection.dialect.name == "sqlite"
    for setting in () if on_sqlite else ("enable_seqscan", "enable_sort", "enable_bitmapscan"):
        connection.exec_driver_sql(f"SET LOCAL {setting} = off")
    explain = "EXPLAIN QUERY PLAN" if on_sqlite else "EXPLAIN"
    rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
    return "\n".join(str(row[-1]) for row in rows)


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
