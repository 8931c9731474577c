"""How a frozen value lies in a table: a column a field, three for a sealed value, two for a window."""

from dataclasses import Field, fields
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sqlalchemy import Row, Table, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from vqueue.domain.phone import Sealed
from vqueue.domain.promise import Window


class Value(Protocol):
    """Any dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


V = TypeVar("V", bound=Value)
SEALED_PARTS = ("cipher", "index", "hint")
WINDOW_PARTS = ("start", "end")
DIALECTS = {"sqlite": sqlite, "postgresql": postgresql}


class Record(Generic[V]):
    """Translates between a dataclass and `select(table)` rows. TypeError at import when a field has no column."""

    def __init__(self, kind: type[V], table: Table) -> None:
        self.kind, self.table = kind, table
        # Statements are built once: building one anew takes longer than running it.
        self.all = select(table)
        key = next(iter(table.primary_key.columns))
        self.by_id = self.all.where(key == bindparam("id_"))
        self.at_version = update(table).where(key == bindparam("id_"))
        if "version" in table.c:
            self.at_version = self.at_version.where(table.c.version == bindparam("version_"))
        self.adding = {name: dialect.insert(table).on_conflict_do_nothing() for name, dialect in DIALECTS.items()}
        at = {column.name: place for place, column in enumerate(table.columns)}
        names = [field.name for field in fields(kind)]
        self._plain = tuple((name, at[name]) for name in names if name in at)
        self._sealed = tuple((name, at[f"{name}_cipher"]) for name in names if f"{name}_cipher" in at)
        self._windows = tuple((name, at[f"{name}_start"]) for name in names if name not in at and f"{name}_start" in at)
        found = len(self._plain) + len(self._sealed) + len(self._windows)
        used = len(self._plain) + 3 * len(self._sealed) + 2 * len(self._windows)
        if found != len(names) or used != len(at):
            raise TypeError(f"{kind.__name__} and the table {table.name} do not hold the same things")

    def row(self, item: V) -> dict[str, Any]:
        """The columns of `item`, by name."""
        row: dict[str, Any] = {name: getattr(item, name) for name, _ in self._plain}
        for name, _ in self._sealed:
            sealed: Sealed | None = getattr(item, name)
            for part in SEALED_PARTS:
                row[f"{name}_{part}"] = None if sealed is None else getattr(sealed, part)
        for name, _ in self._windows:
            window: Window = getattr(item, name)
            row[f"{name}_start"], row[f"{name}_end"] = window.start, window.end
        return row

    def value(self, row: Row[*tuple[Any, ...]]) -> V:
        """The value in a row of `select(table)`."""
        values: dict[str, Any] = {name: row[place] for name, place in self._plain}
        for name, place in self._sealed:
            values[name] = None if row[place] is None else Sealed(row[place], row[place + 1], row[place + 2])
        for name, place in self._windows:
            values[name] = Window(row[place], row[place + 1])
        return self.kind(**values)
