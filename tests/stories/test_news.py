"""Stories of news that comes twice, late, out of order or never: the end is the same, nobody is rung for it again."""

from dataclasses import replace

import pytest

from tests.stories.bank import AGENT, CUSTOMER, RULES, Bank
from tests.stories.scenes import ACCEPTS, SCREEN, attempts, faults, keeps_a_place, legs, new_rules, rung, stands
from vqueue.domain.agent import Presence
from vqueue.domain.causes import Cause
from vqueue.domain.leg import LegState, Role
from vqueue.domain.request import State
from vqueue.domain.rules import CallbackRules

SOON = replace(RULES, callback=CallbackRules(spacing_s=(5,), ring_s=5))
BY_TURNS = [{"as": "busy"}, "never", {"after_s": 2}]


@pytest.mark.parametrize("do", ["double", "reorder", "lose", "delay"])
async def test_whatever_happens_to_the_customers_news_the_end_is_the_same(bank: Bank, do: str) -> None:
    await new_rules(bank, SOON)
    await faults(bank, {"on": "status", "do": do, "number": CUSTOMER, "share": 0.7, "seconds": 8})
    omer = await bank.agent("omer", AGENT, answers={"after_s": 1}, keys=[ACCEPTS], talk_s=10)
    request = await keeps_a_place(bank, answers=BY_TURNS, keys=[SCREEN], talk_s=10)
    found = await bank.until(lambda found: found[0].state is State.SERVED, what="served at the third ring")
    await bank.until_agent(omer, lambda one: one.presence is Presence.READY, what="free again")
    assert dict(found[0].tries) == {Cause.BUSY: 1, Cause.NO_ANSWER: 1}
    assert [one.outcome for one in await attempts(bank, request)] == [Cause.BUSY, Cause.NO_ANSWER, Cause.TALKED]
    assert (await stands(bank, request)).rings == await rung(bank, CUSTOMER) == 3
    assert found[0].virtual_start == request.virtual_start


async def test_news_that_comes_long_after_the_end_changes_nothing(bank: Bank) -> None:
    await faults(bank, {"on": "status", "do": "delay", "number": CUSTOMER, "seconds": 60})
    await bank.agent("omer", AGENT, answers={"after_s": 1}, keys=[ACCEPTS], talk_s=5)
    request = await keeps_a_place(bank, talk_s=5)
    await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    served = await stands(bank, request)

    def all_told(ledger: list[dict[str, object]]) -> bool:
        told = [e["detail"] for e in ledger if e["event"] == "callback" and e["to"] == CUSTOMER]
        return any(isinstance(one, dict) and one.get("call_status") == "completed" for one in told)

    ledger = await bank.network.until(all_told, what="the late news is delivered")
    late = [e["detail"]["status"] for e in ledger if e["event"] == "callback" and e["to"] == CUSTOMER]
    assert set(late) <= {200, 204}
    assert await stands(bank, request) == served


async def test_an_agents_call_whose_end_is_never_told_is_looked_up(bank: Bank) -> None:
    await faults(bank, {"on": "status", "do": "lose", "number": AGENT})
    omer = await bank.agent("omer", AGENT, answers={"after_s": 1}, keys=[ACCEPTS], talk_s=5)
    request = await keeps_a_place(bank, talk_s=5)
    await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    await bank.until_agent(omer, lambda one: one.presence is Presence.READY, what="free by look-up")
    (leg,) = await legs(bank, request, Role.AGENT)
    assert leg.state is LegState.ENDED


async def test_a_customers_call_that_nobody_tells_about_is_found_by_its_parent(bank: Bank) -> None:
    """His news and the answer to the agent's `<Dial>` are lost: what happened is asked for."""
    await new_rules(bank, replace(RULES, callback=CallbackRules(ring_s=5, spacing_s=(3000,))))
    omer = await bank.agent("omer", AGENT, answers={"after_s": 1}, keys=[ACCEPTS], talk_s=10)
    await faults(bank, {"on": "status", "do": "lose"})
    request = await keeps_a_place(bank, answers="never")
    await bank.network.until(
        lambda ledger: any(e["event"] == "ring" and e["to"] == CUSTOMER for e in ledger), what="his phone rings"
    )
    await faults(bank, {"on": "status", "do": "lose"}, {"on": "fetch", "do": "lose"})
    found = await bank.until(lambda found: found[0].parked == "retry", what="settled as a miss")
    await bank.until_agent(omer, lambda one: one.presence is Presence.READY, what="omer is free")
    assert dict(found[0].tries) == {Cause.NO_ANSWER: 1}
    assert await rung(bank, CUSTOMER) == 1
    assert [one.outcome for one in await attempts(bank, request)] == [Cause.NO_ANSWER]
