"""`/metrics` for Prometheus: what this process counts itself, and what board, journal and outbox say when it is asked.

Labels are queue, cause and words of fixed lists; never a number, a token, an id or a path as it was asked.
"""

import hmac
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from vqueue.domain.errors import NotFound, Unauthenticated, Unavailable
from vqueue.ports.database import Work
from vqueue.ports.upkeep import Tallies
from vqueue.services.house import House
from vqueue.web.board_metrics import coverages, families
from vqueue.web.proxies import is_near

PIECES = 20
"""Most pieces of the journal read for one answer; the first answer after a start may find more."""
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Implements ports.Meter, and counts HTTP. Everything here begins at zero with the process."""

    def __init__(self) -> None:
        self.registry = own = CollectorRegistry()
        self._transactions = Histogram(
            "vqueue_transaction_seconds", "Ops on the database, from asking to answer", ["kind", "result"],
            buckets=_BUCKETS, registry=own,
        )  # fmt: skip
        self._placed = Counter(
            "vqueue_placings", "Calls and messages the provider was asked for", ["what", "outcome"], registry=own
        )
        self._rounds = Histogram(
            "vqueue_round_seconds", "Rounds of housekeeping and loops", ["job"], buckets=_BUCKETS, registry=own
        )
        self._failed = Counter("vqueue_round_failures", "Rounds that failed", ["job"], registry=own)
        self._lag = Histogram(
            "vqueue_event_loop_lag_seconds", "How late the event loop comes back", buckets=_BUCKETS, registry=own
        )
        self._leader = Gauge("vqueue_leader", "1 while this process holds the lease", registry=own)
        self._epoch = Gauge("vqueue_lease_epoch", "Epoch of the lease this process holds or held last", registry=own)
        self._http = Histogram(
            "vqueue_http_request_seconds", "Requests by route pattern; streams are not timed",
            ["method", "route", "status"], buckets=_BUCKETS, registry=own,
        )  # fmt: skip
        self._open = Gauge("vqueue_http_in_progress", "Requests being answered, streams included", registry=own)
        self._streams = Counter("vqueue_http_streams", "Streams that ended", ["route"], registry=own)
        self._webhooks = Counter("vqueue_webhooks", "Questions of the provider", ["place", "result"], registry=own)

    def transaction(self, kind: str, *, seconds: float, result: str) -> None:
        self._transactions.labels(kind, result).observe(seconds)

    def placed(self, what: str, outcome: str) -> None:
        self._placed.labels(what, outcome).inc()

    def round(self, job: str, *, seconds: float, failed: bool) -> None:
        self._rounds.labels(job).observe(seconds)
        if failed:
            self._failed.labels(job).inc()

    def lag(self, seconds: float) -> None:
        self._lag.observe(seconds)

    def lead(self, epoch: int | None) -> None:
        self._leader.set(0 if epoch is None else 1)
        if epoch is not None:
            self._epoch.set(epoch)

    def opened(self) -> None:
        self._open.inc()

    def closed(self) -> None:
        self._open.dec()

    def answered(self, *, method: str, route: str, status: int, seconds: float) -> None:
        self._http.labels(method, route, status).observe(seconds)

    def streamed(self, route: str) -> None:
        self._streams.labels(route).inc()

    def webhook(self, place: str, result: str) -> None:
        self._webhooks.labels(place, result).inc()


@dataclass(kw_only=True)
class Exposition:
    """What `/metrics` answers. `redis`: whether Redis answers, None where nothing is shared."""

    house: House
    metrics: Metrics
    token: str = field(default="", repr=False)
    redis: Callable[[], Awaitable[bool | None]]
    open: bool = False
    """On a port of its own: whoever reaches it may read, unless there is a token."""
    _tallies: Tallies = field(default_factory=Tallies)

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/metrics", self.answer)

    async def answer(self, request: web.Request) -> web.Response:
        self._admit(request)
        told = Told(await self._read())
        body = generate_latest(self.metrics.registry) + generate_latest(told.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _admit(self, request: web.Request) -> None:
        """Raises NotFound where there is nothing to ask for, Unauthenticated for a wrong or missing token."""
        if is_near(request) or (self.open and not self.token):
            return
        if not self.token:
            raise NotFound
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not hmac.compare_digest(given.encode(), self.token.encode()):
            raise Unauthenticated("The token is missing or wrong.")

    async def _read(self) -> list[Metric]:
        """What boards and database say; a database that is silent leaves its own figures out, and says so."""
        boards, shared = await self.house.board.read_all(), await self.redis()
        now, up = self.house.clock.now(), GaugeMetricFamily("vqueue_database_up", "1 while the database answers")
        found = [up, *families(boards, now=now)]
        if shared is not None:
            found.append(GaugeMetricFamily("vqueue_redis_up", "1 while Redis answers", value=float(shared)))
        try:
            depth, oldest = await self.house.database.read(lambda work: work.upkeep.outbox())
            queues = await self.house.database.read(lambda work: work.queues.all())
            await self._count()
        except Unavailable:
            up.add_metric([], 0.0)
            return found
        up.add_metric([], 1.0)
        late_s = 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())
        found.append(GaugeMetricFamily("vqueue_outbox_depth", "Notices that wait to be sent", value=depth))
        found.append(GaugeMetricFamily("vqueue_outbox_oldest_seconds", "How long the oldest is due", value=late_s))
        return [*found, coverages(queues), *totals(self._tallies)]

    async def _count(self) -> None:
        """Brings the totals up to the journal's end, as far as one answer may take."""
        for _ in range(PIECES):
            more = await self.house.database.read(partial(_tallied, after=self._tallies.position))
            self._tallies = self._tallies.plus(more)
            if more.whole:
                return


def _tallied(work: Work, after: int) -> Tallies:
    return work.upkeep.tallies(after=after)


def totals(tallies: Tallies) -> Iterator[Metric]:
    """Nothing until the whole journal was read: half a total would look like a counter that jumps."""
    if not tallies.whole:
        return
    told = (
        ("vqueue_requests", "Requests that entered, by the mode they came with", ["queue", "mode"], tallies.requests),
        ("vqueue_attempts", "Attempts that closed, by cause", ["queue", "cause"], tallies.attempts),
        ("vqueue_promises", "Promises settled: kept, broken, withdrawn", ["queue", "outcome"], tallies.promises),
        ("vqueue_legs", "Calls that ended, by role and cause", ["role", "cause"], tallies.legs),
    )
    for name, meaning, labels, counts in told:
        family = CounterMetricFamily(name, meaning, labels=labels)
        for key, count in sorted(counts.items()):
            family.add_metric(list(key), count)
        yield family


class Told(Collector):
    """Families made for one answer, in a registry of their own."""

    def __init__(self, found: Iterable[Metric]) -> None:
        self._found = list(found)
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(self)

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        return self._found
