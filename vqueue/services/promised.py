"""The callbacks an agent has promised, or that are to be his: what is still to come, and what became of today's."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from vqueue.domain.agent import Agent
from vqueue.domain.ids import AgentId, RequestId
from vqueue.domain.journal import Fact
from vqueue.domain.promise import Promise
from vqueue.domain.request import Request, State
from vqueue.domain.rules import Queue
from vqueue.ports.database import Work
from vqueue.services.clerk import Clerk
from vqueue.services.desk_views import Callback
from vqueue.services.house import House
from vqueue.services.reading import midnight

LOOK_BACK = timedelta(days=10)
"""A time can be booked a week ahead, and a place lives for a day or two."""
REMEMBERED = 2000
"""Callbacks whose names one process has opened lately: each is journalled once, not with every look."""
_OVER_SOON = (State.HOLDING, State.CONNECTING, State.TALKING)


def callbacks(work: Work, agent: Agent, queues: Mapping[str, Queue], now: datetime, *, zone: str) -> list[Callback]:
    """The open ones by when they are due, then today's that are over, newest first."""
    found = work.dispositions.follow_ups(agent.id, since=now - LOOK_BACK)
    since = midnight(now, zone)
    shown = [one for one in found if one.is_open or (one.closed_at is not None and one.closed_at >= since)]
    made = [_callback(work, one, agent.id, queues) for one in shown]
    return sorted(made, key=lambda one: _order(one, now))


def _order(one: Callback, now: datetime) -> tuple[int, float, str]:
    request = one.request
    if request.closed_at is not None:
        return 2, (now - request.closed_at).total_seconds(), request.id
    due = 0.0 if request.state in _OVER_SOON else (one.due or request.created_at).timestamp()
    return 1, due, request.id


def _callback(work: Work, request: Request, agent: AgentId, queues: Mapping[str, Queue]) -> Callback:
    said = work.dispositions.of_request(request.follows) if request.follows is not None else []
    promise: Promise | None = work.promises.get(request.promise) if request.promise is not None else None
    return Callback(
        request=request,
        queue=queues[request.queue],
        mine=request.wanted_agent == agent,
        promise=promise,
        sealed_note=next((one.note for one in reversed(said) if one.note is not None), None),
    )


@dataclass(kw_only=True)
class Names:
    """Who is to be called back: opened once for each reader, and journalled as read."""

    house: House
    _opened: OrderedDict[tuple[str, RequestId], tuple[str, str]] = field(default_factory=OrderedDict)

    async def told(self, callbacks: Sequence[Callback], *, by: str) -> tuple[Callback, ...]:
        """With names and notes in the clear."""
        new = [one for one in callbacks if (by, one.request.id) not in self._opened]
        if new:
            await self.house.act(partial(_read, callbacks=new, by=by))
        vault = self.house.vault
        for one in new:
            name = vault.open(one.request.name) if one.request.name is not None else ""
            note = vault.open(one.sealed_note) if one.sealed_note is not None else ""
            self._opened[by, one.request.id] = (name, note)
        told = tuple(replace(one, name=each[0], note=each[1]) for one, each in self._with(callbacks, by))
        while len(self._opened) > REMEMBERED:
            self._opened.popitem(last=False)
        return told

    def _with(self, callbacks: Sequence[Callback], by: str) -> list[tuple[Callback, tuple[str, str]]]:
        return [(one, self._opened[by, one.request.id]) for one in callbacks]


def _read(clerk: Clerk, callbacks: Sequence[Callback], by: str) -> None:
    for one in callbacks:
        clerk.note(Fact.PERSONAL_DATA_READ, request=one.request, what="callback", by=by)
