"""Times as whole microseconds in SQL, alike on both databases: sums of them are exact, whatever the order."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, cast, extract, func, literal, type_coerce

from vqueue.db.tables import journal
from vqueue.ports.reports import QUARTER_S

SECOND_US = 1_000_000
_j = journal.c


def microseconds(moment: ColumnElement[Any], *, on_postgres: bool) -> ColumnElement[Any]:
    """Since 1970."""
    if on_postgres:
        return cast(extract("epoch", moment) * SECOND_US, BigInteger)
    return type_coerce(moment, BigInteger)


def quarter(moment: ColumnElement[Any], *, on_postgres: bool) -> ColumnElement[Any]:
    """Which quarter of an hour since 1970 it lies in."""
    return microseconds(moment, on_postgres=on_postgres) // (QUARTER_S * SECOND_US)


def lasted() -> ColumnElement[Any]:
    """How long the stretch that a move of an agent ends has lasted, to the millisecond it is kept in."""
    return cast(func.round(_j.data["lasted_s"].as_float() * 1000), BigInteger) * 1000


def many(so: ColumnElement[bool]) -> ColumnElement[Any]:
    """How many rows are so."""
    return total(case((so, 1), else_=0))


def total(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(func.coalesce(func.sum(amount), 0), BigInteger)


def larger(one: ColumnElement[Any], other: int) -> ColumnElement[Any]:
    return case((one > other, one), else_=literal(other, BigInteger))


def smaller(one: ColumnElement[Any], other: int) -> ColumnElement[Any]:
    return case((one < other, one), else_=literal(other, BigInteger))
