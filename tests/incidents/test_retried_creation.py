"""A client that retried call creation on a time-out."""

import aiohttp
import pytest

from tests.stories.bank import AGENT, CUSTOMER, NUMBER, SECOND_AGENT, Bank
from tests.stories.network import ACCOUNT, AUTH_TOKEN
from tests.stories.scenes import ACCEPTS, attempts, faults, keeps_a_place, rung
from vqueue.domain.agent import Presence
from vqueue.domain.causes import Cause
from vqueue.domain.request import State
from vqueue.domain.speech import Target
from vqueue.ports.telephony import Doubt, Order
from vqueue.telephony.twilio import TwilioTelephony
from vqueue.telephony.urls import Urls


async def test_a_creation_without_an_answer_is_not_sent_again(bank: Bank) -> None:
    """The HTTP library retried what had timed out. The provider had created the call each time: telephones rang
    three times for one attempt.

    The guard: our client sends each creation once; what was not answered is in doubt, and doubt is no reason to dial.
    """
    await bank.network.person(CUSTOMER, answers="never")
    await faults(bank, {"on": "create_call", "do": "delay", "number": CUSTOMER, "seconds": 1.5})
    order = Order(
        to=CUSTOMER, caller_id=NUMBER, answer=Target("answer", "dead"), status=Target("status", "dead"), ring_s=5
    )
    async with aiohttp.ClientSession() as session:
        telephony = TwilioTelephony(
            session, account_sid=ACCOUNT, auth_token=AUTH_TOKEN, api_url=bank.network.url,
            urls=Urls(bank.settings.public_url), clock=bank.house.clock, timeout_s=0.5,
        )  # fmt: skip
        assert await telephony.place(order) == Doubt("TimeoutError")
    ledger = await bank.network.until(
        lambda seen: any(e["event"] == "hangup" and e["to"] == CUSTOMER for e in seen), what="the one ring is over"
    )
    assert [entry["to"] for entry in ledger if entry["event"] == "created"] == [CUSTOMER]
    assert await rung(bank, CUSTOMER) == 1


@pytest.mark.parametrize("do", ["reset_after", "error_500_after"])
async def test_a_service_in_doubt_goes_on_with_another_agent(bank: Bank, do: str) -> None:
    """The same in the running service: the attempt ends in doubt, the customer is called by the next agent, once."""
    await faults(bank, {"on": "create_call", "do": do, "number": AGENT, "count": 1})
    omer = await bank.agent("omer", AGENT, answers={"after_s": 1}, keys=[ACCEPTS], talk_s=10)
    request = await keeps_a_place(bank, talk_s=5)
    await bank.until_agent(omer, lambda one: one.presence is Presence.WRAPPING, what="omer's telephone is unsure")
    await bank.agent("dana", SECOND_AGENT, answers={"after_s": 1}, keys=[ACCEPTS], talk_s=10)
    await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    ledger = await bank.network.ledger()
    assert [entry["to"] for entry in ledger if entry["event"] == "created"] == [AGENT, SECOND_AGENT]
    assert await rung(bank, CUSTOMER) == 1
    assert [one.outcome for one in await attempts(bank, request)] == [Cause.AGENT_DOUBT, Cause.TALKED]
