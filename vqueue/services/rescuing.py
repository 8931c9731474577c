"""The class of those whom a line or an agent dropped: it goes before others, and is kept small."""

from dataclasses import replace
from datetime import datetime

from vqueue.domain.request import Request
from vqueue.ports.database import Work

RESCUED = "rescued"


def within_cap(work: Work, before: Request | None, after: Request, *, at: datetime) -> Request:
    """Counts who enters and leaves the class, in one guarded row a queue; who finds it full stays in the class he has
    (or, new in line, in the standard one). `after` is about to be stored in place of `before`."""
    was = f"{RESCUED}:{before.queue}" if before is not None and _in_it(before) else ""
    now = f"{RESCUED}:{after.queue}" if _in_it(after) else ""
    if was and was != now:
        work.counters.give(was)
    if not now or now == was:
        return after
    most = work.queues.get(after.queue).rules.caps.rescued
    if work.counters.take(now, limit=most, at=at):
        return after
    keeps = before.credit_class if before is not None and before.credit_class != RESCUED else "standard"
    return replace(after, credit_class=keeps)


def _in_it(request: Request) -> bool:
    return request.is_open and request.credit_class == RESCUED
