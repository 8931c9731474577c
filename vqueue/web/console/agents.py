"""The page of the agents: who is here, what each does now, what each can do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from aiohttp import web

from vqueue.domain.agent import Agent, Presence
from vqueue.domain.causes import Cause
from vqueue.domain.speech_args import Number, Text
from vqueue.services.house import House
from vqueue.services.signing_in import Visitor
from vqueue.services.teaming import Member, Team, Teams
from vqueue.web.access import READERS, Access
from vqueue.web.console import skills
from vqueue.web.console.board import asked_of
from vqueue.web.console.figures import NONE, code, length, minute
from vqueue.web.console.requests import masked
from vqueue.web.console.sentences import Words
from vqueue.web.console.shared import Shared
from vqueue.web.pages import Look, Pages, Say
from vqueue.web.stream import Streams
from vqueue.wording import Language

PATH = "/console/agents"
_SHOWN = (
    Presence.READY, Presence.TALKING, Presence.RESERVED, Presence.WRAPPING, Presence.AWAY, Presence.OFFLINE
)  # fmt: skip
REASONS = ("break", "meeting", "training")
"""What an agent's desk offers as reasons; another is told by its own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One agent. `serves` is (address, code, queue, masked number); `levels` stand in the order of the skills."""

    id: str
    name: str
    icon: str
    tone: str
    state: str
    reason: str
    since: str
    lasted: str
    serves: tuple[str, str, str, str] | None
    handled: str
    aht: str
    languages: str
    levels: tuple[str, ...]
    ask: Presence
    pin: str
    """`set`, `none` or `locked`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsPage:
    """Everything the template needs."""

    counted: str
    finding: str
    lacking: bool
    states: tuple[tuple[str, str, Presence], ...]
    """How many are what."""
    only: Presence | None
    """Of which state alone the rows are."""
    rows: tuple[Row, ...]
    skills: tuple[str, ...]
    ready: tuple[str, ...]
    """Of each skill: how many are ready, of how many signed in. Empty where nobody is."""
    clock: str


def present(team: Team, words: Words, *, only: Presence | None = None) -> AgentsPage:
    skills = tuple(sorted({skill for member in team.members for skill in member.agent.skills}))
    names = {queue.id: queue.name(words.language) for queue in team.queues}
    agents = [member.agent for member in team.members]
    here = [agent for agent in agents if agent.presence is not Presence.OFFLINE]
    bare = [skill for skill in skills if not _able(here, skill)]
    return AgentsPage(
        counted=words.say("agents_page.counted", count=Number(len(here)), total=Number(len(agents))),
        finding=_finding(bare, words.say) if skills else "",
        lacking=bool(bare),
        states=_states(agents, words.say),
        only=only,
        rows=tuple(
            _row(member, skills, names, words, pin=_pin(member, team))
            for member in team.members
            if only in (None, member.agent.presence)
        ),
        skills=skills,
        ready=tuple(
            "" if skill in bare else _of(_ready(here, skill), _able(here, skill), words.say) for skill in skills
        ),
        clock=minute(team.at, words.zone),
    )


def _ready(agents: Sequence[Agent], skill: str) -> int:
    return sum(agent.presence is Presence.READY for agent in agents if skill in agent.skills)


def _able(agents: Sequence[Agent], skill: str) -> int:
    return sum(skill in agent.skills for agent in agents)


def _of(count: int, total: int, say: Say) -> str:
    return say("slots_page.of", count=Number(count), total=Number(total))


def _finding(bare: Sequence[str], say: Say) -> str:
    """Whether there is somebody for everything that can be asked for. All busy is how a busy day looks."""
    return say("agents_page.nobody_can", words=Text(", ".join(bare))) if bare else say("agents_page.all_can")


def _states(agents: Sequence[Agent], say: Say) -> tuple[tuple[str, str, Presence], ...]:
    counts = {each: sum(agent.presence is each for agent in agents) for each in _SHOWN}
    told = ((say("console.number", count=Number(n)), say(f"presence.{each}"), each) for each, n in counts.items() if n)
    return tuple(told)


def _why(away: str, words: Words) -> str:
    """Why he is away: what he said himself, what became of the last call offered to him, or the bank's own word."""
    if away in REASONS:
        return words.say(f"desk.away_{away}")
    return words.say(f"cause.{away}") if away in set(Cause) else away.replace("_", " ")


