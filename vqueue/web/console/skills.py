"""What one agent can do: asked in a dialog, skill by skill, and changed with a journal row."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from vqueue.domain.agent import Agent
from vqueue.domain.errors import Invalid, Outdated
from vqueue.domain.ids import AgentId
from vqueue.domain.speech_args import Text
from vqueue.ports.database import Work
from vqueue.services import hiring
from vqueue.services.house import House
from vqueue.services.signing_in import Visitor
from vqueue.web.access import SUPERVISORS, Access, form_of
from vqueue.web.console.figures import minute
from vqueue.web.pages import Pages

PATH = "/console/agents/{agent}/skills"
HIGHEST = 10
_PREFIX = "skill-"


@dataclass(frozen=True, slots=True)
class _Scene:
    agent: Agent
    skills: tuple[str, ...]
    """All that queues ask for and agents have, by name."""


@dataclass(frozen=True, kw_only=True)
class SkillPages:
    """Handlers."""

    house: House
    pages: Pages

    async def ask(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        scene = await self._scene(request)
        return self._page(request, visitor, scene, {name: str(level) for name, level in scene.agent.skills.items()})

    async def do(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        scene = await self._scene(request)
        sent = {name: value for name, value in (await form_of(request)).items() if isinstance(value, str)}
        told = {skill: sent.get(_PREFIX + skill, "").strip() for skill in scene.skills}
        try:
            await hiring.change(
                self.house, scene.agent.id, {"skills": _levels(told)}, version=_version(sent), by=visitor.id
            )
        except Invalid:
            return self._page(request, visitor, scene, told, wrong="skills_page.wrong", status=422)
        except Outdated:
            return self._page(request, visitor, scene, told, wrong="skills_page.outdated", status=409)
        return web.Response(status=303, headers={"Location": f"/console/agents?skills={scene.agent.id}"})

    async def _scene(self, request: web.Request) -> _Scene:
        wanted = AgentId(request.match_info["agent"])

        def read(work: Work) -> _Scene:
            agent = hiring.present(work.agents.get(wanted))
            asked = {skill for queue in work.queues.all() for skill in queue.rules.skills}
            held = {skill for each in work.agents.all() for skill in each.skills}
            return _Scene(agent=agent, skills=tuple(sorted(asked | held)))

        return await self.house.database.read(read)

    def _page(
        self, request: web.Request, visitor: Visitor, scene: _Scene, told: Mapping[str, str], *, wrong: str = "",
        status: int = 200,
    ) -> web.Response:  # fmt: skip
        values = {
            "clock": minute(self.house.clock.now(), self.house.line.zone),
            "id": scene.agent.id,
            "name": Text(scene.agent.name),
            "version": scene.agent.version,
            "skills": [(skill, told.get(skill, "")) for skill in scene.skills],
            "prefix": _PREFIX,
            "highest": HIGHEST,
            "wrong": wrong,
        }
        return self.pages.page(request, "console/skills.html", values, visitor=visitor, status=status)


def _levels(told: Mapping[str, str]) -> dict[str, int | None]:
    """None takes a skill away. Raises Invalid for what is no level."""
    found: dict[str, int | None] = {}
    for skill, text in told.items():
        whole = text.isascii() and text.isdecimal() and len(text) <= len(str(HIGHEST))
        if text and not (whole and 1 <= int(text) <= HIGHEST):
            raise Invalid("A level is from 1 to 10.", errors=((f"/skills/{skill}", "range"),))
        found[skill] = int(text) if text else None
    return found


def _version(sent: Mapping[str, str]) -> int:
    """The version that was looked at."""
    text = sent.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access) -> None:
    """Mounts the dialog."""
    skills = SkillPages(house=house, pages=pages)
    app.router.add_get(PATH, access.only(skills.ask, *SUPERVISORS))
    app.router.add_post(PATH, access.only(skills.do, *SUPERVISORS))
