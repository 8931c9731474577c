"""The pages of rules over HTTP: parse, call one service, present; a form that fails keeps all that was typed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from vqueue.domain.errors import Invalid, NoPastDay, NotPossible, Outdated, Refusal, RehearsalRunning
from vqueue.services import ruling, ruling_view
from vqueue.services.house import House
from vqueue.services.ruling import Asked, Scheduled
from vqueue.services.signing_in import Visitor
from vqueue.web.access import READERS, SUPERVISORS, Access, form_of
from vqueue.web.api.bank.rules_shapes import document_of
from vqueue.web.console.rules import past, rows, trial
from vqueue.web.console.rules.draft import Draft, moment_of, read_ground, tried
from vqueue.web.console.rules.page import UNREADABLE, Presenter
from vqueue.web.console.rules.written import Values
from vqueue.web.errors import STATUSES
from vqueue.web.pages import Pages

BODY_MAX = 256 * 1024
"""Of a form: a document with long announcements in letters that a form writes with six characters each."""
PATH = "/console/queues/{queue}/rules"


@dataclass(frozen=True, kw_only=True)
class RulesPages:
    """Handlers under `/console/rules` and `/console/queues/{queue}/rules`."""

    house: House
    pages: Pages

    @property
    def _presenter(self) -> Presenter:
        return Presenter(house=self.house, pages=self.pages)

    async def index(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found = await self.house.database.read(ruling_view.standings)
        return self._presenter.index(request, visitor, found)

    async def page(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        draft = await self._fresh(request)
        answer = await self._presenter.page(request, visitor, draft, done=request.query.get("done", ""))
        # Nothing a request carries is repeated in this answer, so its length tells nobody its secrets.
        answer.enable_compression()
        return answer

    async def form(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        """What was typed, checked; and a row added, moved or removed where the button says so."""
        sent = await _sent(request)
        draft = await self._typed(request, sent)
        values, focus = rows.act(draft.values, sent.get("act", ""))
        return await self._presenter.page(request, visitor, draft.with_values(values), focus=focus)

    async def save(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        draft = await self._typed(request, await _sent(request))
        if draft.meanwhile:
            return await self._presenter.page(request, visitor, draft, status=409)
        read = await self.house.database.read(lambda work: tried(work, draft))
        if read.rules is None:
            return await self._presenter.page(
                request, visitor, draft, status=UNREADABLE, refused="rules_page.refused_mend"
            )
        queue, rules = draft.queue, read.rules

        def deed(clerk: Any) -> None:
            ruling_view.unchanged(clerk.work, queue, draft=draft.draft_version)
            ruling.save(clerk, queue, rules=rules, document=document_of(rules), by=visitor.id, based_on=draft.based_on)

        try:
            await self.house.act(deed)
        except (Outdated, Invalid):
            again = await self._typed(request, await _sent(request))
            return await self._presenter.page(request, visitor, again, status=409)
        return _to(queue, "saved")

    async def discard(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        sent, queue = await _sent(request), request.match_info["queue"]

        def deed(clerk: Any) -> None:
            ruling_view.unchanged(clerk.work, queue, draft=_figure(sent.get("draft", "")))
            ruling.discard(clerk, queue, by=visitor.id)

        return await self._decided(request, visitor, lambda: self.house.act(deed), "discarded")

    async def publish(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        sent, queue = await _sent(request), request.match_info["queue"]
        came: list[object] = []

        async def decide() -> None:
            ground = await read_ground(self.house, queue)
            draft, rules = ground.told.draft, ground.draft_rules
            if draft is None or rules is None or draft.version != _figure(sent.get("draft", "")):
                raise Outdated
            at = moment_of(sent, ground.told.queue.rules.hours.zone)
            reason = sent.get("reason", "")
            number = draft.based_on + 1
            done = await self.house.act(
                lambda clerk: ruling.publish(
                    clerk, queue, number=number, rules=rules, draft=draft, by=visitor.id, reason=reason, publish_at=at
                )
            )
            came.append(done)

        answer = await self._decided(request, visitor, decide, "published", sent=sent)
        if came and isinstance(came[0], Asked | Scheduled):
            return _to(queue, "asked" if isinstance(came[0], Asked) else "scheduled")
        return answer

    async def rehearse(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        sent, queue = await _sent(request), request.match_info["queue"]
        try:
            await trial.begin(self.house, queue, draft=_figure(sent.get("draft", "")), by=visitor.id)
        except (Outdated, NoPastDay, RehearsalRunning) as refusal:
            draft, status = await self._fresh(request), STATUSES[refusal.code]
            return await self._presenter.page(request, visitor, draft, status=status, refused=trial.why(refusal))
        return _to(queue, "rehearsing")

    async def rehearsal(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        """How far it is: the part of the page alone."""
        return await self._presenter.rehearsal(request, visitor, await self._fresh(request))

    async def unschedule(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        queue = request.match_info["queue"]
        deed: Callable[[], Awaitable[Any]] = lambda: self.house.act(  # noqa: E731
            lambda clerk: ruling.unschedule(clerk, queue, by=visitor.id)
        )
        return await self._decided(request, visitor, deed, "unscheduled")

    async def history(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        return await past.page(self._presenter, request, visitor)

    async def roll_back(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        sent, queue = await _sent(request), request.match_info["queue"]
        to, reason = _figure(sent.get("version", "")), sent.get("reason", "")
        try:
            await self.house.act(lambda clerk: ruling.roll_back(clerk, queue, to=to, by=visitor.id, reason=reason))
        except (Invalid, NotPossible) as refusal:
            wrong = past.Wrong(version=to, reason=reason, why=_why(refusal))
            return await past.page(self._presenter, request, visitor, wrong=wrong, status=STATUSES[refusal.code])
        return _to(queue, "rolled_back")

    async def _fresh(self, request: web.Request) -> Draft:
        return Draft.fresh(await read_ground(self.house, request.match_info["queue"]))

    async def _typed(self, request: web.Request, sent: Values) -> Draft:
        queue = request.match_info["queue"]
        ground = await read_ground(self.house, queue)
        based_on = _figure(sent.get("based_on", ""))
        former = await self.house.database.read(lambda work: _former(work, queue, based_on))
        return Draft.typed(ground, sent, based_on=based_on, draft=_figure(sent.get("draft", "")), former=former)

    async def _decided(
        self,
        request: web.Request,
        visitor: Visitor,
        deed: Callable[[], Awaitable[Any]],
        done: str,
        *,
        sent: Values | None = None,
    ) -> web.Response:
        """The page again after a deed, with what became of it or why not."""
        queue = request.match_info["queue"]
        try:
            await deed()
        except (Invalid, Outdated, NotPossible) as refusal:
            draft = await self._fresh(request)
            return await self._presenter.page(
                request, visitor, draft, status=STATUSES[refusal.code], refused=_why(refusal), sent=sent or {}
            )
        return _to(queue, done)


def _why(refusal: Refusal) -> str:
    """The key of the words for a refusal."""
    codes = {code for _, code in refusal.errors} if isinstance(refusal, Invalid) else set()
    for code in ("past", "too_far", "required", "too_long", "unreadable"):
        if code in codes:
            return f"rules_page.refused_{code}"
    if isinstance(refusal, NotPossible) and "alone" in str(refusal):
        return "rules_page.refused_alone"
    return f"rules_page.refused_{refusal.code}"


def _former(work: Any, queue: str, version: int) -> Any:
    try:
        return work.queues.rules(queue, version)
    except Refusal:
        return None


async def _sent(request: web.Request) -> Values:
    """The form as text; what cannot be a value (files) is left out."""
    return {name: value for name, value in (await form_of(request)).items() if isinstance(value, str)}


def _figure(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _to(queue: str, done: str) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/console/queues/{queue}/rules?done={done}"})


def _roomy(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler for larger forms than elsewhere."""

    async def handled(request: web.Request) -> web.StreamResponse:
        return await handler(request.clone(client_max_size=BODY_MAX))

    return handled


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access) -> None:
    """Mounts the pages; before the switches of a queue, whose path would take ours for a switch."""
    rules, router = RulesPages(house=house, pages=pages), app.router
    router.add_get("/console/rules", access.only(rules.index, *READERS))
    router.add_get(PATH, access.only(rules.page, *READERS))
    router.add_get(f"{PATH}/rehearsal", access.only(rules.rehearsal, *READERS))
    router.add_get(f"{PATH}/history", access.only(rules.history, *READERS))
    for path, act in (
        ("", rules.save),
        ("/form", rules.form),
        ("/discard", rules.discard),
        ("/publish", rules.publish),
        ("/unschedule", rules.unschedule),
        ("/rehearse", rules.rehearse),
        ("/rollback", rules.roll_back),
    ):
        router.add_post(f"{PATH}{path}", _roomy(access.only(act, *SUPERVISORS)))