def _row(member: Member, skills: tuple[str, ...], names: dict[str, str], words: Words, *, pin: str) -> Row:
    agent, say = member.agent, words.say
    away = agent.reason if agent.presence is Presence.AWAY else None
    return Row(
        id=agent.id,
        name=agent.name,
        icon=agent.presence,
        tone="c-good" if agent.presence is Presence.READY else "",
        state=say(f"presence.{agent.presence}"),
        reason=_why(away or "", words),
        since=minute(agent.since, words.zone),
        lasted=length(words.now - agent.since),
        serves=_serves(member, names),
        handled=say("console.number", count=Number(member.handled)),
        aht=length(timedelta(seconds=member.aht_s)) if member.aht_s is not None else NONE,
        languages=", ".join(_language(each, words.say) for each in agent.languages),
        levels=tuple(str(agent.skills.get(skill, "")) for skill in skills),
        ask=asked_of(agent),
        pin=pin,
    )


def _language(code: str, say: Say) -> str:
    return say(f"console.language_{code}") if code in set(Language) else code


def _pin(member: Member, team: Team) -> str:
    locked = team.pins.get(member.agent.id)
    return "none" if locked is None else "locked" if locked else "set"


def _serves(member: Member, names: dict[str, str]) -> tuple[str, str, str, str] | None:
    request = member.serves
    if request is None:
        return None
    queue = names.get(request.queue, request.queue)
    return f"/console/requests/{request.id}", code(request.id), queue, masked(request.phone)


@dataclass(frozen=True, kw_only=True)
class Agents:
    """Handlers."""

    house: House
    pages: Pages
    shared: Shared
    teams: Teams = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "teams", Teams(house=self.house))

    async def page(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        look = self.pages.look(request)
        values = await self._values(look, _only(request))
        values["saved"] = await self._saved(request.query.get("skills", ""), self.pages.say(look))
        return self.pages.page(request, "console/agents.html", values, visitor=visitor)

    async def _saved(self, agent: str, say: Say) -> str:
        """Whose skills were changed a moment ago, in words."""
        agents = await self.house.database.read(lambda work: work.agents.all()) if agent else []
        return next((say("skills_page.done", name=Text(each.name)) for each in agents if each.id == agent), "")

    async def events(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        look, only = self.pages.look(request), _only(request)

        async def draw() -> str:
            anybody = {"visitor": self.shared.anybody(visitor)}
            return self.pages.fragment("console/_agents.html", look, await self._values(look, only) | anybody)

        key = ("agents", look, visitor.role, only)
        return await self.shared.send(request, visitor, key, draw, "agents", "dispatch")

    async def _values(self, look: Look, only: Presence | None) -> dict[str, object]:
        words = Words(self.pages.say(look), look.language, self.house.line.zone, self.house.clock.now())
        page = present(await self.teams.now(), words, only=only)
        return {"page": page, "clock": page.clock}


def _only(request: web.Request) -> Presence | None:
    """The state asked for; what is none is no filter."""
    asked = request.query.get("state", "")
    return Presence(asked) if asked in set(Presence) else None


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access, streams: Streams) -> None:
    """Mounts the page and its stream."""
    shared = Shared(chance=house.chance, access=access, streams=streams)
    skills.add_routes(app, house=house, pages=pages, access=access)
    agents = Agents(house=house, pages=pages, shared=shared)
    app.router.add_get(PATH, access.only(agents.page, *READERS))
    app.router.add_get(f"{PATH}/events", access.only(agents.events, *READERS))
