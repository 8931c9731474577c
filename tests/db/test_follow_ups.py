"""Which requests an agent has promised: by the talk they follow, or by who is to serve them."""

from tests.db.builders import NOON, a_request, after, an_agent, an_attempt
from vqueue.domain.ids import AgentId, RequestId
from vqueue.ports.database import Database, Work

HOUR = 3600.0


async def test_follow_ups_of_an_agent_are_those_of_his_talks_and_those_kept_for_him(database: Database) -> None:
    def fill(work: Work) -> None:
        for name in ("a1", "a2"):
            work.agents.insert(an_agent(name, login=name))
        for name, agent in (("talk1", "a1"), ("talk2", "a2")):
            work.requests.insert(a_request(name, state="served", closed_at=after(HOUR)))
            work.attempts.insert(
                an_attempt(f"at-{name}", request=RequestId(name), agent=AgentId(agent), closed_at=after(HOUR))
            )
        for name, told in (
            ("followed", {"follows": RequestId("talk1")}),
            ("kept", {"wanted_agent": AgentId("a1")}),
            ("both", {"follows": RequestId("talk1"), "wanted_agent": AgentId("a1")}),
            ("another", {"follows": RequestId("talk2")}),
            ("another's", {"wanted_agent": AgentId("a2")}),
            ("plain", {}),
        ):
            work.requests.insert(a_request(name, created_at=after(2 * HOUR), **told))
        work.requests.insert(a_request("old", created_at=after(-HOUR), wanted_agent=AgentId("a1")))

    await database.transact(fill)
    found = await database.read(lambda work: work.dispositions.follow_ups(AgentId("a1"), since=NOON))
    assert [one.id for one in found] == ["kept", "followed", "both"]
    few = await database.read(lambda work: work.dispositions.follow_ups(AgentId("a1"), since=NOON, limit=1))
    assert [one.id for one in few] == ["kept"]
