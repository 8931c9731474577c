"""Connections to one SQLite file: the writer's, the readers', and the lock of the one server."""

import fcntl
import sqlite3
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

from vqueue.db.types import to_json
from vqueue.domain.errors import Unavailable

BUSY_S = 10.0
"""How long a writer waits for another process (a command beside the server) to commit."""


def file_of(url: URL) -> Path:
    """The database's file. Raises ValueError for a database in memory: it would not survive, nor be shared."""
    if not url.database or url.database == ":memory:":
        raise ValueError("a SQLite database needs a file: sqlite:///path/to/file.sqlite")
    return Path(url.database).absolute()


def writing(file: Path) -> Engine:
    """Every transaction begins IMMEDIATE, and COMMIT returns when the disk has it (WAL, synchronous FULL)."""
    file.parent.mkdir(parents=True, exist_ok=True)
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
    return _engine(f"file:{quote(str(file))}", pragmas=pragmas, begin="BEGIN IMMEDIATE", connections=1)


def reading(file: Path, *, connections: int) -> Engine:
    """Snapshots that cannot write."""
    return _engine(f"file:{quote(str(file))}?mode=ro", pragmas=(), begin="BEGIN", connections=connections)


def _engine(name: str, *, pragmas: tuple[str, ...], begin: str, connections: int) -> Engine:
    def connect() -> sqlite3.Connection:
        # isolation_level=None: the driver's own BEGIN would come too late and lose updates.
        link = sqlite3.connect(name, uri=True, timeout=BUSY_S, check_same_thread=False, isolation_level=None)
        for pragma in pragmas:
            link.execute(f"PRAGMA {pragma}")
        return link

    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        json_serializer=to_json,
        hide_parameters=True,
    )
    event.listen(engine, "begin", lambda connection: _say(connection, begin))
    return engine


def _say(connection: Connection, words: str) -> Any:
    return connection.exec_driver_sql(words)


def lock_server(file: Path) -> IO[str]:
    """Held until closed. Raises Unavailable when another server has it; commands that only write briefly do not ask."""
    lock = file.with_name(f"{file.name}.server-lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    held = lock.open("a")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        raise Unavailable("Another server already runs on this database file.") from None
    return held
