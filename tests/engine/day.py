"""A small invented day driven by plan() itself: customers of several classes, agents, misses, promises in danger."""

import heapq
import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache

from tests.engine.builders import NOON, heads, line, place, rules, seat, wait
from vqueue.domain.board import QueueBoard
from vqueue.domain.request import State
from vqueue.domain.rules import Deadlines
from vqueue.engine.order import ClassKey, Turn
from vqueue.engine.plan import Head, Place, Reserve, Seat, Skip, Snapshot, plan

CREDITS = {"standard": 0, "booked": 120, "rescued": 600}
LIFT_MAX_S = 900
SKILLS = ((), ("loans",))


Event = tuple[datetime, int, Place | Seat | None]
"""When, a serial number for ties, and who joins, comes back or is free; None is a further tick."""


@dataclass
class Day:
    """What happened: turns taken, the worst overtaking seen (seconds of age), promises kept and due."""

    turns: list[Turn] = field(default_factory=list)
    overtaken_s: float = 0.0
    due: int = 0
    kept: int = 0
    lifted: int = 0


def live(seed: int, *, customers: int = 40, agents: int = 3, lift_max_s: int = LIFT_MAX_S) -> Day:
    """One day under a seed: a tick after each event (arrival, agent free, place back) that leaves a pair to make."""
    chance, day = random.Random(seed), Day()
    queue = line(rules=rules(credits=CREDITS, deadlines=Deadlines(lift_max_s=lift_max_s)))
    ready: dict[str, tuple[Place, datetime]] = {}
    free = {f"a{n}": _seat(f"a{n}", n, NOON) for n in range(agents)}
    events: list[Event] = []
    for n, each in enumerate(_customers(chance, customers)):
        heapq.heappush(events, (each.virtual_start, n, each))
    serial = customers
    while events:
        at, _, who = heapq.heappop(events)
        if isinstance(who, Seat):
            free[who.agent] = replace(who, idle_since=at)
        elif isinstance(who, Place):
            ready[who.id] = (who, at)
        if not (ready and free):
            continue
        waiting = [each for each, _ in ready.values()]
        snapshot = Snapshot(
            lines=(replace(queue, board=_board(len(waiting), agents)),),
            heads=_heads(waiting, len(free)),
            seats=tuple(free.values()),
            calls_in_a_second=2,
        )
        taken: set[str] = set()
        for action in plan(snapshot, at):
            serial += 1
            if isinstance(action, Skip):
                each, _ = ready.pop(action.request)
                heapq.heappush(events, (action.until, serial, replace(each, dialable_now=True)))
                continue
            _note(day, action, ready, at, seat=free[action.agent], taken=taken)
            taken.add(action.request)
            _serve(chance, events, ready.pop(action.request)[0], free.pop(action.agent), at, serial)
        if ready and free and taken:
            heapq.heappush(events, (at + timedelta(seconds=1), serial + 1, None))
    return day


def _note(
    day: Day, action: Reserve, ready: dict[str, tuple[Place, datetime]], at: datetime, *, seat: Seat, taken: set[str]
) -> None:
    place, since = ready[action.request]
    day.turns.append(Turn(place.klass, place.virtual_start.timestamp(), place.id, since.timestamp(), at.timestamp()))
    day.lifted += action.lift_s > 0
    if place.deadline:
        day.due += 1
        day.kept += at <= place.deadline
    for other, _ in ready.values():
        if set(other.skills) <= set(seat.skills) and other.dialable_now and other.id not in taken:
            ahead = (place.virtual_start - other.virtual_start).total_seconds()
            day.overtaken_s = max(day.overtaken_s, ahead)


def _serve(
    chance: random.Random,
    events: list[Event],
    place: Place,
    seat: Seat,
    at: datetime,
    serial: int,
) -> None:
    """A talk, or now and then a miss after which the customer's place comes back a little later."""
    missed = place.state is State.WAITING and chance.random() < 0.15
    busy = timedelta(seconds=25 if missed else chance.lognormvariate(5.0, 0.6))
    heapq.heappush(events, (at + busy, 10_000 + serial, seat))
    if missed:
        heapq.heappush(events, (at + timedelta(seconds=chance.uniform(60, 300)), 20_000 + serial, place))


def _customers(chance: random.Random, customers: int) -> list[Place]:
    at, found = NOON, []
    for n in range(customers):
        at += timedelta(seconds=chance.expovariate(1 / 50))
        skills = chance.choice(SKILLS)
        promised = at + timedelta(seconds=chance.uniform(100, 900))
        found.append(
            place(
                f"c{n:03}",
                virtual_start=at,
                credit_class=chance.choice(tuple(CREDITS)),
                bucket=f"{'+'.join(skills)}/en",
                skills=skills,
                state=chance.choice((State.HOLDING, State.WAITING, State.WAITING)),
                deadline=promised if chance.random() < 0.7 else None,
                dialable_now=chance.random() < 0.95,
            )
        )
    return found


def _seat(name: str, n: int, at: datetime) -> Seat:
    return seat(name, idle_since=at, skills={"loans": 1 + n % 3} if n % 2 == 0 else {}, standing=n % 3 == 0)


def _heads(waiting: list[Place], limit: int) -> tuple[Head, ...]:
    ordered = sorted(waiting, key=lambda each: (each.virtual_start, each.id))
    kept: list[Place] = []
    count: dict[ClassKey, int] = {}
    for each in ordered:
        klass = each.klass
        count[klass] = count.get(klass, 0) + 1
        if count[klass] <= max(1, limit):
            kept.append(each)
    return heads(*kept)


@lru_cache
def _board(waiting: int, agents: int) -> QueueBoard:
    """P90 by rank as ten-second-a-place guesswork: what matters here is that some promises look endangered."""
    grid = tuple((n, wait((n + 1) * 160 / agents)) for n in (0, 1, 2, 5, 10, 50))
    return QueueBoard(queue="cards", as_of=NOON, open=True, ready=waiting, grid=grid)
