"""The sealed journal over HTTP: every fact in its order, with the hash that chains it to the one before."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from vqueue.domain.errors import Invalid
from vqueue.domain.journal import Fact, JournalRow
from vqueue.services.house import House
from vqueue.services.keys import Scope
from vqueue.web.api.operation import Ask, Bank, Id, Moment, Operation, Page, Reply, Shape

TAG = "Journal"
POSITION_MAX = 2**53
_LETTERS_MAX = 15


class JournalQuery(Page):
    """Which facts. `cursor` is the position of the last one seen: go on from it whenever you like."""

    fact: Fact | None = None
    request: Annotated[str | None, Field(max_length=64)] = None
    queue: Id | None = None


class FactShown(Shape):
    """One fact. It holds no phone number and no context."""

    position: int
    id: str
    at: Moment
    fact: Fact
    request: str | None
    attempt: str | None
    leg: str | None
    agent: str | None
    queue: str | None
    rules_version: int | None
    data: Mapping[str, Any]
    hash: str
    """SHA-256 over the hash before and this fact; `vqueue verify-journal` proves the chain."""


class FactList(Shape):
    """By position. `next_cursor` is null when nothing more is sealed yet."""

    items: tuple[FactShown, ...]
    next_cursor: str | None = None


def operations(house: House) -> tuple[Operation, ...]:
    return (
        Operation(
            method="GET", path="/v1/admin/journal", name="read_journal", tag=TAG, who=Bank(Scope.JOURNAL_READ),
            summary="What happened, in the order in which it was sealed", query=JournalQuery,
            handler=partial(_journal, house), answer=FactList,
        ),
    )  # fmt: skip


async def _journal(house: House, ask: Ask) -> Reply:
    query: JournalQuery = ask.query
    after = _position(query.cursor)
    found = await house.database.read(
        lambda work: work.ledgers.journal(
            after=after,
            limit=query.limit + 1,
            facts=(query.fact,) if query.fact else (),
            request=query.request,
            queue=query.queue,
        )
    )
    page, more = found[: query.limit], len(found) > query.limit
    last = str(page[-1].position) if more else None
    return Reply(body=FactList(items=tuple(map(shown, page)), next_cursor=last))


def _position(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= _LETTERS_MAX):
        raise Invalid("The cursor of the journal is a position.", errors=(("/cursor", "cursor"),))
    return int(cursor)


def shown(row: JournalRow) -> FactShown:
    return FactShown(
        position=row.position or 0,
        id=row.id,
        at=row.at,
        fact=row.fact,
        request=row.request,
        attempt=row.attempt,
        leg=row.leg,
        agent=row.agent,
        queue=row.queue,
        rules_version=row.rules_version,
        data=row.data,
        hash=row.hash or "",
    )
