"""One middleware and one table: every refusal becomes a status and problem+json (RFC 9457), or a page for people."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from vqueue.domain.errors import AlreadyOpen, Invalid, NumberRefused, RateLimited, Refusal, Unauthenticated

_log = structlog.get_logger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ErrorPage = Callable[[web.Request, int, str], web.Response]
"""(request, status, code) → the page."""

STATUSES: dict[str, int] = {
    "malformed": 400,
    "idempotency_key_missing": 400,
    "not_authenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "too_slow": 408,
    "already_open": 409,
    "already_dialing": 409,
    "closed_request": 409,
    "not_possible": 409,
    "agent_coming": 409,
    "slot_taken": 409,
    "window_closed": 409,
    "grace_over": 409,
    "queue_full": 409,
    "switched_off": 409,
    "rehearsal_running": 409,
    "no_past_day": 409,
    "refused": 409,
    "stale_version": 412,
    "too_large": 413,
    "invalid_request": 422,
    "number_refused": 422,
    "idempotency_key_reused": 422,
    "precondition_required": 428,
    "rate_limited": 429,
    "internal": 500,
    "not_leader": 503,
    "unavailable": 503,
}
"""The status of each problem code; codes are part of the public face."""

_OWN_CODES = {400: "malformed", 404: "not_found", 405: "method_not_allowed", 408: "too_slow", 413: "too_large"}
"""What the web server itself refuses, in our codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What goes out: no more than a stranger may know."""

    status: int
    code: str
    detail: str
    errors: tuple[tuple[str, str], ...] = ()
    request: str | None = None
    """The customer's own open request, with `already_open`."""
    retry_after_s: int | None = None

    def document(self) -> dict[str, object]:
        told: dict[str, object] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.errors:
            told["errors"] = [{"pointer": pointer, "code": code} for pointer, code in self.errors]
        if self.request:
            told["request"] = self.request
        return told


def problem_of(refusal: Refusal) -> Problem:
    """The problem a refusal means."""
    return Problem(
        status=STATUSES[refusal.code],
        code=refusal.code,
        detail=str(refusal),
        errors=_faults(refusal),
        request=refusal.request if isinstance(refusal, AlreadyOpen) else None,
        retry_after_s=refusal.retry_after_s if isinstance(refusal, RateLimited) else None,
    )


def _faults(refusal: Refusal) -> tuple[tuple[str, str], ...]:
    if isinstance(refusal, NumberRefused):
        return (("/phone_number", refusal.reason),)
    return refusal.errors if isinstance(refusal, Invalid) else ()


def errors_told(page: ErrorPage) -> Middleware:
    """The middleware. People (Accept: text/html) get a page, or the sign-in page; programs get problem+json."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Unauthenticated as refusal:
            return _sign_in_first(request) if wants_page(request) else _told(request, problem_of(refusal), page)
        except Refusal as refusal:
            return _told(request, problem_of(refusal), page)
        except web.HTTPRedirection:
            raise
        except web.HTTPException as refused:
            code = _OWN_CODES.get(refused.status, "refused" if refused.status < 500 else "unavailable")
            detail = HTTPStatus(refused.status).phrase
            told = _told(request, Problem(status=refused.status, code=code, detail=detail), page)
            told.headers.update({"Allow": refused.headers["Allow"]} if "Allow" in refused.headers else {})
            return told
        except Exception:
            _log.exception("web_failed", message="A request failed for a reason nobody foresaw.", route=_route(request))
            return _told(request, Problem(status=500, code="internal", detail="This failed on our side."), page)

    return middleware


def wants_page(request: web.Request) -> bool:
    """Whether a person's browser asks for a page: it names HTML, scripts and programs do not."""
    return "text/html" in request.headers.get("Accept", "") and not request.path.startswith("/v1/")


def _sign_in_first(request: web.Request) -> web.Response:
    back = f"?next={quote(request.path_qs, safe='/')}" if request.method == "GET" else ""
    return web.Response(status=303, headers={"Location": f"/sign-in{back}"})


def _told(request: web.Request, problem: Problem, page: ErrorPage) -> web.Response:
    if wants_page(request):
        answer = page(request, problem.status, problem.code)
    else:
        body = json.dumps(problem.document(), ensure_ascii=False)
        answer = web.Response(status=problem.status, text=body, content_type="application/problem+json")
    if problem.status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if problem.retry_after_s is not None:
        answer.headers["Retry-After"] = str(problem.retry_after_s)
    return answer


def _route(request: web.Request) -> str:
    """The route's pattern: a path may hold a token."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown"
