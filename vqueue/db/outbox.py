"""Notices to the outside: written with the fact they tell, claimed by one sender at a time."""

from datetime import datetime

from sqlalchemy import select, text, update

from vqueue.db.record import Record
from vqueue.db.store import Store
from vqueue.db.tables import outbox
from vqueue.ports.database import Notice

NOTICE = Record(Notice, outbox)
_o = outbox.c


class StoredOutbox(Store):
    """`ports.database.Outbox`."""

    def add(self, notice: Notice) -> None:
        self.add_new(NOTICE, notice)

    def claim(self, *, now: datetime, until: datetime, limit: int = 20) -> list[Notice]:
        due = select(_o.id).where(text("done_at IS NULL AND NOT dead"), _o.not_before <= now)
        mine = due.order_by(_o.not_before, _o.id).limit(limit).with_for_update(skip_locked=True)
        taken = update(outbox).where(_o.id.in_(mine.scalar_subquery())).values(not_before=until).returning(outbox)
        return sorted((NOTICE.value(row) for row in self.connection.execute(taken)), key=lambda notice: notice.id)

    def done(self, notice: str, *, at: datetime) -> None:
        self.connection.execute(update(outbox).where(_o.id == notice).values(done_at=at))

    def later(self, notice: str, *, not_before: datetime, dead: bool = False) -> None:
        again = update(outbox).where(_o.id == notice)
        self.connection.execute(again.values(not_before=not_before, dead=dead, tries=_o.tries + 1))
