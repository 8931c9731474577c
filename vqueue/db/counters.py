"""Ceilings that hold under any concurrency: one guarded row each."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Executable, bindparam, case, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from vqueue.db.store import Store
from vqueue.db.tables import counters

_c = counters.c
_PER = {"sqlite": sqlite, "postgresql": postgresql}


def _taking(dialect: str) -> Executable:
    first = (
        _PER[dialect]
        .insert(counters)
        .values(key=bindparam("key_"), value=1, expires_at=bindparam("over_", type_=_c.expires_at.type))
    )
    over = _c.expires_at <= bindparam("at_", type_=_c.expires_at.type)
    taking: Executable = first.on_conflict_do_update(
        index_elements=[_c.key],
        set_={
            "value": case((over, 1), else_=_c.value + 1),
            "expires_at": case((over, first.excluded.expires_at), else_=_c.expires_at),
        },
        where=or_(_c.value < bindparam("limit_"), over),
    ).returning(_c.value)
    return taking


TAKE = {dialect: _taking(dialect) for dialect in _PER}
GIVE = update(counters).where(_c.key == bindparam("key_"), _c.value > 0).values(value=_c.value - 1)


class StoredCounters(Store):
    """`ports.database.Counters`. A counter whose time is over starts anew when it is next taken."""

    def take(self, key: str, *, limit: int, at: datetime, expires_at: datetime | None = None) -> bool:
        if limit < 1:
            return False
        asked = {"key_": key, "limit_": limit, "at_": at, "over_": expires_at}
        return self.connection.execute(TAKE[self.connection.dialect.name], asked).first() is not None

    def give(self, key: str) -> None:
        self.connection.execute(GIVE, {"key_": key})

    def value(self, key: str) -> int:
        return self.connection.scalar(select(_c.value).where(_c.key == key)) or 0

    def values(self, keys: Collection[str]) -> dict[str, int]:
        found = dict.fromkeys(keys, 0)
        if found:
            rows = self.connection.execute(select(_c.key, _c.value).where(_c.key.in_(found)))
            found.update((key, value) for key, value in rows)
        return found
