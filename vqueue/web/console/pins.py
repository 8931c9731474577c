"""The page of one agent's PIN: made by an admin and shown once, or taken away."""

from dataclasses import dataclass

from aiohttp import web

from vqueue.domain.agent import Agent
from vqueue.domain.errors import Invalid
from vqueue.domain.ids import AgentId
from vqueue.domain.speech_args import Text
from vqueue.ports.database import Work
from vqueue.ports.lines import AgentPin
from vqueue.services import hiring, pinning
from vqueue.services.house import House
from vqueue.services.signing_in import Visitor
from vqueue.web.access import ADMINS, Access, form_of
from vqueue.web.console.figures import minute
from vqueue.web.pages import Pages

PATH = "/console/agents/{agent}/pin"


def standing_of(house: House, pin: AgentPin | None) -> str:
    """In a word: `set`, `none` or `locked`."""
    if pin is None:
        return "none"
    return "locked" if pin.locked(house.clock.now()) else "set"


@dataclass(frozen=True, kw_only=True)
class PinPages:
    """Handlers."""

    house: House
    pages: Pages

    async def page(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        return await self._page(request, visitor)

    async def do(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        agent, act = _agent(request), str((await form_of(request)).get("act", ""))
        match act:
            case "make":
                made = await pinning.make(self.house, agent, by=visitor.id)
                return await self._page(request, visitor, made=made)
            case "take":
                await pinning.take_away(self.house, agent, by=visitor.id)
                return await self._page(request, visitor, done="pin.done_taken")
            case _:
                raise Invalid("A PIN is made or taken away.", errors=(("/act", "unknown"),))

    async def _page(
        self, request: web.Request, visitor: Visitor, *, made: str | None = None, done: str | None = None
    ) -> web.Response:
        agent_id = _agent(request)

        def read(work: Work) -> tuple[Agent, AgentPin | None]:
            return hiring.present(work.agents.get(agent_id)), work.pins.of(agent_id)

        agent, pin = await self.house.database.read(read)
        values = {
            "clock": minute(self.house.clock.now(), self.house.line.zone),
            "agent": agent.id,
            "name": Text(agent.name),
            "standing": standing_of(self.house, pin),
            "rule": self.house.line.pins,
            "made": made,
            "done": done,
        }
        return self.pages.page(request, "console/pin.html", values, visitor=visitor)


def _agent(request: web.Request) -> AgentId:
    return AgentId(request.match_info["agent"])


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access) -> None:
    """Mounts the page, which is the admins'."""
    pins = PinPages(house=house, pages=pages)
    app.router.add_get(PATH, access.only(pins.page, *ADMINS))
    app.router.add_post(PATH, access.only(pins.do, *ADMINS))
