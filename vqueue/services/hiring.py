"""Who takes calls: agents put, changed and taken away by the bank's systems."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from vqueue.domain.agent import AddressKind, Agent, Presence
from vqueue.domain.errors import Invalid, NotFound, NotPossible, Outdated
from vqueue.domain.ids import AgentId
from vqueue.domain.journal import Fact
from vqueue.domain.phone import Phone, Sealed
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")
_SIP = re.compile(r"sip:[A-Za-z0-9_.!~*'()%+-]{1,64}@[A-Za-z0-9.-]{1,190}(:\d{1,5})?\Z")
_CLIENT = re.compile(r"client:[A-Za-z0-9_.@+-]{1,121}\Z")
_FREE = frozenset({Presence.OFFLINE, Presence.READY, Presence.AWAY, Presence.WRAPPING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephone:
    """Where an agent is rung. `value`: E.164, `sip:user@host`, or a client's name with or without `client:`."""

    kind: AddressKind
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWish:
    """An agent as the bank's system wants him to be."""

    id: AgentId
    name: str
    telephone: Telephone
    skills: Mapping[str, int]
    languages: tuple[str, ...]
    login: str | None = None


async def put(house: House, wish: AgentWish, *, by: str) -> tuple[Agent, bool]:
    """The agent, and whether he is new. One who exists keeps his presence and his calls.

    Raises Invalid for an id or address that cannot be one.
    """
    if not _ID.match(wish.id):
        raise Invalid("An agent's id has letters, digits, `_`, `.` and `-`, at most 64.", errors=(("/id", "pattern"),))
    return await house.act(partial(_put, wish=wish, address=sealed(house, wish.telephone), by=by))


async def change(house: House, agent_id: AgentId, changes: Mapping[str, Any], *, version: int | None, by: str) -> Agent:
    """Changes fields of an agent; `telephone` is sealed here, `skills` are merged (None takes one away).

    Raises NotFound, Outdated, Invalid.
    """
    fields = dict(changes)
    telephone = fields.pop("telephone", None)
    if telephone is not None:
        fields |= {"address_kind": telephone.kind, "address": sealed(house, telephone)}
    return await house.act(partial(_changed, agent_id=agent_id, changes=fields, version=version, by=by))


async def remove(house: House, agent_id: AgentId, *, version: int | None, by: str) -> None:
    """He takes no calls any more; his name and address are forgotten. Raises NotFound, Outdated, and NotPossible while
    he is offered or on a call."""
    await house.act(partial(_removed, agent_id=agent_id, version=version, by=by))


async def telephone_of(house: House, agent: Agent, *, by: str) -> str:
    """The address in full, journalled as read by `by`."""
    await house.act(partial(_read, agent_id=agent.id, by=by))
    return house.vault.open(agent.address)


def sealed(house: House, telephone: Telephone) -> Sealed:
    """As it is stored: sealed, found again when that telephone rings in, masked for pages. Raises Invalid."""
    address = _written(telephone)
    return replace(house.vault.seal(address, hint=_masked(telephone.kind, address)), index=house.vault.index(address))


def present(agent: Agent) -> Agent:
    """The agent, unless he was removed. Raises NotFound."""
    if agent.removed_at is not None:
        raise NotFound("There is no such agent.")
    return agent


def _masked(kind: AddressKind, address: str) -> str:
    match kind:
        case AddressKind.PHONE:
            return Phone(address).masked
        case AddressKind.SIP:
            return f"sip:…@{address.partition('@')[2]}"
        case AddressKind.CLIENT:
            return f"{address[:8]}…"


def _written(telephone: Telephone) -> str:
    value = telephone.value.strip()
    match telephone.kind:
        case AddressKind.PHONE:
            try:
                return Phone(value).e164
            except ValueError:
                raise _no_address("E.164 is wanted: +442079460201.") from None
        case AddressKind.SIP:
            address, form = (value if value.startswith("sip:") else f"sip:{value}"), _SIP
        case AddressKind.CLIENT:
            address, form = (value if value.startswith("client:") else f"client:{value}"), _CLIENT
    if not form.match(address):
        raise _no_address("This is no such address.")
    return address


def _no_address(detail: str) -> Invalid:
    return Invalid(detail, errors=(("/address/value", "address"),))


def _put(clerk: Clerk, wish: AgentWish, address: Sealed, by: str) -> tuple[Agent, bool]:
    fields: dict[str, Any] = {
        "name": wish.name, "login": wish.login, "address_kind": wish.telephone.kind, "address": address,
        "skills": dict(wish.skills), "languages": wish.languages,
    }  # fmt: skip
    try:
        known = clerk.work.agents.get(wish.id)
    except NotFound:
        new = Agent(id=wish.id, presence=Presence.OFFLINE, since=clerk.at, **fields)
        clerk.work.agents.insert(new)
        _note(clerk, wish.id, "added_agent", by)
        return new, True
    back = known.removed_at is not None
    fresh: dict[str, Any] = {"presence": Presence.OFFLINE, "since": clerk.at, "removed_at": None} if back else {}
    stored = clerk.work.agents.replace(replace(known, **fields, **fresh))
    _note(clerk, wish.id, "added_agent" if back else "replaced_agent", by)
    return stored, back


def _changed(clerk: Clerk, agent_id: AgentId, changes: Mapping[str, Any], version: int | None, by: str) -> Agent:
    agent = _at(clerk, agent_id, version)
    fields = dict(changes)
    if "skills" in fields:
        merged = {**agent.skills, **fields["skills"]}
        fields["skills"] = {skill: level for skill, level in merged.items() if level is not None}
    stored = clerk.work.agents.replace(replace(agent, **fields))
    was_now = {"was": dict(agent.skills), "now": dict(stored.skills)} if "skills" in changes else {}
    _note(clerk, agent_id, "changed_agent", by, fields=sorted(changes), **was_now)
    return stored


def _removed(clerk: Clerk, agent_id: AgentId, version: int | None, by: str) -> None:
    agent = _at(clerk, agent_id, version)
    if agent.presence not in _FREE or agent.attempt is not None:
        raise NotPossible(f"The agent is {agent.presence}: ask for offline first.")
    gone = replace(
        agent, name=agent_id, login=None, address=Sealed("", "", ""), presence=Presence.OFFLINE, since=clerk.at,
        next_presence=None, standing_call=None, wrap_until=None, idle_since=None, removed_at=clerk.at,
    )  # fmt: skip
    clerk.work.agents.replace(gone)
    clerk.work.pins.drop(agent_id)
    _note(clerk, agent_id, "removed_agent", by)


def _at(clerk: Clerk, agent_id: AgentId, version: int | None) -> Agent:
    agent = present(clerk.work.agents.get(agent_id))
    if version is not None and agent.version != version:
        raise Outdated
    return agent


def _read(clerk: Clerk, agent_id: AgentId, by: str) -> None:
    clerk.note(Fact.PERSONAL_DATA_READ, agent=agent_id, what="agent_address", by=by)


def _note(clerk: Clerk, agent_id: AgentId, act: str, by: str, **data: Any) -> None:
    clerk.note(Fact.STAFF_ACTED, agent=agent_id, act=act, by=by, **data)
    clerk.topics += ["agents", f"agent:{agent_id}", "dispatch"]
