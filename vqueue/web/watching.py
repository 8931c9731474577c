"""Each request once in the log and once in the figures: its route's pattern, never its path or query."""

import re
from dataclasses import dataclass, field
from typing import Final, get_args

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from vqueue.domain.speech import Place
from vqueue.services.house import House
from vqueue.web.errors import Handler
from vqueue.web.health import Health
from vqueue.web.metrics import Exposition, Metrics
from vqueue.web.proxies import PROXIES, Proxies, client_network

REQUEST_ID: Final = "X-Request-Id"
_ID = web.RequestKey("request_id", str)
UNMATCHED: Final = "unmatched"
GONE: Final = 499
"""What is noted when the asker went away before the answer."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PLACES = frozenset(get_args(Place)) | {"inbound", "fallback"}
_QUIET = frozenset({"/static", "/healthz", "/readyz", "/metrics"})
"""Routes whose lines are for whoever looks for faults."""
_KNOWN_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}\Z")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What watches one site. `metrics_here`: `/metrics` is on the site itself, and not on a port of its own."""

    metrics: Metrics = field(default_factory=Metrics)
    health: Health = field(default_factory=Health)
    proxies: Proxies = field(default_factory=Proxies)
    metrics_token: str = field(default="", repr=False)
    metrics_here: bool = True

    def add_to(self, app: web.Application, house: House) -> None:
        """Health, figures, and the request's id on each answer."""
        app[PROXIES] = self.proxies
        app.on_response_prepare.append(_named)
        self.health.add_to(app, house)
        if self.metrics_here:
            self.exposition(house).add_to(app)

    def exposition(self, house: House) -> Exposition:
        return Exposition(
            house=house,
            metrics=self.metrics,
            token=self.metrics_token,
            redis=self.health.shared,
            open=not self.metrics_here,
        )


async def _named(request: web.Request, response: web.StreamResponse) -> None:
    if _ID in request:
        response.headers.setdefault(REQUEST_ID, request[_ID])


def watched(house: House, watch: Watch) -> Middleware:
    """The outermost middleware. The id comes from a trusted proxy or is made here, and goes back in a header."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        began, status, stream = house.clock.wall(), GONE, False
        request[_ID] = known = _id(request, watch.proxies) or house.chance.id("rid")
        watch.metrics.opened()
        with structlog.contextvars.bound_contextvars(request_id=known):
            try:
                response = await handler(request)
                status, stream = response.status, response.content_type == "text/event-stream"
                return response
            except web.HTTPException as raised:
                status = raised.status
                raise
            finally:
                watch.metrics.closed()
                _note(watch.metrics, request, status=status, seconds=house.clock.wall() - began, stream=stream)

    return middleware


def _note(metrics: Metrics, request: web.Request, *, status: int, seconds: float, stream: bool) -> None:
    route = route_of(request)
    method = request.method if request.method in _METHODS else "other"
    place = _place(request, route)
    if place is not None:
        metrics.webhook(place, "answered" if status < 400 else "refused" if status < 500 else "failed")
    if stream:
        metrics.streamed(route)
    else:
        metrics.answered(method=method, route=route, status=status, seconds=seconds)
    write = _log.debug if route in _QUIET else _log.info
    write("request", method=method, route=route, status=status, seconds=round(seconds, 4),
          client=client_network(request))  # fmt: skip


def route_of(request: web.Request) -> str:
    """The route's pattern: a path may hold a token, and nobody's inventions become labels."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else UNMATCHED


def _place(request: web.Request, route: str) -> str | None:
    """Which of the line's addresses was asked; None for what is no question of the provider."""
    if not route.startswith("/voice/"):
        return None
    place = request.match_info.get("place") or route.removeprefix("/voice/")
    return place if place in _PLACES else "unknown"


def _id(request: web.Request, proxies: Proxies) -> str | None:
    told = request.headers.get(REQUEST_ID, "")
    return told if _KNOWN_ID.match(told) and proxies.are_near(request.remote or "") else None
