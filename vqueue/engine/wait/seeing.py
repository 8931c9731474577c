"""The present state from what the service knows: agents, their calls, counts of the line, what is due."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from vqueue.domain.agent import Agent, Presence
from vqueue.domain.request import Mode, Request, State
from vqueue.domain.rules import Queue
from vqueue.engine.order import ClassKey
from vqueue.engine.routing import unbucket
from vqueue.engine.wait.present import BUSY, ENDING, FREE, Coming, Line, Member, Post, Present, newcomers
from vqueue.engine.wait.roster import Plan, foreseen

Counts = Mapping[tuple[str, str, str, str, bool], Sequence[tuple[int, int]]]
BOOKED = "booked"
_SERVING = (Presence.READY, Presence.RESERVED, Presence.TALKING, Presence.WRAPPING)
_IN_LINE = (State.HOLDING.value, State.WAITING.value)
_RUNG = (Mode.CALLBACK, Mode.SCHEDULED)
_MINUTE_S = 60.0


def present(
    *,
    queues: Sequence[tuple[Queue, Counts]],
    agents: Iterable[Agent],
    calls: Mapping[str, tuple[datetime, str]],
    due: Iterable[Request],
    now: datetime,
    lifts: Mapping[ClassKey, float],
    classes: Iterable[ClassKey] = (),
) -> Present:
    """`calls`: by agent id, since when he has been reserved and for which queue. `due`: parked and booked places whose
    time is known. `classes` are asked about though nobody of them may wait. Who leaves after his call is no seat; who
    is to come or to go by the plan of the rules does so."""
    lines = {newcomers(queue.id): _newcomers(queue) for queue, _ in queues}
    members: dict[ClassKey, list[Member]] = {}
    for queue, counts in queues:
        for klass, member in _places(queue, counts, now):
            members.setdefault(klass, []).append(member)
    coming: dict[ClassKey, list[Coming]] = {}
    for request in due:
        if request.mode in _RUNG and request.not_before is not None:
            coming.setdefault(_class_of(request), []).append(_comes(request, request.not_before, now))
    rules = {queue.id: queue.rules for queue, _ in queues}
    for klass in {*members, *coming, *classes} - set(lines):
        if klass.queue in rules:
            skills, language = unbucket(klass.bucket)
            lines[klass] = Line(
                klass=klass,
                skills=skills,
                languages=(language,) if language else (),
                advantage_s=rules[klass.queue].credits.get(klass.credit_class, 0) + lifts.get(klass, 0.0),
                members=tuple(members.get(klass, ())),
                coming=tuple(coming.get(klass, ())),
                arrivals_per_s=_rate(members.get(klass, ())),
            )
    posts = [_post(agent, calls, now) for agent in agents if _takes_calls(agent)]
    plans = [Plan.of(each, now) for each in rules.values()]
    return Present(posts=foreseen(posts, plans), lines=tuple(lines.values()))


RECENT_S = 900.0
"""As many are believed to come as came in so long and still stand in line."""


def _rate(members: Sequence[Member]) -> float:
    return sum(member.start_s >= -RECENT_S for member in members) / RECENT_S


def _newcomers(queue: Queue) -> Line:
    """Who joins the queue needs its own skills and one of its languages."""
    return Line(klass=newcomers(queue.id), skills=queue.rules.skills, languages=queue.rules.languages)


def _places(queue: Queue, counts: Counts, now: datetime) -> Iterable[tuple[ClassKey, Member]]:
    """Ready places in line; those of one minute are spread over it, none of them in the future."""
    for (state, _mode, bucket, credit_class, ready), minutes in counts.items():
        if not ready or state not in _IN_LINE:
            continue
        klass = ClassKey(queue.id, bucket, credit_class)
        for minute, count in minutes:
            for n in range(count):
                start_s = (minute + (n + 0.5) / count) * _MINUTE_S - now.timestamp()
                yield klass, Member(min(start_s, -0.001), state == State.HOLDING.value)


def _class_of(request: Request) -> ClassKey:
    credit_class = BOOKED if request.state is State.BOOKED else request.credit_class
    return ClassKey(request.queue, request.bucket, credit_class)


def _comes(request: Request, at: datetime, now: datetime) -> Coming:
    begins = request.slot_start if request.state is State.BOOKED and request.slot_start else request.virtual_start
    member = Member((begins - now).total_seconds(), False, request.id, request.wanted_agent or "")
    return Coming(max(0.0, (at - now).total_seconds()), member)


def _takes_calls(agent: Agent) -> bool:
    leaves = agent.presence is not Presence.READY and agent.next_presence in (Presence.AWAY, Presence.OFFLINE)
    return agent.presence in _SERVING and not leaves


def _post(agent: Agent, calls: Mapping[str, tuple[datetime, str]], now: datetime) -> Post:
    since, queue = calls.get(agent.id, (agent.since, ""))
    doing, time_s = BUSY, (now - since).total_seconds()
    if agent.presence is Presence.READY:
        doing, time_s = FREE, (now - (agent.idle_since or agent.since)).total_seconds()
    elif agent.presence is Presence.WRAPPING and agent.wrap_until is not None:
        doing, time_s = ENDING, (agent.wrap_until - now).total_seconds()
    return Post(
        agent=agent.id,
        skills=agent.skills,
        languages=agent.languages,
        doing=doing,
        time_s=max(0.0, time_s),
        queue=queue,
    )
