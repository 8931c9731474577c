"""Guards the network's own door: host and origin, the token of an open bind, JSON bodies, and the pages' policy."""

import base64
import binascii
import hmac
import json
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import web

from vqueue.sandbox.config import Config, is_loopback
from vqueue.sandbox.reading import Malformed
from vqueue.sandbox.rest_frame import NETWORK, REST, Handler

DEEPEST: Final = 16
POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def problem(status: int, code: str, message: str, **headers: str) -> web.Response:
    return web.json_response(
        {"code": code, "message": message}, status=status, headers={"Cache-Control": "no-store", **headers}
    )


@web.middleware
async def door(request: web.Request, handler: Handler) -> web.StreamResponse:
    config = request.app[NETWORK].config
    if not _host_is_ours(config, request.headers.get("Host", "")):
        return problem(421, "wrong_host", "This network answers under its own name only.")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("Host"):
        return problem(403, "wrong_origin", "Other sites may not use this network.")
    if request.path.startswith(REST):
        return await handler(request)
    if config.token and not _has_token(config.token, request):
        headers = {"WWW-Authenticate": 'Basic realm="sandbox"'}
        return problem(401, "not_authenticated", "The sandbox's token is needed.", **headers)
    if request.method in ("PUT", "POST", "PATCH") and request.content_type != "application/json":
        return problem(415, "wrong_content_type", "Send application/json.")
    try:
        response = await handler(request)
    except Malformed as error:
        return problem(422, "invalid_request", str(error))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return problem(error.status, "not_found" if error.status == 404 else "refused", error.reason)
    if not response.prepared:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _host_is_ours(config: Config, host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    public = urlsplit(config.public_url or "").hostname
    open_bind = config.token is not None and not is_loopback(config.host)
    return open_bind or is_loopback(name) or name in (config.host, public)


def _has_token(token: str, request: web.Request) -> bool:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return False
    return kind.lower() in ("bearer", "basic") and hmac.compare_digest(given.encode(), token.encode())


async def json_body(request: web.Request) -> Any:
    """The body as a value. Raises Malformed; NaN, deep nesting and broken text are refused."""
    try:
        text = (await request.read()).decode()
        if _depth(text) > DEEPEST:
            raise Malformed("the body is nested too deeply")
        return json.loads(text, parse_constant=_no_constant)
    except Malformed:
        raise
    except ValueError:
        raise Malformed("the body is not JSON") from None


def _depth(text: str) -> int:
    deepest = depth = 0
    for mark in text:
        if mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in "]}":
            depth -= 1
    return deepest


def _no_constant(name: str) -> Any:
    raise Malformed(f"{name} is not a number")
