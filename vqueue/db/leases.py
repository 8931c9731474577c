"""Who dispatches: leases on the database's own clock, and the fence that keeps a former holder from writing."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Float, case, cast, func, literal, or_, select, type_coerce, update

from vqueue.db.store import Store, insert
from vqueue.db.tables import leases
from vqueue.db.types import UtcDateTime
from vqueue.domain.errors import NotLeader

_l = leases.c
JULIAN_1970 = 2440587.5
DAY_US = 86_400_000_000.0


class StoredLeases(Store):
    """`ports.database.Leases`."""

    def acquire(self, *, shard: str, holder: str, ttl_s: float) -> int | None:
        first = insert(self.connection, leases).values(shard=shard, holder=holder, epoch=1, expires_at=self._in(ttl_s))
        statement = first.on_conflict_do_update(
            index_elements=[_l.shard],
            set_={
                "holder": first.excluded.holder,
                "epoch": _l.epoch + case((_l.holder == first.excluded.holder, 0), else_=1),
                "expires_at": first.excluded.expires_at,
            },
            where=or_(_l.holder == first.excluded.holder, _l.expires_at <= self._in(0)),
        )
        epoch: int | None = self.connection.scalar(statement.returning(_l.epoch))
        return epoch

    def fence(self, *, shard: str, epoch: int) -> None:
        """Holds the row shared: whoever takes the lease over waits until this transaction has ended."""
        mine = select(literal(1)).where(_l.shard == shard, _l.epoch == epoch, _l.expires_at > self._in(0))
        if self.connection.scalar(mine.with_for_update(read=True)) is None:
            raise NotLeader

    def release(self, *, shard: str, holder: str) -> None:
        mine = update(leases).where(_l.shard == shard, _l.holder == holder)
        self.connection.execute(mine.values(expires_at=self._in(0)))

    def holder(self, shard: str) -> str | None:
        held = select(_l.holder).where(_l.shard == shard, _l.expires_at > self._in(0))
        name: str | None = self.connection.scalar(held)
        return name

    def _in(self, seconds: float) -> ColumnElement[Any]:
        """That many seconds from now on the database's clock, which also moves inside a transaction."""
        if self.on_postgres:
            return func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, cast(seconds, Float))
        days = func.julianday("now", type_=Float) - JULIAN_1970
        return type_coerce(cast(days * DAY_US + seconds * 1e6, BigInteger), UtcDateTime())
