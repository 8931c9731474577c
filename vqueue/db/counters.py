"""Ceilings that hold under any concurrency: one guarded row each."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import case, or_, select, update

from vqueue.db.store import Store, insert
from vqueue.db.tables import counters

_c = counters.c


class StoredCounters(Store):
    """`ports.database.Counters`. A counter whose time is over starts anew when it is next taken."""

    def take(self, key: str, *, limit: int, at: datetime, expires_at: datetime | None = None) -> bool:
        if limit < 1:
            return False
        over = _c.expires_at <= at
        first = insert(self.connection, counters).values(key=key, value=1, expires_at=expires_at)
        statement = first.on_conflict_do_update(
            index_elements=[_c.key],
            set_={
                "value": case((over, 1), else_=_c.value + 1),
                "expires_at": case((over, first.excluded.expires_at), else_=_c.expires_at),
            },
            where=or_(_c.value < limit, over),
        )
        return self.connection.execute(statement.returning(_c.value)).first() is not None

    def give(self, key: str) -> None:
        self.connection.execute(update(counters).where(_c.key == key, _c.value > 0).values(value=_c.value - 1))

    def value(self, key: str) -> int:
        return self.connection.scalar(select(_c.value).where(_c.key == key)) or 0

    def values(self, keys: Collection[str]) -> dict[str, int]:
        found = dict.fromkeys(keys, 0)
        if found:
            rows = self.connection.execute(select(_c.key, _c.value).where(_c.key.in_(found)))
            found.update((key, value) for key, value in rows)
        return found
