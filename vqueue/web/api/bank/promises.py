"""The ledger of promises: what was said, on what grounds, and what came of it."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from vqueue.domain.errors import Invalid
from vqueue.domain.promise import Window
from vqueue.domain.replay import Replayed
from vqueue.domain.request import Channel
from vqueue.ports.reports import Fate, PromiseFilter, fate
from vqueue.services import ledger
from vqueue.services.house import House
from vqueue.services.keys import Scope
from vqueue.services.ledger import Entry
from vqueue.web.api import cursor
from vqueue.web.api.operation import YEARS, Ask, Bank, Id, Moment, Operation, Page, Reply, Shape

TAG = "Promises"


class PromiseQuery(Page):
    """Which promises, by when they were made."""

    queue: Id | None = None
    channel: Channel | None = None
    fate: Fate | None = None
    start: Annotated[Moment | None, Field(alias="from")] = None
    end: Annotated[Moment | None, Field(alias="to")] = None


class SpokenWindow(Shape):
    """The window as it was spoken."""

    start: Annotated[Moment, Field(serialization_alias="from")]
    end: Annotated[Moment, Field(serialization_alias="to")]


class ReplayShown(Shape):
    """The promise made once more from its stored inputs, and held against what the journal said when it was made."""

    verdict: Replayed
    """`incomplete`: something it was made from was not stored."""
    window: SpokenWindow | None
    """What the inputs give."""
    differs: tuple[str, ...]
    """What is not as it was: `window`, or a field that the journal has otherwise."""


class PromiseShown(Shape):
    """One promise."""

    id: str
    request: str
    queue: str
    channel: str
    made_at: Moment
    window: SpokenWindow
    coverage: float
    """The share of such promises that is meant to be kept."""
    method: str
    quantiles_s: Mapping[str, float]
    """The raw estimate, seconds from `made_at`."""
    inputs: Mapping[str, Any]
    """What the estimate was made from."""
    rules_version: int
    model_version: str
    first_ring_at: Moment | None
    settled_at: Moment | None
    fate: Fate
    """`kept`: the first ring lay inside the window."""
    outcome: str | None
    replay: ReplayShown


class PromiseList(Shape):
    """Newest first."""

    items: tuple[PromiseShown, ...]
    next_cursor: str | None = None


def operations(house: House) -> tuple[Operation, ...]:
    return (
        Operation(
            method="GET", path="/v1/admin/promises", name="list_promises", tag=TAG, who=Bank(Scope.REPORTS_READ),
            summary="What was promised and what came of it, newest first", query=PromiseQuery,
            handler=partial(_promises, house), answer=PromiseList,
        ),
    )  # fmt: skip


async def _promises(house: House, ask: Ask) -> Reply:
    query: PromiseQuery = ask.query
    wanted = PromiseFilter(
        queue=query.queue,
        channel=query.channel,
        fate=query.fate,
        start=query.start,
        end=query.end,
        after=_place(query.cursor),
    )
    found = await house.database.read(lambda work: ledger.page(work, wanted, limit=query.limit + 1))
    page, more = found[: query.limit], len(found) > query.limit
    last = cursor.written(page[-1].promise.made_at.isoformat(), page[-1].promise.id) if more else None
    return Reply(body=_listed(page, last))


def _listed(page: list[Entry], last: str | None) -> dict[str, Any]:
    document: dict[str, Any] = PromiseList(items=tuple(map(shown, page)), next_cursor=last).model_dump(
        mode="json", by_alias=True
    )
    return document


def _place(written: str | None) -> tuple[datetime, str] | None:
    place = cursor.read(written, parts=2)
    if place is None:
        return None
    try:
        at = datetime.fromisoformat(place[0])
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or at.year not in YEARS or not place[1].isprintable():
        raise Invalid("A cursor is the next_cursor of the page before.", errors=(("/cursor", "cursor"),))
    return at, place[1]


def shown(entry: Entry) -> PromiseShown:
    promise, replay = entry.promise, entry.replay
    return PromiseShown(
        id=promise.id,
        request=promise.request,
        queue=promise.queue,
        channel=promise.channel,
        made_at=promise.made_at,
        window=_window(promise.window),
        coverage=promise.coverage,
        method=promise.method,
        quantiles_s={name: value for name, value in promise.quantiles_s.items() if value is not None},
        inputs=promise.inputs,
        rules_version=promise.rules_version,
        model_version=promise.model_version,
        first_ring_at=promise.first_ring_at,
        settled_at=promise.settled_at,
        fate=fate(promise),
        outcome=promise.outcome,
        replay=ReplayShown(
            verdict=replay.verdict,
            window=_window(replay.window) if replay.window is not None else None,
            differs=replay.differs,
        ),
    )


def _window(window: Window) -> SpokenWindow:
    return SpokenWindow(start=window.start, end=window.end)
