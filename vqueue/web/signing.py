"""The sign-in page and the way out: by a password of ours, or at the bank's own issuer."""

from dataclasses import dataclass

from aiohttp import web

from vqueue.domain.errors import Forbidden, RateLimited, Refusal, Unauthenticated, Unavailable
from vqueue.domain.speech_args import Text
from vqueue.ports.identity import Passwords, StaffIssuer
from vqueue.services import signing_in, vouching
from vqueue.services.house import House
from vqueue.services.signing_in import Role, SignedIn, Visitor
from vqueue.web.access import Access, form_of, home_of, path_within
from vqueue.web.errors import STATUSES, wants_page
from vqueue.web.pages import Pages
from vqueue.web.proxies import client_address

LONGEST_LOGIN = 100
_OWN_WORDS = {
    "not_authenticated": "console.sign_in_wrong",
    "rate_limited": "console.sign_in_limited",
}
_ISSUERS_WORDS = {
    "not_authenticated": "console.sign_in_again",
    "forbidden": "console.sign_in_no_role",
    "unavailable": "console.sign_in_issuer_down",
    "rate_limited": "console.sign_in_limited",
}


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How staff may sign in here. `passwords` is None where only the issuer's word counts."""

    passwords: Passwords | None = None
    issuer: StaffIssuer | None = None


@dataclass(frozen=True, kw_only=True)
class Signing:
    """Handlers of `/sign-in` and `/sign-out`."""

    house: House
    pages: Pages
    access: Access
    ways: Ways

    async def form(self, request: web.Request) -> web.Response:
        """A link may name who signs in; the password is never in an address."""
        login = request.query.get("login", "")[:LONGEST_LOGIN]
        return self._page(request, onward=request.query.get("next", ""), login=login)

    async def sign_in(self, request: web.Request) -> web.Response:
        self.access.from_here(request)
        if self.ways.passwords is None:
            raise Forbidden("Passwords are not used here.")
        sent = await form_of(request)
        login, onward = str(sent.get("login", "")), str(sent.get("next", ""))
        try:
            admitted = await signing_in.sign_in(
                self.house,
                self.ways.passwords,
                login=login,
                password=str(sent.get("password", "")),
                address=client_address(request),
                browser=self.access.browser(request),
            )
        except (Unauthenticated, RateLimited) as refusal:
            return self._refused(request, refusal, _OWN_WORDS, login=login, onward=onward)
        return self._admitted(admitted, onward)

    async def leave_for_issuer(self, request: web.Request) -> web.Response:
        """Sends the browser away with a sealed note of what it must bring back."""
        onward = path_within(request.query.get("next", ""), "")
        try:
            leaving = await vouching.leave(self.house, self._issuer(), onward=onward)
        except Unavailable as refusal:
            return self._refused(request, refusal, _ISSUERS_WORDS, onward=onward)
        answer = web.Response(status=303, headers={"Location": leaving.address})
        self.access.hand_note(answer, leaving.note, max_age=vouching.ERRAND_S)
        return answer

    async def back_from_issuer(self, request: web.Request) -> web.Response:
        """The browser is back: with a code and our own state, or with the issuer's refusal."""
        said = request.query
        try:
            arrived = await vouching.arrive(
                self.house,
                self._issuer(),
                note=self.access.note(request),
                state=said.get("state", ""),
                code=said.get("code", ""),
                said_by=said.get("iss"),
                browser=self.access.browser(request),
            )
        except (Unauthenticated, Forbidden, Unavailable, RateLimited) as refusal:
            answer = self._refused(request, refusal, _ISSUERS_WORDS, onward="")
        else:
            answer = self._admitted(arrived.signed_in, arrived.onward)
        self.access.take_note(answer)
        return answer

    async def sign_out(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        """Signed out here, and sent on where the issuer signs people out: by a page, because a form of ours must not
        lead to another site, not even by a redirect."""
        leaving = await vouching.leave_for_good(self.house, self.ways.issuer, visitor)
        if leaving is None or self.ways.issuer is None:
            answer = web.Response(status=303, headers={"Location": "/sign-in"})
        else:
            framed = request.headers.get("Sec-Fetch-Dest") == "iframe"
            values = {"address": leaving.address, "issuer": Text(self.ways.issuer.name), "framed": framed}
            answer = self.pages.page(request, "site/signed_out.html", values)
            self.access.hand_note(answer, leaving.note, max_age=vouching.ERRAND_S)
        self.access.dismiss(answer)
        return answer

    async def out_at_issuer(self, request: web.Request) -> web.Response:
        """The browser is back from the issuer's own sign-out."""
        out = vouching.is_out(self.house, note=self.access.note(request), state=request.query.get("state", ""))
        answer = self._page(request, onward="", out=out)
        self.access.take_note(answer)
        return answer

    def _issuer(self) -> StaffIssuer:
        if self.ways.issuer is None:
            raise Forbidden("There is no issuer to sign in at.")
        return self.ways.issuer

    def _admitted(self, admitted: SignedIn, onward: str) -> web.Response:
        home = home_of(Role(admitted.staff.role))
        answer = web.Response(status=303, headers={"Location": path_within(onward, home)})
        self.access.admit(answer, admitted.token)
        return answer

    def _refused(
        self, request: web.Request, refusal: Refusal, words: dict[str, str], *, onward: str, login: str = ""
    ) -> web.Response:
        """The page again with what was wrong; programs get the problem."""
        if not wants_page(request):
            raise refusal
        status = STATUSES[refusal.code]
        answer = self._page(request, onward=onward, login=login, wrong=words[refusal.code], status=status)
        if isinstance(refusal, RateLimited):
            answer.headers["Retry-After"] = str(refusal.retry_after_s)
        return answer

    def _page(
        self,
        request: web.Request,
        *,
        onward: str,
        login: str = "",
        wrong: str | None = None,
        out: bool = False,
        status: int = 200,
    ) -> web.Response:
        issuer = self.ways.issuer.name if self.ways.issuer is not None else ""
        ways = {"issuer": Text(issuer) if issuer else None, "local": self.ways.passwords is not None}
        values = {"login": login, "wrong": wrong, "onward": path_within(onward, ""), "out": out, **ways}
        return self.pages.page(request, "site/sign_in.html", values, status=status)


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access, ways: Ways) -> None:
    signing = Signing(house=house, pages=pages, access=access, ways=ways)
    app.router.add_get("/sign-in", signing.form)
    app.router.add_post("/sign-in", signing.sign_in)
    if ways.issuer is not None:
        app.router.add_get("/sign-in/oidc", signing.leave_for_issuer)
        app.router.add_get("/sign-in/oidc/back", signing.back_from_issuer)
        app.router.add_get("/sign-in/oidc/over", signing.out_at_issuer)
    app.router.add_post("/sign-out", access.only(signing.sign_out, *Role))
