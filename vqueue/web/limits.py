"""How often one address and one principal may ask: token buckets of this process, kept small.

They keep the service answering. What must hold across replicas and restarts (codes sent, callbacks of a number,
requests of a customer) is counted in the database by the services.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from vqueue.domain.errors import RateLimited
from vqueue.ports.clock import Clock
from vqueue.ports.identity import Customer
from vqueue.web.proxies import client_site

MOST_BUCKETS = 20_000
"""The oldest bucket is forgotten beyond this; whoever it belonged to starts with a full one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A bucket's size and how fast it fills, per wall second."""

    burst: float
    per_s: float


PER_ADDRESS = Rate(burst=6000, per_s=600)
"""Many customers share one address behind a carrier's gateway."""
PER_CUSTOMER = Rate(burst=1200, per_s=20)
"""An app that lost its connection may repeat itself a thousand times at once and still gets its one answer."""
PER_KEY = Rate(burst=1200, per_s=200)


@dataclass(kw_only=True)
class Limits:
    """The buckets. `address` finds out whose request it is behind proxies that are trusted."""

    clock: Clock
    address: Callable[[web.Request], str] = client_site
    per_address: Rate = PER_ADDRESS
    per_customer: Rate = PER_CUSTOMER
    per_key: Rate = PER_KEY
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def admit(self, request: web.Request) -> None:
        """Raises RateLimited when this address asks too often."""
        self._take(f"address:{self.address(request)}", self.per_address)

    def admit_principal(self, principal: object) -> None:
        """Raises RateLimited when this customer or key asks too often."""
        if principal is None:
            return
        rate = self.per_customer if isinstance(principal, Customer) else self.per_key
        self._take(f"principal:{getattr(principal, 'id', '')}", rate)

    def _take(self, key: str, rate: Rate) -> None:
        now = self.clock.wall()
        level, at = self._buckets.pop(key, (rate.burst, now))
        level = min(rate.burst, level + (now - at) * rate.per_s)
        if level < 1.0:
            self._buckets[key] = (level, now)
            raise RateLimited(retry_after_s=max(1, round((1.0 - level) / rate.per_s)))
        self._buckets[key] = (level - 1.0, now)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
