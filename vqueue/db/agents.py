"""Agents and their presence."""

from sqlalchemy import bindparam, func

from vqueue.db.record import Record
from vqueue.db.store import Store
from vqueue.db.tables import agents
from vqueue.domain.agent import Agent
from vqueue.domain.ids import AgentId

AGENT = Record(Agent, agents)
_a = agents.c
_here = AGENT.all.where(_a.removed_at.is_(None)).order_by(_a.id)
BY_ADDRESS = _here.where(_a.address_index == bindparam("index_"))
BY_LOGIN = _here.where(func.lower(_a.login) == bindparam("login_")).limit(1)


class StoredAgents(Store):
    """`ports.database.Agents`."""

    def get(self, agent: AgentId) -> Agent:
        return self.named(AGENT, agent)

    def insert(self, agent: Agent) -> None:
        self.add_new(AGENT, agent)

    def replace(self, agent: Agent) -> Agent:
        return self.swap(AGENT, agent)

    def all(self) -> list[Agent]:
        return self.all_of(AGENT, _here)

    def by_address(self, index: str) -> Agent | None:
        if not index:
            return None
        return self.one_of(AGENT, BY_ADDRESS, index_=index)

    def by_login(self, login: str) -> Agent | None:
        return self.one_of(AGENT, BY_LOGIN, login_=login.lower()) if login else None
