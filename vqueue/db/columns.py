"""The columns that tables are made of, and the metadata that holds them all."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, text

from vqueue.db.types import UtcDateTime, Word, Words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def among(column: str, words: Iterable[StrEnum]) -> str:
    """A check that the column holds one of the words."""
    listed = ", ".join(f"'{word}'" for word in sorted(words))
    return f"{column} IN ({listed})"


def words(name: str, among_: type[StrEnum], *, nullable: bool = False) -> tuple[Column[StrEnum], CheckConstraint]:
    """A column of an enum's words with its check."""
    return Column(name, Words(among_), nullable=nullable), CheckConstraint(among(name, among_), name=name)


def sealed(name: str, *, nullable: bool = True) -> tuple[Column[str], ...]:
    """The three columns of a sealed value."""
    return tuple(Column(f"{name}_{part}", Word, nullable=nullable) for part in ("cipher", "index", "hint"))


def identity() -> Column[str]:
    """The text id."""
    return Column("id", Word, primary_key=True)


def version() -> tuple[Column[int], CheckConstraint]:
    """The guard of every change."""
    return Column("version", Integer, nullable=False), CheckConstraint("version >= 1", name="version")


def moment(name: str, *, nullable: bool = True) -> Column[object]:
    """An aware UTC time."""
    return Column(name, UtcDateTime, nullable=nullable)


def word(name: str, *, nullable: bool = True) -> Column[str]:
    """Plain text."""
    return Column(name, Word, nullable=nullable)


def refers(name: str, to: str, *, nullable: bool = False) -> Column[str]:
    """A foreign key."""
    return Column(name, Word, ForeignKey(to), nullable=nullable)


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the rows that `where` names."""
    return Index(name, *columns, unique=unique, postgresql_where=text(where), sqlite_where=text(where))
