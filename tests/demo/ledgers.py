"""Small ledgers of a telephone network, written as what happened."""

from datetime import UTC, datetime, timedelta
from typing import Any

from vqueue.demo.network import Entry

BANK, ANNA, BORIS, AGENT = "+442079460000", "+447700900101", "+74955550101", "client:amara"
NINE = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def entry(
    at_s: float, event: str, call: str, *, to: str, of: str = BANK, parent: str | None = None, **detail: Any
) -> Entry:
    at = (NINE + timedelta(seconds=at_s)).isoformat(timespec="milliseconds")
    named = {"call_sid": call, "parent_call_sid": parent, "from": of, "to": to}
    return {"seq": int(at_s * 1000), "at": at, "event": event, "detail": detail, **named}


def ring(at_s: float, call: str, *, to: str = ANNA, parent: str | None = None) -> Entry:
    return entry(at_s, "ring", call, to=to, parent=parent)


def said(at_s: float, call: str, words: str, *, to: str = ANNA, language: str = "en-GB") -> Entry:
    """The bank says it to somebody it rang."""
    return entry(at_s, "said", call, to=to, said=words, language=language, by="bank")


def said_to_caller(at_s: float, call: str, words: str, *, of: str = ANNA, language: str = "en-GB") -> Entry:
    """The bank says it to somebody who rang in."""
    return entry(at_s, "said", call, to=BANK, of=of, said=words, language=language, by="bank")
