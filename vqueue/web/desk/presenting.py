"""From what the desk reads to what it says: presence, who waits, my day, and the sentence of an empty desk."""

from datetime import datetime, timedelta

from vqueue.domain.agent import Agent, Presence
from vqueue.domain.speech_args import Minutes, Number, Text
from vqueue.services.desk_open import CLOSED
from vqueue.services.desk_views import Day, Talk, Workplace
from vqueue.services.disposing import DRAFT
from vqueue.services.views import QueueView
from vqueue.web.console.figures import NONE, length, minute
from vqueue.web.console.sentences import Words
from vqueue.web.desk.callbacks import callbacks_part
from vqueue.web.desk.calls import outcome_words, present_call, topic_of
from vqueue.web.desk.shapes import Card, DayPart, DeskPage, PresenceButton, QueueRow, TalkRow
from vqueue.web.desk.wishes import Wishes

TALKS = 8
"""Talks of today that are listed."""
REASONS = ("break", "meeting", "training")
"""Why an agent goes away, in the order of the keys 2 to 4."""
_MISSED = ("agent_no_answer", "agent_declined", "agent_dropped")
_BUSY = (Presence.RESERVED, Presence.TALKING)
_ICONS = {"ready": "dot", "break": "away", "meeting": "person", "training": "message", "offline": "offline"}
_BACK = {Presence.AWAY: "desk.idle_back", Presence.OFFLINE: "desk.idle_begin"}
_CALL_IS_UP = ("offer", "calling", "talking", "over")


def present(seen: Workplace, words: Words, wishes: Wishes, *, bank: str, mirrored: bool) -> DeskPage:
    agent = seen.agent
    card = present_call(seen, words, wishes, bank=bank, mirrored=mirrored) if seen.task is not None else None
    idle = None if card is not None and card.kind != "late" else _idle(agent, seen, words)
    spoken = _spoken(card, idle, words)
    busy = agent.presence in (*_BUSY, Presence.WRAPPING)
    return DeskPage(
        clock=minute(seen.at, words.zone),
        title=spoken if card is not None and card.kind == "offer" else words.say("desk.title"),
        spoken=spoken,
        urgent=card is not None and card.kind == "offer",
        since=words.say("desk.since", at=words.clock(agent.since)),
        presence=_buttons(agent, words, busy=busy),
        state=words.say(f"desk.now_{agent.presence}") if agent.presence is not Presence.READY else "",
        state_icon=str(agent.presence),
        state_shown=busy,
        idle=idle,
        back=words.say(_BACK[agent.presence]) if idle is not None and agent.presence in _BACK else "",
        card=card,
        queues=tuple(_queue(view, seen.at, words) for view in seen.queues),
        day=_day(seen.day, words),
        callbacks=callbacks_part(seen, words),
    )


def _spoken(card: Card | None, idle: tuple[str, str, str] | None, words: Words) -> str:
    if card is not None and card.answer is not None and card.kind == "offer":
        return words.say("desk.offer_spoken", words=Text(card.head), count=Number(card.answer.total))
    if card is not None and card.kind in _CALL_IS_UP:
        return f"{card.head}. {card.sub}"
    return f"{idle[1]}. {idle[2]}" if idle is not None else ""


def _buttons(agent: Agent, words: Words, *, busy: bool) -> tuple[PresenceButton, ...]:
    """What he is, or where he is on a call: what he asked to be afterwards (ready, where he asked for nothing)."""
    stands = agent.after if busy else agent.presence
    why = agent.next_reason if busy else agent.reason
    wanted = [
        ("ready", "", "1"),
        *(("away", reason, str(i)) for i, reason in enumerate(REASONS, 2)),
        ("offline", "", "0"),
    ]
    wraps = agent.presence is Presence.WRAPPING
    return tuple(
        PresenceButton(
            state=state,
            reason=reason or state,
            text=words.say(f"desk.{_button(state, reason, later=busy and not (wraps and state == 'ready'))}"),
            icon=_ICONS[reason or state],
            key=key,
            pressed=stands == state and (not reason or why == reason),
        )
        for state, reason, key in wanted
    )


def _button(state: str, reason: str, *, later: bool) -> str:
    """While writing up, ready means at once; everything else comes after the call."""
    return f"{f'away_{reason}' if reason else state}{'_then' if later else ''}"


def _idle(agent: Agent, seen: Workplace, words: Words) -> tuple[str, str, str] | None:
    """(icon, head, what will happen) where no call is to be shown."""
    waiting = sum(view.waiting.hold + view.waiting.virtual for view in seen.queues)
    match agent.presence:
        case Presence.READY:
            kind = "some" if waiting else "none"
            text = words.say(f"desk.idle_ready_{kind}", count=Number(waiting))
            return "ready", words.say("desk.idle_ready"), text
        case Presence.AWAY:
            kind = "missed" if agent.reason in _MISSED else "closed" if agent.reason == CLOSED else "away"
            icon = "away" if kind == "away" else "watch"
            return icon, words.say(f"desk.idle_{kind}"), words.say(f"desk.idle_{kind}_text")
        case Presence.OFFLINE:
            return "offline", words.say("desk.idle_offline"), words.say("desk.idle_offline_text")
        case _:
            state = words.say(f"desk.now_{agent.presence}")
            return str(agent.presence), state, words.say("desk.idle_waiting_text")


def _queue(view: QueueView, at: datetime, words: Words) -> QueueRow:
    say, waiting = words.say, view.waiting.hold + view.waiting.virtual
    notes = [] if view.open else [say("desk.waiting_closed")]
    if waiting and view.longest_since is not None:
        wait = Minutes(int((at - view.longest_since).total_seconds() // 60))
        notes.append(say("desk.waiting_longest", wait=wait))
    notes.append(say("desk.waiting_ready", count=Number(view.ready)))
    return QueueRow(
        id=view.queue.id,
        name=words.queue(view),
        waiting=say("console.number", count=Number(waiting)) if waiting else say("desk.waiting_none"),
        many=bool(waiting),
        note=", ".join(notes),
    )


def _day(day: Day, words: Words) -> DayPart:
    say = words.say
    kept, settled = day.promises
    met = say("desk.day_of", hits=Number(kept), total=Number(settled)) if settled else NONE
    more = len(day.talks) - TALKS
    return DayPart(
        since=say("desk.day_today"),
        figures=(
            (say("desk.day_calls"), say("console.number", count=Number(len(day.talks)))),
            (say("desk.day_handling"), _seconds(day.handling_s)),
            (say("desk.day_talk"), _seconds(day.talk_s)),
            (say("desk.day_promises"), met),
        ),
        talks=tuple(_talk(talk, words) for talk in day.talks[:TALKS]),
        more=say("desk.day_more", count=Number(more)) if more > 0 else "",
    )


def _seconds(span: float | None) -> str:
    return NONE if span is None else length(timedelta(seconds=span))


def _talk(talk: Talk, words: Words) -> TalkRow:
    began = talk.attempt.joined_at or talk.attempt.opened_at
    return TalkRow(
        id=talk.attempt.id,
        at=minute(began, words.zone),
        what=topic_of(talk.request, talk.queue, words),
        length=length(talk.length),
        outcome=outcome_words(talk.code, words) if talk.code != DRAFT else words.say("desk.no_outcome"),
        owed=talk.code == DRAFT,
    )
