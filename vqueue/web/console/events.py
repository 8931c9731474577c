"""Journal rows as a supervisor reads them while they happen: who, and what became of him, in a few words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vqueue.domain.agent import AgentMove
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.request import Move, State
from vqueue.domain.speech_args import Number, Text
from vqueue.web.console.figures import code, second
from vqueue.web.console.sentences import Words

SHOWN = 10
_SILENT_MOVES = frozenset({"same", Move.RESERVE, Move.DUE, Move.ABORT, Move.CLOSE})
_TOLD_AGENT_MOVES = frozenset(
    {AgentMove.SIGN_ON, AgentMove.SIGN_OFF, AgentMove.ASK_READY, AgentMove.ASK_AWAY, AgentMove.ASK_OFFLINE}
    | {AgentMove.MISS, AgentMove.LOST_PAGE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line: a time, a subject (with the address of its page, if it has one) and what happened."""

    key: str
    at: datetime
    time: str
    subject: str
    href: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What ids are called."""

    agents: Mapping[str, str]
    queues: Mapping[str, str]


def told(rows: Iterable[JournalRow], names: Names, words: Words, *, limit: int = SHOWN) -> tuple[Event, ...]:
    """The newest rows that say something, newest first."""
    events = (_event(row, names, words) for row in rows)
    return tuple([event for event in events if event is not None][:limit])


def _event(row: JournalRow, names: Names, words: Words) -> Event | None:
    text = _text(row, names, words)
    if text is None:
        return None
    subject, href = _subject(row, names)
    return Event(key=row.id, at=row.at, time=second(row.at, words.zone), subject=subject, href=href, text=text)


def _subject(row: JournalRow, names: Names) -> tuple[str, str | None]:
    if row.request is not None:
        return code(row.request), f"/console/requests/{row.request}"
    if row.agent is not None:
        return names.agents.get(row.agent, row.agent), None
    queue = row.queue or ""
    return names.queues.get(queue, queue), None


def _text(row: JournalRow, names: Names, words: Words) -> str | None:
    """None for what is not worth a line."""
    match row.fact:
        case Fact.QUEUE_ENTERED:
            queue = names.queues.get(row.queue or "", row.queue or "")
            mode = words.say(f"mode.{row.data.get('mode')}")
            return words.say("console.event_entered", queue=Text(queue), words=Text(mode))
        case Fact.REQUEST_MOVED:
            return moved(row.data, words)
        case Fact.PROMISE_SETTLED:
            return words.say("console.event_broken") if row.data.get("kept") is False else None
        case Fact.AGENT_MOVED:
            return _agent(row.data, words)
        case Fact.SWITCH_TURNED:
            which = f"console.event_{row.data.get('switch')}_{row.data.get('now')}"
            return words.say(which, words=Text(str(row.data.get("reason", ""))))
        case Fact.RULES_PUBLISHED:
            return words.say("console.event_rules", count=Number(row.rules_version or 0))
        case Fact.BRIDGED_UNCONFIRMED | Fact.PIN_LOCKED:
            return words.say(f"fact.{row.fact.replace('.', '_')}")
        case _:
            return None


def moved(data: Mapping[str, Any], words: Words) -> str | None:
    """What a request's move means to people; None for the steps nobody waits for."""
    move, now = str(data.get("move")), data.get("now")
    if move in _SILENT_MOVES:
        return None
    if move in (Move.HANG_UP, Move.LOST):
        return words.say("console.event_kept" if now == State.WAITING else f"state.{now}")
    if move == Move.MISS:
        cause = str(data.get("reason", "")).removeprefix("missed_")
        return words.say("console.event_missed", words=Text(words.say(f"cause.{cause}")))
    return words.say(f"move.{move}")


def _agent(data: Mapping[str, Any], words: Words) -> str | None:
    if data.get("move") not in _TOLD_AGENT_MOVES or data.get("was") == data.get("now"):
        return None
    now = words.say(f"presence.{data.get('now')}")
    if data.get("move") in (AgentMove.MISS, AgentMove.LOST_PAGE):
        because = words.say(f"agent_move.{data['move']}")
        return words.say("console.event_agent_because", words=Text(because), name=Text(now))
    return now
