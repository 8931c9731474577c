"""Stories of callbacks that ring the customer first: who is rung how often, and who meets whom."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tests.stories.bank import AGENT, CUSTOMER, RULES, SECOND_AGENT, Bank
from tests.stories.network import said
from tests.stories.scenes import (
    ACCEPTS,
    SCREEN,
    attempts,
    faults,
    legs,
    new_rules,
    rung,
    stands,
    wish,
)
from tests.stories.test_doubt import EAGER, Died, Dying
from vqueue.domain.agent import Presence
from vqueue.domain.attempt import Shape
from vqueue.domain.causes import Cause
from vqueue.domain.errors import AlreadyDialing
from vqueue.domain.ids import AgentId, AttemptId, Token
from vqueue.domain.leg import LegState, Role
from vqueue.domain.request import Mode, Request, State
from vqueue.domain.rules import AgentRules, CallbackRules
from vqueue.engine.plan import Reserve
from vqueue.services import bank_code, dialing, dispatching, presence, requesting
from vqueue.services.clerk import Clerk

FIRST = replace(RULES, callback=CallbackRules(shape=Shape.CUSTOMER_FIRST, ring_s=10, spacing_s=(5,), snooze_s=120))
PASSES_LATE: dict[str, Any] = {"answers": {"after_s": 1}, "keys": [{"heard": "2 to pass", "press": "2", "after_s": 40}]}


async def asks(bank: Bank, **program: Any) -> Request:
    """A customer of the app, whose callback is kept in a queue that rings customers first."""
    answers: dict[str, Any] = {"answers": {"after_s": 2}, "keys": [SCREEN], "talk_s": 10, "patience_s": 3000}
    await bank.network.person(CUSTOMER, **{**answers, **program})
    asked = wish(bank, customer="iss|anna", verified=True)
    request: Request = await bank.house.act(partial(requesting.request_callback, wish=asked, quote=None))
    return request


async def test_the_customer_is_rung_then_his_agent_and_they_meet_in_the_hold(bank: Bank) -> None:
    await new_rules(bank, FIRST)
    omer = await bank.agent("omer", AGENT, **EAGER)
    request = await asks(bank)
    code = await bank_code.bank_code(bank.house, request.id)
    await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    await bank.until_agent(omer, lambda one: one.presence is Presence.READY, what="free again")
    (attempt,) = await attempts(bank, request)
    assert (attempt.outcome, attempt.shape, attempt.code) == (Cause.TALKED, Shape.CUSTOMER_FIRST, code)
    assert attempt.accepted_at is not None
    assert attempt.joined_at is not None
    assert attempt.accepted_at < attempt.joined_at
    ledger = await bank.network.ledger()
    answered = next(e["seq"] for e in ledger if e["event"] == "answered" and e["to"] == CUSTOMER)
    assert answered < next(e["seq"] for e in ledger if e["event"] == "ring" and e["to"] == AGENT)
    assert (await rung(bank, CUSTOMER), await rung(bank, AGENT)) == (1, 1)
    assert said(ledger, "compare this code with the one in the app")
    assert await bank_code.bank_code(bank.house, request.id) is None


async def test_an_agent_who_passes_after_the_key_leaves_the_customer_first_in_the_hold(bank: Bank) -> None:
    await new_rules(bank, replace(FIRST, agents=AgentRules(accept_s=60)))
    omer = await bank.agent("omer", AGENT, **PASSES_LATE)
    request = await asks(bank)
    await bank.until_agent(omer, lambda one: one.presence is Presence.AWAY, what="omer is away")
    held = await bank.until(lambda found: found[0].state is State.HOLDING, what="he holds")
    assert (held[0].mode, held[0].ready, held[0].virtual_start) == (Mode.HOLD, True, request.virtual_start)
    assert held[0].credit_class == "rescued"
    await bank.agent("dana", SECOND_AGENT, **EAGER)
    await bank.until(lambda found: found[0].state is State.SERVED, what="served by dana")
    tries = await attempts(bank, request)
    assert [(one.outcome, one.shape) for one in tries] == [
        (Cause.AGENT_DECLINED, Shape.CUSTOMER_FIRST),
        (Cause.TALKED, Shape.HOLDER),
    ]
    assert tries[1].accepted_at == tries[0].accepted_at
    assert [await rung(bank, number) for number in (CUSTOMER, AGENT, SECOND_AGENT)] == [1, 1, 1]


async def test_an_agent_who_left_before_the_customer_answered_is_not_rung(sqlite_bank: Bank) -> None:
    bank = sqlite_bank
    await new_rules(bank, FIRST)
    omer = await bank.agent("omer", AGENT, **EAGER)
    request = await asks(bank, answers={"after_s": 8})
    await bank.network.until(
        lambda ledger: any(e["event"] == "ring" and e["to"] == CUSTOMER for e in ledger), what="his phone rings"
    )
    await presence.ask(bank.house, omer, Presence.AWAY, reason="lunch")
    await bank.until(lambda found: found[0].state is State.HOLDING, what="he holds")
    await bank.until_agent(omer, lambda one: one.presence is Presence.AWAY, what="omer has his break")
    await bank.agent("dana", SECOND_AGENT, **EAGER)
    await bank.until(lambda found: found[0].state is State.SERVED, what="served by dana")
    assert [one.outcome for one in await attempts(bank, request)] == [Cause.ABORTED, Cause.TALKED]
    assert [await rung(bank, number) for number in (CUSTOMER, AGENT, SECOND_AGENT)] == [1, 0, 1]


@pytest.mark.parametrize(
    ("do", "outcomes"),
    [
        ("error_500_before", [Cause.LOST, Cause.TALKED]),
        ("reset_after", [Cause.TALKED]),
    ],
)
async def test_a_customers_call_in_doubt_rings_him_once_whatever_became_of_it(
    bank: Bank, do: str, outcomes: list[Cause]
) -> None:
    """It is settled by its own signed news, or by looking it up; meanwhile his agent is free, and nobody rings him."""
    await new_rules(bank, FIRST)
    await faults(bank, {"on": "create_call", "do": do, "number": CUSTOMER, "count": 1})
    await bank.agent("omer", AGENT, **EAGER)
    request = await asks(bank)
    await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    assert [one.outcome for one in await attempts(bank, request)][: len(outcomes)] == outcomes
    assert await rung(bank, CUSTOMER) == 1


async def test_a_call_in_doubt_that_nobody_tells_about_is_looked_up(bank: Bank) -> None:
    await new_rules(bank, replace(FIRST, callback=replace(FIRST.callback, spacing_s=(3000,))))
    await faults(
        bank,
        {"on": "create_call", "do": "error_500_after", "number": CUSTOMER, "count": 1},
        {"on": "status", "do": "lose", "number": CUSTOMER},
    )
    omer = await bank.agent("omer", AGENT, **EAGER)
    request = await asks(bank, answers="never")
    await bank.until(lambda found: found[0].state is State.CONNECTING, what="he is rung")
    await bank.until_agent(omer, lambda one: one.presence is Presence.READY, what="free while nobody knows")
    found = await bank.until(lambda found: found[0].parked == "retry", what="settled as a miss")
    (leg,) = await legs(bank, request, Role.CUSTOMER)
    assert (leg.state, leg.cause, leg.call_sid is not None) == (LegState.ENDED, Cause.NO_ANSWER, True)
    assert (dict(found[0].tries), found[0].rings, await rung(bank, CUSTOMER)) == ({Cause.NO_ANSWER: 1}, 1, 1)


def _intend(clerk: Clerk, *, asked: requesting.Wish, who: AgentId, ids: tuple[AttemptId, Token, Token]) -> Request:
    request = requesting.request_callback(clerk, asked, None)
    presence.asked(clerk, who, Presence.READY, reason="story")
    action = Reserve(request=request.id, agent=who, queue="cards", shape=Shape.CUSTOMER_FIRST, reasons=("story",))
    assert dispatching.reserve(clerk, action=action, attempt_id=ids[0], tokens=ids[1:], code="1234")
    return request


@pytest.mark.parametrize(
    ("after", "outcomes"), [(True, [Cause.TALKED]), (False, [Cause.LOST, Cause.TALKED])], ids=["after", "before"]
)
async def test_a_process_that_dies_at_its_post_has_rung_the_customer_at_most_once(
    sqlite_bank: Bank, after: bool, outcomes: list[Cause]
) -> None:
    bank = sqlite_bank
    await new_rules(bank, FIRST)
    omer = await bank.agent("omer", AGENT, ready=False, **EAGER)
    await bank.network.person(CUSTOMER, answers={"after_s": 1}, keys=[SCREEN], talk_s=5)
    chance = bank.house.chance
    ids = AttemptId(chance.id("at")), Token(chance.token()), Token(chance.token())
    request: Request = await bank.house.act(partial(_intend, asked=wish(bank), who=omer, ids=ids))
    with pytest.raises(Died):
        await dialing.place(replace(bank.house, telephony=Dying(bank.house.telephony, after=after)), ids[2])
    await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    assert [one.outcome for one in await attempts(bank, request)] == outcomes
    assert await rung(bank, CUSTOMER) == 1


async def test_cancelling_while_his_phone_rings_is_refused_and_no_other_ring_follows(bank: Bank) -> None:
    await new_rules(bank, FIRST)
    omer = await bank.agent("omer", AGENT, **EAGER)
    request = await asks(bank, answers="never")
    await bank.until(lambda found: found[0].state is State.CONNECTING, what="he is being rung")
    with pytest.raises(AlreadyDialing):
        await bank.house.act(partial(requesting.cancel, request_id=request.id, reason="asked"))
    await bank.house.act(partial(requesting.no_retry, request_id=request.id))
    await bank.until(lambda found: found[0].state is State.CANCELLED, what="cancelled")
    free = await bank.until_agent(omer, lambda one: one.presence is Presence.READY, what="free again")
    assert (await rung(bank, CUSTOMER), await rung(bank, AGENT), free.misses) == (1, 0, 0)


async def test_cancelling_while_he_waits_for_his_agent_on_the_line(sqlite_bank: Bank) -> None:
    """Refused while he is being connected; and if he then hangs up, nobody rings him again."""
    bank = sqlite_bank
    await new_rules(bank, replace(FIRST, agents=AgentRules(accept_s=60)))
    omer = await bank.agent("omer", AGENT, **PASSES_LATE)
    request = await asks(bank, keys=[SCREEN, {"heard": "You are still first in line", "hang_up": True}])
    await bank.network.until(lambda ledger: said(ledger, "An agent is just coming"), what="he pressed the key")
    with pytest.raises(AlreadyDialing):
        await bank.house.act(partial(requesting.cancel, request_id=request.id, reason="asked"))
    await bank.house.act(partial(requesting.no_retry, request_id=request.id))
    await bank.until_agent(omer, lambda one: one.presence is Presence.AWAY, what="omer passed")
    await bank.until(lambda found: found[0].state is State.CANCELLED, what="he hung up")
    assert (await rung(bank, CUSTOMER), (await stands(bank, request)).reason) == (1, "cancelled_while_dialing")


@pytest.mark.parametrize(
    ("program", "cause", "rings"),
    [
        ({"answers": "machine"}, Cause.MACHINE, 1),
        ({"answers": {"after_s": 2}, "keys": [], "patience_s": 300}, Cause.NO_KEY, 1),
        ({"answers": "busy"}, Cause.BUSY, 1),
        ({"keys": [{"heard": "An agent is just coming", "hang_up": True, "after_s": 3}, SCREEN]}, Cause.HUNG_UP, 1),
    ],
    ids=["machine", "no key", "busy", "hangs up in the second hold"],
)
async def test_a_customer_who_is_not_reached_is_rung_again_later_and_his_agent_is_free(
    sqlite_bank: Bank, program: dict[str, Any], cause: Cause, rings: int
) -> None:
    bank = sqlite_bank
    callback = replace(FIRST.callback, spacing_s=(3000,))
    await new_rules(bank, replace(FIRST, callback=callback, agents=AgentRules(accept_s=60)))
    slow = {**ACCEPTS, "after_s": 50}
    omer = await bank.agent("omer", AGENT, answers={"after_s": 1}, keys=[slow], talk_s=10)
    request = await asks(bank, **program)
    found = await bank.until(lambda found: found[0].parked == "retry", what="rung again later")
    free = await bank.until_agent(omer, lambda one: one.presence is Presence.READY, what="free again")
    assert (dict(found[0].tries), found[0].virtual_start) == ({cause: 1}, request.virtual_start)
    assert [one.outcome for one in await attempts(bank, request)] == [cause]
    assert (await rung(bank, CUSTOMER), free.misses) == (rings, 0)


@pytest.mark.parametrize(("pressed", "state"), [("2", State.WAITING), ("3", State.CANCELLED)], ids=["later", "not"])
async def test_a_customer_who_asks_for_later_or_never_has_his_wish(
    sqlite_bank: Bank, pressed: str, state: State
) -> None:
    bank = sqlite_bank
    await new_rules(bank, FIRST)
    omer = await bank.agent("omer", AGENT, **EAGER)
    request = await asks(bank, keys=[{"heard": f"press {pressed}", "press": pressed, "once": True}])
    await bank.until(lambda found: found[0].state is state and not found[0].ready, what="put off")
    await bank.until_agent(omer, lambda one: one.presence is Presence.READY, what="free again")
    cause = Cause.SNOOZED if pressed == "2" else Cause.NOT_NEEDED
    assert [one.outcome for one in await attempts(bank, request)] == [cause]
    assert await rung(bank, CUSTOMER) == 1


async def test_the_provider_had_no_room_and_the_customer_is_rung_once_later(sqlite_bank: Bank) -> None:
    bank = sqlite_bank
    await new_rules(bank, FIRST)
    await faults(bank, {"on": "create_call", "do": "429", "number": CUSTOMER, "count": 1, "retry_after": 1})
    await bank.agent("omer", AGENT, **EAGER)
    request = await asks(bank)
    await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    assert [one.outcome for one in await attempts(bank, request)] == [Cause.TALKED]
    assert await rung(bank, CUSTOMER) == 1
