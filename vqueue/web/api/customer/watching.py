"""One request as server-sent events, for as long as the token is good and something can still happen."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import web

from vqueue.domain.ids import RequestId
from vqueue.ports.identity import Customer
from vqueue.services import showing
from vqueue.services.following import Follower, Followers
from vqueue.services.house import House
from vqueue.services.showing import Shown
from vqueue.web.api import events
from vqueue.web.api.customer.shapes import document
from vqueue.web.api.events import Event, Seen
from vqueue.web.api.operation import Ask

WARNED_BEFORE = timedelta(seconds=60)
"""How long before a token's end its holder is told to bring a new one."""
SELDOM_S = 8.0
"""How often a stream that hears nothing looks about itself, for its heartbeat (wall)."""
DESCRIPTION = (
    "Server-sent events, read by `fetch` with the Authorization header. `request`: the request as `GET` shows it, its "
    "version as `id`, at once and at every change; a client that sends its last id as Last-Event-ID gets what it does "
    "not have yet. `token_expiring`: ask again with a new token. `over`: nothing will follow. A comment at least every "
    "15 seconds shows that the stream lives."
)


@dataclass
class _Watch:
    """What one client has been sent."""

    house: House
    customer: Customer
    shown: Shown
    sent: Mapping[str, Any] = field(default_factory=dict)
    seen: Shown | None = None
    """What `sent` was made from."""
    follower: Follower | None = None
    warned: bool = False

    async def look(self, last: str | None) -> Seen:
        """The request where it differs from what he has, and whether his token is about to end."""
        if self.follower is not None:
            if self.follower.ended is not None:
                raise self.follower.ended
            self.shown = self.follower.shown
        found = self._changed(last)
        if not showing.may_go_on(self.shown.request, self.house.clock.now()):
            return Seen((*found, Event(name="over", data={"state": self.shown.request.state})), over=True)
        left = self.customer.expires_at - self.house.clock.calendar()
        if left <= WARNED_BEFORE and not self.warned:
            self.warned = True
            found.append(Event(name="token_expiring", data={"expires_at": self.customer.expires_at.isoformat()}))
        due = left if self.warned else left - WARNED_BEFORE
        return Seen(tuple(found), over=left <= timedelta(), again_s=min(SELDOM_S, max(0.0, due.total_seconds())))

    def _changed(self, last: str | None) -> list[Event]:
        version, before = str(self.shown.request.version), self.sent
        if before and self.shown is self.seen and version == last:
            return []
        self.seen, self.sent = self.shown, document(self.shown)
        if version == last and (not before or self.sent == before):
            return []
        return [Event(name="request", data=self.sent, id=version)]


async def stream(followers: Followers, ask: Ask, request: RequestId) -> web.StreamResponse:
    """The answer that goes on. Raises NotFound for a request that is not his."""
    house, last = followers.house, events.last_id(ask.http)
    shown = await showing.show(house, ask.customer, request)
    watch, news = _Watch(house, ask.customer, shown), asyncio.Event()
    first = await watch.look(last)
    if first.over:
        return await events.send(ask.http, watch.look, first, news)
    with followers.follow(shown, news) as watch.follower:
        return await events.send(ask.http, watch.look, first, news)
