"""The supervisor's pages: parse, call one service, present."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web

from vqueue.domain.agent import Presence
from vqueue.domain.errors import Invalid, NotFound
from vqueue.domain.ids import AgentId, RequestId
from vqueue.domain.request import Channel, State
from vqueue.domain.speech_args import Number, Text
from vqueue.services import presence, reading, switching
from vqueue.services.house import House
from vqueue.services.overseeing import Overview
from vqueue.services.signing_in import Visitor
from vqueue.services.switching import Switch
from vqueue.services.verdict import Severity, Worry, severity
from vqueue.services.views import BoardView
from vqueue.web.access import READERS, SUPERVISORS, Access
from vqueue.web.console import acts, filters, journal, listing, mending, searching
from vqueue.web.console import board as boards
from vqueue.web.console import requests as ones
from vqueue.web.console.figures import minute
from vqueue.web.console.moments import place_in
from vqueue.web.console.sentences import Words
from vqueue.web.console.shared import Shared
from vqueue.web.errors import wants_page
from vqueue.web.pages import Look, Pages
from vqueue.web.stream import Streams

OFF_FOR_MIN = (15, 30, 60, 120)
"""For so many minutes a switch may be turned off; otherwise it stays off until somebody turns it on."""
STEADY_S = 30.0
"""Queues keep their order on an open page for so long (wall), so that a row is where the eye left it."""
_TOPICS = ("dispatch", "agents", "queues", "boards")


@dataclass
class Order:
    """The order of queues one open page shows."""

    queues: Sequence[str] = ()
    since: float = 0.0
    worst: Severity = Severity.FINE

    def of(self, board: BoardView, wall: float) -> Sequence[str]:
        """Anew every STEADY_S, and at once when something gets worse."""
        worst = max((severity(view, board.at) for view in board.queues), default=Severity.FINE)
        if not self.queues or wall - self.since >= STEADY_S or worst > self.worst:
            self.queues, self.since = boards.order_of(board), wall
        self.worst = worst
        return self.queues


@dataclass(frozen=True, kw_only=True)
class Console:
    """Handlers under `/console`."""

    house: House
    pages: Pages
    shared: Shared
    boards: Overview = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "boards", Overview(house=self.house))

    # the board

    async def board(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        look = self.pages.look(request)
        values = await self._board_values(look, Order())
        return self.pages.page(request, "console/board.html", values, visitor=visitor)

    async def board_events(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        look, order = self.pages.look(request), Order()

        async def draw() -> str:
            values = await self._board_values(look, order)
            return self.pages.fragment("console/_board.html", look, values | {"visitor": self.shared.anybody(visitor)})

        return await self.shared.send(request, visitor, ("board", look, visitor.role), draw, *_TOPICS)

    async def _board_values(self, look: Look, order: Order) -> dict[str, object]:
        seen = await self.boards.now()
        kept = order.of(seen, self.house.clock.wall())
        page = boards.present(seen, look, self.pages.say(look), self.house.line.zone, order=kept)
        return {"page": page, "clock": page.clock}

    # requests

    async def requests(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        look = self.pages.look(request)
        values = await self._list_values(request, look)
        return self.pages.page(request, "console/requests.html", values, visitor=visitor)

    async def requests_events(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        look = self.pages.look(request)

        async def draw() -> str:
            return self.pages.fragment("console/_requests.html", look, await self._list_values(request, look))

        return await self.shared.send(request, visitor, ("requests", look, request.query_string), draw, *_TOPICS)

    async def _list_values(self, request: web.Request, look: Look) -> dict[str, object]:
        chosen = filters.chosen(request.query)
        alike, before = RequestId(chosen.alike) if chosen.alike else None, place_in(chosen.before)
        view = await reading.requests(self.house, chosen.wanted, alike=alike, before=before)
        page = listing.present_list(view, self._words(look))
        return {"page": page, "clock": page.clock, "chosen": chosen, "states": tuple(State), "channels": tuple(Channel)}

    async def request(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        look = self.pages.look(request)
        values = await self._request_values(request, look) | {"done": acts.done(request.query)}
        return self.pages.page(request, "console/request.html", values, visitor=visitor)

    async def request_events(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        look, one = self.pages.look(request), request.match_info["request"]

        async def draw() -> str:
            values = await self._request_values(request, look)
            return self.pages.fragment(
                "console/_request.html", look, values | {"visitor": self.shared.anybody(visitor)}
            )

        return await self.shared.send(request, visitor, ("request", look, visitor.role, one), draw, f"request:{one}")

    async def _request_values(self, request: web.Request, look: Look) -> dict[str, object]:
        view = await reading.request(self.house, RequestId(request.match_info["request"]))
        page = ones.present_one(view, self._words(look), mirrored=look.right_to_left)
        return {"page": page, "clock": page.clock}

    def _words(self, look: Look) -> Words:
        return Words(self.pages.say(look), look.language, self.house.line.zone, self.house.clock.now())

    # acts

    async def ask_presence(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        sent = await request.post()
        try:
            wanted = Presence(str(sent.get("state", "")))
        except ValueError:
            raise Invalid("Ready, away and offline can be asked for.", errors=(("/state", "unknown"),)) from None
        reason = switching.given(str(sent.get("reason") or "asked_by_supervisor"))
        await presence.ask(self.house, AgentId(request.match_info["agent"]), wanted, reason=reason, by=visitor.id)
        return await self._done(request)

    async def switch(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        values = await self._switch_values(request, on=request.query.get("turn") == "on")
        return self.pages.page(request, "console/switch.html", values, visitor=visitor)

    async def turn(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        sent = await request.post()
        on, reason = sent.get("turn") == "on", str(sent.get("reason", ""))
        queue, which = request.match_info["queue"], _switch(request)
        until = None if on else _until(str(sent.get("for", "")), self.house.clock.now())
        try:
            await switching.put(self.house, queue, {which: on}, reason=reason, until=until, by=visitor.id)
        except Invalid:
            if not wants_page(request):
                raise
            values = await self._switch_values(request, on=on)
            wrong = {"wrong": "console.reason_missing", "reason": reason, "lasts": str(sent.get("for", ""))}
            return self.pages.page(request, "console/switch.html", values | wrong, visitor=visitor, status=422)
        return await self._done(request)

    async def _switch_values(self, request: web.Request, *, on: bool) -> dict[str, object]:
        view = await self.boards.now()
        found = next((each for each in view.queues if each.queue.id == request.match_info["queue"]), None)
        if found is None:
            raise NotFound
        look, which = self.pages.look(request), _switch(request)
        act = f"{'on' if on else 'off'}_{which}"
        owed = Number(found.waiting.virtual + found.waiting.booked)
        name = Text(found.queue.name(look.language))
        words = self._words(look)
        clock = minute(words.now, words.zone)
        turn = {"act": act, "turn": "on" if on else "off", "owed": owed, "name": name}
        ends = [(minutes, words.clock(words.now + timedelta(minutes=minutes))) for minutes in OFF_FOR_MIN]
        why = request.query.get("why", "")
        reason = words.say(f"console.off_reason_{why}") if why in (Worry.MACHINE_WAVE, Worry.STAFF_LOSS) else ""
        chosen = {"ends": ends, "lasts": request.query.get("for", "")}
        return {**turn, **chosen, "clock": clock, "wrong": None, "reason": reason}

    async def _done(self, request: web.Request) -> web.Response:
        """Back to the board for people without scripts; scripts see the change come by the stream."""
        await self.boards.forget()
        if wants_page(request):
            return web.Response(status=303, headers={"Location": "/console"})
        return web.Response(status=204)


def _until(minutes: str, now: datetime) -> datetime | None:
    """When what is turned off comes on again. Raises Invalid for what was not offered."""
    if not minutes:
        return None
    if minutes not in {str(offered) for offered in OFF_FOR_MIN}:
        raise Invalid("That is no time that was offered.", errors=(("/for", "unknown"),))
    return now + timedelta(minutes=int(minutes))


def _switch(request: web.Request) -> Switch:
    try:
        return Switch(request.match_info["switch"])
    except ValueError:
        raise NotFound from None


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access, streams: Streams) -> None:
    """Mounts the console on the application."""
    shared = Shared(chance=house.chance, access=access, streams=streams)
    console, router = Console(house=house, pages=pages, shared=shared), app.router
    searching.add_routes(app, house=house, pages=pages, access=access)
    for path, page in (
        ("/console", console.board),
        ("/console/board/events", console.board_events),
        ("/console/requests", console.requests),
        ("/console/requests/events", console.requests_events),
        ("/console/requests/{request}", console.request),
        ("/console/requests/{request}/events", console.request_events),
    ):
        router.add_get(path, access.only(page, *READERS))
    acts.add_routes(app, house=house, pages=pages, access=access)
    mending.add_routes(app, house=house, pages=pages, access=access, overview=console.boards)
    journal.add_routes(app, house=house, pages=pages, access=access)
    router.add_get("/console/queues/{queue}/{switch}", access.only(console.switch, *SUPERVISORS))
    router.add_post("/console/agents/{agent}/presence", access.only(console.ask_presence, *SUPERVISORS))
    router.add_post("/console/queues/{queue}/{switch}", access.only(console.turn, *SUPERVISORS))
