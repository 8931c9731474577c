"""The journal: facts get no order when they are written; sealing gives position and hash in one fenced op."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select, text

from vqueue.db.record import Record
from vqueue.db.store import Store
from vqueue.db.tables import journal
from vqueue.domain.ids import RequestId
from vqueue.domain.journal import Fact, JournalRow, chained

ROW = Record(JournalRow, journal)
_j = journal.c
START = ""
"""The hash before the first row."""
_seal_one = (
    journal.update()
    .where(_j.id == bindparam("row"), _j.position.is_(None))
    .values(position=bindparam("place"), hash=bindparam("link"))
)


class StoredJournal(Store):
    """`ports.database.Journal`."""

    def __init__(self, connection: Connection, *, lock: bool = False) -> None:
        super().__init__(connection, lock=lock)
        self._unwritten: list[dict[str, Any]] = []

    def write(self, *rows: JournalRow) -> None:
        """Kept until the op ends, or reads the journal: one statement for all of them."""
        self._unwritten += [ROW.row(row) for row in rows]

    def flush(self) -> None:
        if self._unwritten:
            self.connection.execute(journal.insert(), self._unwritten)
            self._unwritten = []

    def of_request(self, request: RequestId) -> list[JournalRow]:
        return self._read(ROW.all.where(_j.request == request).order_by(_j.at, _j.id))

    def seal(self, *, limit: int = 500) -> int:
        self.flush()
        last = select(_j.position, _j.hash).where(_j.position.is_not(None)).order_by(_j.position.desc()).limit(1)
        position, link = self.connection.execute(last).one_or_none() or (0, START)
        unsealed = ROW.all.where(text("position IS NULL")).order_by(_j.at, _j.id).limit(limit)
        seals = []
        for row in self._read(unsealed):
            position, link = position + 1, chained(link, row)
            seals.append({"row": row.id, "place": position, "link": link})
        if seals:
            self.connection.execute(_seal_one, seals)
        return len(seals)

    def sealed(self, *, after: int = 0, limit: int = 1000) -> list[JournalRow]:
        return self._read(ROW.all.where(_j.position > after).order_by(_j.position).limit(limit))

    def recent(self, *, facts: Sequence[Fact] = (), limit: int = 50) -> list[JournalRow]:
        query = ROW.all.where(_j.fact.in_(list(facts))) if facts else ROW.all
        return self._read(query.order_by(_j.at.desc(), _j.id.desc()).limit(limit))

    def _read(self, query: Select[Any]) -> list[JournalRow]:
        self.flush()
        return [ROW.value(row) for row in self.connection.execute(query)]
