"""One request's journal as a story: what happened, why, under which rules, with the inputs folded away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.promise import Window
from vqueue.domain.request import OPEN, Move, State
from vqueue.domain.speech_args import Number, Text
from vqueue.services.views import RequestView
from vqueue.web.console.events import moved
from vqueue.web.console.figures import edges, second
from vqueue.web.console.moments import day_of
from vqueue.web.console.sentences import Words

_ICONS = {
    Fact.QUEUE_ENTERED: "enter",
    Fact.QUEUE_LEFT: "leave",
    Fact.PROMISE_MADE: "clock",
    Fact.PROMISE_SETTLED: "clock",
    Fact.ATTEMPT_OPENED: "person",
    Fact.ATTEMPT_CLOSED: "person",
    Fact.LEG_NEWS: "phone",
    Fact.RETRY_DECIDED: "back",
    Fact.NOTICE_QUEUED: "message",
    Fact.CLASS_LIFTED: "up",
    Fact.BRIDGED_UNCONFIRMED: "act",
    Fact.STAFF_ACTED: "person",
    Fact.PERSONAL_DATA_READ: "person",
}
_MOVE_ICONS = {
    Move.CONNECT: "phone",
    Move.MISS: "back",
    Move.GIVE_UP: "watch",
    Move.CANCEL: "cross",
    Move.SWITCH: "swap",
    Move.CALL_IN: "phone",
    Move.SNOOZE: "clock",
}
_HIDDEN_INPUTS = frozenset({"move", "was", "now", "reason"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One decision. `planned` ones lie ahead and have no row yet."""

    key: str
    time: str
    """With `day` before it where that is not today."""
    icon: str
    title: str
    text: str = ""
    meta: tuple[str, ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()
    planned: bool = False
    day: str = ""


def entries(view: RequestView, words: Words) -> tuple[Entry, ...]:
    """Newest first, what is planned on top. Rows that only store a change are told by what caused it."""
    told = [_entry(row, view, words) for row in reversed(view.journal) if not _silent(row)]
    return (*_planned(view, words), *told)


def _silent(row: JournalRow) -> bool:
    if row.fact is Fact.QUEUE_LEFT:
        return True
    return row.fact is Fact.REQUEST_MOVED and row.data.get("move") == "same" and row.data.get("reason") == "promised"


def _planned(view: RequestView, words: Words) -> list[Entry]:
    request = view.request
    if request.not_before is None or request.state not in OPEN or request.not_before <= words.now:
        return []
    why = words.say(f"reason.{request.parked}") if request.parked else ""
    title = words.say("console.planned_slot" if request.state is State.BOOKED else "console.planned_try")
    time = second(request.not_before, words.zone)
    day = day_of(request.not_before, words)
    return [Entry(key="planned", time=time, day=day, icon="phone", title=title, text=why, planned=True)]


def _entry(row: JournalRow, view: RequestView, words: Words) -> Entry:
    return Entry(
        key=row.id,
        time=second(row.at, words.zone),
        day=day_of(row.at, words),
        icon=_icon(row),
        title=_title(row, view, words),
        text=_why(row, words),
        meta=_meta(row, view, words),
        inputs=tuple(inputs(row.data)),
    )


def _icon(row: JournalRow) -> str:
    if row.fact is Fact.REQUEST_MOVED:
        move = row.data.get("move")
        return next((icon for each, icon in _MOVE_ICONS.items() if each == move), "dot")
    return _ICONS.get(row.fact, "dot")


def _title(row: JournalRow, view: RequestView, words: Words) -> str:
    data, plain = row.data, words.say(f"fact.{row.fact.replace('.', '_')}")
    match row.fact:
        case Fact.REQUEST_MOVED:
            told = moved(data, words) or (words.say(f"move.{data['move']}") if data.get("move") != "same" else plain)
        case Fact.PROMISE_MADE if "start" in data:
            start, end = _times(data)
            told = f"{plain}: {edges_text(start, end, words)}"
        case Fact.PROMISE_SETTLED if data.get("kept") is not None:
            told = words.say("console.promise_kept_long" if data["kept"] else "console.promise_broken_long")
        case Fact.ATTEMPT_OPENED:
            told = f"{plain}: {view.agents.get(row.agent or '', '')}".rstrip(": ")
        case Fact.ATTEMPT_CLOSED | Fact.RETRY_DECIDED:
            outcome = data.get("outcome") or data.get("cause")
            told = f"{plain}: {words.say(f'cause.{outcome}')}" if outcome else plain
        case Fact.LEG_NEWS:
            role, state = data.get("role"), data.get("now") or data.get("news")
            told = f"{words.say(f'role.{role}')}: {words.say(f'leg.{state}')}"
        case Fact.STAFF_ACTED:
            told = words.say(f"staff_act.{data.get('act')}")
        case _:
            told = plain
    return told[:1].upper() + told[1:]


def _times(data: Mapping[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(data["start"]), datetime.fromisoformat(data["end"])


def edges_text(start: datetime, end: datetime, words: Words) -> str:
    return "–".join(edges(Window(start, end), words.zone))


def _why(row: JournalRow, words: Words) -> str:
    """The reasons in words; a reason nobody has words for is told by its own name, a person's own words as they are."""
    if row.fact is Fact.STAFF_ACTED:
        return str(row.data.get("reason") or "")
    reasons = row.data.get("reasons") or str(row.data.get("reason") or "").split(",")
    known = [words.say(f"grounds.{str(reason).partition(':')[0]}") for reason in reasons if reason]
    sentence = ", ".join(known)
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""


def _meta(row: JournalRow, view: RequestView, words: Words) -> tuple[str, ...]:
    was, now = row.data.get("was"), row.data.get("now")
    parts = []
    if row.fact is Fact.REQUEST_MOVED and was != now:
        was_words, now_words = words.say(f"state.{was}"), words.say(f"state.{now}")
        parts.append(words.say("console.from_to", name=Text(was_words), words=Text(now_words)))
    if row.agent and row.fact is not Fact.ATTEMPT_OPENED:
        parts.append(view.agents.get(row.agent, row.agent))
    if row.data.get("by") in view.staff:
        parts.append(view.staff[row.data["by"]])
    if row.rules_version:
        parts.append(words.say("console.rules_version", count=Number(row.rules_version)))
    return tuple(parts)


def inputs(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Flat pairs of name and value, as the journal keeps them."""
    pairs: list[tuple[str, str]] = []
    for name, value in data.items():
        if name in _HIDDEN_INPUTS or name == "reasons":
            continue
        if isinstance(value, Mapping):
            pairs += [(f"{name}.{inner}", _plain(each)) for inner, each in value.items()]
        else:
            pairs.append((name, _plain(value)))
    return pairs


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
