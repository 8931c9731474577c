"""Days that were simulated, written into the bank's database as the service would have recorded them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from vqueue.demo import cast
from vqueue.demo.cast import Customer
from vqueue.demo.lately import WAITING, Lately, Try, Visit
from vqueue.domain.agent import Presence
from vqueue.domain.attempt import Attempt, Shape
from vqueue.domain.causes import CUSTOMER_MISSES, Cause
from vqueue.domain.ids import AgentId, AttemptId, LegId, PromiseId, QueueId, RequestId, SessionId, Token
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.leg import Leg, LegState, Role, Way
from vqueue.domain.phone import Phone, Sealed
from vqueue.domain.promise import Promise
from vqueue.domain.request import Channel, Mode, Request, State
from vqueue.engine.routing import bucket
from vqueue.engine.wait.closed import METHOD
from vqueue.ports.clock import Chance
from vqueue.ports.database import Work
from vqueue.ports.vault import Vault

COUNTRIES = {"en": ("GB", "Europe/London"), "ru": ("RU", "Europe/Moscow"), "he": ("IL", "Asia/Jerusalem")}
_REASONS = {"served": "hung_up", "abandoned": "hung_up", "unreached": "no_answer"}
TOPICS = {queue.id: queue.rules.topics[0] for queue in cast.QUEUES}


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@dataclass(slots=True)
class Records:
    """Rows of visits. Ids are drawn before they are written, as everywhere."""

    vault: Vault
    chance: Chance
    turns: dict[str, int] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    journal: list[JournalRow] = field(default_factory=list)
    waiting: list[Customer] = field(default_factory=list)
    """Whoever is to be called back yet."""
    _sealed: dict[str, Sealed] = field(default_factory=dict)

    def add(self, visit: Visit) -> None:
        """Everything about one customer."""
        request = self._request(visit)
        promise = self._promise(visit, request)
        self._note_coming(visit, request)
        if promise is not None:
            request = self._promised(promise, request)
        for number, each in enumerate(visit.tries, 1):
            self._attempt(request, each, number)
        self.requests.append(request)
        if visit.outcome == WAITING:
            return
        was = State.TALKING if request.state is State.SERVED else _waiting(visit)
        moved = {"move": "hang_up" if request.state is not State.UNREACHED else "give_up", "was": was}
        self._note(Fact.REQUEST_MOVED, visit.closed, request, **moved, now=request.state, reason=request.reason)

    def _request(self, visit: Visit) -> Request:
        caller, language = visit.caller, visit.language
        country, zone = COUNTRIES[language]
        turn = self.turns.get(language, 0)
        self.turns[language] = turn + 1
        who = cast.customer(language, turn)
        if visit.outcome == WAITING:
            self.waiting.append(who)
        came = at(caller.arrived)
        return Request(
            id=RequestId(self.chance.id("rq")),
            queue=QueueId(visit.queue),
            mode=caller.mode,
            channel=Channel.IVR,
            state=State(visit.outcome),
            virtual_start=came,
            created_at=came,
            language=language,
            bucket=bucket((visit.queue,), language),
            skills=(visit.queue,),
            phone=self._seal(who.number),
            country=country,
            zone=zone,
            topic=TOPICS[visit.queue],
            session=SessionId(self.chance.id("cv")),
            tries=dict(caller.tries),
            rings=caller.rings,
            closed_at=None if visit.outcome == WAITING else at(visit.closed),
            reason=_REASONS.get(visit.outcome),
        )

    def _seal(self, number: str) -> Sealed:
        if number not in self._sealed:
            self._sealed[number] = self.vault.seal_phone(Phone(number))
        return self._sealed[number]

    def _note_coming(self, visit: Visit, request: Request) -> None:
        heard: dict[str, Any] = {"call": request.session, "offer": "offer" if visit.offered else "short", "reasons": []}
        self._note(Fact.OFFER_MADE, visit.caller.arrived, None, queue=visit.queue, **heard)
        told = {"mode": request.mode, "channel": request.channel, "state": _waiting(visit)}
        where = {"virtual_start": request.virtual_start.isoformat(), "bucket": request.bucket}
        self._note(Fact.QUEUE_ENTERED, visit.caller.arrived, request, **told, **where, credit_class="standard")

    def _promise(self, visit: Visit, request: Request) -> Promise | None:
        """What he was promised, and what came of it."""
        caller = visit.caller
        if caller.window is None:
            return None
        promise = Promise(
            id=PromiseId(self.chance.id("pr")),
            request=request.id,
            queue=visit.queue,
            channel=Channel.IVR,
            made_at=at(caller.promised_at),
            window=caller.window,
            coverage=cast.QUEUES[0].rules.deadlines.coverage,
            method=METHOD,
            quantiles_s={},
        )
        if visit.outcome == WAITING:
            return promise
        if visit.rang is None:
            return promise.fail(at(visit.closed), "unreached")
        return promise.ring(at(visit.rang)) if at(visit.rang) <= promise.window.end else promise.lapse(at(visit.rang))

    def _promised(self, promise: Promise, request: Request) -> Request:
        self.promises.append(promise)
        span = {"start": promise.window.start.isoformat(), "end": promise.window.end.isoformat()}
        rests = {"method": promise.method, "coverage": promise.coverage, "quantiles_s": {}, "inputs": {}, "model": ""}
        made, settled = promise.made_at.timestamp(), promise.settled_at
        self._note(Fact.PROMISE_MADE, made, request, promise=promise.id, **span, **rests)
        if settled is not None:
            came = {"promise": promise.id, "kept": promise.kept, "outcome": promise.outcome}
            self._note(Fact.PROMISE_SETTLED, settled.timestamp(), request, **came)
        return replace(request, promise=promise.id, deadline=promise.window.end)

    def _attempt(self, request: Request, each: Try, number: int) -> None:
        holds, outcome = request.mode is Mode.HOLD, each.cause or Cause.TALKED
        attempt = Attempt(
            id=AttemptId(self.chance.id("at")),
            request=request.id,
            queue=request.queue,
            agent=each.agent,
            shape=Shape.HOLDER if holds else Shape.AGENT_FIRST,
            opened_at=at(each.opened),
            accepted_at=at(each.joined) if each.joined is not None else None,
            joined_at=at(each.joined) if each.joined is not None else None,
            closed_at=at(each.closed),
            outcome=outcome,
        )
        self.attempts.append(attempt)
        self._legs(attempt, each, holds=holds)
        about = {"attempt": attempt.id, "agent": attempt.agent}
        self._note(Fact.ATTEMPT_OPENED, each.opened, request, **about, shape=attempt.shape, reasons=["longest_in_line"])
        lasted_s = round(each.closed - each.opened, 3)
        self._note(Fact.ATTEMPT_CLOSED, each.closed, request, **about, outcome=outcome, lasted_s=lasted_s)
        if outcome in CUSTOMER_MISSES:
            self._note(Fact.RETRY_DECIDED, each.closed, request, cause=outcome, number=number)

    def _legs(self, attempt: Attempt, each: Try, *, holds: bool) -> None:
        over, joined = at(each.closed), attempt.joined_at
        common: dict[str, Any] = {
            "attempt": attempt.id,
            "state": LegState.ENDED,
            "created_at": attempt.opened_at,
            "ended_at": over,
        }
        self.legs.append(
            Leg(id=LegId(f"{attempt.id}.a"), role=Role.AGENT, way=Way.POSTED, token=Token(self.chance.token()),
                agent=attempt.agent, answered_at=at(each.accepted), joined_at=joined, **common)
        )  # fmt: skip
        way = Way.INBOUND if holds else Way.DIALED
        self.legs.append(
            Leg(id=LegId(f"{attempt.id}.c"), role=Role.CUSTOMER, way=way, token=Token(self.chance.token()),
                cause=each.cause, rang_at=_at(each.rang), answered_at=_at(each.answered), joined_at=joined, **common)
        )  # fmt: skip

    def work_of(
        self, agent: AgentId, tries: Sequence[Try], shifts: Sequence[tuple[float, float]], *, until: float
    ) -> None:
        """How this agent's presence went: ready from the opening until he goes home, away from it for each try. Whoever
        is at work at the end of what is told stays."""
        mine = sorted((each for each in tries if each.agent == agent), key=lambda each: each.opened)
        for opens, closes in shifts:
            since, was = opens, Presence.READY
            for when, now in _steps([each for each in mine if opens <= each.opened < closes]):
                self._moved(agent, was, now, since, when)
                since, was = when, now
            if closes < until:
                self._moved(agent, was, Presence.OFFLINE, since, max(closes, since))

    def _moved(self, agent: AgentId, was: Presence, now: Presence, since: float, when: float) -> None:
        told = {"was": was, "now": now, "lasted_s": round(when - since, 3), "reason": None, "was_reason": None}
        self._note(Fact.AGENT_MOVED, when, None, agent=agent, **told)

    def _note(self, fact: Fact, when: float, request: Request | None, **data: Any) -> None:
        """`attempt`, `agent` and `queue` are columns, the rest is data."""
        columns: dict[str, Any] = {name: data.pop(name) for name in ("attempt", "agent", "queue") if name in data}
        if request is not None:
            columns = {**columns, "request": request.id, "queue": request.queue}
        row = JournalRow(id=self.chance.id("jr"), at=at(when), fact=fact, rules_version=1, data=data, **columns)
        self.journal.append(row)

    def write(self, work: Work) -> None:
        """All of it; the journal is sealed by whoever seals the bank's."""
        for request in self.requests:
            work.requests.insert(request)
        for attempt in self.attempts:
            work.attempts.insert(attempt)
        for leg in self.legs:
            work.legs.insert(leg)
        for promise in self.promises:
            work.promises.insert(promise)
        self.journal.sort(key=lambda row: (row.at, row.id))
        work.journal.write(*self.journal)


def _waiting(visit: Visit) -> State:
    return State.HOLDING if visit.caller.mode is Mode.HOLD else State.WAITING


def _at(seconds: float | None) -> datetime | None:
    return None if seconds is None else at(seconds)


def _steps(tries: Iterable[Try]) -> Iterator[tuple[float, Presence]]:
    """When the agent takes up what."""
    for each in tries:
        yield each.opened, Presence.RESERVED
        if each.joined is not None:
            yield each.joined, Presence.TALKING
            yield each.closed, Presence.WRAPPING
        yield each.wrapped, Presence.READY


def records(lately: Lately, *, vault: Vault, chance: Chance) -> Records:
    """Everything the service would have written about those days."""
    made = Records(vault, chance)
    for visit in lately.visits:
        made.add(visit)
    tries = [each for visit in lately.visits for each in visit.tries]
    for agent in cast.CREW:
        made.work_of(AgentId(agent.id), tries, lately.shifts_of(agent.id), until=lately.shifts[-1][1])
    return made
