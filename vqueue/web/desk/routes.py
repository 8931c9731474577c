"""The agent's page: parse, call one service, present. Every act names the call it means and may be repeated."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from vqueue.domain.agent import Presence
from vqueue.domain.errors import Invalid, NotFound, NotPossible, Refusal
from vqueue.domain.ids import AgentId, AttemptId, QueueId
from vqueue.domain.speech_args import Text
from vqueue.services import desk, desk_open, disposing, noting, presence, workplace
from vqueue.services.disposing import FollowUp, Said
from vqueue.services.house import House
from vqueue.services.signing_in import Role, Visitor
from vqueue.services.workplace import Workplaces
from vqueue.web.access import Access, PageHandler
from vqueue.web.console.figures import minute
from vqueue.web.console.sentences import Words
from vqueue.web.desk.presenting import REASONS, present
from vqueue.web.desk.wishes import DROPPED, Wishes
from vqueue.web.errors import STATUSES, wants_page
from vqueue.web.pages import Look, Pages
from vqueue.web.stream import Streams

Sent = Mapping[str, object]
Deed = Callable[[AgentId, web.Request, Sent, str], Awaitable[None]]
"""(whose desk, the request, the form, who acts)"""
_OWN_WORDS = frozenset(
    "not_possible not_found already_open slot_taken window_closed number_refused queue_full switched_off rate_limited "
    "unavailable".split()
)
_DAY_TIMES = 60
"""Free times that are shown."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Handlers under `/desk`."""

    house: House
    pages: Pages
    access: Access
    streams: Streams
    wishes: Wishes
    places: Workplaces = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", Workplaces(house=self.house))

    # what is shown

    async def page(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        agent = await self.places.agent_of(visitor.id, visitor.login)
        if agent is None:
            values: dict[str, object] = {"name": Text(visitor.name), "login": Text(visitor.login)}
            return self.pages.page(request, "desk/nobody.html", values | self._clock(), visitor=visitor)
        values = await self._values(self.pages.look(request), agent, visitor, began=self.house.clock.now())
        return self.pages.page(request, "desk/desk.html", values, visitor=visitor)

    async def events(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        agent, look = await self._agent(visitor), self.pages.look(request)
        began, page = self.house.clock.now(), desk_open.opened(self.house, agent)

        async def render() -> str | None:
            if not await self.access.admits(request, *Role):
                return None
            await page.looked_at()
            return await self._part(look, agent, visitor, began=began)

        return await self.streams.run(request, render, f"agent:{agent}", "boards")

    async def times(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        """Free times for a follow-up, as options of a list."""
        agent, look = await self._agent(visitor), self.pages.look(request)
        found = await workplace.times(self.house, _attempt(request), agent=agent)
        words = self._words(look)
        days: dict[str, list[tuple[str, str]]] = {}
        for slot in found[:_DAY_TIMES]:
            day = words.say("desk.day", day=words.day(slot.start))
            days.setdefault(day, []).append((slot.start.isoformat(), minute(slot.start, words.zone)))
        text = self.pages.fragment("desk/_times.html", look, {"days": days})
        return web.Response(text=text, content_type="text/html", charset="utf-8")

    async def _part(self, look: Look, agent: AgentId, visitor: Visitor, *, began: datetime) -> str:
        values = await self._values(look, agent, visitor, began=began)
        return self.pages.fragment("desk/_desk.html", look, values | {"visitor": visitor})

    async def _values(self, look: Look, agent: AgentId, visitor: Visitor, *, began: datetime) -> dict[str, object]:
        """`began` is the moment from which an open page reckons business time; it stays the same for one stream."""
        seen = await self.places.look(agent, by=visitor.id)
        words, bank = self._words(look), self.house.line.bank
        page = present(seen, words, self.wishes, bank=bank, mirrored=look.right_to_left)
        clock = {"clock": page.clock, "began": began.isoformat(), "speed": self.house.clock.speed}
        return {"page": page, "longest_note": noting.LONGEST, **clock}

    def _words(self, look: Look) -> Words:
        return Words(self.pages.say(look), look.language, self.house.line.zone, self.house.clock.now())

    def _clock(self) -> dict[str, object]:
        return {"clock": minute(self.house.clock.now(), self.house.line.zone)}

    async def _agent(self, visitor: Visitor) -> AgentId:
        agent = await self.places.agent_of(visitor.id, visitor.login)
        if agent is None:
            raise NotFound("No agent belongs to this login.")
        return agent

    # what is done

    def act(self, deed: Deed) -> PageHandler:
        """A handler for one act: scripts get the desk as it is afterwards, or why not in words; people go back."""

        async def handled(request: web.Request, visitor: Visitor) -> web.StreamResponse:
            look = self.pages.look(request)
            try:
                agent = await self._agent(visitor)
                await deed(agent, request, await request.post(), visitor.id)
            except Refusal as refusal:
                if wants_page(request):
                    raise
                return self._refused(refusal, look)
            if wants_page(request):
                return web.Response(status=303, headers={"Location": "/desk"})
            await self.places.boards.forget()
            text = await self._part(look, agent, visitor, began=self.house.clock.now())
            return web.Response(text=text, content_type="text/html", charset="utf-8")

        return handled

    def _refused(self, refusal: Refusal, look: Look) -> web.Response:
        code = refusal.code
        words = self.pages.say(look)(f"desk.wrong_{code}" if code in _OWN_WORDS else "desk.wrong_other")
        told = {"code": code, "words": words}
        return web.json_response(told, status=STATUSES[code], content_type="application/problem+json")

    async def ask(self, agent: AgentId, request: web.Request, sent: Sent, by: str) -> None:
        try:
            wanted = Presence(str(sent.get("state", "")))
        except ValueError:
            raise Invalid("Ready, away and offline can be asked for.", errors=(("/state", "unknown"),)) from None
        reason = str(sent.get("reason", ""))
        await presence.ask(self.house, agent, wanted, reason=reason if reason in REASONS else "asked_at_desk")

    async def accept(self, agent: AgentId, request: web.Request, sent: Sent, by: str) -> None:
        await desk.accept(self.house, agent, by=by, attempt=_attempt(request))

    async def decline(self, agent: AgentId, request: web.Request, sent: Sent, by: str) -> None:
        await desk.decline(self.house, agent, by=by, attempt=_attempt(request))

    async def end(self, agent: AgentId, request: web.Request, sent: Sent, by: str) -> None:
        await desk.end(self.house, agent, attempt=_attempt(request), by=by)

    async def note(self, agent: AgentId, request: web.Request, sent: Sent, by: str) -> None:
        await noting.keep(self.house, _attempt(request), _note(sent), agent=agent, by=by)

    async def dispose(self, agent: AgentId, request: web.Request, sent: Sent, by: str) -> None:
        attempt, code = _attempt(request), str(sent.get("code", ""))
        if code not in self.wishes.outcomes:
            raise Invalid("Say what became of it.", errors=(("/code", "unknown"),))
        talked = await self.house.database.read(lambda work: workplace.own_request(work, attempt, agent))
        follow_up = None if code == DROPPED else _follow_up(sent, own=talked.queue)
        said = Said(code=code, note=_note(sent) or None, line_dropped=code == DROPPED, follow_up=follow_up)
        await disposing.dispose(self.house, attempt, said, by=by)
        if sent.get("then") == "ready":
            with suppress(NotPossible):  # the talk goes on after all: what was said is kept
                await desk.done(self.house, agent, attempt=attempt)

    async def wrap_up(self, agent: AgentId, request: web.Request, sent: Sent, by: str) -> None:
        await desk.wrap_up(self.house, agent)

    async def longer(self, agent: AgentId, request: web.Request, sent: Sent, by: str) -> None:
        await desk.longer(self.house, agent, seen=_moment(sent.get("until"), "/until"), by=by)


def _attempt(request: web.Request) -> AttemptId:
    return AttemptId(request.match_info["attempt"])


def _note(sent: Sent) -> str:
    note = str(sent.get("note", "")).replace("\r\n", "\n")
    if len(note) > noting.LONGEST:
        raise Invalid("A note has at most 2000 characters.", errors=(("/note", "string_too_long"),))
    return note


def _follow_up(sent: Sent, *, own: QueueId) -> FollowUp | None:
    """`own` is the queue of the talk: in another one it is not the same agent's."""
    mine, team = sent.get("mine") == "yes", QueueId(str(sent.get("queue") or own))
    match sent.get("follow_up", "none"):
        case "soon":
            return FollowUp(queue=team, same_agent=mine and team == own)
        case "at":
            return FollowUp(at=_moment(sent.get("at"), "/at"), same_agent=mine)
        case _:
            return None


def _moment(sent: object, pointer: str) -> datetime:
    try:
        at = datetime.fromisoformat(str(sent))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid("A moment with its offset is wanted.", errors=((pointer, "datetime"),))
    return at


def add_routes(
    app: web.Application, *, house: House, pages: Pages, access: Access, streams: Streams, wishes: Wishes
) -> None:
    """Mounts the desk on the application. Whoever has an agent of his own may work at it, whatever his role."""
    own, router = Desk(house=house, pages=pages, access=access, streams=streams, wishes=wishes), app.router
    router.add_get("/desk", access.only(own.page, *Role))
    router.add_get("/desk/events", access.only(own.events, *Role))
    router.add_get("/desk/calls/{attempt}/times", access.only(own.times, *Role))
    for path, deed in (
        ("/desk/presence", own.ask),
        ("/desk/calls/{attempt}/accept", own.accept),
        ("/desk/calls/{attempt}/decline", own.decline),
        ("/desk/calls/{attempt}/end", own.end),
        ("/desk/calls/{attempt}/note", own.note),
        ("/desk/calls/{attempt}/disposition", own.dispose),
        ("/desk/wrap-up", own.wrap_up),
        ("/desk/wrap-up/longer", own.longer),
    ):
        router.add_post(path, access.only(own.act(deed), *Role))
