"""`/r/{token}`: the page an SMS links to. Looking at it changes nothing; what is done there is posted."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from vqueue.domain.errors import Forbidden, NotFound, NotPossible, RateLimited, Refusal
from vqueue.domain.request import Mode, State
from vqueue.domain.speech_args import Arg, Clock, Digits, Position, Window
from vqueue.services import linking
from vqueue.services.house import House
from vqueue.services.linking import Act, Opened
from vqueue.web.errors import STATUSES
from vqueue.web.limits import Limits, Rate
from vqueue.web.pages import Look, Pages
from vqueue.wording import language_of

COOKIE = "vqueue-r"
PER_ADDRESS = Rate(burst=60, per_s=0.5)
"""A person opens such a page a few times; many share an address behind a carrier's gateway."""
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
    "Vary": "Cookie, Accept-Language",
}
_AGE_S = 24 * 3600
_ENDED = frozenset({State.SERVED, State.CANCELLED, State.EXPIRED, State.UNREACHED, State.ABANDONED})


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text of the catalogue with what it is filled with."""

    key: str
    args: Mapping[str, Arg] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """A time that can be taken."""

    value: str
    window: Window


@dataclass(frozen=True, kw_only=True)
class Links:
    """Handlers of the page. `secure`: its cookie travels over TLS only."""

    house: House
    pages: Pages
    limits: Limits
    secure: bool

    async def show(self, request: web.Request) -> web.Response:
        """GET and HEAD: reads alone."""
        try:
            self.limits.admit(request)
            page = await linking.opened(self.house, request.match_info["token"])
        except (NotFound, RateLimited) as refusal:
            return self._closed(request, refusal)
        done = request.query.get("done", "")
        said = Sentence(f"page.done_{done}") if done in set(Act) else None
        return self._page(request, page, said=said)

    async def act(self, request: web.Request) -> web.Response:
        """POST: does what was chosen, and shows the page anew."""
        token = request.match_info["token"]
        try:
            self.limits.admit(request)
            wanted, slot = await _wanted(request, token)
            await linking.act(self.house, token, wanted, slot=slot)
        except (NotFound, RateLimited) as refusal:
            return self._closed(request, refusal)
        except Refusal as refusal:
            return await self._refused(request, token, refusal)
        return web.Response(status=303, headers={**HEADERS, "Location": f"/r/{token}?done={wanted}"})

    async def _refused(self, request: web.Request, token: str, refusal: Refusal) -> web.Response:
        key = "page.out_of_date" if isinstance(refusal, Forbidden) else f"refusal.{refusal.code}"
        try:
            page = await linking.opened(self.house, token)
        except NotFound as over:
            return self._closed(request, over)
        return self._page(request, page, wrong=Sentence(key), status=STATUSES[refusal.code])

    def _page(
        self,
        request: web.Request,
        page: Opened,
        *,
        said: Sentence | None = None,
        wrong: Sentence | None = None,
        status: int = 200,
    ) -> web.Response:
        look = self._look(request, page.shown.request.language)
        seed = request.cookies.get(COOKIE) or self.house.chance.token()
        values: dict[str, Any] = {
            "token": request.match_info["token"],
            "csrf": proof(request.match_info["token"], seed),
            "said": said,
            "wrong": wrong,
            "news": news(page, self.house.line.number),
            "acts": [act.value for act in page.acts],
            "slots": [Choice(one.start.isoformat(), Window(one.start, one.end, page.zone, page.at))
                      for one in page.slots],
            "as_of": Clock(page.at, page.zone),
            "phone": Digits(self.house.line.number),
            "number": self.house.line.number,
            "ended": page.shown.request.state in _ENDED,
        }  # fmt: skip
        answer = self._told(look, "site/link.html", values, status=status)
        answer.set_cookie(
            COOKIE, seed, max_age=_AGE_S, path="/r/", secure=self.secure, httponly=True, samesite="Strict"
        )
        return answer

    def _closed(self, request: web.Request, refusal: NotFound | RateLimited) -> web.Response:
        limited = isinstance(refusal, RateLimited)
        number = self.house.line.number
        values = {"limited": limited, "phone": Digits(number), "number": number}
        answer = self._told(self.pages.look(request), "site/link_over.html", values, status=429 if limited else 404)
        if isinstance(refusal, RateLimited):
            answer.headers["Retry-After"] = str(refusal.retry_after_s)
        return answer

    def _told(self, look: Look, template: str, values: Mapping[str, Any], *, status: int) -> web.Response:
        text = self.pages.fragment(template, look, values)
        answer = web.Response(text=text, content_type="text/html", charset="utf-8", status=status, headers=HEADERS)
        answer.headers["Content-Language"] = look.language
        return answer

    def _look(self, request: web.Request, language: str) -> Look:
        """In the language he spoke with us, unless he asks for another."""
        look = self.pages.look(request)
        return look if request.query.get("lang") else Look(language_of(language), look.theme)


async def _wanted(request: web.Request, token: str) -> tuple[Act, datetime | None]:
    """Raises Forbidden for a form that is not from the page itself, NotPossible for one it does not have."""
    sent = await request.post()
    seed = request.cookies.get(COOKIE, "")
    elsewhere = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
    given = str(sent.get("csrf", "")).encode()
    if elsewhere or not seed or not hmac.compare_digest(given, proof(token, seed).encode()):
        raise Forbidden
    try:
        slot = str(sent.get("slot", ""))
        start = datetime.fromisoformat(slot) if slot else None
        if start is not None and start.tzinfo is None:
            raise ValueError("a time has an offset")
        return Act(str(sent.get("act", ""))), start
    except ValueError:
        raise NotPossible from None


def proof(token: str, seed: str) -> str:
    """What the form carries beside the cookie: bound to this page, so that no other page's will do."""
    return hmac.new(token.encode(), seed.encode(), hashlib.sha256).hexdigest()


