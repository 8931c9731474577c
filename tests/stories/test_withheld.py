"""Stories of callers whose number is not shown: they key the number that is called."""

from tests.stories.bank import AGENT, CUSTOMER, OTHER, THIRD, Bank
from tests.stories.callers import IVR, SCREEN, Keys, heard, key, newest, on_the_team, over, rings_in, some
from vqueue.domain.request import Mode, State

ASK: Keys = [*IVR, key("To keep your place and be called back, press 1", "1")]
RIGHT = key("If this is right, press 1", "1")
_KEY_IN = "Key in the number we should call"


async def withheld(bank: Bank, keys: Keys) -> str:
    await bank.network.person(CUSTOMER, answers="never")
    return await rings_in(bank, CUSTOMER, withheld=True, program={"keys": keys, "patience_s": 3000})


async def test_the_number_keyed_is_the_one_called(bank: Bank) -> None:
    omer = await on_the_team(bank)
    await bank.network.person(OTHER, answers={"after_s": 3}, keys=[SCREEN], talk_s=10)
    sid = await withheld(bank, [*ASK, key(_KEY_IN, "07700900102#"), RIGHT])
    words = await heard(bank, sid, "We will call you between")
    assert "Your number is not shown to us" in words
    await over(bank, sid)
    await bank.ready(omer)
    await bank.until(newest(State.SERVED), what="called on the number keyed")
    assert len(await bank.network.rings(OTHER)) == 1
    assert await bank.network.rings(CUSTOMER) == []


async def test_an_incomplete_and_a_refused_number_are_asked_for_again(sqlite_bank: Bank) -> None:
    await on_the_team(sqlite_bank)
    numbers = [key(_KEY_IN, "0770090#"), key(_KEY_IN, "09098790000#"), key(_KEY_IN, "07700900103#")]
    sid = await withheld(sqlite_bank, [*ASK, *numbers, RIGHT])
    words = await heard(sqlite_bank, sid, "We will call you between")
    assert words.index("That is not a complete telephone number") < words.index("We cannot call that number")
    found = await sqlite_bank.requests()
    assert found[0].phone is not None
    assert found[0].phone.index == sqlite_bank.house.vault.index(THIRD)


async def test_who_keys_no_number_holds(sqlite_bank: Bank) -> None:
    sid = await withheld(sqlite_bank, ASK)
    found = await sqlite_bank.until(some(State.HOLDING), what="holds instead")
    assert (found[0].mode, found[0].phone) == (Mode.HOLD, None)
    await heard(sqlite_bank, sid, "You have your place in line")
    await sqlite_bank.agent("omer", AGENT)
    await sqlite_bank.until(newest(State.SERVED), what="connected")
    assert {entry["to"] for entry in await sqlite_bank.network.ledger() if entry["event"] == "ring"} == {AGENT}
