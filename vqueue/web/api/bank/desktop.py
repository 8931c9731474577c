"""What a desktop watching one agent is sent: his presence, and the call he is offered or on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from vqueue.domain.agent import Agent, Presence
from vqueue.domain.ids import AgentId
from vqueue.services import hiring, offering
from vqueue.services.house import House
from vqueue.services.offering import AtDesk, Shown
from vqueue.web.api.events import Event, Seen


@dataclass(kw_only=True)
class Watch:
    """One open stream. `reveal`: whether who watches may read personal data, which is journalled once a call."""

    house: House
    agent: AgentId
    by: str
    reveal: bool
    _last: Mapping[str, Any] | None = field(default=None, init=False)
    _opened: Shown | None = field(default=None, init=False)

    async def look(self, known: str | None) -> Seen:
        """What changed since: a new version of the agent, or something new about his call."""
        now = await offering.at_desk(self.house, self.agent)
        hiring.present(now.agent)
        call = await self._personal(now.call) if now.call is not None else None
        told = {"agent": state(now.agent), "call": _call(self.house, call) if call is not None else None}
        if told == self._last or (self._last is None and known == str(now.agent.version)):
            self._last = told
            return Seen()
        self._last = told
        return Seen((Event(name=_name(now), data=self._aged(told, now), id=str(now.agent.version)),))

    async def _personal(self, call: Shown) -> Shown:
        """Opened once a call, and once more when what the customer entered may be shown."""
        if not self.reveal:
            return call
        before = self._opened
        if before is None or before.attempt.id != call.attempt.id or before.proven != call.proven:
            self._opened = before = await offering.opened(self.house, call, by=self.by)
        return replace(call, personal=before.personal)

    def _aged(self, told: Mapping[str, Any], now: AtDesk) -> dict[str, Any]:
        """How long he has waited grows by itself: it is said with what changed, and is no change."""
        call = told["call"]
        if call is None or now.call is None:
            return dict(told)
        return {**told, "call": {**call, "waited_s": offering.waited_s(now.call, self.house.clock.now())}}


def _name(now: AtDesk) -> str:
    return "offer" if now.call is not None and now.agent.presence is Presence.RESERVED else "state"


def state(agent: Agent) -> dict[str, Any]:
    """The agent's presence, for an event."""
    return {
        "id": agent.id,
        "presence": agent.presence,
        "next_presence": agent.next_presence,
        "reason": agent.reason,
        "since": agent.since.isoformat(),
        "version": agent.version,
    }


def _call(house: House, call: Shown) -> dict[str, Any]:
    request, promise = call.request, call.promise
    window = (promise.window.start.isoformat(), promise.window.end.isoformat()) if promise is not None else None
    told: dict[str, Any] = {
        "attempt": call.attempt.id,
        "request": request.id,
        "queue": request.queue,
        "shape": call.attempt.shape,
        "state": call.state,
        "mode": request.mode,
        "channel": request.channel,
        "topic": request.topic,
        "language": request.language,
        "phone_number": request.phone.hint if request.phone is not None else None,
        "verified": request.verified,
        "virtual_start_at": request.virtual_start.isoformat(),
        "promised": {"from": window[0], "to": window[1]} if window is not None else None,
    }
    if call.personal is not None:
        told |= {"phone_number": call.personal.phone_number, "name": call.personal.name}
        told["context"] = dict(call.personal.context) if call.personal.context is not None else None
    return told
