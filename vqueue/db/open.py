"""Opens the database an address names."""

from sqlalchemy import make_url

from vqueue.db.postgres import PostgresDatabase
from vqueue.db.schema import check, current, downgrade, migrate
from vqueue.db.sqlite import SqliteDatabase
from vqueue.ports.database import Database

__all__ = ["check", "current", "downgrade", "migrate", "open_database"]


def open_database(url: str, *, server: bool = False) -> Database:
    """`sqlite:///file` or `postgresql://…`. Raises ValueError for any other address.

    `server`: raises Unavailable when another server already runs on the same SQLite file.
    """
    address = make_url(url)
    match address.get_backend_name():
        case "sqlite":
            return SqliteDatabase(address, server=server)
        case "postgresql":
            return PostgresDatabase(address)
        case other:
            raise ValueError(f"no such kind of database: {other}; known are sqlite and postgresql")
