"""One call on the desk: who, what about, what was promised and how late we are, what to say first."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from vqueue.domain.agent import Presence
from vqueue.domain.attempt import AttemptState, Shape
from vqueue.domain.context import FieldKind
from vqueue.domain.leg import Role
from vqueue.domain.promise import Promise
from vqueue.domain.request import Request
from vqueue.domain.rules import Queue
from vqueue.domain.speech_args import Minutes, Number, Text, Window
from vqueue.services import desk
from vqueue.services.desk_views import Contact, Task, Workplace
from vqueue.services.disposing import DRAFT
from vqueue.web.console.figures import NONE, length, minute
from vqueue.web.console.sentences import Words
from vqueue.web.desk.bar import NARROW, WIDE, promise_bar
from vqueue.web.desk.shapes import Card, ContactRow, Countdown, Outcome, Person, PromisePart, Row
from vqueue.web.desk.wishes import Wishes

KNOWN_OUTCOMES = ("solved", "passed_on", "call_again", "wrong_queue", "not_verified", "line_dropped")
_LANGUAGES = ("en", "ru", "he")
_KEYS = 9


def humane(word: str) -> str:
    """An id as people read it: `card_blocked` → Card blocked."""
    text = word.replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]


def outcome_words(code: str, words: Words) -> str:
    return words.say(f"desk.code_{code}") if code in KNOWN_OUTCOMES else humane(code)


def topic_of(request: Request, queue: Queue, words: Words) -> str:
    """What it is about: the topic, else the queue's name."""
    if request.topic and request.topic != queue.id:
        return queue.rules.topic_name(request.topic, words.language)
    return queue.name(words.language)


def kind_of(task: Task) -> str:
    """See `Card`."""
    attempt = task.attempt
    if not attempt.is_open or task.shown.state is AttemptState.OVER:
        return "over"
    if attempt.joined_at is not None or task.shown.state is AttemptState.TALKING:
        return "talking"
    if task.answer_by is not None:
        return "offer"
    rung = any(leg.agent is not None for leg in task.legs)
    return "ahead" if attempt.shape is Shape.CUSTOMER_FIRST and not rung else "calling"


def present_call(seen: Workplace, words: Words, wishes: Wishes, *, bank: str, mirrored: bool) -> Card:
    task = seen.task
    assert task is not None
    agent, attempt = seen.agent, task.attempt
    kind = kind_of(task)
    if kind == "over" and agent.attempt is None and agent.wrap_until is None:
        kind = "late"
    ready_next = agent.after is Presence.READY
    head, sub = _heads(kind, task, words)
    joined = attempt.joined_at
    ended = attempt.closed_at
    return Card(
        kind=kind,
        attempt=attempt.id,
        head=head,
        sub=sub if kind != "over" or ready_next else words.say("desk.over_text_other"),
        person=_person(task, words),
        code=task.code,
        promise=_promise(task, seen.at, words, mirrored=mirrored),
        opening=_opening(task, seen.at, words, bank=bank),
        entered=_entered(task, words),
        hidden=not task.shown.proven and task.request.context is not None,
        contacts=tuple(_contact(one, words) for one in task.contacts),
        answer=_answer(task, words) if kind == "offer" else None,
        joined=joined.isoformat() if joined is not None and kind == "talking" else None,
        lasted=length(ended - joined) if joined is not None and ended is not None else "",
        wrap=_wrap(seen, words) if kind == "over" else None,
        longer=desk.may_take_longer(agent),
        ready_next=ready_next,
        crm=wishes.crm_address(_values(seen, task)),
        note=task.note,
        outcomes=_outcomes(task, wishes, words),
        saved=words.say("desk.saved", words=Text(outcome_words(task.outcome, words))) if task.outcome != DRAFT else "",
        saved_key=f"{task.outcome}-{attempt.id}",
        may_follow=task.request.phone is not None and task.outcome == DRAFT,
        bookable=task.bookable,
        teams=_teams(seen, task, words),
    )


