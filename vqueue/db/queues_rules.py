"""Queues, their switches, and every version of their rules."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, Select, Text, bindparam, cast, select

from vqueue.db.store import Store, insert
from vqueue.db.tables import queues, rules
from vqueue.domain.errors import NotFound, StaleWrite
from vqueue.domain.rules import Queue, Rules, Switches

_RULES = TypeAdapter(Rules)
_SWITCHES = TypeAdapter(Switches)
_q, _r = queues.c, rules.c
_in_force = (
    select(_q.id, _q.names, _q.rules_version, _q.switches, _q.version, cast(_r.document, Text))
    .join(rules, (_r.queue == _q.id) & (_r.version == _q.rules_version))
    .order_by(_q.id)
)
_one_in_force = _in_force.where(_q.id == bindparam("queue_"))


@lru_cache(maxsize=256)
def _parsed(document: str) -> Rules:
    """The rules in a JSON document; read each tick, changed seldom."""
    return _RULES.validate_json(document)


def _queue(row: Row[*tuple[Any, ...]]) -> Queue:
    name, names, rules_version, switches, version, document = row
    return Queue(
        id=name,
        names=names,
        rules=_parsed(document),
        rules_version=rules_version,
        switches=_SWITCHES.validate_python(switches),
        version=version,
    )


class StoredQueues(Store):
    """`ports.database.Queues`. A queue is read once an op, however many ask for its rules."""

    def __init__(self, connection: Connection, *, lock: bool = False) -> None:
        super().__init__(connection, lock=lock)
        self._read: dict[str, Queue] = {}

    def get(self, queue: str) -> Queue:
        if queue not in self._read:
            found = self._found(_one_in_force, queue_=queue)
            if not found:
                raise NotFound("There is no such queue.")
            self._read[queue] = found[0]
        return self._read[queue]

    def all(self) -> list[Queue]:
        return self._found(_in_force)

    def _found(self, query: Select[Any], **parameters: Any) -> list[Queue]:
        locked = query.with_for_update(of=queues) if self.lock else query
        return [_queue(row) for row in self.connection.execute(locked, parameters)]

    def insert(self, queue: Queue) -> None:
        row = _row(queue)
        if self.connection.execute(insert(self.connection, queues).on_conflict_do_nothing(), row).rowcount != 1:
            raise StaleWrite("Such a queue is there already.")
        self._keep(queue, at=None, by=None)

    def publish(self, queue: str, rules: Rules, *, at: datetime, by: str) -> Queue:
        now = self.get(queue)
        after = self._swap(replace(now, rules=rules, rules_version=now.rules_version + 1))
        self._keep(after, at=at, by=by)
        return after

    def switch(self, queue: str, switches: Switches) -> Queue:
        return self._swap(replace(self.get(queue), switches=switches))

    def rename(self, queue: str, names: Mapping[str, str]) -> Queue:
        return self._swap(replace(self.get(queue), names=names))

    def rules(self, queue: str, version: int) -> Rules:
        query = select(cast(_r.document, Text)).where(_r.queue == queue, _r.version == version)
        document = self.connection.scalar(query)
        if document is None:
            raise NotFound("There is no such version of the rules.")
        return _parsed(document)

    def _swap(self, queue: Queue) -> Queue:
        after = replace(queue, version=queue.version + 1)
        guarded = queues.update().where(_q.id == queue.id, _q.version == queue.version).values(_row(after))
        if self.connection.execute(guarded).rowcount != 1:
            raise StaleWrite
        self._read[queue.id] = after
        return after

    def _keep(self, queue: Queue, *, at: datetime | None, by: str | None) -> None:
        document = _RULES.dump_python(queue.rules, mode="json")
        row = {"queue": queue.id, "version": queue.rules_version, "document": document}
        self.connection.execute(rules.insert(), {**row, "published_at": at, "published_by": by})


def _row(queue: Queue) -> dict[str, Any]:
    return {
        "id": queue.id,
        "names": dict(queue.names),
        "rules_version": queue.rules_version,
        "switches": _SWITCHES.dump_python(queue.switches, mode="json"),
        "version": queue.version,
    }
