"""One request as it stands on its page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from vqueue.domain.leg import Leg, LegState, Role
from vqueue.domain.phone import Sealed
from vqueue.domain.promise import Promise
from vqueue.domain.replay import Replay, Replayed
from vqueue.domain.request import OPEN, Request, State
from vqueue.domain.speech_args import Number, Position, Text
from vqueue.services import ordering
from vqueue.services.views import RequestView
from vqueue.web.console.figures import NONE, code, hits, length, minute
from vqueue.web.console.moments import dated, dated_edges
from vqueue.web.console.promised import Drawn, PromiseLine, drawn, lines_of
from vqueue.web.console.sentences import Words
from vqueue.web.console.timeline import Entry, entries

_UNTRIED = Replay(verdict=Replayed.INCOMPLETE)
STATE_ICONS = {
    State.HOLDING: "phone",
    State.WAITING: "clock",
    State.BOOKED: "calendar",
    State.CONNECTING: "ring",
    State.TALKING: "phone",
    State.SERVED: "fine",
    State.CANCELLED: "cross",
    State.ABANDONED: "leave",
    State.UNREACHED: "watch",
    State.EXPIRED: "cross",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRow:
    """One call of an attempt."""

    number: int
    role: str
    who: str
    state: str
    at: str
    rang: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A label, its value, a note below it; `tag` names a state in words."""

    label: str
    value: str
    end: str = ""
    note: str = ""
    tag: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage:
    """Everything the template needs. `acts` are what may be done with it now."""

    id: str
    known: bool
    """It has a number, by which others of the same caller are found."""
    acts: tuple[ordering.Act, ...]
    code: str
    queue: str
    queue_id: str
    state: str
    icon: str
    tone: str
    asked: str
    lead: tuple[Fact, ...]
    drawn: Drawn | None
    customer: tuple[Fact, ...]
    place: tuple[Fact, ...]
    legs: tuple[LegRow, ...]
    entries: tuple[Entry, ...]
    promises: tuple[PromiseLine, ...]
    counted: str
    clock: str


def present_one(view: RequestView, words: Words, *, mirrored: bool = False) -> RequestPage:
    request = view.request
    asked = words.say(
        "console.asked",
        words=Text(words.say(f"mode.{request.mode}")),
        name=Text(words.say(f"channel.{request.channel}")),
    )
    story = entries(view, words)
    return RequestPage(
        id=request.id,
        known=request.phone is not None and bool(request.phone.index),
        acts=ordering.possible(request),
        code=code(request.id),
        queue=view.queue.name(words.language),
        queue_id=view.queue.id,
        state=words.say(f"state.{request.state}"),
        icon=STATE_ICONS[request.state],
        tone=state_tone(request),
        asked=asked,
        lead=_lead(view, words),
        drawn=_drawn(view, words, mirrored=mirrored),
        customer=_customer(view, words),
        place=_place(view, words),
        legs=tuple(_legs(view, words)),
        entries=story,
        promises=tuple(lines_of(each, view.replays.get(each.id, _UNTRIED), words) for each in reversed(view.promises)),
        counted=words.say("console.entries", count=Number(sum(not entry.planned for entry in story))),
        clock=minute(view.at, words.zone),
    )


def masked(phone: Sealed | None) -> str:
    return phone.hint if phone is not None and phone.hint else NONE


def state_tone(request: Request) -> str:
    if request.state is State.UNREACHED:
        return "watch"
    return "info" if request.state in OPEN else ""


def kept(promise: Promise | None, words: Words) -> str:
    if promise is None or promise.kept is None:
        return ""
    return words.say("console.promise_kept" if promise.kept else "console.promise_broken")


