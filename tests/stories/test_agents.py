"""Stories of agents: who does not take a call, who leaves in the middle, and what becomes of them and the place."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tests.stories.bank import AGENT, CUSTOMER, OTHER, RULES, SECOND_AGENT, Bank
from tests.stories.callers import holds
from tests.stories.network import said
from tests.stories.scenes import ACCEPTS, agent, attempts, hangs_up, keeps_a_place, new_rules, presences, rung, stands
from vqueue.domain.agent import Presence
from vqueue.domain.causes import Cause
from vqueue.domain.request import Request, State
from vqueue.domain.rules import AgentRules
from vqueue.services import presence, requesting

QUICK = replace(RULES, agents=AgentRules(wrap_up_s=2, ring_s=15, accept_s=12))
DECLINES = {"answers": {"after_s": 2}, "keys": [{"heard": "2 to pass", "press": "2"}]}
SILENT = {"answers": {"after_s": 2}}
NEVER, BUSY, DEAD = {"answers": "never"}, {"answers": "busy"}, {"answers": "failed"}


async def asked(bank: Bank, request: Request) -> None:
    """An agent is or was called for him; how long that lasts is the agent's affair."""
    while not await attempts(bank, request):
        await bank.network.pause()


@pytest.mark.parametrize(
    ("program", "outcome"),
    [
        (DECLINES, Cause.AGENT_DECLINED),
        (SILENT, Cause.AGENT_NO_ANSWER),
        (NEVER, Cause.AGENT_NO_ANSWER),
        (BUSY, Cause.AGENT_NO_ANSWER),
        (DEAD, Cause.AGENT_NO_ANSWER),
    ],
    ids=["declines", "presses nothing", "never answers", "is busy", "has a dead line"],
)
async def test_the_next_agent_gets_the_same_customer_first(bank: Bank, program: dict[str, Any], outcome: Cause) -> None:
    await new_rules(bank, QUICK)
    omer = await bank.agent("omer", AGENT, **program)
    first = await keeps_a_place(bank)
    await asked(bank, first)
    second = await keeps_a_place(bank, OTHER)
    dana = await bank.agent("dana", SECOND_AGENT, ready=False)
    await bank.until_agent(omer, lambda one: one.presence is Presence.AWAY, what="omer is away")
    await bank.ready(dana)
    await bank.until(lambda found: any(one.id == first.id and one.state is State.TALKING for one in found), what="talk")
    assert (await stands(bank, second)).state is State.WAITING
    assert [one.outcome for one in await attempts(bank, first)] == [outcome, None]
    after = await stands(bank, first)
    assert (after.virtual_start, dict(after.tries)) == (first.virtual_start, {})
    assert (await rung(bank, AGENT), await rung(bank, CUSTOMER)) == (0 if program is DEAD else 1, 1)


async def test_an_agent_who_drops_while_the_phone_rings_is_away_and_the_customer_keeps_the_head(bank: Bank) -> None:
    hangs = {"heard": "We are calling the customer", "hang_up": True, "after_s": 3}
    omer = await bank.agent("omer", AGENT, answers={"after_s": 1}, keys=[ACCEPTS, hangs])
    first = await keeps_a_place(bank, answers=[{"after_s": 20}, {"after_s": 1}])
    await bank.until_agent(omer, lambda one: one.presence is Presence.AWAY, what="omer is away")
    dana = await bank.agent("dana", SECOND_AGENT)
    found = await bank.until(lambda found: found[0].state is State.SERVED, what="served by dana")
    assert [one.outcome for one in await attempts(bank, first)] == [Cause.AGENT_DROPPED, Cause.TALKED]
    assert (found[0].rings, dict(found[0].tries), found[0].virtual_start) == (2, {}, first.virtual_start)
    ledger = await bank.network.ledger()
    rings = [entry for entry in ledger if entry["event"] == "ring" and entry["to"] == CUSTOMER]
    ended = next(e for e in ledger if e["event"] == "hangup" and e["call_sid"] == rings[0]["call_sid"])
    assert len(rings) == 2
    assert ended["seq"] < rings[1]["seq"]
    assert (await agent(bank, dana)).misses == 0