def _heads(kind: str, task: Task, words: Words) -> tuple[str, str]:
    say, about = words.say, topic_of(task.request, task.queue, words)
    place = ", ".join(
        dict.fromkeys(
            (task.queue.name(words.language), say(f"mode.{task.request.mode}"), _channel(task.request, words))
        )
    )
    match kind:
        case "offer":
            return say("desk.offer", words=Text(about)), f"{place}. {say(f'desk.shape_{task.attempt.shape}')}"
        case "ahead":
            return say("desk.ahead", words=Text(about)), say("desk.ahead_text")
        case "calling":
            name = _name(task)
            head = say("desk.calling", name=Text(name)) if name else say("desk.calling_nobody")
            return head, say("desk.calling_text")
        case "talking":
            return _name(task) or say("desk.unnamed"), f"{about}. {place}"
        case "late":
            return say("desk.late_write"), say("desk.late_write_text")
        case _:
            return say("desk.over"), say("desk.over_text")


def _name(task: Task) -> str:
    return (task.shown.personal.name if task.shown.personal is not None else None) or ""


def _channel(request: Request, words: Words) -> str:
    return words.say(f"channel.{request.channel}")


def _person(task: Task, words: Words) -> Person:
    request, say, name = task.request, words.say, _name(task)
    spoken = say(f"console.language_{request.language}") if request.language in _LANGUAGES else request.language
    line = ([humane(request.segment)] if request.segment else []) + [say("desk.speaks", words=Text(spoken))]
    proven = task.shown.proven
    return Person(
        name=name or say("desk.unnamed"),
        named=bool(name),
        line=", ".join(line),
        number=(request.phone.hint or NONE) if request.phone is not None else "",
        proof=say("desk.no_number" if request.phone is None else "desk.proven" if proven else "desk.unproven"),
        proven=proven,
    )


def _promise(task: Task, now: datetime, words: Words, *, mirrored: bool) -> PromisePart:
    """Judged by the first ring where there was one, else by now; drawn to the minute, so that it stands still."""
    say, request, promise = words.say, task.request, task.shown.promise
    if promise is None:
        text = say("desk.no_promise", at=words.clock(request.virtual_start))
        return PromisePart(bars=(), label="", marks={}, head="", text=text, tone="")
    joined = task.attempt.joined_at
    at = (joined or now).replace(second=0, microsecond=0)
    window = Window(promise.window.start, promise.window.end, words.zone, now)
    moment = "joined" if joined is not None else "now"
    told = {"asked": words.clock(request.virtual_start), "window": window, "at": words.clock(at)}
    head, text, tone = _judged(promise, at, window, words, was=joined is not None)
    return PromisePart(
        bars=tuple(
            promise_bar(request.virtual_start, promise.window, at, width=width, mirrored=mirrored)
            for width in (WIDE, NARROW)
        ),
        label=say("desk.bar_label_joined" if joined is not None else "desk.bar_label", **told),
        marks={
            "asked": say("desk.mark_asked", at=words.clock(request.virtual_start)),
            "start": minute(promise.window.start, words.zone),
            "end": minute(promise.window.end, words.zone),
            "now": say(f"desk.mark_{moment}", at=words.clock(at)),
        },
        head=head,
        text=text,
        tone=tone,
    )


