"""Stories of callers who take a callback and keep their place without the line."""

from typing import Any

from tests.stories.bank import AGENT, CUSTOMER, NUMBER, Bank
from tests.stories.network import said
from vqueue.domain.causes import Cause
from vqueue.domain.request import Mode, State

IVR: list[dict[str, Any]] = [
    {"heard": "For English, press 1", "press": "1", "once": True},
    {"heard": "For cards, press 1", "press": "1", "once": True},
]
CALLBACK = [
    *IVR,
    {"heard": "To keep your place and be called back, press 1", "press": "1", "once": True},
    {"heard": "To be called on this number, press 1", "press": "1", "once": True},
]
SCREEN = {"heard": "To be connected to an agent now press 1", "press": "1"}


async def asks_for_a_callback(bank: Bank, number: str = CUSTOMER, **program: Any) -> str:
    """The customer rings, takes the callback, and is rung later by the program given."""
    keys = [*CALLBACK, *program.pop("keys", [SCREEN])]
    usual = {"answers": {"after_s": 3}, "talk_s": 15, "patience_s": 900}
    sid = await bank.customer(number, keys=keys, **{**usual, **program})
    await bank.until(lambda found: any(one.mode is Mode.CALLBACK for one in found), what="a callback is kept")
    return sid


async def test_a_callback_keeps_the_place_and_the_customer_is_called(bank: Bank) -> None:
    omer = await bank.agent("omer", AGENT, ready=False)
    await bank.busy(omer)
    sid = await asks_for_a_callback(bank)
    await bank.network.until(lambda ledger: said(ledger, "We will call you between"), what="the promise is said")
    await bank.ready(omer)
    found = await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    assert found[0].rings == 1
    assert len(await bank.network.rings(CUSTOMER)) == 1
    assert NUMBER in {entry["from"] for entry in await bank.network.rings(CUSTOMER)}
    transcript = await bank.network.transcript(sid)
    assert any("We will call you between" in str(line) for line in transcript)


async def test_nobody_answers_twice_and_the_place_is_given_up_with_grace(bank: Bank) -> None:
    omer = await bank.agent("omer", AGENT, ready=False)
    await bank.busy(omer)
    await asks_for_a_callback(bank, answers="never")
    await bank.ready(omer)
    found = await bank.until(lambda found: found[0].state is State.UNREACHED, what="unreached")
    assert found[0].tries == {Cause.NO_ANSWER: 2}
    assert found[0].grace_until is not None
    assert len(await bank.network.rings(CUSTOMER)) == 2


async def ready_for_one_callback(bank: Bank, **program: Any) -> str:
    """One agent, one customer whose callback is kept; the agent is free from now on."""
    omer = await bank.agent("omer", AGENT, ready=False)
    await bank.busy(omer)
    sid = await asks_for_a_callback(bank, **program)
    await bank.network.until(lambda ledger: any(e["event"] == "hangup" for e in ledger), what="the first call is over")
    await bank.ready(omer)
    return sid


async def test_a_busy_line_is_tried_again_after_the_pause(bank: Bank) -> None:
    await ready_for_one_callback(bank, answers="busy")
    found = await bank.until(lambda found: found[0].tries.get(Cause.BUSY, 0) == 1, what="one busy try")
    assert found[0].state is State.WAITING
    assert (found[0].ready, found[0].parked) == (False, "retry")
    start = found[0].virtual_start
    found = await bank.until(lambda found: found[0].state is State.UNREACHED, what="given up")
    assert found[0].virtual_start == start
    assert len(await bank.network.rings(CUSTOMER)) == 3


async def test_a_machine_is_no_person(bank: Bank) -> None:
    await ready_for_one_callback(bank, answers="machine")
    found = await bank.until(lambda found: found[0].tries.get(Cause.MACHINE, 0) >= 1, what="a machine is noticed")
    assert found[0].state is not State.SERVED
    assert not any(entry["event"] == "bridged" for entry in await bank.network.ledger())


async def test_no_key_is_no_proof_of_a_person(bank: Bank) -> None:
    await ready_for_one_callback(bank, keys=[])
    found = await bank.until(lambda found: found[0].tries.get(Cause.NO_KEY, 0) >= 1, what="no key")
    assert found[0].state is State.WAITING
    assert not any(entry["event"] == "bridged" for entry in await bank.network.ledger())


async def test_snooze_at_the_answer_calls_again_later_at_the_same_place(bank: Bank) -> None:
    await ready_for_one_callback(bank, keys=[{"heard": "press 2", "press": "2", "once": True}])
    parked = await bank.until(lambda found: found[0].parked == "snooze", what="snoozed")
    assert parked[0].not_before is not None
    await bank.network.person(CUSTOMER, answers={"after_s": 3}, keys=[SCREEN], talk_s=15)
    found = await bank.until(lambda found: found[0].state is State.SERVED, what="served the second time")
    assert found[0].virtual_start == parked[0].virtual_start
    assert len(await bank.network.rings(CUSTOMER)) == 2


async def test_no_longer_needed_at_the_answer_cancels(bank: Bank) -> None:
    await ready_for_one_callback(bank, keys=[{"heard": "press 3", "press": "3", "once": True}])
    found = await bank.until(lambda found: found[0].state is State.CANCELLED, what="cancelled")
    assert found[0].reason == "not_needed_at_answer"
    assert len(await bank.network.rings(CUSTOMER)) == 1