async def test_an_agent_who_drops_a_customer_while_he_is_asked_is_to_blame(bank: Bank) -> None:
    hangs = {"heard": "We are calling the customer", "hang_up": True, "after_s": 6}
    omer = await bank.agent("omer", AGENT, answers={"after_s": 1}, keys=[ACCEPTS, hangs])
    slow = {"heard": "To be connected to an agent now press 1", "press": "1", "after_s": 30}
    first = await keeps_a_place(bank, answers={"after_s": 1}, keys=[slow])
    await bank.until_agent(omer, lambda one: one.presence is Presence.AWAY, what="omer is away")
    back = await bank.until(lambda found: found[0].state is State.WAITING, what="he waits again")
    assert (back[0].ready, dict(back[0].tries), back[0].virtual_start) == (True, {}, first.virtual_start)
    assert [one.outcome for one in await attempts(bank, first)] == [Cause.AGENT_DROPPED]


@pytest.mark.parametrize(("agents_s", "customers_s"), [(4, 60), (60, 4)], ids=["agent first", "customer first"])
async def test_whoever_hangs_up_the_talk_is_served_and_the_agent_writes_up(
    bank: Bank, agents_s: int, customers_s: int
) -> None:
    omer = await bank.agent("omer", AGENT, answers={"after_s": 1}, keys=[ACCEPTS], talk_s=agents_s)
    request = await keeps_a_place(bank, talk_s=customers_s)
    await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    await bank.until_agent(omer, lambda one: one.presence is Presence.READY, what="ready again")
    assert await presences(bank, omer) == ["ready", "reserved", "talking", "wrapping", "ready"]
    assert [one.outcome for one in await attempts(bank, request)] == [Cause.TALKED]


async def test_asking_for_a_break_while_talking_takes_effect_afterwards(bank: Bank) -> None:
    omer = await bank.agent("omer", AGENT)
    await keeps_a_place(bank)
    await bank.until_agent(omer, lambda one: one.presence is Presence.TALKING, what="talking")
    asked = await presence.ask(bank.house, omer, Presence.AWAY, reason="lunch")
    assert (asked.presence, asked.next_presence) == (Presence.TALKING, Presence.AWAY)
    await bank.until_agent(omer, lambda one: one.presence is Presence.AWAY, what="away afterwards")
    assert (await presences(bank, omer))[-2:] == ["wrapping", "away"]


async def test_an_agent_who_accepts_a_cancelled_callback_hears_so_and_is_free(bank: Bank) -> None:
    slow = {**ACCEPTS, "after_s": 8}
    omer = await bank.agent("omer", AGENT, answers={"after_s": 1}, keys=[slow], talk_s=20)
    request = await keeps_a_place(bank)
    await bank.network.until(lambda ledger: said(ledger, "Press 1 to accept"), what="the whisper")
    await bank.house.act(partial(requesting.cancel, request_id=request.id, reason="asked"))
    await bank.network.until(lambda ledger: said(ledger, "The caller has gone"), what="he hears it")
    free = await bank.until_agent(omer, lambda one: one.presence is Presence.READY, what="free")
    assert (free.misses, await rung(bank, CUSTOMER)) == (0, 0)
    assert (await stands(bank, request)).state is State.CANCELLED


async def test_a_holder_who_left_is_not_connected_and_the_agent_takes_the_next_one(bank: Bank) -> None:
    omer = await bank.agent("omer", AGENT, ready=False, answers={"after_s": 1}, keys=[{**ACCEPTS, "after_s": 5}])
    call, gone = await holds(bank)
    await bank.ready(omer)
    await bank.network.until(lambda ledger: said(ledger, "Press 1 to accept"), what="the whisper")
    await hangs_up(bank, call)
    await bank.until(lambda found: found[0].state is State.ABANDONED, what="the caller has gone")
    following = await keeps_a_place(bank, OTHER)
    await bank.network.until(lambda ledger: said(ledger, "The caller has gone"), what="he hears it")
    await bank.until(lambda found: any(o.id == following.id and o.state is State.SERVED for o in found), what="next")
    assert [one.outcome for one in await attempts(bank, gone)] == [Cause.HUNG_UP]
    assert (await agent(bank, omer)).misses == 0
    assert await rung(bank, AGENT) == 2


@pytest.mark.parametrize(
    ("pressed", "words"),
    [("2", "asked to be called later"), ("3", "no longer needs the call")],
    ids=["snoozed", "not needed"],
)
async def test_the_agent_hears_why_the_customer_was_not_connected(bank: Bank, pressed: str, words: str) -> None:
    omer = await bank.agent("omer", AGENT, answers={"after_s": 1}, keys=[ACCEPTS], talk_s=20)
    await keeps_a_place(bank, keys=[{"heard": f"press {pressed}", "press": pressed, "once": True}])
    await bank.network.until(lambda ledger: said(ledger, words), what="he hears why")
    assert (await bank.until_agent(omer, lambda one: one.presence is Presence.READY, what="free")).misses == 0
