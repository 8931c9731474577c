"""Which other sites' pages may use the API from a browser: those that are named, with a token, never with cookies."""

from collections.abc import Collection
from urllib.parse import urlsplit

from aiohttp import web

from vqueue.web.errors import Handler

OPEN = ("/v1/", "/support/widget.js")
"""The API, and the module that brings the customer's page to a site of the bank."""
_METHODS = "GET, POST, PUT, PATCH, DELETE"
_ASKED = "Authorization, Content-Type, Idempotency-Key, If-Match, Last-Event-ID"
_TOLD = "ETag, Location, Retry-After"
_REMEMBERED_S = 600


def origins(text: str) -> frozenset[str]:
    """From `https://bank.example, https://app.bank.example`. Raises ValueError for anything that is no plain origin."""
    found = frozenset(part.rstrip("/") for part in text.replace(",", " ").split())
    for origin in found:
        parts = urlsplit(origin)
        if parts.scheme not in ("https", "http") or f"{parts.scheme}://{parts.netloc}" != origin or "@" in origin:
            raise ValueError(f"{origin} is no origin such as https://bank.example")
        if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError(f"{origin}: pages outside this machine come over https")
    return found


def add_cors(app: web.Application, allowed: Collection[str]) -> None:
    """Answers the browsers' questions about the API for these origins; for none of them nothing is said at all."""

    def asked_by(request: web.Request) -> str | None:
        origin = request.headers.get("Origin")
        return origin if origin in allowed and request.path.startswith(OPEN) else None

    async def on_prepare(request: web.Request, response: web.StreamResponse) -> None:
        if not allowed or not request.path.startswith(OPEN):
            return
        response.headers.add("Vary", "Origin")
        origin = asked_by(request)
        if origin is not None:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = _TOLD
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"

    @web.middleware
    async def preflight(request: web.Request, handler: Handler) -> web.StreamResponse:
        question = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        if not question or asked_by(request) is None:
            return await handler(request)
        told = {
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Allow-Headers": _ASKED,
            "Access-Control-Max-Age": str(_REMEMBERED_S),
        }
        return web.Response(status=204, headers=told)

    app.middlewares.insert(0, preflight)
    app.on_response_prepare.append(on_prepare)
