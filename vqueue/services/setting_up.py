"""Puts a bank into an empty database: its queues with their rules, its agents, its staff. Twice does no harm."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from vqueue.domain.agent import AddressKind, Agent, Presence
from vqueue.domain.errors import NotFound
from vqueue.domain.ids import AgentId
from vqueue.domain.journal import Fact
from vqueue.domain.phone import Sealed
from vqueue.domain.rules import Queue, Rules
from vqueue.ports.clock import Chance
from vqueue.ports.database import Database, Work
from vqueue.ports.identity import Passwords
from vqueue.ports.people import Staff
from vqueue.ports.vault import Vault
from vqueue.services.clerk import Clerk

BY = "set-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewQueue:
    """A line of business; `names` by language."""

    id: str
    names: Mapping[str, str]
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAgent:
    """Somebody who takes calls. `address`: E.164, `client:name` or `sip:address`; `skills`: levels 1-10 by name."""

    id: str
    name: str
    address: str = field(repr=False)
    skills: Mapping[str, int]
    languages: tuple[str, ...] = ("en",)
    login: str | None = None

    @property
    def kind(self) -> AddressKind:
        if self.address.startswith("client:"):
            return AddressKind.CLIENT
        return AddressKind.SIP if self.address.startswith("sip") else AddressKind.PHONE


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaff:
    """Somebody who signs in at a page. `login` is compared without regard to case."""

    login: str
    name: str
    role: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """What a bank starts with."""

    queues: tuple[NewQueue, ...]
    agents: tuple[NewAgent, ...] = ()


async def set_up(database: Database, vault: Vault, bank: Bank, *, at: datetime, chance: Chance) -> None:
    """Adds what is missing: queues and agents that exist stay as they are, with everything changed since."""
    seed = chance.id("j")
    sealed = {agent.id: vault_address(vault, agent) for agent in bank.agents}

    def op(work: Work) -> None:
        clerk = Clerk(work, at=at, seed=seed)
        for queue in bank.queues:
            _add_queue(clerk, queue)
        for agent in bank.agents:
            _add_agent(clerk, agent, sealed[agent.id])

    await database.transact(op)


def vault_address(vault: Vault, agent: NewAgent) -> Sealed:
    """The agent's address as it is stored: sealed, and found again when that phone rings in."""
    return replace(vault.seal(agent.address, hint=_hint(agent)), index=vault.index(agent.address))


def _hint(agent: NewAgent) -> str:
    if agent.kind is not AddressKind.PHONE:
        return agent.address
    return f"{agent.address[:3]}…{agent.address[-3:]}"


def _add_queue(clerk: Clerk, queue: NewQueue) -> None:
    try:
        clerk.work.queues.get(queue.id)
    except NotFound:
        clerk.work.queues.insert(Queue(id=queue.id, names=queue.names, rules=queue.rules))
        clerk.note(Fact.RULES_PUBLISHED, queue=queue.id, rules_version=1, by=BY)


def _add_agent(clerk: Clerk, agent: NewAgent, address: Sealed) -> None:
    try:
        clerk.work.agents.get(AgentId(agent.id))
    except NotFound:
        clerk.work.agents.insert(
            Agent(
                id=AgentId(agent.id),
                name=agent.name,
                address_kind=agent.kind,
                address=address,
                skills=agent.skills,
                languages=agent.languages,
                presence=Presence.OFFLINE,
                since=clerk.at,
                login=agent.login,
            )
        )


async def put_staff(
    database: Database, passwords: Passwords, staff: NewStaff, *, at: datetime, chance: Chance
) -> Staff:
    """The member of staff, new or with the new name, role and password where the login exists."""
    hashed = await asyncio.to_thread(passwords.hash, staff.password)
    member = Staff(
        id=chance.id("st"), login=staff.login.strip().casefold(), name=staff.name, role=staff.role, password=hashed
    )
    seed = chance.id("j")

    def op(work: Work) -> Staff:
        known = work.people.staff(member.login)
        stored = member if known is None else replace(known, name=member.name, role=member.role, password=hashed)
        if known is None:
            work.people.add(stored)
        else:
            work.people.change(known, stored)
            work.sessions.close_all(known.id)
        Clerk(work, at=at, seed=seed).note(Fact.STAFF_ACTED, act="put_staff", of=stored.id, role=stored.role, by=BY)
        return stored

    return await database.transact(op)
