"""Stories of callers who hold."""

from tests.stories.bank import AGENT, CUSTOMER, Bank
from tests.stories.network import said
from vqueue.domain.request import State

HOLD = [
    {"heard": "For English, press 1", "press": "1", "once": True},
    {"heard": "For cards, press 1", "press": "1", "once": True},
    {"heard": "To stay on the line, press 2", "press": "2", "once": True},
]


async def test_a_caller_holds_and_is_connected(bank: Bank) -> None:
    await bank.customer(keys=HOLD, patience_s=600, talk_s=15)
    await bank.until(lambda found: any(one.state is State.HOLDING for one in found), what="somebody holds")
    await bank.agent("omer", AGENT)
    found = await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    assert found[0].rings == 0
    assert said(await bank.network.ledger(CUSTOMER), "Connecting you now")
