"""The board's roll-forward: it routes as the dispatcher does; memoryless talks give the closed form."""

import os
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pytest

from vqueue.domain.ids import AgentId, RequestId
from vqueue.domain.request import State
from vqueue.domain.rules import Rules
from vqueue.engine.order import ClassKey
from vqueue.engine.plan import Head, Place, Reserve, Seat, Snapshot, plan
from vqueue.engine.plan import Line as PlannedLine
from vqueue.engine.wait.arraying import arrays
from vqueue.engine.wait.closed import ClosedForm, Gamma
from vqueue.engine.wait.forward import roll
from vqueue.engine.wait.model import Prior, QueueState
from vqueue.engine.wait.paths import Laws, Probes
from vqueue.engine.wait.present import BUSY, ENDING, FREE, Coming, Evidence, Line, Member, Post, Present
from vqueue.engine.wait.rolling import rolled

MOMENTS = int(os.environ.get("VQUEUE_TEST_MOMENTS", "10000"))
"""How many are drawn; a campaign sets 10000."""
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CREDITS = {"standard": 0, "gold": 60, "booked": 120}
TALK_S, UNTIL_S = 240.0, 500.0
SKILLS = ("loans", "cards", "app")
TONGUES = ("en", "he", "ru")
LINES = tuple(PlannedLine(queue=queue, rules=Rules(credits=CREDITS)) for queue in ("q0", "q1"))


