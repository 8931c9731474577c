"""The admins' page: who may sign in, as what, where they are signed in, and what to do about it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from vqueue.domain.errors import Forbidden, Invalid
from vqueue.domain.speech_args import Text
from vqueue.ports.database import Work
from vqueue.ports.identity import Passwords
from vqueue.ports.people import Staff, StaffSession
from vqueue.services import sessions
from vqueue.services.house import House
from vqueue.services.personnel import NewPassword, Personnel
from vqueue.services.signing_in import Role, Visitor
from vqueue.web.access import ADMINS, Access
from vqueue.web.console.account import moment
from vqueue.web.console.figures import minute
from vqueue.web.pages import Pages, Say
from vqueue.web.signing import Ways

_WRONG = {"/login:taken": "console.staff_taken", "/login:invalid": "console.staff_bad_login"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRow:
    """One person as the page shows them."""

    id: str
    login: str
    name: str
    role: str
    disabled: bool
    browsers: int
    seen: str
    self: bool
    has_password: bool


@dataclass(frozen=True, kw_only=True)
class StaffPages:
    """Handlers of `/console/staff`."""

    house: House
    pages: Pages
    ways: Ways

    async def page(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        return await self._page(request, visitor, done=request.query.get("done") == "yes")

    async def add(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        sent = await request.post()
        told = {name: str(sent.get(name, "")) for name in ("login", "name")}
        passwords = self._passwords()
        try:
            made = await self._register(visitor).add(passwords, **told, role=_role(str(sent.get("role", ""))))
        except Invalid as refusal:
            fault = ":".join(refusal.errors[0])
            wrong = _WRONG.get(fault, "console.staff_bad_name")
            return await self._page(request, visitor, told=told, wrong=wrong, status=422)
        return await self._page(request, visitor, made=made)

    async def give_role(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        role = _role(str((await request.post()).get("role", "")))
        await self._register(visitor).give_role(_staff(request), role)
        return _done()

    async def reset_password(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        made = await self._register(visitor).reset_password(self._passwords(), _staff(request))
        return await self._page(request, visitor, made=made)

    def simply(self, act: Callable[[Personnel, str], Awaitable[Staff]]) -> "StaffAct":
        """A handler for an act that needs nothing but whom it is about."""

        async def handled(request: web.Request, visitor: Visitor) -> web.StreamResponse:
            await act(self._register(visitor), _staff(request))
            return _done()

        return handled

    def _register(self, visitor: Visitor) -> Personnel:
        house = self.house
        return Personnel(database=house.database, chance=house.chance, at=house.clock.now(), by=visitor.id)

    def _passwords(self) -> Passwords:
        if self.ways.passwords is None:
            raise Forbidden("Passwords are not used here.")
        return self.ways.passwords

    async def _page(
        self,
        request: web.Request,
        visitor: Visitor,
        *,
        made: NewPassword | None = None,
        told: dict[str, str] | None = None,
        wrong: str | None = None,
        done: bool = False,
        status: int = 200,
    ) -> web.Response:
        def read(work: Work) -> tuple[list[Staff], list[StaffSession]]:
            return work.people.all_staff(), work.sessions.all()

        staff, found = await self.house.database.read(read)
        now, zone, say = self.house.clock.now(), self.house.line.zone, self.pages.say(self.pages.look(request))
        live = [session for session in found if sessions.is_live(self.house, session)]
        values = {
            "clock": minute(now, zone),
            "rows": [_row(each, visitor, live, say=say, now=now, zone=zone) for each in staff],
            "roles": [role.value for role in Role],
            "local": self.ways.passwords is not None,
            "made": made,
            "made_name": Text(made.staff.name) if made is not None else None,
            "told": told or {"login": "", "name": ""},
            "wrong": wrong,
            "done": done,
        }
        return self.pages.page(request, "console/staff.html", values, visitor=visitor, status=status)


StaffAct = Callable[[web.Request, Visitor], Awaitable[web.StreamResponse]]


def _row(staff: Staff, visitor: Visitor, live: list[StaffSession], *, say: Say, now: datetime, zone: str) -> StaffRow:
    theirs = [session for session in live if session.staff == staff.id]
    seen = max((session.last_seen for session in theirs), default=None)
    return StaffRow(
        id=staff.id,
        login=staff.login,
        name=staff.name,
        role=staff.role,
        disabled=staff.disabled,
        browsers=len(theirs),
        seen=moment(say, seen, now, zone) if seen is not None else "",
        self=staff.id == visitor.id,
        has_password=bool(staff.password),
    )


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise Invalid("There is no such role.", errors=(("/role", "unknown"),)) from None


def _staff(request: web.Request) -> str:
    return request.match_info["staff"]


def _done() -> web.Response:
    return web.Response(status=303, headers={"Location": "/console/staff?done=yes"})


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access, ways: Ways) -> None:
    """Mounts the admins' page."""
    staff, router = StaffPages(house=house, pages=pages, ways=ways), app.router
    router.add_get("/console/staff", access.only(staff.page, *ADMINS))
    for path, act in (
        ("", staff.add),
        ("/{staff}/role", staff.give_role),
        ("/{staff}/password", staff.reset_password),
        ("/{staff}/disable", staff.simply(Personnel.disable)),
        ("/{staff}/enable", staff.simply(Personnel.enable)),
        ("/{staff}/sessions/end", staff.simply(Personnel.end_sessions)),
    ):
        router.add_post(f"/console/staff{path}", access.only(act, *ADMINS))
