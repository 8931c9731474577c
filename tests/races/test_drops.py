"""An agent who hangs up while his customer is asked: his own news may come last, the blame is his all the same."""

from collections.abc import AsyncIterator
from functools import partial

import pytest

from tests.races.test_at_once import AGENTS, CUSTOMERS, over, reserve, the_request, waiting
from tests.web.house import HandClock, open_house
from vqueue.domain.agent import Presence
from vqueue.domain.causes import Cause
from vqueue.domain.ids import AgentId, AttemptId, CallSid, LegId
from vqueue.domain.leg import News
from vqueue.domain.request import State
from vqueue.ports.voice import Told
from vqueue.services import answering, screening
from vqueue.services.house import House


@pytest.fixture
async def asked(sqlite_database: str) -> AsyncIterator[House]:
    """The agent accepted, the customer answered and has pressed nothing yet."""
    async with open_house(sqlite_database, HandClock()) as house:
        await house.act(waiting)
        await house.act(reserve)
        await house.act(lambda clerk: clerk.hear(clerk.work.legs.by_token(AGENTS), News.ANSWERED))
        told = Told(call_sid=CallSid("CA1"), digits="1")
        await house.act(partial(answering.accepted, token=AGENTS, told=told, new=(LegId("t1.c"), CUSTOMERS)))
        await house.act(lambda clerk: screening.answered(clerk, CUSTOMERS, Told(call_sid=CallSid("CA2"))))
        yield house


@pytest.mark.parametrize("customers_end_is_known", [True, False])
async def test_the_end_of_the_dial_told_before_the_agents_own(asked: House, customers_end_is_known: bool) -> None:
    if customers_end_is_known:
        await asked.act(over(CUSTOMERS))
    ended = Told(call_sid=CallSid("CA1"), news=News.ENDED, cause=Cause.HUNG_UP, child=CallSid("CA2"), gone=True)
    await answering.dialed(asked, AGENTS, ended)
    request = await asked.database.read(the_request)
    agent = await asked.database.read(lambda work: work.agents.get(AgentId("a1")))
    attempt = await asked.database.read(lambda work: work.attempts.get(AttemptId("t1")))
    assert (attempt.outcome, request.state, request.ready) == (Cause.AGENT_DROPPED, State.WAITING, True)
    assert (dict(request.tries), agent.presence) == ({}, Presence.AWAY)


async def test_a_customer_who_hangs_up_without_a_key_has_missed_the_call(asked: House) -> None:
    ended = Told(call_sid=CallSid("CA1"), news=News.ENDED, cause=Cause.HUNG_UP, child=CallSid("CA2"))
    await answering.dialed(asked, AGENTS, ended)
    request = await asked.database.read(the_request)
    assert (dict(request.tries), request.parked) == ({Cause.NO_KEY: 1}, "retry")
