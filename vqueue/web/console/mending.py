"""What helps the service itself: how it stands, and a subscription that takes deliveries again."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from vqueue.domain.alert import Kind
from vqueue.domain.speech_args import Number, Text
from vqueue.services import subscribing
from vqueue.services.house import House
from vqueue.services.overseeing import Overview
from vqueue.services.signing_in import Visitor
from vqueue.services.verdict import Concern, Worry, concerns, service
from vqueue.services.views import BoardView
from vqueue.web.access import READERS, SUPERVISORS, Access
from vqueue.web.console import sentences
from vqueue.web.console.figures import NONE, length, minute
from vqueue.web.console.sentences import Action, Words
from vqueue.web.errors import wants_page
from vqueue.web.pages import Pages

RETRY = "/console/webhooks/{webhook}/retry"
WATCHED = (Kind.LEADER_MISSING, Kind.OUTBOX_STUCK, Kind.JOURNAL_UNSEALED, Kind.WEBHOOK_FAILING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One part of the service: whether it is well, what is wrong, what helps, and the one act that does."""

    name: str
    icon: str
    state: str
    helps: str = ""
    action: Action | None = None


def checks(board: BoardView, words: Words) -> tuple[Check, ...]:
    """Parts of the service first, then the estimate of each queue."""
    parts = [check for kind in WATCHED for check in _part(kind, service(board), words)]
    return (*parts, *(_estimate(board, at, words) for at in range(len(board.queues))))


def _part(kind: Kind, listed: Sequence[Concern], words: Words) -> list[Check]:
    name = words.say(f"console.service_{kind}")
    bad = [concern for concern in listed if concern.worry is Worry(kind)]
    if not bad:
        return [Check(name=name, icon="fine", state=words.say("console.service_fine"))]
    return [_wrong(name, concern, words) for concern in bad]


def _wrong(name: str, concern: Concern, words: Words) -> Check:
    act = sentences.action(concern, words)
    return Check(
        name=name,
        icon=sentences.ICONS[concern.severity],
        state=sentences.grounds(concern, words),
        helps=words.say(f"console.helps_{concern.worry}"),
        action=act if act.dialog else None,
    )


def _estimate(board: BoardView, at: int, words: Words) -> Check:
    view = board.queues[at]
    name = words.say("console.service_estimate", queue=Text(words.queue(view)))
    stale = next((each for each in concerns(view, board.at) if each.worry is Worry.STALE), None)
    if stale is not None:
        return _wrong(name, stale, words)
    if view.board is None or not view.open:
        return Check(name=name, icon="closed", state=words.say("console.why_closed_plain"))
    age = Number(max(0, round(view.board.age_s(board.at))))
    return Check(name=name, icon="fine", state=words.say("console.service_age", seconds=age))


@dataclass(frozen=True, kw_only=True)
class Mending:
    """Handlers. `overview` is the one the board reads."""

    house: House
    pages: Pages
    overview: Overview

    async def service(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        words = self._words(request)
        found = checks(await self.overview.now(), words)
        bad = sum(check.icon in ("act", "watch") for check in found)
        finding = "service_all_fine" if not bad else "service_bad"
        values = {"checks": found, "finding": words.say(f"console.{finding}", count=Number(bad)), "bad": bad}
        return self.pages.page(request, "console/service.html", values | self._clock(words), visitor=visitor)

    async def ask(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        words = self._words(request)
        webhook = await subscribing.one(self.house, request.match_info["webhook"])
        since = webhook.disabled_at or webhook.failing_since
        values = {
            "name": Text(urlsplit(webhook.url).hostname or webhook.id),
            "id": webhook.id,
            "off": webhook.disabled_at is not None,
            "failures": words.say("console.number", count=Number(webhook.failures)),
            "since": minute(since, words.zone) if since is not None else NONE,
            "lasted": length(words.now - since) if since is not None else NONE,
        }
        return self.pages.page(request, "console/webhook.html", values | self._clock(words), visitor=visitor)

    async def retry(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        await subscribing.enable(self.house, request.match_info["webhook"], by=visitor.id)
        await self.overview.forget()
        if wants_page(request):
            return web.Response(status=303, headers={"Location": "/console"})
        return web.Response(status=204)

    def _words(self, request: web.Request) -> Words:
        look = self.pages.look(request)
        return Words(self.pages.say(look), look.language, self.house.line.zone, self.house.clock.now())

    def _clock(self, words: Words) -> dict[str, object]:
        return {"clock": minute(words.now, words.zone)}


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access, overview: Overview) -> None:
    """Mounts the pages."""
    mending = Mending(house=house, pages=pages, overview=overview)
    app.router.add_get("/console/service", access.only(mending.service, *READERS))
    app.router.add_get(RETRY, access.only(mending.ask, *SUPERVISORS))
    app.router.add_post(RETRY, access.only(mending.retry, *SUPERVISORS))
