"""Notices to the outside: written with the fact they tell, claimed by one sender at a time."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Exists, and_, exists, func, not_, or_, select, text, update

from vqueue.db.record import Record
from vqueue.db.store import Store
from vqueue.db.tables import outbox
from vqueue.ports.database import Notice

NOTICE = Record(Notice, outbox)
_o = outbox.c
_waits = text("done_at IS NULL AND NOT dead")


class StoredOutbox(Store):
    """`ports.database.Outbox`."""

    def add(self, notice: Notice) -> None:
        self.add_new(NOTICE, notice)

    def claim(self, *, now: datetime, until: datetime, limit: int = 20) -> list[Notice]:
        due = select(_o.id).where(_waits, _o.kind != "webhook", _o.not_before <= now)
        mine = due.order_by(_o.not_before, _o.id).limit(limit).with_for_update(skip_locked=True)
        taken = update(outbox).where(_o.id.in_(mine.scalar_subquery())).values(not_before=until).returning(outbox)
        return sorted((NOTICE.value(row) for row in self.connection.execute(taken)), key=lambda notice: notice.id)

    def claim_of(self, target: str, *, now: datetime, until: datetime, limit: int = 100) -> list[Notice]:
        own = select(_o.id).where(_waits, text("kind = 'webhook'"), _o.target == target, _o.not_before <= now)
        free = own.where(~_held_up(target, now)).order_by(_o.line, _o.place, _o.id).limit(limit)
        mine = free.with_for_update(skip_locked=True)
        taken = update(outbox).where(_o.id.in_(mine.scalar_subquery())).values(not_before=until).returning(outbox)
        found = [NOTICE.value(row) for row in self.connection.execute(taken)]
        return sorted(found, key=lambda notice: (notice.line or "", notice.place, notice.id))

    def done(self, notice: str, *, at: datetime, outcome: str = "taken") -> None:
        taken = {"done_at": at, "outcome": outcome, "tries": _o.tries + 1}
        self.connection.execute(update(outbox).where(_o.id == notice, _o.done_at.is_(None)).values(taken))

    def later(
        self, notice: str, *, not_before: datetime, dead: bool = False, outcome: str | None = None, tried: bool = True
    ) -> None:
        again = update(outbox).where(_waits, _o.id == notice)
        changed = {"not_before": not_before, "dead": dead, "tries": _o.tries + int(tried)}
        self.connection.execute(again.values(changed | ({"outcome": outcome} if outcome else {})))

    def of_target(self, target: str, *, limit: int, before: str | None = None) -> list[Notice]:
        own = NOTICE.all.where(text("kind = 'webhook'"), _o.target == target)
        own = own if before is None else own.where(_o.id < before)
        return self.all_of(NOTICE, own.order_by(_o.id.desc()).limit(limit))

    def bury(self, target: str | None, *, but: Collection[str] = ()) -> int:
        which = _o.target.not_in(list(but)) if target is None else _o.target == target
        own = update(outbox).where(_waits, text("kind = 'webhook'"), which)
        return self.connection.execute(own.values(dead=True, outcome=func.coalesce(_o.outcome, "given_up"))).rowcount


def _held_up(target: str, now: datetime) -> Exists:
    """An earlier one of its line waits for its time, or is being sent."""
    other = outbox.alias("earlier")
    e = other.c
    pending = and_(e.done_at.is_(None), not_(e.dead), e.kind == "webhook", e.target == target, e.not_before > now)
    first = or_(e.place < _o.place, and_(e.place == _o.place, e.id < _o.id))
    return exists(select(e.id).where(pending, e.line == _o.line, first).correlate(outbox))
