"""What all REST resources share: sign-in, Twilio's error bodies, forms, dates, and pages of lists."""

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web

from vqueue.sandbox.network import Network

NETWORK: Final = web.AppKey("network", Network)
VERSION: Final = "2010-04-01"
REST: Final = (f"/{VERSION}", "/v1/")
"""What is asked with the account's credentials; everything else is the sandbox's own."""
LARGEST_PAGE: Final = 1000

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refusal(Exception):
    """An answer in Twilio's error shape."""

    def __init__(self, status: int, code: int, message: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}

    def response(self) -> web.Response:
        body = {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
        return web.json_response(body, status=self.status, headers=self.headers)


def not_found(request: web.Request) -> Refusal:
    return Refusal(404, 20404, f"The requested resource {request.path} was not found")


@web.middleware
async def rest_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Checks who asks, and turns every refusal under the API's path into Twilio's JSON."""
    if not request.path.startswith(REST):
        return await handler(request)
    try:
        _authenticate(request)
        return await handler(request)
    except Refusal as refusal:
        return refusal.response()
    except web.HTTPNotFound:
        return not_found(request).response()
    except web.HTTPMethodNotAllowed:
        return Refusal(405, 20004, "Method not allowed").response()
    except web.HTTPRequestEntityTooLarge:
        return Refusal(413, 20413, "Request entity too large").response()
    except (UnicodeDecodeError, ValueError):
        return Refusal(400, 20001, "The request body cannot be read").response()


def _authenticate(request: web.Request) -> None:
    config = request.app[NETWORK].config
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        user, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        user, secret = "", ""
    right_user = hmac.compare_digest(user.encode(), config.account_sid.encode())
    right_secret = hmac.compare_digest(secret.encode(), config.auth_token.encode())
    if kind.lower() != "basic" or not right_user or not right_secret:
        raise Refusal(401, 20003, "Authenticate", headers={"WWW-Authenticate": 'Basic realm="Twilio API"'})
    if request.match_info.get("account", config.account_sid) != config.account_sid:
        raise not_found(request)


class Form:
    """Posted fields; names may repeat; unknown ones are ignored, as Twilio does."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self.fields = fields

    @classmethod
    async def of(cls, request: web.Request) -> "Form":
        posted = await request.post()
        fields: dict[str, list[str]] = {}
        for name, value in posted.items():
            if isinstance(value, str):
                fields.setdefault(name, []).append(value)
        return cls(fields)

    def get(self, name: str) -> str | None:
        values = self.fields.get(name)
        return values[-1] if values and values[-1] != "" else None

    def all(self, name: str) -> list[str]:
        return self.fields.get(name, [])

    def has(self, name: str) -> bool:
        return name in self.fields

    def flag(self, name: str) -> bool | None:
        value = self.get(name)
        return None if value is None else value.lower() == "true"

    def method(self, name: str = "Method") -> str:
        value = (self.get(name) or "POST").upper()
        if value not in ("GET", "POST"):
            raise Refusal(400, 21209, f"{name} must be GET or POST")
        return value

    def url(self, name: str, *, code: int = 21205) -> str | None:
        value = self.get(name)
        if value is None:
            return None
        if not value.startswith(("http://", "https://")) or any(mark.isspace() for mark in value):
            raise Refusal(400, code, f"{name} is not a valid URL")
        return value

    def whole(self, name: str, default: int, *, low: int, high: int, code: int = 20001) -> int:
        value = self.get(name)
        if value is None:
            return default
        if not value.lstrip("-").isdigit() or not low <= int(value) <= high:
            raise Refusal(400, code, f"{name} must be a whole number between {low} and {high}")
        return int(value)


def date(moment: datetime | None) -> str | None:
    """RFC 2822 in UTC, as Twilio's answers have it."""
    return None if moment is None else format_datetime(moment.replace(microsecond=0))


def path(network: Network, *parts: str) -> str:
    return "/".join((f"/{VERSION}/Accounts/{network.config.account_sid}", *parts))


def page(request: web.Request, name: str, items: Sequence[Any], show: Callable[[Any], dict[str, Any]]) -> web.Response:
    """One page of a list, with the addresses of its neighbours."""
    size = _size(request)
    number = max(0, int(request.query.get("Page", "0") or 0)) if request.query.get("Page", "0").isdigit() else 0
    start = number * size
    chosen = items[start : start + size]
    kept = [(key, value) for key, value in request.query.items() if key not in ("Page", "PageSize", "PageToken")]

    def address(which: int) -> str:
        return f"{request.path}?" + urlencode([*kept, ("PageSize", str(size)), ("Page", str(which))])

    more = len(items) > start + size
    body: dict[str, Any] = {
        name: [show(item) for item in chosen],
        "first_page_uri": address(0),
        "next_page_uri": address(number + 1) if more else None,
        "previous_page_uri": address(number - 1) if number else None,
        "uri": address(number),
        "page": number,
        "page_size": size,
        "start": start,
        "end": max(start, start + len(chosen) - 1),
    }
    return web.json_response(body)


def _size(request: web.Request) -> int:
    text = request.query.get("PageSize", "50")
    if not text.isdigit() or int(text) < 1:
        raise Refusal(400, 20001, "PageSize must be a positive number")
    return min(LARGEST_PAGE, int(text))
