"""Journal rows as a supervisor reads them while they happen: who, and what became of him, in a few words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vqueue.domain.agent import AgentMove, Presence
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.request import Move, State
from vqueue.domain.speech_args import Number, Text
from vqueue.web.console.figures import code, second
from vqueue.web.console.sentences import Words

SHOWN, FEWEST = 10, 3
"""Lines; so many of them at least tell of requests."""
CROWD = frozenset({Fact.QUEUE_ENTERED, Fact.REQUEST_MOVED, Fact.PROMISE_SETTLED})
AWAY_REASONS = frozenset({"break", "meeting", "training"})
_SORTS = ("joined", "connected", "served", "missed", "abandoned")
_SILENT_MOVES = frozenset({"same", Move.RESERVE, Move.DUE, Move.ABORT, Move.CLOSE})
_COME, _GONE = frozenset({AgentMove.SIGN_ON, AgentMove.ASK_READY}), frozenset({Presence.AWAY, Presence.OFFLINE})


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
    """Newest first. Of what becomes of requests only so much as leaves room for the rest; what is left out is counted
    in a last line."""
    said = [(row, event) for row in rows if (event := _event(row, names, words)) is not None]
    crowd = [(row, event) for row, event in said if row.fact in CROWD]
    rest = [event for row, event in said if row.fact not in CROWD][: limit - FEWEST]
    shown, more = crowd[: limit - len(rest)], crowd[limit - len(rest) :]
    lines = sorted([*rest, *(event for _, event in shown)], key=lambda event: (event.at, event.key), reverse=True)
    return (*lines, *_also([row for row, _ in more], words))


def _also(rows: Sequence[JournalRow], words: Words) -> list[Event]:
    """How many joined, were connected, served, missed or gave up, since when."""
    counts = Counter(sort for row in rows if (sort := _sort(row)) is not None)
    if not counts:
        return []
    since = min(row.at for row in rows)
    parts = [words.say(f"journal.also_{sort}", count=Number(counts[sort])) for sort in _SORTS if counts[sort]]
    text = words.say("journal.also", at=words.clock(since), words=Text(", ".join(parts)))
    return [Event(key="also", at=since, time="", subject="", href=None, text=text)]


def _sort(row: JournalRow) -> str | None:
    if row.fact is Fact.QUEUE_ENTERED:
        return "joined"
    move, now = row.data.get("move"), row.data.get("now")
    if now == State.SERVED:
        return "served"
    if now == State.ABANDONED:
        return "abandoned"
    return {Move.CONNECT: "connected", Move.MISS: "missed"}.get(Move(move)) if move in set(Move) else None


def _event(row: JournalRow, names: Names, words: Words) -> Event | None:
    text = _text(row, names, words)
    if text is None:
        return None
    subject, href = _subject(row, names, words)
    return Event(key=row.id, at=row.at, time=second(row.at, words.zone), subject=subject, href=href, text=text)


def _subject(row: JournalRow, names: Names, words: Words) -> tuple[str, str | None]:
    if row.request is not None:
        return code(row.request), f"/console/requests/{row.request}"
    if row.agent is not None:
        return names.agents.get(row.agent, row.agent), f"/console/journal?person={row.agent}"
    if row.queue is None:
        return words.say("journal.service"), "/console/service"
    history = f"/console/queues/{row.queue}/rules/history" if row.fact is Fact.RULES_PUBLISHED else None
    return names.queues.get(row.queue, row.queue), history


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
            return _agent(row, words)
        case Fact.SWITCH_TURNED:
            which = f"console.event_{row.data.get('switch')}_{row.data.get('now')}"
            return words.say(which, words=Text(str(row.data.get("reason", ""))))
        case Fact.RULES_PUBLISHED:
            key = "journal.rolled_back" if row.data.get("act") == "rolled_back" else "console.event_rules"
            return words.say(key, count=Number(row.rules_version or 0))
        case Fact.MODEL_CHANGED:
            return words.say("journal.learned") if row.data.get("standing") == "in_use" else None
        case Fact.BRIDGED_UNCONFIRMED | Fact.PIN_LOCKED | Fact.WEBHOOK_DISABLED | Fact.NOTICE_DEAD:
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


def _agent(row: JournalRow, words: Words) -> str | None:
    """None for what a call makes of an agent."""
    move, was, now = (row.data.get(name) for name in ("move", "was", "now"))
    return agent_moved(row.data, words) if was != now and (move in _COME or now in _GONE) else None


def agent_moved(data: Mapping[str, Any], words: Words) -> str:
    """What he is now and why: "away: break"; "missed a call, now away"."""
    move, reason, now = str(data.get("move")), data.get("reason"), words.say(f"presence.{data.get('now')}")
    if data.get("now") == Presence.AWAY and reason in AWAY_REASONS:
        return words.say("journal.away_for", name=Text(now), words=Text(words.say(f"journal.away_{reason}")))
    because = Text(words.say(f"agent_move.{move}"))
    if data.get("was") == data.get("now"):
        return because.value
    if move in (AgentMove.MISS, AgentMove.LOST_PAGE):
        return words.say("console.event_agent_because", words=because, name=Text(now))
    return now
