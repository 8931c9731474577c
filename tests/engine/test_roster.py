"""Agents to come and to go by the plan of the rules, as the roll-forward has them."""

from datetime import UTC, datetime
from math import inf

import pytest

from tests.engine.builders import agent
from tests.engine.test_forward import crowd, memoryless
from vqueue.domain.agent import Presence
from vqueue.domain.rules import Hours, Queue, Rules
from vqueue.domain.slots import Slots
from vqueue.engine.order import ClassKey
from vqueue.engine.wait.present import Post, Present
from vqueue.engine.wait.rolling import rolled
from vqueue.engine.wait.roster import Plan, foreseen
from vqueue.engine.wait.seeing import present

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOURS = Hours(zone="Europe/London", week={"mon": (("09:00", "17:00"),)})


def posts(count: int, **skills: int) -> list[Post]:
    return [
        Post(agent=f"a{n}{min(skills, default='')}", skills=skills, languages=("en",), doing=1, queue="q")
        for n in range(count)
    ]


def rules(*staff: tuple[str, str, int], skills: tuple[str, ...] = ()) -> Rules:
    return Rules(hours=HOURS, slots=Slots(staff={"mon": staff}), skills=skills, languages=())


def plan(*staff: tuple[str, str, int], skills: tuple[str, ...] = ()) -> Plan:
    return Plan.of(rules(*staff, skills=skills), NOON)


def come(told: tuple[Post, ...]) -> list[float]:
    return [post.time_s for post in told if post.comes]


def gone(told: tuple[Post, ...]) -> list[float]:
    return [post.leaves_s for post in told if post.leaves_s < inf]


def test_a_second_shift_comes_and_the_first_goes_when_the_plan_says_so() -> None:
    told = foreseen(posts(4), [plan(("09:00", "12:30", 4), ("12:30", "14:00", 6), ("14:00", "17:00", 3))])
    assert come(told) == [1800.0] * 2
    assert gone(told) == [7200.0] * 3
    assert len({post.agent for post in told}) == 6


def test_nothing_is_foreseen_past_closing_nor_without_a_plan_for_now() -> None:
    now = posts(4)
    assert foreseen(now, [plan(("09:00", "17:00", 4))]) == tuple(now)
    assert foreseen(now, [plan(("13:00", "17:00", 9))]) == tuple(now)
    assert foreseen(now, [Plan.of(Rules(hours=HOURS), NOON)]) == tuple(now)


@pytest.mark.parametrize(("here", "coming"), [(14, 12), (7, 6), (20, 6), (26, 0), (30, 0)])
def test_of_those_to_come_as_large_a_part_is_believed_in_as_is_here_of_those_planned(here: int, coming: int) -> None:
    assert come(foreseen(posts(here), [plan(("09:00", "13:00", 14), ("13:00", "17:00", 26))])) == [3600.0] * coming


def test_who_left_before_the_plan_said_so_leaves_no_second_time() -> None:
    assert gone(foreseen(posts(5), [plan(("09:00", "13:00", 8), ("13:00", "17:00", 4))])) == [3600.0]


def test_who_comes_for_one_queue_counts_for_the_next_that_he_serves() -> None:
    staff = ("09:00", "13:00", 2), ("13:00", "17:00", 4)
    told = foreseen([*posts(2, loans=1), *posts(2)], [plan(*staff, skills=("loans",)), plan(*staff)])
    assert [post.skills for post in told if post.comes] == [{"loans": 1}] * 2


def test_the_wait_of_a_newcomer_knows_of_the_shift_to_come() -> None:
    line, talks = ClassKey("q", "/", "standard"), memoryless()
    before = crowd(5, 60)
    after = Present(
        posts=foreseen(before.posts, [plan(("09:00", "12:05", 5), ("12:05", "17:00", 50))]), lines=before.lines
    )
    alone, helped = (dict(rolled(each, talks, NOON, seed=1).of(line))[60] for each in (before, after))
    assert alone.p50_s > 1800 and helped.p50_s < 600
    leaving = Present(
        posts=foreseen(before.posts, [plan(("09:00", "12:05", 5), ("12:05", "17:00", 1))]), lines=before.lines
    )
    assert dict(rolled(leaving, talks, NOON, seed=1).of(line))[60].p50_s > 2 * alone.p50_s


def test_the_live_state_has_who_is_at_work_and_who_comes_by_the_plan_but_not_who_leaves_after_his_call() -> None:
    queue = Queue(id="cards", names={}, rules=rules(("09:00", "12:30", 3), ("12:30", "17:00", 5)))
    agents = [agent(f"a{n}", Presence.TALKING) for n in range(3)]
    agents.append(agent("a9", Presence.TALKING, next_presence=Presence.AWAY))
    seen = present(queues=[(queue, {})], agents=agents, calls={}, due=(), now=NOON, lifts={})
    assert [post.agent for post in seen.posts if not post.comes] == ["a0", "a1", "a2"]
    assert come(seen.posts) == [1800.0] * 2
