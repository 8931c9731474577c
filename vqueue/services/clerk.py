"""One transaction's pen: the only way a row moves, each move with its reason in the journal."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from vqueue.domain import agent as agents
from vqueue.domain import request as requests
from vqueue.domain.agent import Agent, AgentMove, Presence
from vqueue.domain.causes import Cause
from vqueue.domain.errors import (
    AgentComing,
    AlreadyDialing,
    ClosedRequest,
    NotPossible,
    Refusal,
)
from vqueue.domain.ids import CallSid
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.leg import Leg, News
from vqueue.domain.promise import Promise
from vqueue.domain.request import Move, Request, State
from vqueue.domain.table import Go, Refuse
from vqueue.ports.bank import Webhook
from vqueue.ports.database import Notice, Work
from vqueue.services import awaiting, telling
from vqueue.services.counting import Ceilings, count
from vqueue.services.rescuing import within_cap

_REFUSALS: dict[str, type[Refusal]] = {
    refusal.code: refusal for refusal in (AgentComing, AlreadyDialing, ClosedRequest, NotPossible)
}
_IN_LINE = frozenset({State.HOLDING, State.WAITING})


class Clerk:
    """Moves rows by their tables and journals each move. Made anew each time an op runs."""

    def __init__(self, work: Work, *, at: datetime, seed: str, audience: Sequence[Webhook] = ()) -> None:
        self.work = work
        self.at = at
        self._audience = audience
        self._seed = seed
        self._rows = 0
        self.hang_ups: list[CallSid] = []
        """Calls to end once the transaction is committed."""
        self.topics: list[str] = []
        """Broadcasts to send once it is committed."""

    def note(self, fact: Fact, *, request: Request | None = None, **fields: Any) -> None:
        """One journal row; ids and versions of the request are filled in, other keywords are columns or data."""
        columns: dict[str, Any] = {
            name: fields.pop(name) for name in ("attempt", "leg", "agent", "queue", "rules_version") if name in fields
        }
        if request is not None:
            columns.setdefault("queue", request.queue)
            columns.setdefault("rules_version", request.rules_version)
        self._rows += 1
        self.work.journal.write(
            JournalRow(
                id=f"{self._seed}.{self._rows:03d}",
                at=self.at,
                fact=fact,
                request=request.id if request is not None else None,
                data={key: value for key, value in fields.items() if value is not None},
                **columns,
            )
        )
        if self._audience:
            happening = telling.Happening(fact=fact, at=self.at, request=request, fields={**columns, **fields})
            for notice in telling.notices(happening, self._audience):
                self.work.outbox.add(replace(notice, id=self.new_id("nt")))

    def new_id(self, prefix: str) -> str:
        """An id for a row that comes with this transaction; the same one when the op runs again."""
        self._rows += 1
        return f"{prefix}{self._seed[1:]}.{self._rows:03d}"

    # requests

    def join(self, request: Request, *, ceiling: int | None = None, slot_limit: int | None = None) -> Request:
        """A new place in line. Raises AlreadyOpen; QueueFull, RateLimited and SlotTaken at a ceiling."""
        count(self.work, None, request, ceilings=Ceilings(open=ceiling, slot=slot_limit), at=self.at)
        request = within_cap(self.work, None, request, at=self.at)
        self.work.requests.insert(request)
        self.note(
            Fact.QUEUE_ENTERED,
            request=request,
            mode=request.mode,
            channel=request.channel,
            state=request.state,
            virtual_start=request.virtual_start.isoformat(),
            bucket=request.bucket,
            credit_class=request.credit_class,
        )
        self._tell(request)
        return request

    def move(
        self,
        request: Request,
        move: Move,
        *,
        to: State | None = None,
        reason: str,
        changes: dict[str, Any] | None = None,
        ceiling: int | None = None,
        slot_limit: int | None = None,
    ) -> Request:
        """The stored request after the move; unchanged where the table ignores it.

        Raises the refusal the table names, and QueueFull or SlotTaken when it would pass a ceiling.
        """
        cell = requests.TABLE.cell(request.state, move)
        if isinstance(cell, Refuse):
            raise _REFUSALS[cell.code](f"{move} is not possible: the request is {request.state}")
        if not isinstance(cell, Go):
            self.note(Fact.NEWS_IGNORED, request=request, move=move, state=request.state, reason=reason)
            return request
        moved = request.move(move, to=to, at=self.at, reason=reason)
        changed = replace(moved, **(changes or {}))
        count(self.work, request, changed, ceilings=Ceilings(open=ceiling, slot=slot_limit), at=self.at)
        stored = self.work.requests.replace(within_cap(self.work, request, changed, at=self.at))
        self._note_move(request, stored, move, reason)
        if request.state in _IN_LINE and stored.state not in _IN_LINE:
            waited_s = round((self.at - request.virtual_start).total_seconds(), 3)
            self.note(Fact.QUEUE_LEFT, request=stored, to=stored.state, reason=reason, waited_s=waited_s)
        self._tell(stored)
        return stored

    def _note_move(self, before: Request, after: Request, move: str, reason: str) -> None:
        self.note(
            Fact.REQUEST_MOVED,
            request=after,
            move=move,
            was=before.state,
            now=after.state,
            reason=reason,
            ready=after.ready,
            not_before=after.not_before.isoformat() if after.not_before else None,
        )

    def store(self, request: Request, *, reason: str) -> Request:
        """A change that is no move (parked, ready again): stored, and journalled as moving to the same state."""
        stored = self.work.requests.replace(request)
        self._note_move(stored, stored, "same", reason)
        self._tell(stored)
        return stored

    def _tell(self, request: Request) -> None:
        """The dispatcher is woken only for a place that can be served."""
        self.topics.append(f"request:{request.id}")
        if request.ready and request.state in _IN_LINE:
            self.topics.append("dispatch")

    # agents

    def move_agent(
        self,
        agent: Agent,
        move: AgentMove,
        *,
        to: Presence | None = None,
        reason: str,
        changes: dict[str, Any] | None = None,
    ) -> Agent:
        """The stored agent after the move; unchanged where the table ignores it."""
        cell = agents.TABLE.cell(agent.presence, move)
        if isinstance(cell, Refuse):
            raise NotPossible(f"{move} is not possible: the agent is {agent.presence}")
        if not isinstance(cell, Go):
            self.note(Fact.NEWS_IGNORED, agent=agent.id, move=move, state=agent.presence, reason=reason)
            return agent
        moved = replace(agent.move(move, at=self.at, to=to, reason=reason), **(changes or {}))
        stored = self.work.agents.replace(moved)
        self.note(
            Fact.AGENT_MOVED,
            agent=agent.id,
            move=move,
            was=agent.presence,
            now=stored.presence,
            reason=reason if stored.presence is agent.presence else stored.reason,
            lasted_s=round((self.at - agent.since).total_seconds(), 3),
            was_reason=agent.reason,
            attempt=agent.attempt,
            version=stored.version,
        )
        self.topics += ["agents", f"agent:{agent.id}", *(["dispatch"] if stored.presence is Presence.READY else [])]
        if stored.presence is Presence.READY:
            awaiting.free_again(self, stored.id)
        return stored

    # legs

    def hear(
        self, leg: Leg, news: News, *, cause: Cause | None = None, call_sid: CallSid | None = None, **data: Any
    ) -> Leg:
        """The stored leg after the news; what the table ignores is journalled, and a CallSid still learned."""
        heard = leg.take(news, at=self.at, cause=cause, call_sid=call_sid)
        counts = leg.hears(news)
        self.note(
            Fact.LEG_NEWS if counts else Fact.NEWS_IGNORED,
            leg=leg.id,
            attempt=leg.attempt,
            news=news,
            was=leg.state,
            now=heard.state,
            cause=heard.cause,
            role=leg.role,
            **data,
        )
        if heard == leg:
            return leg
        return self.work.legs.replace(heard)

    # promises and notices

    def settle_promise(self, request: Request, promise: Promise) -> None:
        """Stores a promise that was just settled and says so in the journal."""
        self.work.promises.replace(promise)
        self.note(Fact.PROMISE_SETTLED, request=request, promise=promise.id, kept=promise.kept, outcome=promise.outcome)

    def withdraw_promise(self, request: Request, outcome: str) -> None:
        """The open promise of this request, if any, no longer binds."""
        if request.promise is None:
            return
        promise = self.work.promises.get(request.promise)
        withdrawn = promise.withdraw(self.at, outcome)
        if withdrawn is not promise:
            self.settle_promise(request, withdrawn)

    def break_promise(self, request: Request, outcome: str) -> None:
        """We could not keep it and know so before its window ends."""
        if request.promise is None:
            return
        promise = self.work.promises.get(request.promise)
        broken = promise.fail(self.at, outcome)
        if broken is not promise:
            self.settle_promise(request, broken)

    def first_ring(self, request: Request) -> None:
        """The customer's phone rings: the moment a promise is judged by."""
        if request.promise is None:
            return
        promise = self.work.promises.get(request.promise)
        rung = promise.ring(self.at)
        if promise.settled_at is None:
            self.settle_promise(request, rung)
        elif rung is not promise:
            self.work.promises.replace(rung)

    def notify(self, request: Request, prompt: str, *, at: datetime | None = None, about: str | None = None) -> None:
        """To be told to the customer as he wishes (by SMS where he said nothing), at least once, now or at `at`.

        `about`: the slot it speaks of; a notice about another one than the request has by then is not sent.
        """
        for kind in telling.ways(request):
            notice = Notice(
                id=self.new_id("nt"),
                kind=kind,
                prompt=prompt,
                request=request.id,
                target=about,
                not_before=at or self.at,
            )
            self.work.outbox.add(notice)
            self.note(Fact.NOTICE_QUEUED, request=request, kind=kind, prompt=prompt)

    def later(self, seconds: float) -> datetime:
        return self.at + timedelta(seconds=seconds)
