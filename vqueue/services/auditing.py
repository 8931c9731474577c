"""What was noted in the house, newest first, with the names of everybody and everything it speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vqueue.domain.journal import JournalRow
from vqueue.ports.database import Work
from vqueue.ports.reports import JournalFilter
from vqueue.services.house import House

PAGE = 50
PERSON_LOOK_BACK = timedelta(days=31)
"""So far back what one person did is looked for, where no beginning is asked for: no index knows him."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """One page. `wanted` is what was really looked for; `older` is the place to go on from, None at the end."""

    at: datetime
    wanted: JournalFilter
    rows: tuple[JournalRow, ...]
    older: tuple[datetime, str] | None
    queues: Mapping[str, Mapping[str, str]]
    """Names by language of each queue."""
    agents: Mapping[str, str]
    staff: Mapping[str, str]
    keys: Mapping[str, str]


async def noted(house: House, wanted: JournalFilter, *, before: tuple[datetime, str] | None = None) -> Noted:
    """Raises Unavailable where the walk takes too long: ask for a shorter time."""
    now = house.clock.now()
    bounded = wanted
    if wanted.person is not None and wanted.since is None:
        bounded = replace(wanted, since=(wanted.until or now) - PERSON_LOOK_BACK)
    return await house.database.read(lambda work: _page(work, bounded, before, now))


def _page(work: Work, wanted: JournalFilter, before: tuple[datetime, str] | None, now: datetime) -> Noted:
    found = work.ledgers.noted(wanted, before=before, limit=PAGE + 1)
    rows = tuple(found[:PAGE])
    return Noted(
        at=now,
        wanted=wanted,
        rows=rows,
        older=(rows[-1].at, rows[-1].id) if len(found) > PAGE else None,
        queues={queue.id: queue.names for queue in work.queues.all()},
        agents={agent.id: agent.name for agent in work.agents.all()},
        staff={member.id: member.name for member in work.people.all_staff()},
        keys={f"key:{key.id}": key.name for key in work.keys.all()},
    )
