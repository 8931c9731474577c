"""The note an agent types while he talks: kept as it is typed, before he says what became of the talk."""

from dataclasses import replace
from functools import partial

from vqueue.domain.errors import Invalid, NotFound
from vqueue.domain.ids import AgentId, AttemptId
from vqueue.domain.phone import Sealed
from vqueue.ports.bank import Disposition
from vqueue.services.clerk import Clerk
from vqueue.services.disposing import DRAFT
from vqueue.services.house import House

LONGEST = 2000
"""Characters of a note."""


async def keep(house: House, attempt_id: AttemptId, note: str, *, agent: AgentId, by: str) -> None:
    """The last one counts; what was said of the talk stays. Raises NotFound for a call of somebody else, Invalid."""
    if len(note) > LONGEST:
        raise Invalid("A note has at most 2000 characters.", errors=(("/note", "string_too_long"),))
    sealed = house.vault.seal(note) if note else None
    await house.act(partial(_kept, attempt_id=attempt_id, note=sealed, agent=agent, by=by))


def _kept(clerk: Clerk, attempt_id: AttemptId, note: Sealed | None, agent: AgentId, by: str) -> None:
    attempt = clerk.work.attempts.get(attempt_id)
    if attempt.agent != agent:
        raise NotFound("This is no call of yours.")
    known = [one for one in clerk.work.dispositions.of_request(attempt.request) if one.attempt == attempt_id]
    fresh = Disposition(attempt=attempt_id, request=attempt.request, code=DRAFT, at=clerk.at, by=by)
    clerk.work.dispositions.put(replace(known[0] if known else fresh, note=note))
    clerk.topics.append(f"agent:{agent}")
