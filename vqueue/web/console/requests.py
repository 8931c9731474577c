"""The list of requests and one request, as they stand on their pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from vqueue.domain.leg import Leg, LegState, Role
from vqueue.domain.phone import Sealed
from vqueue.domain.promise import Promise
from vqueue.domain.replay import Replay, Replayed
from vqueue.domain.request import OPEN, Request, State
from vqueue.domain.speech_args import Number, Position, Text
from vqueue.services import ordering
from vqueue.services.views import Listed, RequestList, RequestView
from vqueue.web.console.figures import NONE, code, edges, hits, length, minute, second
from vqueue.web.console.promised import PromiseLine, lines_of
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
class RequestRow:
    """One line of the list."""

    id: str
    code: str
    queue: str
    mode: str
    state: str
    icon: str
    tone: str
    since: str
    waited: str
    promised: tuple[str, str] | None
    kept: str
    phone: str
    rings: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """The list under a filter."""

    rows: tuple[RequestRow, ...]
    counted: str
    queues: tuple[tuple[str, str], ...]
    agents: tuple[tuple[str, str], ...]
    clock: str


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
    acts: tuple[ordering.Act, ...]
    code: str
    queue: str
    queue_id: str
    state: str
    icon: str
    tone: str
    asked: str
    lead: tuple[Fact, ...]
    customer: tuple[Fact, ...]
    place: tuple[Fact, ...]
    legs: tuple[LegRow, ...]
    entries: tuple[Entry, ...]
    promises: tuple[PromiseLine, ...]
    counted: str
    clock: str


def present_list(view: RequestList, words: Words) -> ListPage:
    names = {queue.id: queue.name(words.language) for queue in view.queues}
    counted = "console.requests_counted" if view.complete else "console.requests_newest"
    return ListPage(
        rows=tuple(_row(listed, names, words) for listed in view.rows),
        counted=words.say(counted, count=Number(len(view.rows))),
        queues=_by_name(names),
        agents=_by_name(view.agents),
        clock=minute(view.at, words.zone),
    )


def _by_name(names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(names.items(), key=lambda item: item[1]))


def present_one(view: RequestView, words: Words) -> RequestPage:
    request = view.request
    asked = words.say(
        "console.asked",
        words=Text(words.say(f"mode.{request.mode}")),
        name=Text(words.say(f"channel.{request.channel}")),
    )
    story = entries(view, words)
    return RequestPage(
        id=request.id,
        acts=ordering.possible(request),
        code=code(request.id),
        queue=view.queue.name(words.language),
        queue_id=view.queue.id,
        state=words.say(f"state.{request.state}"),
        icon=STATE_ICONS[request.state],
        tone=_state_tone(request),
        asked=asked,
        lead=_lead(view, words),
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


def _row(listed: Listed, names: dict[str, str], words: Words) -> RequestRow:
    request, promise = listed.request, listed.promise
    end = request.closed_at or words.now
    return RequestRow(
        id=request.id,
        code=code(request.id),
        queue=names.get(request.queue, request.queue),
        mode=words.say(f"mode.{request.mode}"),
        state=words.say(f"state.{request.state}"),
        icon=STATE_ICONS[request.state],
        tone=_state_tone(request),
        since=second(request.virtual_start, words.zone),
        waited=length(end - request.virtual_start),
        promised=edges(promise.window, words.zone) if promise else None,
        kept=_kept(promise, words),
        phone=masked(request.phone),
        rings=words.say("console.number", count=Number(request.rings)),
    )


def _state_tone(request: Request) -> str:
    if request.state is State.UNREACHED:
        return "watch"
    return "info" if request.state in OPEN else ""


def _kept(promise: Promise | None, words: Words) -> str:
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
        facts.append(Fact(label=say("console.next_try"), value=minute(request.not_before, words.zone), note=why))
    if request.closed_at is not None:
        waited = say("console.after", words=Text(length(request.closed_at - request.virtual_start)))
        facts.append(Fact(label=say("console.ended"), value=second(request.closed_at, words.zone), note=waited))
    return tuple(facts)


def _promised(promise: Promise | None, words: Words) -> Fact:
    label = words.say("console.promised")
    if promise is None:
        return Fact(label=label, value=NONE, note=words.say("console.no_promise"))
    start, end = edges(promise.window, words.zone)
    hit, total = hits(promise.coverage)
    note = words.say("console.told_at", hits=Number(hit), total=Number(total), at=words.clock(promise.made_at))
    return Fact(label=label, value=start, end=end, note=note)


def _first_ring(view: RequestView, promise: Promise | None, words: Words) -> Fact:
    label = words.say("console.first_ring")
    rung = promise.first_ring_at if promise else _rang(view)
    tag, tone = _kept(promise, words), "good" if promise and promise.kept else "watch"
    return Fact(label=label, value=second(rung, words.zone) if rung else NONE, tag=tag, tone=tone)


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
        Fact(label=say("console.virtual_start"), value=second(request.virtual_start, words.zone)),
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
        at=second(leg.ended_at or leg.answered_at or leg.created_at, words.zone),
        rang=length(rang) if rang is not None and rang >= timedelta(0) else NONE,
    )
