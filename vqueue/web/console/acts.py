"""What a supervisor does with one request: asked, confirmed with a reason, and taken back where that is possible."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never
from urllib.parse import urlencode

from aiohttp import web

from vqueue.domain.errors import NotFound, Refusal
from vqueue.domain.ids import RequestId
from vqueue.domain.request import Request
from vqueue.domain.rules import Queue
from vqueue.domain.speech_args import Text
from vqueue.services import looking_up, ordering
from vqueue.services.house import House
from vqueue.services.looking_up import Opened
from vqueue.services.ordering import Act
from vqueue.services.signing_in import Visitor
from vqueue.web.access import SUPERVISORS, Access, form_of
from vqueue.web.console.figures import NONE, code, minute
from vqueue.web.errors import problem_of
from vqueue.web.pages import Look, Pages

ONE = "/console/requests/{request}"
UNDONE = "undone"
_BACK = (Act.MOVE, Act.NEXT)
"""What can be taken back: the place goes where it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done a moment ago, with what takes it back: the queue and class before (empty = it cannot be)."""

    act: str
    queue: str = ""
    credit_class: str = ""

    @property
    def can_be_undone(self) -> bool:
        return bool(self.queue and self.credit_class)


def done(query: Mapping[str, str]) -> Done | None:
    """What the page was sent back with."""
    act = query.get("done", "")
    if act not in {*Act, UNDONE}:
        return None
    back = act in _BACK
    return Done(
        act=act, queue=query.get("queue", "") if back else "", credit_class=query.get("class", "") if back else ""
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """The request and what there is to choose from."""

    request: Request
    queues: tuple[Queue, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(sorted({name for queue in self.queues for name in queue.rules.credits}))


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
            await self._do(act, scene.request, sent, by=visitor.id)
        except Refusal as refusal:
            return self._asked(
                request, visitor, scene, sent=sent, wrong=_wrong(refusal), status=problem_of(refusal).status
            )
        told = UNDONE if sent.get("undo") else act.value
        back = {"queue": scene.request.queue, "class": scene.request.credit_class} if told in _BACK else {}
        where = f"/console/requests/{scene.request.id}?{urlencode({'done': told, **back})}"
        return web.Response(status=303, headers={"Location": where})

    async def _do(self, act: Act, request: Request, sent: Mapping[str, str], *, by: str) -> None:
        reason = sent.get("reason", "")
        match act:
            case Act.MOVE:
                queue, credit_class = sent.get("queue") or None, sent.get("class") or None
                await ordering.move(
                    self.house, request.id, queue=queue, credit_class=credit_class, reason=reason, by=by
                )
            case Act.NEXT:
                await ordering.call_next(self.house, request.id, reason=reason, by=by)
            case Act.RESOLVE:
                await ordering.resolve(self.house, request.id, reason=reason, by=by)
            case Act.CANCEL:
                await ordering.cancel(self.house, request.id, reason=reason, by=by)
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
        return await self.house.database.read(
            lambda work: _Scene(request=work.requests.get(wanted), queues=tuple(work.queues.all()))
        )

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
            "sent": {"queue": scene.request.queue, "class": scene.request.credit_class, "reason": "", **sent},
            "wrong": wrong,
            "open": _act(request) in ordering.possible(scene.request),
        }
        return self.pages.page(request, "console/act.html", values, visitor=visitor, status=status)

    def _revealed(self, request: web.Request, visitor: Visitor, shown: Request, opened: Opened | None) -> web.Response:
        values = {**self._head(shown, self.pages.look(request)), "opened": opened, "lines": _lines(opened)}
        return self.pages.page(request, "console/revealed.html", values, visitor=visitor)

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
    return f"act_refused.{refusal.code}"


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access) -> None:
    """Mounts the acts; reading in the clear goes before the pattern that would take it for one."""
    acts, router = RequestActs(house=house, pages=pages), app.router
    router.add_get(f"{ONE}/reveal", access.only(acts.ask_reveal, *SUPERVISORS))
    router.add_post(f"{ONE}/reveal", access.only(acts.reveal, *SUPERVISORS))
    router.add_get(f"{ONE}/{{act}}", access.only(acts.ask, *SUPERVISORS))
    router.add_post(f"{ONE}/{{act}}", access.only(acts.do, *SUPERVISORS))
