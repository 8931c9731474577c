"""Whether an agent's desk is open anywhere: a free agent who has closed it for a while is away, not rung in vain."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial

from vqueue.domain.agent import AgentMove, Presence
from vqueue.domain.errors import NotFound, Unavailable
from vqueue.domain.ids import AgentId
from vqueue.ports.database import Work
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

GRACE_S = 60.0
"""How long (wall) a desk may be closed, by a reload or a lost network too, before its agent is away."""
CLOSED = "desk_closed"
"""Why he is away then."""
_PAGES = 100
_LOOKS = 24 * 60
"""How often a busy agent without a desk is looked at again, a GRACE_S apart."""
_COUNTED_S = 13 * 3600
"""A page that vanished with its server is forgotten by the next shift (wall)."""


@asynccontextmanager
async def opened(house: House, agent: AgentId, over: asyncio.Event) -> AsyncIterator[None]:
    """One open page of his. When the last one closes and none comes back in time, he is away as soon as he is free; a
    call that goes on, and the writing up after it, is left alone. `over` is set when this server stops: then his page
    only goes elsewhere."""
    forgotten = house.clock.now() + timedelta(seconds=_COUNTED_S * house.clock.speed)
    key = _key(agent)
    await house.database.transact(
        lambda work: work.counters.take(key, limit=_PAGES, at=house.clock.now(), expires_at=forgotten)
    )
    try:
        yield
    finally:
        with suppress(Unavailable):  # this server is being stopped
            await house.database.transact(lambda work: work.counters.give(key))
            if not over.is_set():
                house.spawn(_watch(house, agent, over))


async def _watch(house: House, agent: AgentId, over: asyncio.Event) -> None:
    for _ in range(_LOOKS):
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                await over.wait()
        if over.is_set() or await house.act(partial(settled, agent_id=agent)):
            return


def settled(clerk: Clerk, agent_id: AgentId) -> bool:
    """Away now, if he is free and no page of his is open; False while he is busy without one."""
    if is_open(clerk.work, agent_id):
        return True
    try:
        agent = clerk.work.agents.get(agent_id)
    except NotFound:
        return True
    if agent.presence is Presence.READY:
        clerk.move_agent(agent, AgentMove.LOST_PAGE, reason=CLOSED)
    return agent.presence in (Presence.READY, Presence.AWAY, Presence.OFFLINE)


def is_open(work: Work, agent: AgentId) -> bool:
    return work.counters.value(_key(agent)) > 0


def _key(agent: AgentId) -> str:
    return f"desk-open:{agent}"
