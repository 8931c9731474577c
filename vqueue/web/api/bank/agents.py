"""Agents: who takes calls, what they are asked to be, and what a bank's own desktop does for them."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field, StringConstraints

from vqueue.domain.agent import AddressKind, Agent, Presence
from vqueue.domain.errors import Invalid
from vqueue.domain.ids import AgentId
from vqueue.services import desk, hiring, presence
from vqueue.services.hiring import AgentWish, Telephone
from vqueue.services.house import House
from vqueue.services.keys import Scope
from vqueue.web.api import cursor, events
from vqueue.web.api.bank import desktop
from vqueue.web.api.bank.revealing import Reveal, by, wanted
from vqueue.web.api.mounting import etag
from vqueue.web.api.operation import Ask, Bank, Moment, Operation, Page, Reply, Shape

TAG = "Agents"
ASKED = frozenset({Presence.READY, Presence.AWAY, Presence.OFFLINE})

Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Level = Annotated[int, Field(ge=1, le=10)]
Skills = Annotated[dict[Word, Level], Field(max_length=50)]
Languages = Annotated[tuple[Language, ...], Field(min_length=1, max_length=20)]


class AgentAddress(Shape):
    """The agent's telephone."""

    kind: AddressKind
    value: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    """E.164, `sip:user@host` or a client's name. Shown masked, unless read with `reveal`."""


class AgentPut(Shape):
    """An agent, new or in place of the one with this id."""

    id: str | None = None
    """May be repeated here as it stands in the path."""
    name: Name
    login: Annotated[str, StringConstraints(max_length=100)] | None = None
    address: AgentAddress
    skills: Skills
    languages: Languages


class AgentPatch(Shape):
    """What changes; what is left out stays. `login: null` takes it away."""

    name: Name | None = None
    login: Annotated[str, StringConstraints(max_length=100)] | None = None
    address: AgentAddress | None = None
    skills: dict[Word, Level | None] | None = None
    """Merged: a level adds or changes a skill, null takes it away."""
    languages: Languages | None = None


class PresencePut(Shape):
    """What the agent is asked to be: at once where he is free, afterwards where he is busy."""

    state: Presence
    """`ready`, `away` or `offline`."""
    reason: Annotated[str, StringConstraints(max_length=200)] | None = None


class AgentShown(Shape):
    """One agent."""

    id: str
    name: str
    login: str | None
    address: AgentAddress
    skills: Mapping[str, int]
    languages: tuple[str, ...]
    presence: Presence
    next_presence: Presence | None
    """What he was asked to be while busy."""
    reason: str | None
    since: Moment
    attempt: str | None
    """The attempt he is offered or on."""
    version: int


class AgentList(Shape):
    """Agents by id."""

    items: tuple[AgentShown, ...]
    next_cursor: str | None = None


def operations(house: House) -> tuple[Operation, ...]:
    return (*_records(house), *_verbs(house))


def _records(house: House) -> tuple[Operation, ...]:
    who = Bank(Scope.AGENTS_WRITE)
    return (
        Operation(
            method="GET", path="/v1/agents", name="list_agents", summary="All agents, by id",
            tag=TAG, who=who, handler=partial(_list, house), query=Page, answer=AgentList,
        ),
        Operation(
            method="GET", path="/v1/agents/{id}", name="read_agent", summary="One agent",
            tag=TAG, who=who, handler=partial(_read, house), query=Reveal, answer=AgentShown, headers=("ETag",),
        ),
        Operation(
            method="PUT", path="/v1/agents/{id}", name="put_agent", summary="An agent, new or replaced",
            tag=TAG, who=who, handler=partial(_put, house), body=AgentPut, answer=AgentShown, headers=("ETag",),
            alternatives={201: "He is new: offline until he is asked to be ready."},
        ),
        Operation(
            method="PATCH", path="/v1/agents/{id}", name="change_agent", summary="Change fields of an agent",
            tag=TAG, who=who, handler=partial(_patch, house), body=AgentPatch,
            body_type="application/merge-patch+json", answer=AgentShown, headers=("ETag",), conditional=True,
        ),
        Operation(
            method="DELETE", path="/v1/agents/{id}", name="remove_agent",
            summary="An agent takes no calls any more; his name and address are forgotten",
            tag=TAG, who=who, handler=partial(_delete, house), status=204, conditional=True, problems=("not_possible",),
        ),
        Operation(
            method="PUT", path="/v1/agents/{id}/presence", name="ask_presence",
            summary="Ask an agent to be ready, away or offline",
            tag=TAG, who=who, handler=partial(_presence, house), body=PresencePut, answer=AgentShown,
            headers=("ETag",),
        ),
    )  # fmt: skip


