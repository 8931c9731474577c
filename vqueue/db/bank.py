"""What the bank's systems bring with them, stored: API keys, webhook subscriptions, drafts of rules, dispositions."""

from datetime import datetime

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, func, literal, select, update

from vqueue.db import tables_bank as tables
from vqueue.db.record import Record
from vqueue.db.requests import RECORD as REQUEST
from vqueue.db.store import Store, insert
from vqueue.db.tables import attempts, requests
from vqueue.db.types import UtcDateTime
from vqueue.domain.errors import Invalid, NotFound, StaleWrite
from vqueue.domain.ids import AgentId, RequestId
from vqueue.domain.request import Request
from vqueue.domain.rules import Rules
from vqueue.ports.bank import ApiKey, Disposition, RulesDraft, Webhook

KEY = Record(ApiKey, tables.api_keys)
WEBHOOK = Record(Webhook, tables.webhooks)
DRAFT = Record(RulesDraft, tables.rules_drafts)
DISPOSITION = Record(Disposition, tables.dispositions)
_RULES = TypeAdapter(Rules)


class StoredApiKeys(Store):
    """`ports.bank.ApiKeys`."""

    def insert(self, key: ApiKey) -> None:
        self.add_new(KEY, key)

    def by_secret(self, secret: str) -> ApiKey | None:
        return self.one_of(KEY, KEY.all.where(tables.api_keys.c.secret == secret))

    def all(self) -> list[ApiKey]:
        return self.all_of(KEY, KEY.all.order_by(tables.api_keys.c.made_at, tables.api_keys.c.id))

    def revoke(self, key: str, *, at: datetime) -> None:
        c = tables.api_keys.c
        first = (
            update(tables.api_keys)
            .where(c.id == key)
            .values(revoked_at=func.coalesce(c.revoked_at, literal(at, UtcDateTime())))
        )
        if self.connection.execute(first).rowcount != 1:
            raise NotFound("There is no such key.")


class StoredWebhooks(Store):
    """`ports.bank.Webhooks`."""

    def get(self, webhook: str) -> Webhook:
        return self.named(WEBHOOK, webhook)

    def all(self) -> list[Webhook]:
        return self.all_of(WEBHOOK, WEBHOOK.all.order_by(tables.webhooks.c.made_at, tables.webhooks.c.id))

    def insert(self, webhook: Webhook) -> None:
        self.add_new(WEBHOOK, webhook)

    def replace(self, webhook: Webhook) -> Webhook:
        return self.swap(WEBHOOK, webhook)

    def remove(self, webhook: str) -> None:
        if self.connection.execute(delete(tables.webhooks).where(tables.webhooks.c.id == webhook)).rowcount != 1:
            raise NotFound("There is no such webhook.")

    def failed(self, webhook: str, *, at: datetime, retry_at: datetime | None) -> None:
        c = tables.webhooks.c
        once_more = {
            "failures": c.failures + 1,
            "failing_since": func.coalesce(c.failing_since, literal(at, UtcDateTime())),
            "retry_at": retry_at,
        }
        self.connection.execute(update(tables.webhooks).where(c.id == webhook).values(once_more))

    def recovered(self, webhook: str) -> None:
        c = tables.webhooks.c
        again = {"failures": 0, "failing_since": None, "retry_at": None}
        self.connection.execute(update(tables.webhooks).where(c.id == webhook, c.failures > 0).values(again))


class StoredDrafts(Store):
    """`ports.bank.Drafts`."""

    def find(self, queue: str) -> RulesDraft | None:
        return self.one_of(DRAFT, DRAFT.by_id, id_=queue)

    def insert(self, draft: RulesDraft) -> None:
        self.add_new(DRAFT, draft)

    def replace(self, draft: RulesDraft) -> RulesDraft:
        return self.swap(DRAFT, draft)

    def remove(self, draft: RulesDraft) -> None:
        c = tables.rules_drafts.c
        this = delete(tables.rules_drafts).where(c.id == draft.id, c.version == draft.version)
        if self.connection.execute(this).rowcount != 1:
            raise StaleWrite

    def due(self, now: datetime) -> list[RulesDraft]:
        c = tables.rules_drafts.c
        agreed = DRAFT.all.where(c.publish_at <= now, c.agreed_by.is_not(None))
        return self.all_of(DRAFT, agreed.order_by(c.publish_at, c.id))

    def rules(self, draft: RulesDraft) -> Rules:
        try:
            return _RULES.validate_python(draft.document)
        except ValidationError:
            raise Invalid("This draft was written by another version of the program.") from None


class StoredDispositions(Store):
    """`ports.bank.Dispositions`."""

    def put(self, disposition: Disposition) -> None:
        row = DISPOSITION.row(disposition)
        changed = {name: value for name, value in row.items() if name != "attempt"}
        first = insert(self.connection, tables.dispositions).values(row)
        self.connection.execute(
            first.on_conflict_do_update(index_elements=[tables.dispositions.c.attempt], set_=changed)
        )

    def of_request(self, request: RequestId) -> list[Disposition]:
        c = tables.dispositions.c
        return self.all_of(DISPOSITION, DISPOSITION.all.where(c.request == request).order_by(c.at, c.attempt))

    def follow_ups(self, agent: AgentId, *, since: datetime, limit: int = 50) -> list[Request]:
        made, talks, new = requests.c, attempts.c, requests.c.created_at >= since
        talked = select(talks.request).where(talks.agent == agent, talks.closed_at >= since)
        found = (
            select(made.id)
            .where(made.wanted_agent == agent, new)
            .union(select(made.id).where(made.follows.in_(talked), made.follows.is_not(None), new))
        )
        newest = REQUEST.all.where(made.id.in_(found)).order_by(made.created_at.desc(), made.id.desc())
        return self.all_of(REQUEST, newest.limit(limit))