class Drawn:
    """A random moment: agents of whom some are free, and places of two queues, as the dispatcher and as the
    roll-forward see them."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.posts = [self._post(chance, n) for n in range(chance.randrange(1, 7))]
        self.places = [self._place(chance, n) for n in range(chance.randrange(1, 13))]

    def _post(self, chance: Random, n: int) -> Post:
        free = chance.random() < 0.4
        return Post(
            agent=f"a{n}",
            skills={skill: chance.randrange(1, 4) for skill in SKILLS if chance.random() < 0.6},
            languages=tuple(tongue for tongue in TONGUES if chance.random() < 0.7),
            doing=FREE if free else ENDING,
            time_s=chance.randrange(1, 9) * 10.0 if free else chance.uniform(1.0, 300.0),
            leaves_s=chance.uniform(1.0, 400.0) if chance.random() < 0.3 else np.inf,
        )

    def _place(self, chance: Random, n: int) -> Place:
        queue = f"q{chance.randrange(2)}"
        skills = tuple(skill for skill in SKILLS if chance.random() < 0.25)
        language = chance.choice(("", "en", "he"))
        return Place(
            id=RequestId(f"r{n:02}"),
            queue=queue,
            bucket=f"{'+'.join(skills)}/{language}",
            credit_class=chance.choice(list(CREDITS)),
            virtual_start=NOON - timedelta(seconds=chance.randrange(30) * 10),
            state=State.HOLDING if chance.random() < 0.5 else State.WAITING,
            skills=skills,
            language=language,
            last_agent=AgentId(f"a{chance.randrange(6)}") if chance.random() < 0.2 else None,
        )

    def planned(self, at: datetime, seats: list[Seat], places: list[Place]) -> list[tuple[Place, str]]:
        """(place, agent) as the dispatcher pairs them."""
        heads = tuple(
            Head(queue=each.queue, bucket=each.bucket, credit_class=each.credit_class, places=(each,))
            for each in places
        )
        actions = plan(Snapshot(lines=LINES, heads=heads, seats=tuple(seats), calls_in_a_second=99), at)
        named = {place.id: place for place in places}
        return [(named[action.request], action.agent) for action in actions if isinstance(action, Reserve)]

    def seat(self, post: Post, idle_since: datetime) -> Seat:
        return Seat(agent=AgentId(post.agent), skills=post.skills, languages=post.languages, idle_since=idle_since)

    def present(self, *, later: str = "", comes_s: float = 0.0) -> Present:
        """`later`: a place that is known to come."""
        lines: dict[ClassKey, list[Place]] = {}
        for place in self.places:
            lines.setdefault(place.klass, []).append(place)
        return Present(
            posts=tuple(self.posts),
            lines=tuple(
                Line(
                    klass=klass,
                    skills=places[0].skills,
                    languages=(places[0].language,) if places[0].language else (),
                    advantage_s=CREDITS[klass.credit_class],
                    members=tuple(member(place) for place in places if place.id != later),
                    coming=tuple(Coming(comes_s, member(place)) for place in places if place.id == later),
                )
                for klass, places in lines.items()
            ),
        )

    def played(self) -> tuple[dict[str, tuple[float, str]], float]:
        """When and by whom each place is taken as the dispatcher goes on from here, and until when it was played: the
        first moment at which two become free at once, for that never is."""
        found: dict[str, tuple[float, str]] = {}
        posts, waiting = {post.agent: post for post in self.posts}, list(self.places)
        idle = {post.agent: -post.time_s for post in self.posts if post.doing == FREE}
        frees = {post.agent: post.time_s for post in self.posts if post.doing == ENDING}
        now = 0.0
        while True:
            there = [agent for agent in idle if posts[agent].leaves_s > now]
            seats = [self.seat(posts[agent], NOON + timedelta(seconds=idle[agent])) for agent in there]
            paired = self.planned(NOON + timedelta(seconds=now), seats, waiting) if seats and waiting else []
            for place, agent in paired:
                found[place.id] = now, agent
                waiting.remove(place)
                del idle[agent]
                frees[agent] = now + TALK_S
            first, second = sorted((*frees.values(), UNTIL_S, UNTIL_S))[:2]
            if first == second:
                return found, first
            agent = min(frees, key=frees.__getitem__)
            idle[agent] = now = frees.pop(agent)

    def taken(self, present: Present, *, until: float = 1e6) -> dict[str, tuple[float, str]]:
        """When and by whom each place is taken as the roll-forward goes on."""
        lines = present.ranked()
        stream = arrays(present, lines, {})
        known = len(stream.places.key)
        at, by = np.full(known, np.inf), np.full(known, -1)
        laws = Laws(np.full(1, TALK_S), np.array([0, 1]), np.zeros(len(lines), np.int64), np.ones(1), np.zeros(1))
        probes = Probes(np.append(np.zeros(len(lines), np.int64), 1), np.full(1, np.nan))  # answered by nobody
        roll(stream.seats, stream.places, stream.streams, laws, probes, stream.room, until, 1, at, by)
        members = [m.id for line in lines for m in sorted(line.members, key=lambda m: (m.start_s, m.id))]
        members += [each.member.id for line in lines for each in line.coming]
        agents = sorted(post.agent for post in self.posts)
        return {members[n]: (float(at[n]), agents[by[n]]) for n in range(known) if by[n] >= 0}


def member(place: Place) -> Member:
    start_s = (place.virtual_start - NOON).total_seconds()
    return Member(start_s, place.state is State.HOLDING, place.id, place.last_agent or "")


def test_whoever_is_taken_and_by_whom_is_as_the_dispatcher_goes_on() -> None:
    """Many moments: who is paired at once, then whom each agent takes who becomes free, one after the other,
    unless he has left by then."""
    further = gone = 0
    for seed in range(MOMENTS):
        drawn = Drawn(seed)
        expected, until = drawn.played()
        assert expected == drawn.taken(drawn.present(), until=np.nextafter(until, 0.0)), seed
        further += sum(at > 0.0 for at, _ in expected.values())
        gone += any(post.leaves_s < until for post in drawn.posts)
    assert further > MOMENTS and gone > 0.3 * MOMENTS


def test_a_known_retry_takes_its_old_place_when_its_time_has_come() -> None:
    agent = Post(agent="a0", skills={}, languages=("en",), doing=ENDING, time_s=100.0)
    line = ClassKey("q", "/en", "standard")
    retry = Coming(60.0, Member(-900.0, False, "old"))
    waits = (Member(-30.0, False, "first"), Member(-20.0, False, "second"))
    for comes_s, first in ((60.0, "old"), (160.0, "first")):
        present = Present(
            posts=(agent,), lines=(Line(klass=line, members=waits, coming=(Coming(comes_s, retry.member),)),)
        )
        drawn = Drawn(0)
        drawn.posts = [agent]
        taken = drawn.taken(present)
        assert min(taken, key=taken.__getitem__) == first


def crowd(agents: int, waiting: int, *, holds: bool = False, bucket: str = "/", busy_s: float = 100.0) -> Present:
    members = tuple(Member(-10.0 * (waiting - n), holds, f"r{n:03}") for n in range(waiting))
    posts = tuple(
        Post(agent=f"a{n:03}", skills={}, languages=(), doing=BUSY, time_s=busy_s, queue="q") for n in range(agents)
    )
    return Present(posts=posts, lines=(Line(klass=ClassKey("q", bucket, "standard"), members=members),))


def memoryless(mean_s: float = 180.0, many: int = 4000, patience: Gamma | None = None) -> dict[str, Evidence]:
    talks = -mean_s * np.log1p(-(np.arange(many) + 0.5) / many)
    return {"q": Evidence(samples=tuple(talks.tolist()), patience=patience)}


@pytest.mark.parametrize("holds", [False, True])
def test_memoryless_talks_give_the_closed_form(holds: bool) -> None:
    patience = Gamma(4000.0, 4000.0 * 300.0) if holds else None
    told = dict(rolled(crowd(20, 30, holds=holds), memoryless(patience=patience), NOON, seed=3, paths=8000).of(
        ClassKey("q", "/", "standard")
    ))  # fmt: skip
    state = QueueState(
        agents_serving=20, handled=4000, busy_seconds=4000 * 180.0, abandoned=4000 if holds else 0,
        queued_seconds=4000 * 300.0, prior=Prior(180.0, 1.01), leaving_share=1.0 if holds else 0.0,
    )  # fmt: skip
    for ahead in (0, 5, 20, 30):
        exact = ClosedForm().wait(ahead=ahead, state=state, now=NOON)
        for name in ("p10_s", "p50_s", "p90_s", "mean_s"):
            assert getattr(told[ahead], name) == pytest.approx(getattr(exact, name), rel=0.06, abs=1.0)


def test_each_class_waits_for_the_agents_who_may_serve_it() -> None:
    """Two of ten agents do loans: whoever needs them waits longer at the same rank."""
    present = crowd(10, 20)
    able = [
        Post(agent=p.agent, skills={"loans": 1} if n < 2 else {}, languages=(), doing=BUSY, time_s=9.0, queue="q")
        for n, p in enumerate(present.posts)
    ]
    loans = Line(klass=ClassKey("q", "loans/", "standard"), skills=("loans",))
    told = rolled(Present(posts=tuple(able), lines=(*present.lines, loans)), memoryless(), NOON, seed=1)
    ordinary, special = (dict(told.of(line.klass))[20] for line in (present.lines[0], loans))
    assert special.p90_s > 1.15 * ordinary.p90_s


def test_who_has_more_credit_overtakes_those_who_wait() -> None:
    before = crowd(5, 20)
    rush = Line(klass=ClassKey("q", "/", "booked"), advantage_s=600.0, arrivals_per_s=0.02)
    alone, overtaken = (
        dict(rolled(Present(posts=before.posts, lines=lines), memoryless(), NOON, seed=1).of(before.lines[0].klass))[20]
        for lines in (before.lines, (*before.lines, rush))
    )
    assert overtaken.p50_s > alone.p50_s + 200


def test_who_stands_in_line_already_has_been_patient_for_so_long() -> None:
    """Ten hung up in fifty minutes of standing; sixty stand there now, for half a minute or for half an hour each."""
    seen = memoryless(patience=Gamma(10.0, 3000.0))
    line = ClassKey("q", "/", "standard")
    young, old = (
        Line(klass=line, members=tuple(Member(-since_s - n / 100.0, True, f"r{n:03}") for n in range(60)))
        for since_s in (30.0, 1800.0)
    )
    posts = crowd(5, 0).posts
    soon, late = (
        dict(rolled(Present(posts=posts, lines=(each,)), seen, NOON, seed=1).of(line))[60] for each in (young, old)
    )
    assert late.p50_s > 1.5 * soon.p50_s


def test_a_long_call_in_progress_is_not_forgotten() -> None:
    """Calls of four minutes and a little: who has talked for 230 s is free in ten, who has just begun is not."""
    steady = {"q": Evidence(samples=tuple(np.linspace(238.0, 242.0, 200)), patience=None, prior=Prior(240.0, 1.01))}
    soon, late = (
        dict(rolled(crowd(1, 0, busy_s=age), steady, NOON, seed=1).of(ClassKey("q", "/", "standard")))[0].p50_s
        for age in (230.0, 1.0)
    )
    assert soon == pytest.approx(10.0, abs=3.0)
    assert late == pytest.approx(239.0, abs=3.0)


def test_an_idle_agent_means_no_wait_and_cold_evidence_is_not_told() -> None:
    idle = Present(posts=(Post(agent="a", skills={}, languages=(), doing=FREE),), lines=crowd(1, 0).lines)
    assert dict(rolled(idle, memoryless(), NOON, seed=1).of(ClassKey("q", "/", "standard")))[0].p95_s == 0.0
    cold = {"q": Evidence(samples=(200.0,) * 9, patience=None)}
    assert rolled(crowd(3, 5), cold, NOON, seed=1).grids == {}
    assert rolled(Present(posts=(), lines=crowd(1, 3).lines), memoryless(), NOON, seed=1).grids == {}
