"""Agents and their presence."""

from sqlalchemy import bindparam

from vqueue.db.record import Record
from vqueue.db.store import Store
from vqueue.db.tables import agents
from vqueue.domain.agent import Agent
from vqueue.domain.ids import AgentId

AGENT = Record(Agent, agents)
_a = agents.c
IN_ORDER = AGENT.all.order_by(_a.id)
BY_ADDRESS = AGENT.all.where(_a.address_index == bindparam("index_")).order_by(_a.id)


class StoredAgents(Store):
    """`ports.database.Agents`."""

    def get(self, agent: AgentId) -> Agent:
        return self.named(AGENT, agent)

    def insert(self, agent: Agent) -> None:
        self.add_new(AGENT, agent)

    def replace(self, agent: Agent) -> Agent:
        return self.swap(AGENT, agent)

    def all(self) -> list[Agent]:
        return self.all_of(AGENT, IN_ORDER)

    def by_address(self, index: str) -> Agent | None:
        if not index:
            return None
        return self.one_of(AGENT, BY_ADDRESS, index_=index)