def news(page: Opened, number: str) -> list[Sentence]:
    """How it stands: the first sentence answers, the rest explains."""
    request, shown = page.shown.request, page.shown
    phone: dict[str, Arg] = {"phone": Digits(number)}
    window = shown.window
    match request.state:
        case State.BOOKED if window is not None:
            return [Sentence("page.booked", {"window": Window(window.start, window.end, page.zone, page.at)})]
        case State.WAITING | State.BOOKED:
            return _waiting(page, phone)
        case State.UNREACHED | State.ABANDONED if Act.CALL_NOW in page.acts and request.grace_until is not None:
            return [Sentence("page.grace", {"until": Clock(request.grace_until, page.zone)})]
        case State.CONNECTING | State.TALKING | State.HOLDING:
            return [Sentence(f"page.{request.state}")]
        case State.SERVED | State.CANCELLED | State.EXPIRED | State.UNREACHED | State.ABANDONED:
            return [Sentence(f"page.{request.state}", phone)]


def _waiting(page: Opened, phone: Mapping[str, Arg]) -> list[Sentence]:
    request, shown = page.shown.request, page.shown
    if request.mode is Mode.MESSAGE:
        return [Sentence("page.message")]
    if request.mode is Mode.CALL_IN:
        return [Sentence("page.call_in", phone)]
    if request.parked in ("retry", "snooze"):
        return [Sentence("page.retry")]
    said = [Sentence("page.waiting")]
    if shown.window is not None:
        window = Window(shown.window.start, shown.window.end, page.zone, page.at)
        said = [Sentence("page.waiting_window", {"window": window})]
    if shown.position is not None:
        said.append(Sentence("page.position", {"position": Position(shown.position)}))
    return said


def add_routes(app: web.Application, *, house: House, pages: Pages, secure: bool) -> None:
    limits = Limits(clock=house.clock, per_address=PER_ADDRESS)
    links = Links(house=house, pages=pages, limits=limits, secure=secure)
    app.router.add_get(r"/r/{token:[A-Za-z0-9_-]{1,100}}", links.show)
    app.router.add_post(r"/r/{token:[A-Za-z0-9_-]{1,100}}", links.act)