def _lead(view: RequestView, words: Words) -> tuple[Fact, ...]:
    request, say = view.request, words.say
    promise = view.promises[-1] if view.promises else None
    facts = [_promised(promise, words), _first_ring(view, promise, words)]
    if view.ahead is not None:
        queue = Text(view.queue.name(words.language))
        facts.append(
            Fact(label=say("console.place_now"), value=say("console.place_number", position=Position(view.ahead + 1)),
                 note=say("console.place_in", queue=queue))
        )  # fmt: skip
    if request.not_before is not None and request.state in OPEN:
        why = say(f"reason.{request.parked}") if request.parked else ""
        facts.append(Fact(label=say("console.next_try"), value=dated(request.not_before, words), note=why))
    if request.closed_at is not None:
        waited = say("console.after", words=Text(length(request.closed_at - request.virtual_start)))
        facts.append(Fact(label=say("console.ended"), value=dated(request.closed_at, words), note=waited))
    return tuple(facts)


def _drawn(view: RequestView, words: Words, *, mirrored: bool) -> Drawn | None:
    """The last promise, while it is open or after it rang; a request that ended without a ring has nothing to show."""
    promise = view.promises[-1] if view.promises else None
    if promise is None or (promise.first_ring_at is None and view.request.state not in OPEN):
        return None
    return drawn(view.request.virtual_start, promise, words, mirrored=mirrored)


def _promised(promise: Promise | None, words: Words) -> Fact:
    label = words.say("console.promised")
    if promise is None:
        return Fact(label=label, value=NONE, note=words.say("console.no_promise"))
    start, end = dated_edges(promise.window, words)
    hit, total = hits(promise.coverage)
    note = words.say("console.told_at", hits=Number(hit), total=Number(total), at=words.clock(promise.made_at))
    return Fact(label=label, value=start, end=end, note=note)


def _first_ring(view: RequestView, promise: Promise | None, words: Words) -> Fact:
    label = words.say("console.first_ring")
    rung = promise.first_ring_at if promise else _rang(view)
    tag, tone = kept(promise, words), "good" if promise and promise.kept else "watch"
    return Fact(label=label, value=dated(rung, words) if rung else NONE, tag=tag, tone=tone)


def _rang(view: RequestView) -> datetime | None:
    return min((leg.rang_at for leg in view.legs if leg.role is Role.CUSTOMER and leg.rang_at), default=None)


def _customer(view: RequestView, words: Words) -> tuple[Fact, ...]:
    request, say = view.request, words.say
    topic = view.queue.rules.topic_name(request.topic, words.language) if request.topic else NONE
    proven = say("console.number_proven" if request.verified else "console.number_unproven")
    return (
        Fact(label=say("console.number_label"), value=masked(request.phone), note=proven if request.phone else ""),
        Fact(label=say("console.name_label"), value=say("console.hidden") if request.name else NONE),
        Fact(label=say("console.language_label"), value=say(f"console.language_{request.language}")),
        Fact(label=say("console.topic_label"), value=topic),
    )


def _place(view: RequestView, words: Words) -> tuple[Fact, ...]:
    request, say = view.request, words.say
    return (
        Fact(label=say("console.virtual_start"), value=dated(request.virtual_start, words)),
        Fact(label=say("console.class_label"), value=request.credit_class),
        Fact(label=say("console.bucket_label"), value=request.bucket or NONE),
        Fact(label=say("console.version_label"), value=f"{request.version}, v{request.rules_version}"),
    )


def _legs(view: RequestView, words: Words) -> list[LegRow]:
    rows = []
    for number, attempt in enumerate(view.attempts, start=1):
        for leg in (each for each in view.legs if each.attempt == attempt.id):
            who = view.agents.get(attempt.agent, "") if leg.role is Role.AGENT else masked(leg.to or view.request.phone)
            rows.append(_leg(leg, number, who, words))
    return rows


def _leg(leg: Leg, number: int, who: str, words: Words) -> LegRow:
    over = leg.state in (LegState.ENDED, LegState.FAILED) and leg.cause is not None
    rang = (leg.answered_at or leg.ended_at or words.now) - leg.rang_at if leg.rang_at else None
    return LegRow(
        number=number,
        role=words.say(f"role.{leg.role}"),
        who=who,
        state=words.say(f"cause.{leg.cause}") if over else words.say(f"leg.{leg.state}"),
        at=dated(leg.ended_at or leg.answered_at or leg.created_at, words),
        rang=length(rang) if rang is not None and rang >= timedelta(0) else NONE,
    )
