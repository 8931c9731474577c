"""What a supervisor does: agents' presence and the two switches, each journalled with who and why."""

from typing import Any

import pytest

from tests.web.afternoon import a_queue, an_agent
from tests.web.house import HandClock
from vqueue.domain.agent import Agent, Presence
from vqueue.domain.errors import Invalid, NotFound
from vqueue.domain.ids import AgentId
from vqueue.domain.journal import Fact, JournalRow
from vqueue.services import presence, switching
from vqueue.services.house import House
from vqueue.services.switching import REASON_MAX, Switch

READY, AWAY, OFFLINE = Presence.READY, Presence.AWAY, Presence.OFFLINE


async def given(house: House, now: Presence, **changes: Any) -> AgentId:
    agent = an_agent(presence=now, **changes)
    await house.database.transact(lambda work: work.agents.insert(agent))
    return agent.id


async def rows(house: House, fact: Fact) -> list[JournalRow]:
    return await house.database.read(lambda work: work.journal.recent(facts=(fact,)))


@pytest.mark.parametrize(
    ("now", "asked", "becomes", "after"),
    [
        (READY, AWAY, AWAY, None),
        (READY, OFFLINE, OFFLINE, None),
        (AWAY, READY, READY, None),
        (OFFLINE, READY, READY, None),
        (Presence.RESERVED, AWAY, Presence.RESERVED, AWAY),
        (Presence.TALKING, OFFLINE, Presence.TALKING, OFFLINE),
        (Presence.TALKING, READY, Presence.TALKING, None),
        (Presence.WRAPPING, AWAY, Presence.WRAPPING, AWAY),
        (Presence.WRAPPING, READY, READY, None),
    ],
)
async def test_a_free_agent_changes_at_once_and_a_busy_one_afterwards(
    house: House, now: Presence, asked: Presence, becomes: Presence, after: Presence | None
) -> None:
    agent = await given(house, now, next_presence=AWAY if asked is READY else None)
    stored = await presence.ask(house, agent, asked, reason="break")
    assert (stored.presence, stored.next_presence) == (becomes, after)


async def test_an_agent_made_ready_starts_afresh(house: House, clock: HandClock) -> None:
    agent = await given(house, AWAY, misses=2)
    clock.move(60)
    stored = await presence.ask(house, agent, READY, reason="back")
    assert (stored.misses, stored.idle_since, stored.since) == (0, clock.now(), clock.now())


@pytest.mark.parametrize("unaskable", [Presence.TALKING, Presence.RESERVED, Presence.WRAPPING])
async def test_nobody_can_be_asked_to_talk(house: House, unaskable: Presence) -> None:
    with pytest.raises(Invalid):
        await presence.ask(house, await given(house, READY), unaskable, reason="x")


async def test_asking_for_a_stranger_is_refused(house: House) -> None:
    with pytest.raises(NotFound):
        await presence.ask(house, AgentId("nobody"), READY, reason="x")


async def test_asking_for_somebody_else_names_who_asked(house: House) -> None:
    agent = await given(house, READY)
    await presence.ask(house, agent, AWAY, reason="break", by="st_dana")
    (moved,), (act,) = await rows(house, Fact.AGENT_MOVED), await rows(house, Fact.STAFF_ACTED)
    assert (moved.data["move"], moved.data["reason"]) == ("ask_away", "break")
    assert (act.agent, act.data["by"], act.data["presence"]) == (agent, "st_dana", "away")


@pytest.mark.parametrize(("wish", "becomes"), [(None, READY), (AWAY, AWAY), (OFFLINE, OFFLINE)])
async def test_ending_the_wrap_up_gives_what_was_asked_for_meanwhile(
    house: House, wish: Presence | None, becomes: Presence
) -> None:
    agent = await given(house, Presence.WRAPPING, next_presence=wish)
    stored: Agent = await presence.end_wrap_up(house, agent)
    assert (stored.presence, stored.next_presence, stored.wrap_until) == (becomes, None, None)


@pytest.mark.parametrize("switch", list(Switch))
async def test_a_switch_turns_alone_and_is_journalled_with_its_reason(house: House, switch: Switch) -> None:
    await house.database.transact(lambda work: work.queues.insert(a_queue()))
    off = await switching.turn(house, "cards", switch, on=False, reason="fire  drill\n", by="st_dana")
    assert {each for each in Switch if not switching.is_on(off.switches, each)} == {switch}
    assert off.switches.reason == "fire drill"
    on = await switching.turn(house, "cards", switch, on=True, reason="over", by="st_dana")
    assert (switching.is_on(on.switches, switch), on.switches.reason) == (True, "")
    told = [
        (row.queue, row.data["switch"], row.data["now"], row.data["reason"])
        for row in await rows(house, Fact.SWITCH_TURNED)
    ]
    assert sorted(told) == [("cards", switch, "off", "fire drill"), ("cards", switch, "on", "over")]


async def test_turning_what_stands_so_already_changes_nothing(house: House) -> None:
    await house.database.transact(lambda work: work.queues.insert(a_queue()))
    await switching.turn(house, "cards", Switch.DIALING, on=True, reason="sure", by="st_dana")
    assert await rows(house, Fact.SWITCH_TURNED) == []


@pytest.mark.parametrize("reason", ["", " \n", "x" * (REASON_MAX + 1)])
async def test_a_switch_needs_a_reason(house: House, reason: str) -> None:
    await house.database.transact(lambda work: work.queues.insert(a_queue()))
    with pytest.raises(Invalid):
        await switching.turn(house, "cards", Switch.DIALING, on=False, reason=reason, by="st_dana")