def _judged(promise: Promise, at: datetime, window: Window, words: Words, *, was: bool) -> tuple[str, str, str]:
    say, rung = words.say, promise.first_ring_at or at
    if rung > promise.window.end + timedelta(minutes=1):
        wait = Minutes(int((rung - promise.window.end).total_seconds() // 60))
        return say("desk.late", wait=wait), say(f"desk.late_text{'_was' if was else ''}", window=window), "watch"
    head = say("desk.early" if rung < promise.window.start else "desk.kept")
    return head, say("desk.kept_text", window=window), ""


def _opening(task: Task, now: datetime, words: Words, *, bank: str) -> tuple[str, ...]:
    """What to say first, a sentence each."""
    say, name, promise = words.say, _name(task), task.shown.promise
    hello = say("desk.open_hello", name=Text(name), bank=Text(bank)) if name else None
    said = [hello or say("desk.open_hello_unnamed", bank=Text(bank))]
    if promise is not None and (promise.first_ring_at or now) > promise.window.end + timedelta(minutes=1):
        said.append(say("desk.open_late", at=words.clock(promise.window.end)))
    if task.code is not None:
        said.append(say("desk.open_code", code=Text(task.code)))
    if task.request.topic:
        said.append(say("desk.open_topic", words=Text(topic_of(task.request, task.queue, words))))
    return tuple(said)


def _entered(task: Task, words: Words) -> tuple[Row, ...]:
    """Where it came from, and what the customer said in the app, by the queue's own labels."""
    say, request = words.say, task.request
    rows = [Row(label=say("desk.queue"), value=task.queue.name(words.language))]
    if request.topic:
        rows.append(Row(label=say("desk.topic"), value=topic_of(request, task.queue, words)))
    rows.append(Row(label=say("desk.channel"), value=_channel(request, words)))
    now_rung = any(leg.role is Role.CUSTOMER and leg.rang_at is not None for leg in task.legs)
    tries = request.rings + (0 if now_rung else 1)
    if tries > 1:
        rows.append(Row(label=say("desk.tries"), value=say("console.number", count=Number(tries))))
    personal = task.shown.personal
    context: Mapping[str, Any] = (personal.context if personal is not None else None) or {}
    fields = {one.id: one for one in task.queue.rules.context}
    for name, value in context.items():
        known = fields.get(name)
        label = (known.label.get(words.language) or known.label.get("en") if known is not None else None) or humane(
            name
        )
        kind = known.kind if known is not None else FieldKind.TEXT
        rows.append(Row(label=label, value=_value(value, kind, words), quoted=kind is FieldKind.TEXT))
    if task.noted_before:
        rows.append(Row(label=say("desk.noted_before"), value=task.noted_before, quoted=True))
    return tuple(rows)


def _value(value: object, kind: FieldKind, words: Words) -> str:
    if isinstance(value, bool):
        return words.say("rule_value.yes" if value else "rule_value.no")
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return humane(value) if kind is FieldKind.CHOICE else value


def _contact(one: Contact, words: Words) -> ContactRow:
    request = one.request
    state = words.say(f"state.{request.state}")
    return ContactRow(
        id=request.id,
        on=words.say("console.session_when", day=words.day(request.created_at), at=words.clock(request.created_at)),
        what=topic_of(request, one.queue, words),
        channel=_channel(request, words),
        became=outcome_words(one.code, words) if one.code != DRAFT else state,
    )


def _answer(task: Task, words: Words) -> Countdown | None:
    if task.answer_by is None:
        return None
    until, total = task.answer_by
    label = words.say("desk.offer_seconds", count=Number(total))
    return Countdown(until=until.isoformat(), total=total, label=label)


def _wrap(seen: Workplace, words: Words) -> Countdown | None:
    until = seen.agent.wrap_until
    if until is None:
        return None
    total = max(1, int((until - seen.agent.since).total_seconds()))
    return Countdown(until=until.isoformat(), total=total, label=words.say("desk.wrap_left"))


def _outcomes(task: Task, wishes: Wishes, words: Words) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(
            code=code,
            text=outcome_words(code, words),
            key=str(i) if i <= _KEYS else "",
            chosen=task.outcome == code,
        )
        for i, code in enumerate(wishes.outcomes, 1)
    )


def _teams(seen: Workplace, task: Task, words: Words) -> tuple[tuple[str, str], ...]:
    others = [
        (view.queue.id, words.say("desk.follow_by", words=Text(words.queue(view))))
        for view in seen.elsewhere
        if view.queue.id != task.queue.id
    ]
    return ((task.queue.id, words.say("desk.follow_by_own")), *others) if others else ()


def _values(seen: Workplace, task: Task) -> dict[str, str]:
    """For the CRM's address. The number in full is the bank's own, on its way to the bank's own system."""
    request, personal = task.request, task.shown.personal
    return {
        "customer": request.customer or "",
        "request": request.id,
        "attempt": task.attempt.id,
        "queue": request.queue,
        "topic": request.topic or "",
        "agent": seen.agent.id,
        "phone": (personal.phone_number if personal is not None else None) or "",
    }
