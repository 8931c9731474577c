"""Stories of callers who hold."""

import re

from tests.stories.bank import AGENT, CUSTOMER, NUMBER, Bank
from tests.stories.callers import HOLD, another_is_served, heard, holds, key, newest, on_the_team, over, some
from tests.stories.network import said
from vqueue.domain.request import State
from vqueue.services import switching
from vqueue.services.switching import Switch


async def test_a_caller_holds_and_is_connected(bank: Bank) -> None:
    await bank.customer(keys=HOLD, patience_s=600, talk_s=15)
    await bank.until(lambda found: any(one.state is State.HOLDING for one in found), what="somebody holds")
    await bank.agent("omer", AGENT)
    found = await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    assert found[0].rings == 0
    assert said(await bank.network.ledger(CUSTOMER), "Connecting you now")


async def test_place_and_window_are_said_each_minute(sqlite_bank: Bank) -> None:
    await on_the_team(sqlite_bank)
    sid, _ = await holds(sqlite_bank)
    words = await heard(sqlite_bank, sid, "You are first in line. Your turn will come", times=2)
    assert re.search(r"Your turn will come (between|before|in|within|at)", words), words


async def test_who_hangs_up_on_hold_has_left_and_no_agent_is_sent_to_him(bank: Bank) -> None:
    sid, place = await holds(bank, patience_s=60)
    found = await bank.until(newest(State.ABANDONED), what="abandoned")
    assert (found[0].id, found[0].reason) == (place.id, "hung_up_on_hold")
    await over(bank, sid)
    await bank.agent("omer", AGENT)
    await another_is_served(bank)
    assert len(await bank.network.rings(AGENT)) == 1
    assert await bank.network.rings(CUSTOMER) == []


async def test_wrong_keys_end_in_the_hold(sqlite_bank: Bank) -> None:
    sid, place = await holds(sqlite_bank, keys=[{"heard": "press", "press": "8"}])
    assert place.queue == "general"
    await heard(sqlite_bank, sid, "Sorry, that entry does not fit")
    await sqlite_bank.agent("omer", AGENT)
    await sqlite_bank.until(newest(State.SERVED), what="served all the same")


async def test_silence_ends_in_the_hold(sqlite_bank: Bank) -> None:
    sid, _ = await holds(sqlite_bank, keys=[])
    await heard(sqlite_bank, sid, "You have your place in line")
    await sqlite_bank.agent("omer", AGENT)
    await sqlite_bank.until(newest(State.SERVED), what="served all the same")


async def test_hebrew_and_russian_callers_hear_their_language(sqlite_bank: Bank) -> None:
    await sqlite_bank.agent("omer", AGENT, ready=False, languages=("he", "ru", "en"))
    await sqlite_bank.busy("omer")  # type: ignore[arg-type]
    hebrew = await sqlite_bank.customer(
        keys=[key("הקישו שלוש", "3"), key("לכרטיסים, הקישו אחת", "1"), key("להישאר על הקו, הקישו שתיים", "2")],
        patience_s=3000,
    )
    await heard(sqlite_bank, hebrew, "המקום הראשון בתור")
    russian = await sqlite_bank.customer(
        "+447700900104",
        keys=[key("нажмите 2", "2"), key("По картам нажмите 1", "1"), key("остаться на линии, нажмите 2", "2")],
        patience_s=3000,
    )
    await heard(sqlite_bank, russian, "Ваше место в очереди")
    for call, language, start in ((hebrew, "he", "התור שלכם יגיע"), (russian, "ru", "Ваша очередь подойдёт")):
        lines = await sqlite_bank.network.transcript(call)
        turn = next(line for line in lines if start in str(line.get("said")))
        assert str(turn["language"]).startswith(language)
        assert not re.search("[A-Za-z]", str(turn["said"])), turn
    assert {one.language for one in await sqlite_bank.requests()} == {"he", "ru"}


async def test_registering_switched_off_falls_back_to_the_hold(sqlite_bank: Bank) -> None:
    bank = sqlite_bank
    await on_the_team(bank)
    await switching.turn(bank.house, "cards", Switch.REGISTERING, on=False, reason="drill", by="story")
    sid, _ = await holds(bank)
    words = await heard(bank, sid, "We cannot arrange a callback right now")
    assert "To keep your place and be called back" not in words


async def test_the_provider_never_says_that_a_holder_is_gone(bank: Bank) -> None:
    sid, place = await holds(bank)
    lost = [{"on": on, "do": "lose", "number": number} for on in ("status", "fetch") for number in (CUSTOMER, NUMBER)]
    await bank.network.put("/sandbox/faults", {"faults": lost})
    await bank.network.person(CUSTOMER)
    await bank.house.telephony.hang_up(sid)
    await over(bank, sid)
    found = await bank.until(newest(State.ABANDONED), what="the sweeper finds the lost call")
    assert (found[0].id, found[0].reason) == (place.id, "call_was_lost")
    assert some(State.HOLDING)(found) is False
