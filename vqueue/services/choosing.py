"""Which queue somebody's wish belongs to, and which place in it: by queue or topic, then by the rows of its rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vqueue.domain.errors import Invalid, NotFound
from vqueue.domain.rules import Queue
from vqueue.engine import routing
from vqueue.ports.database import Work
from vqueue.services import quoting
from vqueue.services.house import House
from vqueue.services.quoting import Grounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The queue with what a quote in it is made from, and the class of the place."""

    seen: Grounds
    skills: tuple[str, ...]
    bucket: str
    credit: str


async def chosen(house: House, *, queue: str | None, topic: str | None) -> Queue:
    """The queue that was named, or the first one that has the topic. Raises Invalid where there is none."""
    return await house.database.read(lambda work: choose(work, queue=queue, topic=topic))


def choose(work: Work, *, queue: str | None, topic: str | None) -> Queue:
    """The same within an op."""
    if queue is None:
        if topic is None:
            raise Invalid("Name a queue or a topic.", errors=(("/queue", "missing"),))
        found = next((one for one in work.queues.all() if topic in one.rules.topics), None)
        if found is None:
            raise Invalid("No queue has this topic.", errors=(("/topic", "unknown"),))
        return found
    try:
        named = work.queues.get(queue)
    except NotFound:
        raise Invalid("There is no such queue.", errors=(("/queue", "unknown"),)) from None
    if topic is not None and named.rules.topics and topic not in named.rules.topics:
        raise Invalid("This queue does not have this topic.", errors=(("/topic", "unknown"),))
    return named


def attributes(
    *,
    topic: str | None,
    language: str,
    channel: str,
    segment: str | None = None,
    context: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What rows of the rules may ask about, by name; a context field as `context.<its id>`."""
    own = {f"context.{name}": value for name, value in (context or {}).items()}
    return {"topic": topic, "language": language, "channel": channel, "segment": segment, **own}


async def routed(house: House, queue: Queue, known: Mapping[str, Any], *, language: str) -> Route:
    """The place by this queue's rows. A row may send it to another queue, whose own rows then add what they name; it
    is not sent on from there."""
    seen = await quoting.grounds_of(house, queue)
    first = routing.route(seen.queue.rules, known)
    skills, credit = first.skills, first.credit
    if first.queue is not None and first.queue != queue.id:
        try:
            seen = await quoting.grounds(house, first.queue)
        except NotFound:
            pass  # a row that names a queue which is gone moves nobody
        else:
            skills, credit = _moved(seen, first, known)
    return Route(seen=seen, skills=skills, bucket=routing.bucket(skills, language), credit=credit)


def _moved(seen: Grounds, first: routing.Routing, known: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    there = routing.route(seen.queue.rules, known)
    credit = first.credit if first.credit in seen.queue.rules.credits else there.credit
    named = set(there.skills) | set(first.named)
    return tuple(sorted(named)), there.credit if credit == "standard" else credit
