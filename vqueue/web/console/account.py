"""A person's own page: where they are signed in, the way out of everywhere, their password."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aiohttp import web

from vqueue.domain.errors import Forbidden, Invalid, NotFound, RateLimited, Refusal, Unauthenticated
from vqueue.domain.ids import AgentId
from vqueue.domain.speech_args import Clock, Day, Text
from vqueue.ports.people import StaffSession
from vqueue.services import pinning, sessions, signing_in, workplace
from vqueue.services.house import House
from vqueue.services.signing_in import Role, Visitor
from vqueue.web.access import Access, form_of
from vqueue.web.console.figures import minute
from vqueue.web.console.pins import standing_of
from vqueue.web.errors import STATUSES
from vqueue.web.pages import Pages, Say
from vqueue.web.proxies import client_address
from vqueue.web.signing import Ways

_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_WRONG = {
    "invalid_request": "console.password_short",
    "not_authenticated": "console.password_wrong",
    "rate_limited": "console.sign_in_limited",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One browser as the page shows it."""

    id: str
    browser: str
    since: str
    seen: str
    here: bool


@dataclass(frozen=True, kw_only=True)
class Account:
    """Handlers of `/account`."""

    house: House
    pages: Pages
    access: Access
    ways: Ways

    async def page(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        return await self._page(request, visitor, changed=request.query.get("changed") == "yes")

    async def end(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        """One browser is signed out; this one too if it is that."""
        session = str((await request.post()).get("session", ""))
        await sessions.end(self.house, session, staff=visitor.id, by=visitor.id)
        return self._left() if session == visitor.session else _to("/account")

    async def end_all(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        await sessions.end_all(self.house, visitor.id, by=visitor.id)
        return self._left()

    async def change_password(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        if self.ways.passwords is None or not visitor.has_password:
            raise Forbidden("Passwords are not used here.")
        sent = await request.post()
        try:
            await signing_in.change_password(
                self.house,
                self.ways.passwords,
                visitor,
                current=str(sent.get("current", "")),
                new=str(sent.get("new", "")),
                address=client_address(request),
            )
        except (Invalid, Unauthenticated, RateLimited) as refusal:
            return await self._page(request, visitor, refusal=refusal)
        return _to("/account?changed=yes")

    async def set_pin(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        """The PIN of the agent this person is; an empty one takes it away."""
        agent = await self._agent(visitor)
        if agent is None:
            raise NotFound("No agent belongs to this login.")
        pin = str((await form_of(request)).get("pin", ""))
        try:
            if pin:
                await pinning.put(self.house, agent, pin, by=visitor.id)
            else:
                await pinning.take_away(self.house, agent, by=visitor.id)
        except Invalid as refusal:
            return await self._page(request, visitor, pin_wrong=f"pin.wrong_{refusal.errors[0][1]}", status=422)
        return _to(f"/account?pin={'put' if pin else 'taken'}")

    async def _agent(self, visitor: Visitor) -> AgentId | None:
        return await self.house.database.read(
            lambda work: workplace.agent_of(work, staff=visitor.id, login=visitor.login)
        )

    async def _pin(self, request: web.Request, visitor: Visitor) -> dict[str, object]:
        """What stands about the PIN; `pin` is empty for whoever is no agent."""
        agent = await self._agent(visitor)
        if agent is None:
            return {"pin": ""}
        stored = await self.house.database.read(lambda work: work.pins.of(agent))
        done = request.query.get("pin", "")
        return {
            "pin": standing_of(self.house, stored),
            "pin_rule": self.house.line.pins,
            "pin_done": f"pin.done_{done}" if done in ("put", "taken") else None,
        }

    async def _page(
        self,
        request: web.Request,
        visitor: Visitor,
        *,
        changed: bool = False,
        refusal: Refusal | None = None,
        pin_wrong: str | None = None,
        status: int = 200,
    ) -> web.Response:
        look, now, zone = self.pages.look(request), self.house.clock.now(), self.house.line.zone
        say = self.pages.say(look)
        found = await sessions.of_staff(self.house, visitor.id)
        issuer = self.ways.issuer.name if self.ways.issuer is not None else ""
        values = {
            "clock": minute(now, zone),
            "rows": [_row(each, visitor, say, now, zone) for each in found],
            "changes_password": self.ways.passwords is not None and visitor.has_password,
            "issuer": Text(issuer),
            "changed": changed,
            "wrong": _WRONG[refusal.code] if refusal is not None else None,
            "pin_wrong": pin_wrong,
            **await self._pin(request, visitor),
        }
        status = STATUSES[refusal.code] if refusal is not None else status
        return self.pages.page(request, "console/account.html", values, visitor=visitor, status=status)

    def _left(self) -> web.Response:
        answer = _to("/sign-in")
        self.access.dismiss(answer)
        return answer


def _to(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})


def _row(session: StaffSession, visitor: Visitor, say: Say, now: datetime, zone: str) -> SessionRow:
    return SessionRow(
        id=session.id,
        browser=browser_words(session.browser) or say("console.unknown_browser"),
        since=moment(say, session.created_at, now, zone),
        seen=moment(say, session.last_seen, now, zone),
        here=session.id == visitor.session,
    )


def moment(say: Say, at: datetime, now: datetime, zone: str) -> str:
    """Day and minute, in the reader's words."""
    there = ZoneInfo(zone)
    day = Day(at.astimezone(there).date(), now.astimezone(there).date())
    return say("console.session_when", day=day, at=Clock(at, zone))


def browser_words(agent: str) -> str:
    """`Firefox, Linux`; empty for one that does not say what it is."""
    names = [next((name for mark, name in known if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)]
    plain = re.match(r"[\w.-]{1,40}", agent)
    return ", ".join(filter(None, names)) or (plain.group() if plain else "")


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access, ways: Ways) -> None:
    """Mounts the page, which is everybody's own."""
    account = Account(house=house, pages=pages, access=access, ways=ways)
    app.router.add_get("/account", access.only(account.page, *Role))
    app.router.add_post("/account/sessions/end", access.only(account.end, *Role))
    app.router.add_post("/account/sessions/end-all", access.only(account.end_all, *Role))
    app.router.add_post("/account/pin", access.only(account.set_pin, *Role))
    app.router.add_post("/account/password", access.only(account.change_password, *Role))
