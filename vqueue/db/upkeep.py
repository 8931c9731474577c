"""Rows whose time is over, and totals of the journal."""

from collections import defaultdict
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import ColumnElement, Select, Table, and_, case, delete, func, or_, select, text

from vqueue.db import tables, tables_apps, tables_outlooks
from vqueue.db.store import Store
from vqueue.domain.journal import Fact
from vqueue.domain.leg import LegState
from vqueue.ports.upkeep import Perishable, Tallies

_j, _o = tables.journal.c, tables.outbox.c
OVER = (LegState.ENDED, LegState.FAILED)
COUNTED = {
    Fact.QUEUE_ENTERED: "mode",
    Fact.ATTEMPT_CLOSED: "outcome",
    Fact.PROMISE_SETTLED: "kept",
    Fact.LEG_NEWS: "cause",
}
"""The facts that are counted, and the datum they are counted by."""
_KEPT = {"true": "kept", "1": "kept", "false": "broken", "0": "broken"}
"""Truth as either database writes it; a promise that was neither was withdrawn."""


class StoredUpkeep(Store):
    """`ports.upkeep.Upkeep`."""

    def purge(self, what: Perishable, *, before: datetime, limit: int = 500) -> int:
        table, over = _over(what, before)
        key = next(iter(table.primary_key.columns))
        gone = delete(table).where(key.in_(select(key).where(over).limit(limit).scalar_subquery()))
        return self.connection.execute(gone).rowcount

    def tallies(self, *, after: int = 0, rows: int = 100_000) -> Tallies:
        last = self.connection.scalar(select(func.max(_j.position))) or 0
        upto = min(last, after + rows)
        counts: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
        for fact, queue, word, role, count in self.connection.execute(_grouped(after, upto)):
            where = role if fact == Fact.LEG_NEWS else queue
            told = _KEPT.get(str(word).lower(), "withdrawn") if fact == Fact.PROMISE_SETTLED else word
            key = (str(where or "none"), str(told or "none"))
            counts[fact][key] = counts[fact].get(key, 0) + int(count)
        return Tallies(
            upto,
            upto == last,
            counts[Fact.QUEUE_ENTERED],
            counts[Fact.ATTEMPT_CLOSED],
            counts[Fact.PROMISE_SETTLED],
            counts[Fact.LEG_NEWS],
        )

    def outbox(self) -> tuple[int, datetime | None]:
        waiting = select(func.count(), func.min(_o.not_before)).where(text("done_at IS NULL AND NOT dead"))
        depth, oldest = self.connection.execute(waiting).one()
        return int(depth), oldest


def _grouped(after: int, upto: int) -> Select[Any]:
    word = case(*((_j.fact == fact, _j.data[name].as_string()) for fact, name in COUNTED.items()))
    role = case((_j.fact == Fact.LEG_NEWS, _j.data["role"].as_string()))
    counted = or_(_j.fact != Fact.LEG_NEWS, _j.data["now"].as_string().in_(OVER))
    among = and_(_j.position > after, _j.position <= upto, _j.fact.in_(list(COUNTED)), counted)
    return select(_j.fact, _j.queue, word, role, func.count()).where(among).group_by(_j.fact, _j.queue, word, role)


def _over(what: Perishable, before: datetime) -> tuple[Table, ColumnElement[bool]]:
    match what:
        case Perishable.COUNTERS:
            counters = tables.counters.c
            return tables.counters, or_(counters.expires_at < before, counters.value == 0)
        case Perishable.SESSIONS:
            return tables.staff_sessions, tables.staff_sessions.c.expires_at < before
        case Perishable.ANSWERS:
            return tables_apps.answers, tables_apps.answers.c.expires_at < before
        case Perishable.VERIFICATIONS:
            return tables_apps.verifications, tables_apps.verifications.c.expires_at < before
        case Perishable.PAGE_LINKS:
            return tables_apps.page_links, tables_apps.page_links.c.expires_at < before
        case Perishable.CONVERSATIONS:
            return tables.conversations, tables.conversations.c.ended_at < before
        case Perishable.NOTICES:
            return tables.outbox, and_(_o.not_before < before, or_(_o.done_at.is_not(None), _o.dead))
        case Perishable.HALF_HOURS:
            return tables_outlooks.half_hours, tables_outlooks.half_hours.c.start < before
        case _:
            assert_never(what)
