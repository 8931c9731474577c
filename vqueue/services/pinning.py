"""The PIN of an agent who rings in: set, taken away, and proven in few tries. Whose number rings can be forged."""

import asyncio
import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from functools import partial

from vqueue.domain.errors import Invalid
from vqueue.domain.ids import AgentId
from vqueue.domain.journal import Fact
from vqueue.ports.lines import AgentPin, PinRule
from vqueue.services import hiring
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

SHORTEST, LONGEST = 6, 10
"""Digits of a PIN."""
TRIES = 3
"""Wrong ones in a row, from all calls together, before the line is locked."""
LOCK_S = 900
"""How long it is locked, wall seconds."""
MADE = 6
"""Digits of a PIN that is made here."""
_DRAWS = 20
_PIN = re.compile(rf"[0-9]{{{SHORTEST},{LONGEST}}}\Z")
_FEWEST_DIFFERENT = 3
_RUNS = "0123456789012345678909876543210987654321"


class Demand(StrEnum):
    """What an agent who rings in is asked first."""

    NOTHING = "nothing"
    PIN = "pin"
    LOCKED = "locked"
    """There were too many wrong ones: nobody is asked."""
    MISSING = "missing"
    """Everybody needs a PIN here, and he has none."""


class Proof(StrEnum):
    """What a PIN that was keyed proved."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"


async def put(house: House, agent_id: AgentId, pin: str, *, by: str) -> None:
    """From now on this PIN; whatever locked the former one is over. Raises NotFound, and Invalid for one that is no
    PIN or easily guessed."""
    agent = await house.database.read(lambda work: hiring.present(work.agents.get(agent_id)))
    if not _PIN.match(pin):
        raise Invalid(f"A PIN has {SHORTEST} to {LONGEST} digits.", errors=(("/pin", "length"),))
    if _guessed(pin, house.vault.open(agent.address)):
        raise Invalid("This PIN is easily guessed.", errors=(("/pin", "easy"),))
    hashed = await asyncio.to_thread(house.passwords.hash, _peppered(house, agent_id, pin))
    await house.act(partial(_put, pin=AgentPin(id=agent_id, hash=hashed, set_at=house.clock.now()), by=by))


async def make(house: House, agent_id: AgentId, *, by: str) -> str:
    """A new PIN drawn here, to be shown once. Raises NotFound."""
    agent = await house.database.read(lambda work: hiring.present(work.agents.get(agent_id)))
    address = house.vault.open(agent.address)
    drawn = [house.chance.digits(MADE) for _ in range(_DRAWS)]
    pin = next(each for each in drawn if not _guessed(each, address))
    await put(house, agent_id, pin, by=by)
    return pin


async def take_away(house: House, agent_id: AgentId, *, by: str) -> bool:
    """Whether he had one. Raises NotFound."""
    return await house.act(partial(_dropped, agent_id=agent_id, by=by))


def demand(house: House, pin: AgentPin | None) -> Demand:
    match house.line.pins:
        case PinRule.OFF:
            return Demand.NOTHING
        case PinRule.WHERE_SET | PinRule.ALWAYS if pin is not None:
            return Demand.LOCKED if pin.locked(house.clock.now()) else Demand.PIN
        case PinRule.WHERE_SET:
            return Demand.NOTHING
        case PinRule.ALWAYS:
            return Demand.MISSING


async def refused(house: House, agent_id: AgentId, why: Demand) -> None:
    """Somebody rang from his telephone and was not even asked."""
    await house.act(lambda clerk: clerk.note(Fact.AGENT_PROVEN, agent=agent_id, result=why))


async def prove(house: House, agent_id: AgentId, keyed: str, *, question: str) -> Proof:
    """What the digits prove. `question` names the question they answer: the same one counts as one try, however often
    the network repeats it."""
    once = f"pin:{hashlib.sha256(question.encode(errors='replace')).hexdigest()[:32]}"
    lock = timedelta(seconds=LOCK_S * house.clock.speed)
    tried = await house.act(partial(_tried, agent_id=agent_id, once=once, lock=lock))
    if tried is None:
        return Proof.LOCKED
    right = bool(_PIN.match(keyed)) and await asyncio.to_thread(
        house.passwords.verify, tried.hash, _peppered(house, agent_id, keyed)
    )
    return await house.act(partial(_judged, tried=tried, right=right))


def _tried(clerk: Clerk, agent_id: AgentId, once: str, lock: timedelta) -> AgentPin | None:
    """Counted before it is checked, so that many at once cannot slip past; the last one locks until it proves right.
    None where nothing can be tried."""
    pin = clerk.work.pins.of(agent_id)
    if pin is None:
        return None
    fresh = clerk.work.counters.take(once, limit=1, at=clerk.at, expires_at=clerk.at + 2 * lock)
    if pin.locked(clerk.at):
        # The very question whose try locked it may be asked again: its answer stays what it was.
        return None
    if not fresh:
        return pin
    wrong = (0 if pin.locked_until is not None else pin.wrong) + 1
    until = clerk.at + lock if wrong >= TRIES else None
    return clerk.work.pins.replace(replace(pin, wrong=wrong, locked_until=until))


def _judged(clerk: Clerk, tried: AgentPin, right: bool) -> Proof:
    now = clerk.work.pins.of(tried.id)
    if right and now is not None and now.hash == tried.hash:
        clerk.work.pins.replace(replace(now, wrong=0, locked_until=None))
        clerk.note(Fact.AGENT_PROVEN, agent=tried.id, result=Proof.RIGHT)
        return Proof.RIGHT
    clerk.note(Fact.AGENT_PROVEN, agent=tried.id, result=Proof.WRONG, tries=tried.wrong)
    if now is None or not now.locked(clerk.at):
        return Proof.WRONG
    clerk.note(Fact.PIN_LOCKED, agent=tried.id, tries=tried.wrong)
    clerk.topics += ["agents", "boards"]
    return Proof.LOCKED


def _put(clerk: Clerk, pin: AgentPin, by: str) -> None:
    hiring.present(clerk.work.agents.get(pin.id))
    clerk.work.pins.put(pin)
    clerk.note(Fact.STAFF_ACTED, agent=pin.id, act="set_pin", by=by)
    clerk.topics.append("agents")


def _dropped(clerk: Clerk, agent_id: AgentId, by: str) -> bool:
    hiring.present(clerk.work.agents.get(agent_id))
    there = clerk.work.pins.drop(agent_id)
    if there:
        clerk.note(Fact.STAFF_ACTED, agent=agent_id, act="took_pin_away", by=by)
        clerk.topics.append("agents")
    return there


def _guessed(pin: str, address: str) -> bool:
    """One digit or two, a run up or down, or a part of his own telephone number."""
    return len(set(pin)) < _FEWEST_DIFFERENT or pin in _RUNS or pin in address


def _peppered(house: House, agent: AgentId, pin: str) -> str:
    """Keyed with the house's own key: few digits are soon tried through, and a stolen table holds no key."""
    return house.vault.index(f"agent pin {agent} {pin}")
