"""An agent who rings in is asked for his PIN: few tries, locked for a while, and the digits stand nowhere."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.web.afternoon import an_agent
from tests.web.house import HandClock, open_house
from vqueue.domain.agent import AddressKind, Agent, Presence
from vqueue.domain.alert import Kind
from vqueue.domain.errors import Invalid, NotFound
from vqueue.domain.ids import AgentId, CallSid
from vqueue.domain.journal import Fact
from vqueue.domain.speech import Ask, Say, Speech
from vqueue.ports.lines import PinRule
from vqueue.ports.voice import Told
from vqueue.services import alerting, hiring, pinning, standing
from vqueue.services.hiring import Telephone
from vqueue.services.house import House

OMER = AgentId("ag_omer")
NUMBER, PIN = "+442079460201", "481516"
MENU = "agent_line.menu"


@dataclass
class Caller:
    """Whoever rings from that number: what he hears, and where his keys go."""

    house: House
    sid: str = "CA1"
    at: int = 0
    keys: list[str] = field(default_factory=list)

    def told(self, digits: str = "") -> Told:
        return Told(call_sid=CallSid(self.sid), caller=NUMBER, digits=digits)

    async def rings(self) -> str:
        agent = await standing.recognise(self.house, self.told())
        assert agent == OMER
        return self._heard(await standing.welcome(self.house, agent, self.told()))

    async def keys_in(self, digits: str, *, at: int | None = None) -> str:
        return self._heard(await standing.step(self.house, OMER, self.at if at is None else at, self.told(digits)))

    def _heard(self, speech: Speech) -> str:
        first = speech[0]
        if isinstance(first, Ask):
            assert first.then.step is not None
            self.at, first = first.then.step, first.content[0]
        assert isinstance(first, Say)
        return first.prompts[0].key


@pytest.fixture
async def house(sqlite_database: str) -> AsyncIterator[House]:
    async with open_house(sqlite_database, HandClock()) as house:
        await house.database.transact(lambda work: work.agents.insert(_omer(house)))
        yield house


def _omer(house: House) -> Agent:
    address = hiring.sealed(house, Telephone(kind=AddressKind.PHONE, value=NUMBER))
    return an_agent(address_kind=AddressKind.PHONE, address=address, presence=Presence.OFFLINE, languages=("en",))


def ruled(house: House, rule: PinRule) -> House:
    return replace(house, line=replace(house.line, pins=rule))


async def test_the_right_pin_leads_to_the_menu(house: House) -> None:
    await pinning.put(house, OMER, PIN, by="st_dana")
    caller = Caller(house)
    assert await caller.rings() == "agent_line.pin"
    assert await caller.keys_in(PIN) == MENU
    assert await caller.keys_in("2") == "agent_line.away"


async def test_without_a_pin_nothing_changes_unless_everybody_needs_one(house: House) -> None:
    assert await Caller(house).rings() == MENU
    assert await Caller(ruled(house, PinRule.ALWAYS)).rings() == "agent_line.pin_missing"
    await pinning.put(house, OMER, PIN, by="st_dana")
    assert await Caller(ruled(house, PinRule.OFF)).rings() == MENU


async def test_three_wrong_ones_lock_for_a_while_whoever_knows_it(house: House) -> None:
    await pinning.put(house, OMER, PIN, by="st_dana")
    caller, other = Caller(house), Caller(house, sid="CA2")
    await caller.rings()
    assert [await caller.keys_in("000000") for _ in range(2)] == ["agent_line.pin_wrong"] * 2
    assert await other.rings() == "agent_line.pin"
    assert await other.keys_in("000000") == "agent_line.pin_locked"
    assert await caller.keys_in(PIN) == "agent_line.pin_locked"
    assert await Caller(house, sid="CA3").rings() == "agent_line.pin_locked"
    assert [alert.kind for alert in await alerting.now(house)].count(Kind.PIN_LOCKED) == 1
    assert isinstance(house.clock, HandClock)
    house.clock.move(pinning.LOCK_S + 1)
    assert Kind.PIN_LOCKED not in [alert.kind for alert in await alerting.now(house)]
    late = Caller(house, sid="CA4")
    assert await late.rings() == "agent_line.pin"
    assert await late.keys_in("000000") == "agent_line.pin_wrong"
    assert await late.keys_in(PIN) == MENU


async def test_a_right_one_gives_the_tries_back(house: House) -> None:
    await pinning.put(house, OMER, PIN, by="st_dana")
    for call in ("CA1", "CA2"):
        caller = Caller(house, sid=call)
        await caller.rings()
        await caller.keys_in("000000")
        await caller.keys_in("000000")
        assert await caller.keys_in(PIN) == MENU


async def test_a_question_that_is_asked_twice_is_one_try(house: House) -> None:
    await pinning.put(house, OMER, PIN, by="st_dana")
    caller = Caller(house)
    await caller.rings()
    step = caller.at
    assert [await caller.keys_in("000000", at=step) for _ in range(5)] == ["agent_line.pin_wrong"] * 5
    assert await caller.keys_in(PIN) == MENU


async def test_silence_is_no_try_and_does_not_go_on_for_ever(house: House) -> None:
    await pinning.put(house, OMER, PIN, by="st_dana")
    caller = Caller(house)
    await caller.rings()
    assert [await caller.keys_in("") for _ in range(3)] == ["agent_line.pin_silence"] * 3
    stored = await house.database.read(lambda work: work.pins.of(OMER))
    assert stored is not None and stored.wrong == 0
    assert caller.at == standing._PIN + 2


async def test_a_new_pin_ends_the_lock_and_the_former_one(house: House) -> None:
    await pinning.put(house, OMER, PIN, by="st_dana")
    caller = Caller(house)
    await caller.rings()
    for _ in range(3):
        await caller.keys_in("000000")
    made = await pinning.make(house, OMER, by="st_dana")
    again = Caller(house, sid="CA2")
    assert await again.rings() == "agent_line.pin"
    assert await again.keys_in(PIN) == "agent_line.pin_wrong"
    assert await again.keys_in(made) == MENU


async def test_a_pin_goes_with_its_agent(house: House) -> None:
    await pinning.put(house, OMER, PIN, by="st_dana")
    await hiring.remove(house, OMER, version=None, by="st_dana")
    assert await house.database.read(lambda work: work.pins.having()) == frozenset()
    with pytest.raises(NotFound):
        await pinning.put(house, OMER, PIN, by="st_dana")


@pytest.mark.parametrize("pin", "12345,12345678901,48151a,٤٨١٥١٦,,123456,987654,121212,946020".split(","))
async def test_what_is_no_pin_or_easily_guessed_is_refused(house: House, pin: str) -> None:
    with pytest.raises(Invalid):
        await pinning.put(house, OMER, pin, by="st_dana")
    assert await house.database.read(lambda work: work.pins.having()) == frozenset()


def kept_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def test_the_digits_stand_in_no_row_and_no_log(house: House, tmp_path: Path) -> None:
    wrong = "739182"
    with capture_logs() as lines:
        await pinning.put(house, OMER, PIN, by="st_dana")
        caller = Caller(house)
        await caller.rings()
        await caller.keys_in(wrong)
        await caller.keys_in(PIN)
        assert PIN not in repr(caller.told(PIN))
    rows = await house.database.read(lambda work: work.journal.recent(limit=50))
    told = [(row.fact, row.data.get("result") or row.data.get("act")) for row in rows]
    proven = Fact.AGENT_PROVEN
    assert told[::-1] == [(Fact.STAFF_ACTED, "set_pin"), (proven, "wrong"), (proven, "right")]
    everything = json.dumps([lines, [dict(row.data) for row in rows]], default=str).encode()
    everything += kept_in(tmp_path)
    assert PIN.encode() not in everything and wrong.encode() not in everything
