"""The sign-in page and the way out."""

from dataclasses import dataclass

from aiohttp import web

from vqueue.domain.errors import RateLimited, Unauthenticated
from vqueue.ports.identity import Passwords
from vqueue.services import signing_in
from vqueue.services.house import House
from vqueue.services.signing_in import Role, Visitor
from vqueue.web.access import Access, from_here, home_of, path_within
from vqueue.web.errors import wants_page
from vqueue.web.pages import Pages
from vqueue.web.proxies import client_address


@dataclass(frozen=True, kw_only=True)
class Signing:
    """Handlers of `/sign-in` and `/sign-out`."""

    house: House
    pages: Pages
    access: Access
    passwords: Passwords

    async def form(self, request: web.Request) -> web.Response:
        return self._page(request, onward=request.query.get("next", ""))

    async def sign_in(self, request: web.Request) -> web.Response:
        from_here(request)
        sent = await request.post()
        login, onward = str(sent.get("login", "")), str(sent.get("next", ""))
        try:
            admitted = await signing_in.sign_in(
                self.house,
                self.passwords,
                login=login,
                password=str(sent.get("password", "")),
                address=client_address(request),
            )
        except (Unauthenticated, RateLimited) as refusal:
            if not wants_page(request):
                raise
            return self._refused(request, refusal, login=login, onward=onward)
        home = home_of(Role(admitted.staff.role))
        answer = web.Response(status=303, headers={"Location": path_within(onward, home)})
        self.access.admit(answer, admitted.token)
        return answer

    async def sign_out(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        await signing_in.sign_out(self.house, visitor)
        answer = web.Response(status=303, headers={"Location": "/sign-in"})
        self.access.dismiss(answer)
        return answer

    def _refused(
        self, request: web.Request, refusal: Unauthenticated | RateLimited, *, login: str, onward: str
    ) -> web.Response:
        limited = isinstance(refusal, RateLimited)
        wrong = "console.sign_in_limited" if limited else "console.sign_in_wrong"
        answer = self._page(request, onward=onward, login=login, wrong=wrong, status=429 if limited else 401)
        if isinstance(refusal, RateLimited):
            answer.headers["Retry-After"] = str(refusal.retry_after_s)
        return answer

    def _page(
        self, request: web.Request, *, onward: str, login: str = "", wrong: str | None = None, status: int = 200
    ) -> web.Response:
        values = {"login": login, "wrong": wrong, "onward": path_within(onward, "")}
        return self.pages.page(request, "site/sign_in.html", values, status=status)


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access, passwords: Passwords) -> None:
    signing = Signing(house=house, pages=pages, access=access, passwords=passwords)
    app.router.add_get("/sign-in", signing.form)
    app.router.add_post("/sign-in", signing.sign_in)
    app.router.add_post("/sign-out", access.only(signing.sign_out, *Role))
