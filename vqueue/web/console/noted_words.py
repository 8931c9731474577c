"""One row of the journal in words: what happened, to what or whom, who did it, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vqueue.domain.agent import AgentMove
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.request import Move
from vqueue.domain.speech_args import Number, Text, Window
from vqueue.web.console.events import agent_moved, moved
from vqueue.web.console.figures import code
from vqueue.web.console.sentences import Words

_BY_CUSTOMER = frozenset(
    {Move.SWITCH, Move.HANG_UP, Move.CANCEL, Move.CALL_IN, Move.SNOOZE, Move.RESCHEDULE, Move.ADVANCE, Move.RETURN}
)
_BY_AGENT = frozenset(
    {AgentMove.SIGN_ON, AgentMove.SIGN_OFF, AgentMove.ACCEPT, AgentMove.WRAP_UP_DONE}
    | {AgentMove.ASK_READY, AgentMove.ASK_AWAY, AgentMove.ASK_OFFLINE}
)
_CUSTOMERS = frozenset({Fact.CALL_STARTED, Fact.QUEUE_ENTERED, Fact.PAGE_ACTED})
_OWN_WORDS = frozenset({Fact.STAFF_ACTED, Fact.SWITCH_TURNED, Fact.RULES_PUBLISHED})
"""Facts whose reason somebody typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What ids are called: agents and queues, and whoever acts (staff, and the bank's systems by their keys)."""

    agents: Mapping[str, str]
    queues: Mapping[str, str]
    actors: Mapping[str, str] = field(default_factory=dict)


def what(row: JournalRow, called: Called, words: Words) -> str:
    """A few words, begun with a capital."""
    told = _what(row, called, words)
    return told[:1].upper() + told[1:]


def _what(row: JournalRow, called: Called, words: Words) -> str:
    data, say = row.data, words.say
    plain = say(f"fact.{row.fact.replace('.', '_')}")
    match row.fact:
        case Fact.REQUEST_MOVED if data.get("move") not in (None, "same"):
            return moved(data, words) or say(f"move.{data['move']}")
        case Fact.QUEUE_ENTERED if row.queue is not None:
            mode = say(f"mode.{data.get('mode')}")
            return say("console.event_entered", queue=Text(called.queues.get(row.queue, row.queue)), words=Text(mode))
        case Fact.PROMISE_MADE if "start" in data:
            start, end = (datetime.fromisoformat(data[each]) for each in ("start", "end"))
            return say("journal.promised", window=Window(start, end, words.zone))
        case Fact.PROMISE_SETTLED if data.get("kept") is not None:
            return say("console.promise_kept_long" if data["kept"] else "console.promise_broken_long")
        case Fact.ATTEMPT_OPENED if row.agent is not None:
            return f"{plain}: {called.agents.get(row.agent, row.agent)}"
        case Fact.ATTEMPT_CLOSED | Fact.RETRY_DECIDED if data.get("outcome") or data.get("cause"):
            return f"{plain}: {say('cause.' + str(data.get('outcome') or data.get('cause')))}"
        case Fact.LEG_NEWS | Fact.NEWS_IGNORED if data.get("role"):
            return f"{say('role.' + data['role'])}: {say('leg.' + str(data.get('now') or data.get('news')))}"
        case Fact.AGENT_MOVED:
            return agent_moved(data, words)
        case _:
            return _act(row, words) or plain


def _act(row: JournalRow, words: Words) -> str | None:
    """What somebody did on purpose; None for all else."""
    data, say = row.data, words.say
    match row.fact:
        case Fact.STAFF_ACTED:
            return say(f"staff_act.{data.get('act')}")
        case Fact.PERSONAL_DATA_READ:
            return say(f"journal.read_{data.get('what')}")
        case Fact.SWITCH_TURNED:
            return say(f"journal.{data.get('switch')}_{data.get('now')}")
        case Fact.RULES_PUBLISHED:
            key = "journal.rolled_back" if data.get("act") == "rolled_back" else "console.event_rules"
            return say(key, count=Number(row.rules_version or 0))
        case Fact.WEBHOOK_SET:
            return say(f"journal.webhook_{data.get('act')}")
        case _:
            return None


def subject(row: JournalRow, called: Called) -> tuple[str, str]:
    """(name, address of its page or nothing): the request, else the agent, else the queue."""
    if row.request is not None:
        return code(row.request), f"/console/requests/{row.request}"
    if row.agent is not None:
        return called.agents.get(row.agent, row.agent), f"/console/journal?person={row.agent}"
    if row.queue is not None:
        rules = row.rules_version is not None and row.fact in (Fact.RULES_PUBLISHED, Fact.STAFF_ACTED)
        page = (
            f"/console/queues/{row.queue}/rules/history" if rules else f"/console/requests?queue={row.queue}&state=open"
        )
        return called.queues.get(row.queue, row.queue), page
    of = row.data.get("of")
    return (called.actors.get(str(of), str(of)), "") if of else ("", "")


def who(row: JournalRow, called: Called, words: Words) -> str:
    """A person or a system by name; otherwise the customer, the agent himself, or the service."""
    by = str(row.data.get("by", ""))
    named = called.actors.get(by) or called.agents.get(by)
    if named is not None:
        return named
    reason = str(row.data.get("reason") or "")
    if row.fact is Fact.AGENT_MOVED and row.data.get("move") in _BY_AGENT and reason != "asked_by_supervisor":
        return called.agents.get(row.agent or "", row.agent or "")
    customers = row.fact in _CUSTOMERS or (row.fact is Fact.REQUEST_MOVED and row.data.get("move") in _BY_CUSTOMER)
    if customers and not reason.endswith("_by_bank") and row.data.get("channel") != "agent":
        return words.say("journal.by_customer")
    return words.say("journal.by_service")


def why(row: JournalRow, words: Words) -> str:
    """The reasons in words; a person's own words as they are."""
    if row.fact in _OWN_WORDS:
        return str(row.data.get("reason") or "")
    if row.fact is Fact.AGENT_MOVED:
        return ""
    reasons = row.data.get("reasons") or str(row.data.get("reason") or "").split(",")
    known = [words.say(f"grounds.{str(reason).partition(':')[0]}") for reason in reasons if reason]
    sentence = ", ".join(known)
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""
