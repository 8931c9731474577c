"""Stored conversations, one an inbound call."""

from datetime import datetime

from sqlalchemy import bindparam, func, text

from vqueue.db.record import Record
from vqueue.db.store import Store
from vqueue.db.tables import conversations
from vqueue.domain.ids import CallSid
from vqueue.ports.database import Conversation

CONVERSATION = Record(Conversation, conversations)
_c = conversations.c
BY_CALL = CONVERSATION.all.where(_c.call_sid == bindparam("call_"))


class StoredConversations(Store):
    """`ports.database.Conversations`."""

    def get(self, conversation: str) -> Conversation:
        return self.named(CONVERSATION, conversation)

    def by_call(self, call: CallSid) -> Conversation | None:
        return self.one_of(CONVERSATION, BY_CALL, call_=call)

    def insert(self, conversation: Conversation) -> None:
        self.add_new(CONVERSATION, conversation)

    def silent(self, *, before: datetime, limit: int = 100) -> list[Conversation]:
        seen_at = func.coalesce(_c.seen_at, _c.started_at)
        quiet = CONVERSATION.all.where(text("ended_at IS NULL"), seen_at < before)
        return self.all_of(CONVERSATION, quiet.order_by(seen_at, _c.id).limit(limit))

    def replace(self, conversation: Conversation) -> Conversation:
        return self.swap(CONVERSATION, conversation)
