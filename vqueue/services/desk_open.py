"""Whether an agent's desk is open anywhere: a free agent who has closed it for a while is away, not rung in vain."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from vqueue.domain.agent import AgentMove, Presence
from vqueue.domain.ids import AgentId
from vqueue.ports.database import Work
from vqueue.ports.lines import DeskPage
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

LEASE_S = 60.0
"""How long (wall) a page counts as open after it was last looked at: a reload, a lost network and a server that is
replaced take less."""
KEEP_S = 15.0
"""A page that is looked at is written down no more often than this (wall)."""
CLOSED = "desk_closed"
"""Why he is away then."""
_IDLE = (Presence.READY, Presence.AWAY, Presence.OFFLINE)


@dataclass(kw_only=True)
class OpenPage:
    """One page of his that is being looked at. Nothing is to be done when it closes, or when its server dies: nobody
    keeps it open any more."""

    house: House
    agent: AgentId
    id: str
    _kept_at: float = float("-inf")

    async def looked_at(self) -> None:
        """Keeps it open for a while. Raises Unavailable."""
        wall = self.house.clock.wall()
        if wall - self._kept_at < KEEP_S:
            return
        until = self.house.clock.now() + timedelta(seconds=LEASE_S * self.house.clock.speed)
        page = DeskPage(id=self.id, agent=self.agent, expires_at=until)
        await self.house.database.transact(lambda work: work.desks.keep(page))
        self._kept_at = wall


def opened(house: House, agent: AgentId) -> OpenPage:
    return OpenPage(house=house, agent=agent, id=house.chance.id("dk"))


async def lapse(house: House) -> None:
    """Housekeeping: whoever's last page is over is away as soon as he is free; a call that goes on, and the writing up
    after it, is left alone."""
    for page in await house.database.read(lambda work: work.desks.over(house.clock.now())):
        await house.act(partial(_lapsed, page=page))


def _lapsed(clerk: Clerk, page: DeskPage) -> None:
    """The page is looked at again the next time while its agent is busy without a desk."""
    agent, elsewhere = clerk.work.agents.get(page.agent), is_open(clerk.work, page.agent, clerk.at)
    if agent.presence not in _IDLE and not elsewhere:
        return
    if clerk.work.desks.close(page) and not elsewhere and agent.presence is Presence.READY:
        clerk.move_agent(agent, AgentMove.LOST_PAGE, reason=CLOSED)


def is_open(work: Work, agent: AgentId, at: datetime) -> bool:
    return any(page.expires_at > at for page in work.desks.of(agent))
