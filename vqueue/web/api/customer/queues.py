"""The queues as a customer sees them."""

from collections.abc import Mapping

from vqueue.domain.rules import Queue
from vqueue.services.house import House
from vqueue.web.api import cursor
from vqueue.web.api.operation import AppCustomer, Ask, Operation, Reply, Shape, ShortPage

TAG = "Queues"


class Opening(Shape):
    """When the queue is open, in its zone. Closing `24:00` is midnight."""

    zone: str
    week: Mapping[str, tuple[tuple[str, str], ...]]
    """By `mon` … `sun`: opening and closing as `HH:MM`."""
    holidays: tuple[str, ...]
    """Dates, or countries whose public holidays count."""
    days: Mapping[str, tuple[tuple[str, str], ...]]
    """Single days with hours of their own, by date; empty is closed. Neither week nor holidays count on them."""


class QueueShown(Shape):
    """One queue."""

    id: str
    names: Mapping[str, str]
    """By language."""
    topics: tuple[str, ...]
    topic_labels: Mapping[str, Mapping[str, str]]
    """What topics are called, by topic and language; one that is not here has no name but its id."""
    languages: tuple[str, ...]
    hours: Opening


class QueueList(Shape):
    """All queues."""

    items: tuple[QueueShown, ...]
    next_cursor: str | None = None


def operations(house: House) -> tuple[Operation, ...]:
    async def queues(ask: Ask) -> Reply:
        found = await house.database.read(lambda work: work.queues.all())
        page, more = cursor.cut(found, ask.query)
        return Reply(body=QueueList(items=tuple(shown(queue) for queue in page), next_cursor=more))

    async def queue(ask: Ask) -> Reply:
        name = ask.path["queue"]
        return Reply(body=shown(await house.database.read(lambda work: work.queues.get(name))))

    return (
        Operation(
            method="GET", path="/v1/queues", name="list_queues", summary="All queues: names, topics, hours, languages",
            tag=TAG, who=AppCustomer(), handler=queues, query=ShortPage, answer=QueueList,
        ),
        Operation(
            method="GET", path="/v1/queues/{queue}", name="read_queue", summary="One queue",
            tag=TAG, who=AppCustomer(), handler=queue, answer=QueueShown,
        ),
    )  # fmt: skip


def shown(queue: Queue) -> QueueShown:
    hours = queue.rules.hours
    return QueueShown(
        id=queue.id,
        names=queue.names,
        topics=queue.rules.topics,
        topic_labels=queue.rules.topic_labels,
        languages=queue.rules.languages,
        hours=Opening(zone=hours.zone, week=hours.week, holidays=hours.holidays, days=hours.days),
    )
