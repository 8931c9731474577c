"""A provider on localhost that answers as it is told and keeps every request it was sent."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from aiohttp import web

ACCOUNT = "AC" + "a" * 32
AUTH_TOKEN = "5ebe2294ecd0e0f08eab7690d2a6ee69"
CALL = "CA" + "1" * 32

Behaviour: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it arrived; repeated fields keep all their values."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, list[str]]
    authorization: str


@dataclass(slots=True)
class Provider:
    """Answers each request with `behaviour`."""

    behaviour: Behaviour
    url: str = ""
    sent: list[Sent] = field(default_factory=list)

    @property
    def posts(self) -> list[Sent]:
        return [request for request in self.sent if request.method == "POST"]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        self.sent.append(
            Sent(
                method=request.method,
                path=request.path,
                query=dict(request.query),
                form={name: [str(value) for value in form.getall(name)] for name in form},
                authorization=request.headers.get("Authorization", ""),
            )
        )
        return await self.behaviour(request)


def json(payload: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Behaviour:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response(payload, status=status, headers=headers)

    return answer


def raw(body: bytes, *, status: int = 201) -> Behaviour:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status, content_type="application/json")

    return answer


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Each behaviour once, in order."""
    remaining = iter(behaviours)

    async def answer(request: web.Request) -> web.StreamResponse:
        return await next(remaining)(request)

    return answer


async def silent(_: web.Request) -> web.StreamResponse:
    """Takes the request and never answers."""
    await asyncio.Event().wait()
    raise AssertionError("nothing ends the silence")


async def reset(request: web.Request) -> web.StreamResponse:
    """Takes the request and drops the connection."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def call(**known: Any) -> dict[str, Any]:
    """A call as the provider describes it."""
    return {
        "sid": CALL,
        "account_sid": ACCOUNT,
        "status": "queued",
        "to": "+447700900123",
        "from": "+442079460000",
        "parent_call_sid": None,
        "start_time": None,
        "duration": None,
    } | known


def calls(*listed: dict[str, Any], next_page: str | None = None) -> dict[str, Any]:
    return {"calls": list(listed), "next_page_uri": next_page, "page": 0, "page_size": 100}


def queues(*listed: dict[str, Any], next_page: str | None = None) -> dict[str, Any]:
    return {"queues": list(listed), "next_page_uri": next_page, "page": 0, "page_size": 1000}


def refusal(status: int, code: int, message: str) -> Behaviour:
    payload = {"code": code, "message": message, "more_info": "https://www.twilio.com/docs", "status": status}
    return json(payload, status=status)
