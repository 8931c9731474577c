"""The page of the agents: who is here, what each does now, what each can do."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from aiohttp import web

from vqueue.domain.agent import Presence
from vqueue.domain.causes import Cause
from vqueue.domain.speech_args import Number
from vqueue.services.house import House
from vqueue.services.signing_in import Visitor
from vqueue.services.teaming import Member, Team, Teams
from vqueue.web.access import READERS, Access
from vqueue.web.console.figures import NONE, code, length, minute
from vqueue.web.console.requests import masked
from vqueue.web.console.sentences import Words
from vqueue.web.pages import Look, Pages
from vqueue.web.stream import Streams, View, Viewer

PATH = "/console/agents"
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
    pin: str
    """`set`, `none` or `locked`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsPage:
    """Everything the template needs."""

    counted: str
    rows: tuple[Row, ...]
    skills: tuple[str, ...]
    clock: str


def present(team: Team, words: Words) -> AgentsPage:
    skills = tuple(sorted({skill for member in team.members for skill in member.agent.skills}))
    names = {queue.id: queue.name(words.language) for queue in team.queues}
    here = sum(member.agent.presence is not Presence.OFFLINE for member in team.members)
    return AgentsPage(
        counted=words.say("agents_page.counted", count=Number(here), total=Number(len(team.members))),
        rows=tuple(_row(member, skills, names, words, pin=_pin(member, team)) for member in team.members),
        skills=skills,
        clock=minute(team.at, words.zone),
    )


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
        languages=", ".join(agent.languages),
        levels=tuple(str(agent.skills.get(skill, "")) for skill in skills),
        pin=pin,
    )


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
    access: Access
    streams: Streams
    teams: Teams = field(init=False)
    form: str = field(init=False, repr=False)
    """Stands in shared parts where each visitor has the proof of his own forms."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "form", self.house.chance.token())
        object.__setattr__(self, "teams", Teams(house=self.house))

    async def page(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        values = await self._values(self.pages.look(request))
        return self.pages.page(request, "console/agents.html", values, visitor=visitor)

    async def events(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        look = self.pages.look(request)

        async def draw() -> str:
            anybody = {"visitor": replace(visitor, csrf=self.form)}
            return self.pages.fragment("console/_agents.html", look, await self._values(look) | anybody)

        view = View(key=("agents", look, visitor.role), draw=draw, topics=("agents", "dispatch"))
        viewer = Viewer(
            admitted=lambda: self.access.admits(request, *READERS), own=(self.form.encode(), visitor.csrf.encode())
        )
        return await self.streams.share(request, view, viewer)

    async def _values(self, look: Look) -> dict[str, object]:
        words = Words(self.pages.say(look), look.language, self.house.line.zone, self.house.clock.now())
        page = present(await self.teams.now(), words)
        return {"page": page, "clock": page.clock}


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access, streams: Streams) -> None:
    """Mounts the page and its stream."""
    agents = Agents(house=house, pages=pages, access=access, streams=streams)
    app.router.add_get(PATH, access.only(agents.page, *READERS))
    app.router.add_get(f"{PATH}/events", access.only(agents.events, *READERS))
