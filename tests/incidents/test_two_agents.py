"""Two agents answering one queued call."""

from tests.stories.bank import AGENT, SECOND_AGENT, Bank
from tests.stories.callers import holds
from tests.stories.network import said
from tests.stories.scenes import attempts, faults, rung
from vqueue.domain.agent import Presence
from vqueue.domain.causes import Cause
from vqueue.domain.request import State

TRIES_TO_ACCEPT = [{"heard": ".", "press": "1"}]
"""Presses 1 at everything he hears."""


async def test_two_agents_never_talk_to_one_caller(bank: Bank) -> None:
    """The provider took an agent's call and broke the answer off; the caller was offered to a second agent, and both
    telephones rang: whoever answered first talked, and the other one cut in.

    The guard: a call in doubt is given up and its token is dead, so whoever answers it hears a farewell, whatever he
    presses; the caller is brought by the leg of the one open attempt alone.
    """
    omer = await bank.agent("omer", AGENT, ready=False, answers={"after_s": 4}, keys=TRIES_TO_ACCEPT, talk_s=10)
    dana = await bank.agent("dana", SECOND_AGENT, ready=False, answers={"after_s": 4}, keys=TRIES_TO_ACCEPT, talk_s=10)
    call, caller = await holds(bank, talk_s=10)
    await faults(bank, {"on": "create_call", "do": "error_500_after", "number": AGENT, "count": 1})
    await bank.ready(omer)
    await bank.until_agent(omer, lambda one: one.presence is Presence.WRAPPING, what="omer's telephone is unsure")
    await bank.ready(dana)
    await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    ledger = await bank.network.until(lambda seen: said(seen, "no longer needed"), what="omer hears a farewell")
    joined = {entry["call_sid"] for entry in ledger if entry["event"] == "bridged"} - {call}
    dialled = {entry["call_sid"] for entry in ledger if entry["event"] == "ring" and entry["to"] == SECOND_AGENT}
    assert joined == dialled
    assert (await rung(bank, AGENT), await rung(bank, SECOND_AGENT)) == (1, 1)
    assert [one.outcome for one in await attempts(bank, caller)] == [Cause.AGENT_DOUBT, Cause.TALKED]
