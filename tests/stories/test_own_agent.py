"""A customer promised the same agent waits for him while he is busy: for a bounded time, then for anybody."""

from dataclasses import replace
from datetime import timedelta

from tests.stories.bank import AGENT, CUSTOMER, OTHER, RULES, SECOND_AGENT, THIRD, Bank
from tests.stories.scenes import ACCEPTS, agent, attempts, keeps_a_place, new_rules, rung, stands
from vqueue.domain.agent import Agent, Presence
from vqueue.domain.ids import AgentId
from vqueue.domain.journal import Fact
from vqueue.domain.request import Request, State
from vqueue.domain.rules import AgentRules
from vqueue.services import awaiting, disposing, presence
from vqueue.services.disposing import FollowUp, Said

OWN_WAIT_S = 300
SOON_S = 15
"""How long it may take until somebody who is free is reserved, and news of his call has come."""


async def becomes(bank: Bank, request: Request, *states: State) -> Request:
    def so(requests: list[Request]) -> bool:
        return any(one.id == request.id and one.state in states for one in requests)

    await bank.until(so, what=f"{request.id} is {states}")
    return await stands(bank, request)


async def on_the_phone(bank: Bank, who: AgentId, *, talk_s: int) -> Request:
    """Somebody else talks with the only one who is free."""
    await bank.until_agent(who, lambda one: one.presence is Presence.READY, what=f"{who} is free")
    talk = await keeps_a_place(bank, OTHER, talk_s=talk_s)
    await becomes(bank, talk, State.TALKING)
    assert (await attempts(bank, talk))[-1].agent == who
    return talk


async def promises_to_call_again(bank: Bank, talked: Request) -> Request:
    """The agent says "call back as soon as possible, by me"."""
    last = (await attempts(bank, talked))[-1]
    said = Said(code="call_again", note="ring again", follow_up=FollowUp(same_agent=True))
    done = await disposing.dispose(bank.house, last.id, said, by="st_omer")
    assert done.followed_by is not None
    return await bank.read(lambda work: work.requests.get(done.followed_by))  # type: ignore[arg-type]


async def set_aside(bank: Bank, request: Request) -> Request:
    def so(requests: list[Request]) -> bool:
        return any(one.id == request.id and one.parked == awaiting.OWN for one in requests)

    await bank.until(so, what="it waits for its own agent")
    return await stands(bank, request)


async def why(bank: Bank, request: Request) -> list[str]:
    """The reasons of its moves, in order."""
    rows = await bank.read(lambda work: work.journal.of_request(request.id))
    return [str(row.data["reason"]) for row in rows if row.fact is Fact.REQUEST_MOVED]


async def ask(bank: Bank, who: AgentId, wanted: Presence) -> Agent:
    await presence.ask(bank.house, who, wanted, reason="story")
    return await agent(bank, who)


async def test_a_customer_waits_for_the_agent_he_was_promised_and_not_for_ever(bank: Bank) -> None:
    await new_rules(bank, replace(RULES, agents=AgentRules(wrap_up_s=2, own_wait_s=OWN_WAIT_S)))
    program = {"answers": {"after_s": 2}, "keys": [ACCEPTS], "talk_s": 36_000}
    omer = await bank.agent("omer", AGENT, **program)
    first = await becomes(bank, await keeps_a_place(bank), State.SERVED)

    # Omer is busy and Dana is free: the customer waits for Omer, and Dana serves those who came later.
    long_talk = await on_the_phone(bank, omer, talk_s=120)
    own = await promises_to_call_again(bank, first)
    dana = await bank.agent("dana", SECOND_AGENT, **program)
    kept = await set_aside(bank, own)
    assert kept.wanted_agent == omer and kept.wanted_until is not None
    later = await becomes(bank, await keeps_a_place(bank, THIRD), State.SERVED)
    assert (await attempts(bank, later))[-1].agent == dana
    assert (await stands(bank, own)).parked == awaiting.OWN
    await becomes(bank, long_talk, State.SERVED)
    served = await becomes(bank, own, State.SERVED)
    (attempt,) = await attempts(bank, served)
    assert attempt.agent == omer and attempt.opened_at < kept.wanted_until
    assert awaiting.OWN in await why(bank, own)
    assert await rung(bank, CUSTOMER) == 2

    # Omer is busy for longer than anybody is let wait: Dana calls when that time is over, and not before.
    await ask(bank, dana, Presence.AWAY)
    await on_the_phone(bank, omer, talk_s=3600)
    again = await promises_to_call_again(bank, served)
    await bank.ready(dana)
    kept = await set_aside(bank, again)
    bound = kept.wanted_until
    assert bound is not None and bound - again.created_at <= timedelta(seconds=OWN_WAIT_S + SOON_S)
    assert kept.deadline is None or bound <= max(
        kept.deadline - awaiting.MARGIN, again.created_at + timedelta(seconds=SOON_S)
    )
    taken = await becomes(bank, again, State.SERVED)
    (attempt,) = await attempts(bank, taken)
    assert attempt.agent == dana and bound <= attempt.opened_at
    assert (await agent(bank, omer)).presence is Presence.TALKING
    assert await rung(bank, CUSTOMER) == 3
