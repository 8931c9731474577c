"""What a supervisor does with one request: asked, confirmed with a reason, and taken back where that is possible."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never
from urllib.parse import urlencode

from aiohttp import web

from vqueue.domain.errors import Invalid, NotFound, Refusal
from vqueue.domain.ids import RequestId
from vqueue.domain.request import Request
from vqueue.domain.rules import Queue
from vqueue.domain.speech_args import Text
from vqueue.services import looking_up, ordering, rewindowing
from vqueue.services.house import House
from vqueue.services.looking_up import Opened
from vqueue.services.ordering import Act
from vqueue.services.rewindowing import Times
from vqueue.services.signing_in import Visitor
from vqueue.web.access import SUPERVISORS, Access, form_of
from vqueue.web.console.figures import NONE, code, minute
from vqueue.web.console.offered import offered
from vqueue.web.console.sentences import Words
from vqueue.web.errors import problem_of
from vqueue.web.pages import Look, Pages

ONE = "/console/requests/{request}"
UNDONE = "undone"
NOW = "now"
"""In place of a booked time: the window that can be kept now."""
_FORMER = {
    Act.MOVE: (Act.MOVE, ("queue", "class")),
    Act.NEXT: (Act.MOVE, ("queue", "class")),
    Act.WINDOW: (Act.WINDOW, ("when", "version")),
}
"""What takes an act back, and what has to be known for it: the place goes where it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done a moment ago, with what takes it back: another act and its fields (none = it cannot be)."""

    act: str
    back: str = ""
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def can_be_undone(self) -> bool:
        return bool(self.fields)


def done(query: Mapping[str, str]) -> Done | None:
    """What the page was sent back with."""
    act = query.get("done", "")
    if act not in {*Act, UNDONE}:
        return None
    if act not in _FORMER:
        return Done(act=act)
    back, names = _FORMER[Act(act)]
    fields = tuple((name, query.get(name, "")) for name in names)
    return Done(act=act, back=back, fields=fields if all(value for _, value in fields) else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """The request and what there is to choose from."""

    request: Request
    queues: tuple[Queue, ...]
    times: Times = field(default_factory=Times)

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(sorted({name for queue in self.queues for name in queue.rules.credits}))

    @property
    def lead(self) -> timedelta:
        """How long before it begins a time can be booked in its queue."""
        return next(
            timedelta(seconds=queue.rules.slots.lead_s) for queue in self.queues if queue.id == self.request.queue
        )


@dataclass(frozen=True, kw_only=True)
class RequestActs:
    """Handlers under one request's address."""

    house: House
    pages: Pages

    async def ask(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        scene = await self._scene(request)
        return self._asked(request, visitor, scene, sent={}, wrong="")

    async def do(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        scene = await self._scene(request)
        sent = {name: value for name, value in (await form_of(request)).items() if isinstance(value, str)}
        act = _act(request)
        try:
            after = await self._do(act, scene.request, sent, by=visitor.id)
        except Refusal as refusal:
            return self._asked(
                request, visitor, scene, sent=sent, wrong=_wrong(refusal), status=problem_of(refusal).status
            )
        told = UNDONE if sent.get("undo") else act.value
        former = {} if told == UNDONE else _former(act, scene, after, self.house.clock.now())
        where = f"/console/requests/{scene.request.id}?{urlencode({'done': told, **former})}"
        return web.Response(status=303, headers={"Location": where})

    async def _do(self, act: Act, request: Request, sent: Mapping[str, str], *, by: str) -> Request:
        house, reason = self.house, sent.get("reason", "")
        match act:
            case Act.MOVE:
                queue, credit_class = sent.get("queue") or None, sent.get("class") or None
                return await ordering.move(
                    house, request.id, queue=queue, credit_class=credit_class, reason=reason, by=by
                )
            case Act.WINDOW:
                version, when = _version(sent), sent.get("when", "")
                if when == NOW:
                    return await rewindowing.anew(house, request.id, version=version, reason=reason, by=by)
                start = _moment(when)
                return await rewindowing.to_slot(house, request.id, start=start, version=version, reason=reason, by=by)
            case Act.NEXT:
                return await ordering.call_next(house, request.id, reason=reason, by=by)
            case Act.RESOLVE:
                return await ordering.resolve(house, request.id, reason=reason, by=by)
            case Act.CANCEL:
                return await ordering.cancel(house, request.id, reason=reason, by=by)
            case _:
                assert_never(act)

    async def ask_reveal(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        scene = await self._scene(request)
        return self._revealed(request, visitor, scene.request, None)

    async def reveal(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found = await looking_up.whole(self.house, RequestId(request.match_info["request"]))
        found = await looking_up.revealed(self.house, found, by=visitor.id)
        return self._revealed(request, visitor, found.request, found.opened)

    async def _scene(self, request: web.Request) -> _Scene:
        wanted = RequestId(request.match_info["request"])
        scene = await self.house.database.read(
            lambda work: _Scene(request=work.requests.get(wanted), queues=tuple(work.queues.all()))
        )
        if request.match_info.get("act") != Act.WINDOW:
            return scene
        with suppress(Refusal):
            return replace(scene, times=await rewindowing.times(self.house, scene.request))
        return scene

    def _asked(
        self, request: web.Request, visitor: Visitor, scene: _Scene, *, sent: Mapping[str, str], wrong: str,
        status: int = 200,
    ) -> web.Response:  # fmt: skip
        look = self.pages.look(request)
        names = {queue.id: queue.name(look.language) for queue in scene.queues}
        values = {
            **self._head(scene.request, look),
            "act": _act(request),
            "names": sorted(names.items(), key=lambda item: item[1]),
            "classes": scene.classes,
            "times": offered(scene.times, self._words(look)),
            "version": scene.request.version,
            "sent": {
                "queue": scene.request.queue,
                "class": scene.request.credit_class,
                "reason": "",
                "when": "",
                **sent,
            },
            "wrong": wrong,
            "open": _act(request) in ordering.possible(scene.request),
        }
        return self.pages.page(request, "console/act.html", values, visitor=visitor, status=status)

    def _revealed(self, request: web.Request, visitor: Visitor, shown: Request, opened: Opened | None) -> web.Response:
        values = {**self._head(shown, self.pages.look(request)), "opened": opened, "lines": _lines(opened)}
        return self.pages.page(request, "console/revealed.html", values, visitor=visitor)

    def _words(self, look: Look) -> Words:
        return Words(self.pages.say(look), look.language, self.house.line.zone, self.house.clock.now())

    def _head(self, shown: Request, look: Look) -> dict[str, object]:
        say = self.pages.say(look)
        clock = minute(self.house.clock.now(), self.house.line.zone)
        name = code(shown.id)
        state = Text(say(f"state.{shown.state}"))
        return {"clock": clock, "code": name, "id": shown.id, "name": Text(name), "state": state}


def _lines(opened: Opened | None) -> list[tuple[str, str]]:
    """What the context holds, as pairs."""
    context = (opened.context if opened is not None else None) or {}
    return [(str(name), str(value) if value not in (None, "") else NONE) for name, value in context.items()]


def _former(act: Act, scene: _Scene, after: Request, now: datetime) -> dict[str, str]:
    """What takes it back, as it stands in the address of the page afterwards: a booked time while it can be booked."""
    before = scene.request
    match act:
        case Act.MOVE | Act.NEXT:
            return {"queue": before.queue, "class": before.credit_class}
        case Act.WINDOW if before.books and before.slot_start is not None and before.slot_start > now + scene.lead:
            return {"when": before.slot_start.isoformat(), "version": str(after.version)}
        case _:
            return {}


def _version(sent: Mapping[str, str]) -> int:
    """The version that was looked at."""
    text = sent.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid("Choose a time.", errors=(("/when", "missing"),))
    return at


def _act(request: web.Request) -> Act:
    try:
        return Act(request.match_info["act"])
    except ValueError:
        raise NotFound from None


def _wrong(refusal: Refusal) -> str:
    """The key of the words for a refusal, said to staff."""
    codes = {pointer for pointer, _ in problem_of(refusal).errors}
    if "/reason" in codes:
        return "console.reason_missing"
    if codes & {"/when", "/slot_start", "/mode"}:
        return "act_refused.no_such_time"
    return f"act_refused.{refusal.code}"


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access) -> None:
    """Mounts the acts; reading in the clear goes before the pattern that would take it for one."""
    acts, router = RequestActs(house=house, pages=pages), app.router
    router.add_get(f"{ONE}/reveal", access.only(acts.ask_reveal, *SUPERVISORS))
    router.add_post(f"{ONE}/reveal", access.only(acts.reveal, *SUPERVISORS))
    router.add_get(f"{ONE}/{{act}}", access.only(acts.ask, *SUPERVISORS))
    router.add_post(f"{ONE}/{{act}}", access.only(acts.do, *SUPERVISORS))
