"""Stories of customers who are rung before an agent is free: one is when they answer, or they hold at the head."""

from dataclasses import replace
from functools import partial
from typing import Any

from tests.stories.bank import AGENT, CUSTOMER, OTHER, RULES, Bank
from tests.stories.callers import HOLD, heard, newest
from tests.stories.scenes import ACCEPTS, attempts, keeps_a_place, new_rules, rung, stands
from vqueue.domain.agent import AddressKind, Agent, Presence
from vqueue.domain.attempt import Shape
from vqueue.domain.causes import Cause
from vqueue.domain.ids import AgentId
from vqueue.domain.journal import Fact
from vqueue.domain.request import Mode, State
from vqueue.domain.rules import CallbackRules
from vqueue.engine.dial_ahead import LONGEST_HOLD_S
from vqueue.services.clerk import Clerk

AHEAD = replace(RULES, callback=CallbackRules(dial_ahead=True, ring_s=60))
TEAM = 30
"""Of so many, somebody is free every eight seconds: the model's guess before it has measured a call."""


async def a_large_team_at_work(bank: Bank) -> AgentId:
    """Everybody is writing up; the one who has a telephone here."""
    await new_rules(bank, AHEAD)
    omer = await bank.agent("omer", AGENT, ready=False, answers={"after_s": 1}, keys=[ACCEPTS], talk_s=60)
    await bank.house.act(partial(_hire, bank=bank))
    await bank.until_board("cards", lambda board: board.inputs.get("agents") == TEAM)
    return omer


def _hire(clerk: Clerk, bank: Bank) -> None:
    one = clerk.work.agents.get(AgentId("omer"))
    writing = {"presence": Presence.WRAPPING, "since": clerk.at, "wrap_until": clerk.later(7200)}
    clerk.work.agents.replace(replace(one, **writing))
    for number in range(1, TEAM):
        clerk.work.agents.insert(_colleague(bank, number, **writing))


def _colleague(bank: Bank, number: int, **standing: Any) -> Agent:
    address = bank.house.vault.seal(f"sip:colleague-{number}@bank.example")
    return Agent(
        id=AgentId(f"colleague-{number}"), name=f"Colleague {number}", address_kind=AddressKind.SIP, address=address,
        skills={"cards": 5}, languages=("en",), **standing,
    )  # fmt: skip


async def grounds(bank: Bank, request: str) -> list[str]:
    """Why he was rung."""
    rows = await bank.read(lambda work: work.journal.of_request(request))
    opened = next(row for row in rows if row.fact is Fact.ATTEMPT_OPENED)
    return list(opened.data["reasons"])


async def test_an_agent_who_is_free_while_his_telephone_rings_is_there_when_he_answers(bank: Bank) -> None:
    omer = await a_large_team_at_work(bank)
    request = await keeps_a_place(bank, answers={"after_s": 40})
    await bank.network.until(
        lambda ledger: any(e["event"] == "ring" and e["to"] == CUSTOMER for e in ledger), what="rung, nobody is free"
    )
    assert await rung(bank, AGENT) == 0
    assert "ahead" in await grounds(bank, request.id)
    await bank.ready(omer)
    await bank.until_agent(omer, lambda one: one.presence is Presence.RESERVED, what="the next who is free is kept")
    await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    (attempt,) = await attempts(bank, request)
    assert (attempt.outcome, attempt.shape, attempt.agent) == (Cause.TALKED, Shape.CUSTOMER_FIRST, omer)
    ledger = await bank.network.ledger()
    answered = next(e["seq"] for e in ledger if e["event"] == "answered" and e["to"] == CUSTOMER)
    assert answered < next(e["seq"] for e in ledger if e["event"] == "ring" and e["to"] == AGENT)
    assert (await rung(bank, CUSTOMER), await rung(bank, AGENT)) == (1, 1)


async def test_who_answers_before_anybody_is_free_hears_so_and_holds_at_the_head(bank: Bank) -> None:
    omer = await a_large_team_at_work(bank)
    request = await keeps_a_place(bank, patience_s=3000)
    held = await bank.until(lambda found: found[0].state is State.HOLDING and found[0].ready, what="he holds")
    assert (held[0].mode, held[0].credit_class, held[0].virtual_start) == (Mode.HOLD, "rescued", request.virtual_start)
    foreseen = next(reason for reason in await grounds(bank, request.id) if reason.startswith("hold:"))
    assert float(foreseen.removeprefix("hold:")) <= LONGEST_HOLD_S
    (ring,) = await bank.network.rings(CUSTOMER)
    await heard(bank, ring["call_sid"], "You are next: an agent will be free in a moment", times=2)
    await bank.customer(OTHER, keys=HOLD, talk_s=15, patience_s=3000)
    later = (await bank.until(lambda found: len(found) == 2 and newest(State.HOLDING)(found), what="another holds"))[0]
    await bank.ready(omer)
    await bank.until(lambda found: any(one.id == request.id and one.state is State.TALKING for one in found), what="he")
    assert (await stands(bank, later)).state is State.HOLDING, "who came after him waits on"
    await bank.until(lambda found: all(one.state is State.SERVED for one in found), what="served, then the other")
    tries = await attempts(bank, request)
    assert [(one.shape, one.outcome) for one in tries] == [
        (Shape.CUSTOMER_FIRST, Cause.ABORTED),
        (Shape.HOLDER, Cause.TALKED),
    ]
    assert tries[1].accepted_at == tries[0].accepted_at is not None
    assert await rung(bank, CUSTOMER) == 1
