"""What every store does alike: rows read as values, inserts that break no transaction, changes guarded by a version."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

from vqueue.db.record import Record, V, Value
from vqueue.domain.errors import NotFound, StaleWrite


class Versioned(Value, Protocol):
    """A value whose row is guarded by id and version."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...


W = TypeVar("W", bound=Versioned)


class Store:
    """Base of the stores of one transaction. With `lock`, reads take their rows FOR UPDATE: an op that lost a race
    runs again holding what it reads, so it cannot lose the same race twice. (SQLite has one writer and needs none.)"""

    def __init__(self, connection: Connection, *, lock: bool = False) -> None:
        self.connection = connection
        self.lock = lock

    @property
    def on_postgres(self) -> bool:
        return self.connection.dialect.name == "postgresql"

    def all_of(self, record: Record[V], query: Select[Any], **parameters: Any) -> list[V]:
        found = self.connection.execute(query.with_for_update() if self.lock else query, parameters)
        return [record.value(row) for row in found]

    def one_of(self, record: Record[V], query: Select[Any], **parameters: Any) -> V | None:
        """The first row as a value, None when there is none."""
        found = self.all_of(record, query, **parameters)
        return found[0] if found else None

    def named(self, record: Record[V], name: str) -> V:
        """The row of that id as a value. Raises NotFound."""
        found = self.one_of(record, record.by_id, id_=name)
        if found is None:
            raise NotFound(f"There is no such {record.kind.__name__.lower()}.")
        return found

    def add_if_free(self, record: Record[V], item: V) -> bool:
        """Inserts; False when a unique index stands against it (the transaction goes on)."""
        statement = record.adding[self.connection.dialect.name]
        return self.connection.execute(statement, record.row(item)).rowcount == 1

    def add_new(self, record: Record[V], item: V) -> None:
        """Inserts; raises StaleWrite when a unique index stands against it."""
        if not self.add_if_free(record, item):
            raise StaleWrite(f"Such a {record.kind.__name__.lower()} is there already.")

    def swap(self, record: Record[W], item: W) -> W:
        """Stores `item` where the row still has its version. Raises StaleWrite."""
        after = replace(item, version=item.version + 1)
        row = {**record.row(after), "version_": item.version, "id_": item.id}
        del row["id"]
        if self.connection.execute(record.at_version, row).rowcount != 1:
            raise StaleWrite
        return after

    @contextlib.contextmanager
    def undone_alone(self) -> Iterator[None]:
        """A statement inside that fails leaves the transaction usable (SQLite does so by itself)."""
        if not self.on_postgres:
            yield
            return
        with self.connection.begin_nested():
            yield


def insert(connection: Connection, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """INSERT with ON CONFLICT in the connection's dialect."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
