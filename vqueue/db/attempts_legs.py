"""Attempts and their phone calls."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, or_, select, text, union

from vqueue.db.record import Record
from vqueue.db.store import Store
from vqueue.db.tables import LIVE_LEG, agents, attempts, legs
from vqueue.domain.attempt import Attempt
from vqueue.domain.ids import AgentId, AttemptId, CallSid, RequestId, Token
from vqueue.domain.leg import Leg, LegState

ATTEMPT = Record(Attempt, attempts)
LEG = Record(Leg, legs)
_a, _l = attempts.c, legs.c
OF_REQUEST = ATTEMPT.all.where(_a.request == bindparam("request_")).order_by(_a.opened_at, _a.id)
OF_AGENT = ATTEMPT.all.where(_a.agent == bindparam("agent_"), _a.closed_at >= bindparam("since_")).order_by(
    _a.closed_at.desc(), _a.id
)
OPEN = ATTEMPT.all.where(text("closed_at IS NULL")).order_by(_a.opened_at, _a.id)
_held = union(
    select(_a.id).where(text("closed_at IS NULL")), select(agents.c.attempt).where(agents.c.attempt.is_not(None))
).subquery("held")
_lives = select(_l.id).where(_l.attempt == _held.c.id, text(LIVE_LEG)).exists()
QUIET = select(_held.c.id).where(~_lives).order_by(_held.c.id)
_oldest_first = (_l.created_at, _l.id)
BY_TOKEN = LEG.all.where(_l.token == bindparam("token_"))
BY_CALL = LEG.all.where(_l.call_sid == bindparam("call_")).order_by(*_oldest_first)
OF_ATTEMPT = LEG.all.where(_l.attempt == bindparam("attempt_")).order_by(*_oldest_first)
_unheard = or_(_l.horizon < bindparam("now_"), _l.horizon.is_(None), _l.state == LegState.INTENDED)
DUE = LEG.all.where(text(LIVE_LEG), text("way <> 'inbound'"), _unheard).order_by(*_oldest_first)
LIVE_NUMBERS = select(_l.phone_index).where(
    text(LIVE_LEG),
    text("role = 'customer'"),
    text("phone_index <> ''"),
    _l.phone_index.in_(bindparam("indexes_", expanding=True)),
)


class StoredAttempts(Store):
    """`ports.database.Attempts`."""

    def get(self, attempt: AttemptId) -> Attempt:
        return self.named(ATTEMPT, attempt)

    def insert(self, attempt: Attempt) -> None:
        self.add_new(ATTEMPT, attempt)

    def replace(self, attempt: Attempt) -> Attempt:
        return self.swap(ATTEMPT, attempt)

    def of_request(self, request: RequestId) -> list[Attempt]:
        return self.all_of(ATTEMPT, OF_REQUEST, request_=request)

    def of_agent(self, agent: AgentId, *, since: datetime) -> list[Attempt]:
        return self.all_of(ATTEMPT, OF_AGENT, agent_=agent, since_=since)

    def open(self) -> list[Attempt]:
        return self.all_of(ATTEMPT, OPEN)

    def quiet(self) -> list[AttemptId]:
        return [AttemptId(one) for one in self.connection.scalars(QUIET)]


class StoredLegs(Store):
    """`ports.database.Legs`."""

    def by_token(self, token: Token) -> Leg | None:
        return self.one_of(LEG, BY_TOKEN, token_=token)

    def by_call(self, call: CallSid) -> list[Leg]:
        return self.all_of(LEG, BY_CALL, call_=call)

    def of_attempt(self, attempt: AttemptId) -> list[Leg]:
        return self.all_of(LEG, OF_ATTEMPT, attempt_=attempt)

    def insert(self, leg: Leg) -> None:
        self.add_new(LEG, leg)

    def replace(self, leg: Leg) -> Leg:
        return self.swap(LEG, leg)

    def due(self, *, now: datetime, limit: int = 200) -> list[Leg]:
        return self.all_of(LEG, DUE.limit(limit), now_=now)

    def live_numbers(self, indexes: Collection[str]) -> set[str]:
        return set(self.connection.scalars(LIVE_NUMBERS, {"indexes_": list(indexes)})) if indexes else set()
