"""Lines of business by their names: a queue made with careful rules, or renamed."""

from collections.abc import Mapping
from functools import partial

from vqueue.domain.errors import Invalid, NotFound
from vqueue.domain.journal import Fact
from vqueue.domain.rules import Queue, Rules
from vqueue.services.clerk import Clerk
from vqueue.services.house import House


async def put(house: House, queue_id: str, names: Mapping[str, str], *, by: str) -> tuple[Queue, bool]:
    """The queue with these names, and whether it is new: a new one has the default rules as its version 1.

    Raises Invalid without a name.
    """
    kept = {language: " ".join(name.split()) for language, name in names.items()}
    if not kept or not all(kept.values()):
        raise Invalid("A queue has a name in at least one language.", errors=(("/names", "required"),))
    return await house.act(partial(_put, queue_id=queue_id, names=kept, by=by))


def _put(clerk: Clerk, queue_id: str, names: Mapping[str, str], by: str) -> tuple[Queue, bool]:
    try:
        known = clerk.work.queues.get(queue_id)
    except NotFound:
        clerk.work.queues.insert(Queue(id=queue_id, names=names, rules=Rules()))
        clerk.note(Fact.RULES_PUBLISHED, queue=queue_id, rules_version=1, by=by)
        clerk.topics += ["dispatch", "queues"]
        return clerk.work.queues.get(queue_id), True
    if dict(known.names) == dict(names):
        return known, False
    clerk.note(Fact.STAFF_ACTED, queue=queue_id, act="renamed_queue", by=by)
    clerk.topics.append("queues")
    return clerk.work.queues.rename(queue_id, names), False
