"""Attempts and their phone calls."""

from sqlalchemy import select, text

from vqueue.db.record import Record
from vqueue.db.store import Store
from vqueue.db.tables import LIVE_LEG, attempts, legs
from vqueue.domain.attempt import Attempt
from vqueue.domain.ids import AttemptId, CallSid, RequestId, Token
from vqueue.domain.leg import Leg

ATTEMPT = Record(Attempt, attempts)
LEG = Record(Leg, legs)
_a, _l = attempts.c, legs.c


class StoredAttempts(Store):
    """`ports.database.Attempts`."""

    def get(self, attempt: AttemptId) -> Attempt:
        return self.named(ATTEMPT, select(attempts).where(_a.id == attempt))

    def insert(self, attempt: Attempt) -> None:
        self.add_new(ATTEMPT, attempt)

    def replace(self, attempt: Attempt) -> Attempt:
        return self.swap(ATTEMPT, attempt)

    def of_request(self, request: RequestId) -> list[Attempt]:
        return self.all_of(ATTEMPT, select(attempts).where(_a.request == request).order_by(_a.opened_at, _a.id))

    def open(self) -> list[Attempt]:
        still = select(attempts).where(text("closed_at IS NULL"))
        return self.all_of(ATTEMPT, still.order_by(_a.opened_at, _a.id))


class StoredLegs(Store):
    """`ports.database.Legs`."""

    def by_token(self, token: Token) -> Leg | None:
        return self.one_of(LEG, select(legs).where(_l.token == token))

    def by_call(self, call: CallSid) -> list[Leg]:
        return self.all_of(LEG, select(legs).where(_l.call_sid == call).order_by(_l.created_at, _l.id))

    def of_attempt(self, attempt: AttemptId) -> list[Leg]:
        return self.all_of(LEG, select(legs).where(_l.attempt == attempt).order_by(_l.created_at, _l.id))

    def insert(self, leg: Leg) -> None:
        self.add_new(LEG, leg)

    def replace(self, leg: Leg) -> Leg:
        return self.swap(LEG, leg)

    def live(self, *, limit: int = 1000) -> list[Leg]:
        return self.all_of(LEG, select(legs).where(text(LIVE_LEG)).order_by(_l.created_at, _l.id).limit(limit))
