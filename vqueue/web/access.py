"""Who asks: the session cookie, the roles a page is for, and proof that a form came from our own page."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from vqueue.domain.errors import Forbidden, Unauthenticated
from vqueue.services import signing_in
from vqueue.services.house import House
from vqueue.services.signing_in import SESSION_S, Role, Visitor

PageHandler = Callable[[web.Request, Visitor], Awaitable[web.StreamResponse]]
FORM_FIELD = "csrf"
HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, kw_only=True)
class Access:
    """Guards pages. `secure`: the cookie travels over TLS only (everywhere but on localhost)."""

    house: House
    secure: bool

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

    async def _ours(self, request: web.Request, visitor: Visitor) -> None:
        from_here(request)
        sent = request.headers.get(HEADER) or str((await request.post()).get(FORM_FIELD, ""))
        if not hmac.compare_digest(sent.encode(), visitor.csrf.encode()):
            raise Forbidden("This form is out of date. Open the page again.")

    def admit(self, response: web.Response, token: str) -> None:
        """Hands the browser its session."""
        response.set_cookie(
            self.cookie, token, max_age=SESSION_S, path="/", secure=self.secure, httponly=True, samesite="Lax"
        )

    def dismiss(self, response: web.Response) -> None:
        response.del_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite="Lax")


def from_here(request: web.Request) -> None:
    """Raises Forbidden for a form that a browser says was sent by another site's page."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Forbidden


def home_of(role: Role) -> str:
    """Where a person starts."""
    match role:
        case Role.AGENT:
            return "/desk"
        case Role.SUPERVISOR | Role.ADMIN:
            return "/console"


def path_within(text: str, otherwise: str) -> str:
    """A path on this site to go on to; `otherwise` for anything that could lead elsewhere."""
    inside = text.startswith("/") and not text.startswith(("//", "/\\")) and not any(c < " " for c in text)
    return text if inside and "\\" not in text else otherwise
