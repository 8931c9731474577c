"""Unsigned status callbacks accepted."""

import aiohttp
import pytest

from tests.stories.bank import AGENT, Bank
from tests.stories.scenes import ACCEPTS, keeps_a_place, legs, stands
from tests.telephony.signing import FORM, signature
from vqueue.domain.agent import Presence
from vqueue.domain.leg import Role
from vqueue.domain.request import State

ENDED = {"CallSid": "CA" + "0" * 32, "CallStatus": "completed", "SequenceNumber": "9"}


@pytest.mark.parametrize("forged", ["unsigned", "with another account's token", "with an empty signature", "as JSON"])
async def test_only_the_provider_can_end_a_call(bank: Bank, forged: str) -> None:
    """The voice answers were checked, the status callbacks were not: whoever knew an address could end calls, close
    requests and read the load.

    The guard: one check before every route of the provider, which refuses whatever it cannot prove.
    """
    omer = await bank.agent("omer", AGENT, answers={"after_s": 1}, keys=[ACCEPTS], talk_s=900)
    request = await keeps_a_place(bank, talk_s=900)
    await bank.until_agent(omer, lambda one: one.presence is Presence.TALKING, what="talking")
    before = await stands(bank, request)
    tokens = [(await legs(bank, request, role))[0].token for role in Role]
    for path in (f"/voice/{place}/{token}" for token in tokens for place in ("status", "dialed", "key", "joined")):
        assert await posted(f"{bank.settings.public_url}{path}", forged) == 403
    assert await stands(bank, request) == before
    assert before.state is State.TALKING
    assert all([(await legs(bank, request, role))[0].live for role in Role])


async def posted(url: str, forged: str) -> int:
    headers: dict[str, str] = {"Content-Type": FORM}
    if forged == "with another account's token":
        headers["X-Twilio-Signature"] = signature(url, list(ENDED.items()), token="somebody-else")
    elif forged == "with an empty signature":
        headers["X-Twilio-Signature"] = ""
    async with aiohttp.ClientSession() as session:
        if forged == "as JSON":
            told = await session.post(url, json=ENDED)
        else:
            told = await session.post(url, data=ENDED, headers=headers)
        return told.status
