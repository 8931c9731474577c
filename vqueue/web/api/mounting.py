"""Puts operations on routes: credentials, limits, headers and bodies are checked here, once, for all of them."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from aiohttp import web
from pydantic import BaseModel

from vqueue.domain.errors import (
    Forbidden,
    IdempotencyKeyMissing,
    Invalid,
    NotFound,
    PreconditionRequired,
    Unauthenticated,
)
from vqueue.ports.identity import Customer
from vqueue.services import keys
from vqueue.services.house import House
from vqueue.web.api import reading
from vqueue.web.api.document import PATH_PARAMETERS
from vqueue.web.api.operation import Anyone, AppCustomer, Ask, Bank, Operation, Principal, Reply, Who
from vqueue.web.limits import Limits

KEY_MAX = 255
PATH_PATTERNS = {name: told["pattern"] for name, told in PATH_PARAMETERS.items() if "pattern" in told}


@dataclass(frozen=True, kw_only=True)
class Api:
    """All that operations share."""

    house: House
    limits: Limits

    def mount(self, app: web.Application, operations: Iterable[Operation]) -> None:
        for operation in operations:
            app.router.add_route(operation.method, operation.path, self._route(operation))

    def _route(self, operation: Operation) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def route(request: web.Request) -> web.StreamResponse:
            self.limits.admit(request)
            _check_path(request)
            principal = await self._principal(request, operation.who)
            self.limits.admit_principal(principal)
            answer = await operation.handler(await self._ask(request, operation, principal))
            return answer if isinstance(answer, web.StreamResponse) else told(answer, operation)

        return route

    async def _principal(self, request: web.Request, who: Who) -> Principal:
        match who:
            case Anyone():
                return None
            case AppCustomer(guests):
                customer = await self.house.tokens.read(bearer(request))
                if customer.guest and not guests:
                    raise Forbidden("A guest may not do this.")
                return customer
            case Bank(scope):
                holder = await keys.look_up(self.house, bearer(request), address=self.limits.address(request))
                if scope not in holder.scopes:
                    raise Forbidden(f"This key lacks the scope {scope}.")
                return holder

    async def _ask(self, request: web.Request, operation: Operation, principal: Principal) -> Ask:
        key = _idempotency_key(request) if operation.idempotent else None
        version = _if_match(request) if operation.conditional else None
        query = reading.query_of(request, operation.query or _NoQuery)
        body, body_hash = None, ""
        if operation.body is not None:
            body, body_hash = await reading.body_of(request, operation.body)
        return Ask(
            http=request,
            principal=principal,
            body=body,
            query=query,
            version=version,
            idempotency=_scoped(key, operation, principal) if key is not None else None,
            body_hash=body_hash,
        )


class _NoQuery(BaseModel, extra="forbid"):
    """An operation without a query takes none."""


def told(reply: Reply, operation: Operation) -> web.Response:
    """The answer on the wire."""
    status = reply.status or operation.status
    if reply.body is None:
        return web.Response(status=204 if status == 200 else status, headers=dict(reply.headers))
    if isinstance(reply.body, BaseModel):
        text = reply.body.model_dump_json(by_alias=True)
    else:
        text = json.dumps(reply.body, ensure_ascii=False, allow_nan=False)
    return web.Response(status=status, text=text, content_type=operation.answer_type, headers=dict(reply.headers))


def bearer(request: web.Request) -> str:
    """The token of the Authorization header. Raises Unauthenticated; tokens never ride in URLs."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    return token.strip()


def _check_path(request: web.Request) -> None:
    """Nothing has a name that no name may be. Raises NotFound."""
    for name, value in request.match_info.items():
        if not re.fullmatch(PATH_PATTERNS.get(name, ".*"), value):
            raise NotFound("There is no such thing.")


def _idempotency_key(request: web.Request) -> str:
    """`"k"` and `k` are the same key. Raises IdempotencyKeyMissing, Invalid."""
    sent = request.headers.get("Idempotency-Key", "").strip()
    key = sent[1:-1] if len(sent) >= 2 and sent[0] == sent[-1] == '"' else sent
    if not key:
        raise IdempotencyKeyMissing
    if len(key) > KEY_MAX or not key.isprintable():
        raise Invalid("Idempotency-Key: printable, at most 255 characters.", errors=(("Idempotency-Key", "too_long"),))
    return key


def _scoped(key: str, operation: Operation, principal: Principal) -> str:
    """One key belongs to one principal and one route."""
    whose = principal.id if principal is not None else ""
    return hashlib.sha256(json.dumps([whose, operation.name, key]).encode()).hexdigest()


def _if_match(request: web.Request) -> int | None:
    """The version named; None for `*`. Raises PreconditionRequired when there is none, Invalid for another form."""
    sent = request.headers.get("If-Match", "").strip()
    if not sent:
        raise PreconditionRequired
    if sent == "*":
        return None
    number = sent.removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit()) or len(number) > 12:
        raise Invalid('If-Match names a version: "3".', errors=(("If-Match", "etag"),))
    return int(number)


def etag(version: int) -> dict[str, str]:
    """The header that names a version."""
    return {"ETag": f'"{version}"'}


__all__ = ["Api", "Customer", "bearer", "etag", "told"]
