"""Who asks: the session cookie, the roles a page is for, and proof that a form came from our own page."""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from aiohttp import web

from vqueue.domain.errors import Forbidden, Malformed, Unauthenticated
from vqueue.services import signing_in
from vqueue.services.house import House
from vqueue.services.sessions import SESSION_S, Browser
from vqueue.services.signing_in import Role, Visitor

PageHandler = Callable[[web.Request, Visitor], Awaitable[web.StreamResponse]]
FORM_FIELD = "csrf"
HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
READERS = (Role.VIEWER, Role.SUPERVISOR, Role.ADMIN)
SUPERVISORS = (Role.SUPERVISOR, Role.ADMIN)
ADMINS = (Role.ADMIN,)


@dataclass(frozen=True, kw_only=True)
class Access:
    """Guards pages. `secure`: the cookie travels over TLS only (everywhere but on localhost)."""

    house: House
    secure: bool
    framed: bool = False
    """Other sites may show pages of ours in a frame, where a browser sends no cookie but one for all sites."""

    @property
    def cookie(self) -> str:
        return "__Host-vqueue" if self.secure else "vqueue"

    def only(self, handler: PageHandler, *roles: Role) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """The handler behind sign-in: raises Unauthenticated, Forbidden (role, or a form that is not ours)."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            visitor = await self.visitor(request)
            if visitor is None:
                raise Unauthenticated
            if visitor.role not in roles:
                raise Forbidden
            if request.method not in _SAFE:
                await self._ours(request, visitor)
            return await handler(request, visitor)

        return guarded

    async def visitor(self, request: web.Request) -> Visitor | None:
        return await signing_in.look_up(self.house, request.cookies.get(self.cookie, ""))

    async def admits(self, request: web.Request, *roles: Role) -> bool:
        """Whether an open stream may go on: its visitor is still signed in and still has one of the roles."""
        visitor = await self.visitor(request)
        return visitor is not None and visitor.role in roles

    def browser(self, request: web.Request) -> Browser:
        """Where somebody is about to sign in."""
        return Browser(name=request.headers.get("User-Agent", ""), former=request.cookies.get(self.cookie, ""))

    @property
    def _same_site(self) -> Literal["Lax", "None"]:
        """Forms carry a word of their own besides, so that a cookie for all sites opens no door."""
        return "None" if self.framed and self.secure else "Lax"

    def from_here(self, request: web.Request) -> None:
        """Raises Forbidden for a form that a browser says was sent by another site's page."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise Forbidden
        origin = request.headers.get("Origin")
        if origin is None:
            return
        page = urlsplit(origin)
        if page.netloc != request.host or (self.secure and page.scheme != "https"):
            raise Forbidden

    async def _ours(self, request: web.Request, visitor: Visitor) -> None:
        self.from_here(request)
        form = await form_of(request)
        sent = request.headers.get(HEADER) or str(form.get(FORM_FIELD, ""))
        if not hmac.compare_digest(sent.encode(errors="replace"), visitor.csrf.encode()):
            raise Forbidden("This form is out of date. Open the page again.")

    def admit(self, response: web.Response, token: str) -> None:
        """Hands the browser its session."""
        response.set_cookie(
            self.cookie, token, max_age=SESSION_S, path="/", secure=self.secure, httponly=True, samesite=self._same_site
        )

    def dismiss(self, response: web.Response) -> None:
        response.del_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite=self._same_site)

    @property
    def _note(self) -> str:
        return f"{self.cookie}-oidc"

    def hand_note(self, response: web.Response, note: str, *, max_age: int) -> None:
        """What the browser keeps while it is at the issuer; it comes back by a link of another site."""
        response.set_cookie(
            self._note, note, max_age=max_age, path="/", secure=self.secure, httponly=True, samesite="Lax"
        )

    def note(self, request: web.Request) -> str:
        return request.cookies.get(self._note, "")

    def take_note(self, response: web.Response) -> None:
        response.del_cookie(self._note, path="/", secure=self.secure, httponly=True, samesite="Lax")


async def form_of(request: web.Request) -> Mapping[str, object]:
    """What a form sent; files are no part of any. Raises Malformed for what cannot be read."""
    try:
        return await request.post()
    except (ValueError, LookupError):
        raise Malformed("The form cannot be read.") from None


def home_of(role: Role) -> str:
    """Where a person starts."""
    match role:
        case Role.AGENT:
            return "/desk"
        case Role.VIEWER | Role.SUPERVISOR | Role.ADMIN:
            return "/console"


def path_within(text: str, otherwise: str) -> str:
    """A path on this site to go on to; `otherwise` for anything that could lead elsewhere."""
    inside = text.startswith("/") and not text.startswith(("//", "/\\")) and not any(c < " " for c in text)
    return text if inside and "\\" not in text else otherwise