def _verbs(house: House) -> tuple[Operation, ...]:
    who = Bank(Scope.CALLS_REPORT)
    return (
        Operation(
            method="POST", path="/v1/agents/{id}/accept", name="accept_call",
            summary="Take the call the agent is offered, as key 1 on his telephone would",
            description="Of desktop and telephone exactly one wins; repeating it changes nothing. Accepted before the "
            "telephone is picked up, the customer is brought as soon as it is.",
            tag=TAG, who=who, handler=partial(_accept, house), answer=AgentShown, headers=("ETag",),
            problems=("not_possible",),
        ),
        Operation(
            method="POST", path="/v1/agents/{id}/decline", name="decline_call",
            summary="Pass the call the agent is offered to the next one, as key 2 would",
            tag=TAG, who=who, handler=partial(_decline, house), answer=AgentShown, headers=("ETag",),
            problems=("not_possible",),
        ),
        Operation(
            method="POST", path="/v1/agents/{id}/wrap-up", name="end_wrap_up",
            summary="The agent is done writing up",
            tag=TAG, who=who, handler=partial(_wrap_up, house), answer=AgentShown, headers=("ETag",),
            problems=("not_possible",),
        ),
        Operation(
            method="GET", path="/v1/agents/{id}/events", name="watch_agent",
            summary="An agent's presence and offers as they happen (server-sent events)",
            description="`state` and `offer` events; the id is the agent's version, from which `Last-Event-ID` resumes."
            " With `requests:read_pii` an offer names the customer, his number and what he entered (journalled).",
            tag=TAG, who=who, handler=partial(_watch, house), answer_type="text/event-stream",
        ),
    )  # fmt: skip


async def _list(house: House, ask: Ask) -> Reply:
    query: Page = ask.query
    after = cursor.read(query.cursor, parts=1)
    agents = await house.database.read(lambda work: work.agents.all())
    rest = [agent for agent in agents if after is None or agent.id > after[0]]
    page = rest[: query.limit]
    more = cursor.written(page[-1].id) if len(rest) > len(page) else None
    return Reply(body=AgentList(items=tuple(shown(agent) for agent in page), next_cursor=more))


async def _read(house: House, ask: Ask) -> Reply:
    reveal = wanted(ask)
    found = await house.database.read(lambda work: hiring.present(work.agents.get(_id(ask))))
    full = await hiring.telephone_of(house, found, by=by(ask)) if reveal else None
    return _told(found, full)


async def _put(house: House, ask: Ask) -> Reply:
    body: AgentPut = ask.body
    if body.id not in (None, ask.path["id"]):
        raise Invalid("The agent's id is another one in the path.", errors=(("/id", "mismatch"),))
    wish = AgentWish(
        id=_id(ask),
        name=body.name,
        telephone=_telephone(body.address),
        skills=body.skills,
        languages=body.languages,
        login=body.login,
    )
    agent, new = await hiring.put(house, wish, by=by(ask))
    return Reply(body=shown(agent), status=201 if new else 200, headers=etag(agent.version))


async def _patch(house: House, ask: Ask) -> Reply:
    body: AgentPatch = ask.body
    changes: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    if any(value is None for name, value in changes.items() if name != "login"):
        raise Invalid("Only the login can be taken away.", errors=(("", "required"),))
    if body.address is not None:
        changes["telephone"] = _telephone(changes.pop("address"))
    agent = await hiring.change(house, _id(ask), changes, version=ask.version, by=by(ask))
    return _told(agent)


async def _delete(house: House, ask: Ask) -> Reply:
    await hiring.remove(house, _id(ask), version=ask.version, by=by(ask))
    return Reply()


async def _presence(house: House, ask: Ask) -> Reply:
    body: PresencePut = ask.body
    if body.state not in ASKED:
        raise Invalid("Ready, away and offline can be asked for.", errors=(("/state", "not_possible"),))
    await _known(house, ask)
    reason = " ".join((body.reason or "asked_by_system").split())
    return _told(await presence.ask(house, _id(ask), body.state, reason=reason, by=by(ask)))


async def _accept(house: House, ask: Ask) -> Reply:
    return _told(await desk.accept(house, _id(ask), by=by(ask)))


async def _decline(house: House, ask: Ask) -> Reply:
    return _told(await desk.decline(house, _id(ask), by=by(ask)))


async def _wrap_up(house: House, ask: Ask) -> Reply:
    await _known(house, ask)
    return _told(await desk.wrap_up(house, _id(ask)))


async def _watch(house: House, ask: Ask) -> web.StreamResponse:
    await _known(house, ask)
    reveal = Scope.REQUESTS_READ_PII in ask.holder.scopes
    look = desktop.Watch(house=house, agent=_id(ask), by=by(ask), reveal=reveal).look
    return await events.stream(ask.http, look, "agents", f"agent:{_id(ask)}", broadcast=house.broadcast)


async def _known(house: House, ask: Ask) -> None:
    await house.database.read(lambda work: hiring.present(work.agents.get(_id(ask))))


def _id(ask: Ask) -> AgentId:
    return AgentId(ask.path["id"])


def _telephone(address: AgentAddress) -> Telephone:
    return Telephone(kind=address.kind, value=address.value)


def _told(agent: Agent, address: str | None = None) -> Reply:
    return Reply(body=shown(agent, address), headers=etag(agent.version))


def shown(agent: Agent, address: str | None = None) -> AgentShown:
    """The agent; his address masked unless it is given in full."""
    return AgentShown(
        id=agent.id,
        name=agent.name,
        login=agent.login,
        address=AgentAddress(kind=agent.address_kind, value=address or agent.address.hint or "…"),
        skills=agent.skills,
        languages=agent.languages,
        presence=agent.presence,
        next_presence=agent.next_presence,
        reason=agent.reason,
        since=agent.since,
        attempt=agent.attempt,
        version=agent.version,
    )
