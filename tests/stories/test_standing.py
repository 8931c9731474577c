"""Stories of agents who ring in: to be ready or away, or to take calls on one line for the whole shift."""

from tests.stories.bank import AGENT, OTHER, Bank
from tests.stories.callers import heard, holds, key, newest, on_the_team, over, rings_in, takes_a_callback
from tests.stories.scenes import presences
from vqueue.domain.agent import Presence
from vqueue.domain.ids import AgentId, CallSid
from vqueue.domain.leg import Way
from vqueue.domain.request import State
from vqueue.services import pinning

MENU = "Press 1 to be ready, 2 to be away, 3 to keep this line open"


async def stands(bank: Bank, agent: AgentId) -> str:
    """The agent rings in and keeps the line."""
    keys = [key(MENU, "3"), {"heard": "Press 1 to accept", "press": "1"}]
    sid = await rings_in(bank, AGENT, program={"keys": keys})
    await bank.until_agent(agent, lambda seen: seen.standing_call == sid, what="his line stands")
    return sid


async def test_an_agent_rings_in_to_be_ready_and_to_be_away(sqlite_bank: Bank) -> None:
    omer = await sqlite_bank.agent("omer", AGENT, ready=False)
    sid = await rings_in(sqlite_bank, AGENT, keys=[key(MENU, "1")])
    await heard(sqlite_bank, sid, "You are ready. Calls come to this phone")
    await over(sqlite_bank, sid)
    await holds(sqlite_bank)
    await sqlite_bank.until(newest(State.SERVED), what="the caller comes to his phone")
    assert len(await sqlite_bank.network.rings(AGENT)) == 1
    sid = await rings_in(sqlite_bank, AGENT, keys=[key(MENU, "2")])
    await heard(sqlite_bank, sid, "You are away. No calls come")
    await sqlite_bank.until_agent(omer, lambda seen: seen.presence is Presence.AWAY, what="away")


async def test_who_comes_to_work_is_rung_when_his_own_call_is_over(bank: Bank) -> None:
    """Somebody waits already: the agent's telephone is engaged while he still hears that he is ready."""
    omer = await bank.agent("omer", AGENT, ready=False)
    await holds(bank)
    await rings_in(bank, AGENT, keys=[key(MENU, "1")])
    await bank.until(newest(State.SERVED), what="the caller comes to his phone")
    assert len(await bank.network.rings(AGENT)) == 1
    assert "away" not in await presences(bank, omer)


async def test_who_hangs_up_before_he_has_heard_that_he_is_ready_is_so(sqlite_bank: Bank) -> None:
    bank = sqlite_bank
    omer = await bank.agent("omer", AGENT, ready=False)
    sid = await rings_in(bank, AGENT, keys=[key(MENU, "1")])
    await bank.until_agent(omer, lambda seen: Presence.READY in (seen.next_presence, seen.presence), what="he asked")
    await bank.house.telephony.hang_up(sid)
    await bank.until_agent(omer, lambda seen: seen.presence is Presence.READY, what="ready")


async def test_calls_come_on_the_standing_line_without_a_ring(bank: Bank) -> None:
    omer = await on_the_team(bank)
    callback = await takes_a_callback(bank)
    sid = await stands(bank, omer)
    await bank.until(newest(State.SERVED), what="the callback comes on the standing line")
    await holds(bank, OTHER)
    found = await bank.until(lambda found: all(one.state is State.SERVED for one in found), what="so does a holder")
    assert len(found) == 2 and found[1].id == callback.id
    assert await bank.network.rings(AGENT) == []
    attempts = await bank.read(lambda work: work.legs.by_call(CallSid(sid)))
    assert [leg.way for leg in attempts] == [Way.STANDING, Way.STANDING]


async def test_hanging_up_the_standing_line_signs_off(bank: Bank) -> None:
    omer = await bank.agent("omer", AGENT, ready=False)
    sid = await stands(bank, omer)
    await bank.house.telephony.hang_up(sid)
    seen = await bank.until_agent(omer, lambda seen: seen.presence is Presence.OFFLINE, what="signed off")
    assert seen.standing_call is None


async def test_hanging_up_in_a_talk_on_the_standing_line_ends_both(sqlite_bank: Bank) -> None:
    omer = await sqlite_bank.agent("omer", AGENT, ready=False)
    sid = await stands(sqlite_bank, omer)
    await holds(sqlite_bank, talk_s=600)
    await sqlite_bank.until(newest(State.TALKING), what="they talk")
    await sqlite_bank.house.telephony.hang_up(sid)
    await sqlite_bank.until(newest(State.SERVED), what="the talk is over")
    await sqlite_bank.until_agent(omer, lambda seen: seen.presence is Presence.OFFLINE, what="signed off")


async def test_whoever_rings_from_an_agents_number_needs_his_pin(sqlite_bank: Bank) -> None:
    bank = sqlite_bank
    omer = await bank.agent("omer", AGENT, ready=False)
    await pinning.put(bank.house, omer, "481516", by="story")
    ask = "Enter your PIN, then press the hash key"
    forged = await rings_in(bank, AGENT, keys=[{"heard": ask, "press": "739182#"}])
    await heard(bank, forged, "Too many wrong PINs")
    await over(bank, forged)
    await pinning.put(bank.house, omer, "481516", by="story")
    sid = await rings_in(bank, AGENT, keys=[key(ask, "481516#"), key(MENU, "1")])
    await heard(bank, sid, "You are ready. Calls come to this phone")
    await bank.until_agent(omer, lambda seen: seen.presence is Presence.READY, what="ready")
