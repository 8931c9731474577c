"""One request as server-sent events, for as long as the token is good and something can still happen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import web

from vqueue.domain.ids import RequestId
from vqueue.ports.identity import Customer
from vqueue.services import showing
from vqueue.services.house import House
from vqueue.web.api import events
from vqueue.web.api.customer.shapes import document
from vqueue.web.api.events import Event, Seen
from vqueue.web.api.operation import Ask

WARNED_BEFORE = timedelta(seconds=60)
"""How long before a token's end its holder is told to bring a new one."""
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
    request: RequestId
    sent: Mapping[str, Any] = field(default_factory=dict)
    warned: bool = False

    async def look(self, last: str | None) -> Seen:
        """The request where it differs from what he has, and whether his token is about to end."""
        left = self.customer.expires_at - self.house.clock.calendar()
        seen = await showing.show(self.house, self.customer, self.request)
        found: list[Event] = []
        version, shown = str(seen.request.version), document(seen)
        if version != last or (self.sent and shown != self.sent):
            found.append(Event(name="request", data=shown, id=version))
        self.sent = shown
        if not showing.may_go_on(seen.request, self.house.clock.now()):
            return Seen((*found, Event(name="over", data={"state": seen.request.state})), over=True)
        if left <= WARNED_BEFORE and not self.warned:
            self.warned = True
            found.append(Event(name="token_expiring", data={"expires_at": self.customer.expires_at.isoformat()}))
        return Seen(tuple(found), over=left <= timedelta())


async def stream(house: House, ask: Ask, request: RequestId) -> web.StreamResponse:
    watch = _Watch(house, ask.customer, request)
    return await events.stream(ask.http, watch.look, f"request:{request}", broadcast=house.broadcast)
