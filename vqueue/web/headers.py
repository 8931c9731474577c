"""The headers every answer carries: what a browser may load, frame, guess and keep."""

from collections.abc import Collection

from aiohttp import web

FRAMEABLE = ("/desk", "/sign-in", "/sign-out")
"""Pages that other sites may show in a frame, where the operator names those sites."""
_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "media-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
)


def policy(framed_by: Collection[str] = ()) -> str:
    """No inline script or style anywhere, nothing from elsewhere, no frame around us but of those who are named."""
    ancestors = " ".join(sorted(framed_by)) or "'none'"
    return "; ".join((*_POLICY, f"frame-ancestors {ancestors}"))


POLICY = policy()

_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
STATIC = "/static/"


def add_headers(app: web.Application, *, secure: bool, framed_by: Collection[str] = ()) -> None:
    """Sets them on every answer, streams and files included; a handler that set one itself is respected. `framed_by`:
    origins whose pages may show FRAMEABLE."""
    framed = policy(framed_by)

    async def on_prepare(request: web.Request, response: web.StreamResponse) -> None:
        if _frameable(request.path):
            response.headers.setdefault("Content-Security-Policy", framed)
        response.headers["Server"] = "vqueue"
        for name, value in _ALWAYS.items():
            response.headers.setdefault(name, value)
        if secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        response.headers.setdefault("Cache-Control", _caching(request))

    app.on_response_prepare.append(on_prepare)


def _frameable(path: str) -> bool:
    return any(path == page or path.startswith(f"{page}/") for page in FRAMEABLE)


def _caching(request: web.Request) -> str:
    """Files named with their content's hash never change; other files are asked for again; the rest is kept nowhere."""
    if not request.path.startswith(STATIC):
        return "no-store"
    return "public, max-age=31536000, immutable" if "v" in request.query else "no-cache"
