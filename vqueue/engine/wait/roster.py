"""Agents who will come and go by the plan of the rules, as seats of the roll-forward.

The plan says how many, not who: who comes is like those who are at work, evenly drawn from them; who goes is spread
over them. Where fewer came than were planned, as much smaller a part of those to come is believed in. Nothing is
foreseen past closing, and where the plan says nothing of the present.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from vqueue.domain.rules import WEEK, Rules
from vqueue.engine.hours import closes_at, day_stretches
from vqueue.engine.order import able
from vqueue.engine.wait.present import ENDING, Post

Serves = Callable[[Post], bool]


@dataclass(frozen=True, slots=True)
class Plan:
    """Agents a queue is to have: (in so many seconds, how many), the first one now; and who is one of them."""

    steps: tuple[tuple[float, int], ...]
    serves: Serves

    @classmethod
    def of(cls, rules: Rules, now: datetime) -> "Plan":
        """That of the rules: whoever has the queue's skills and one of its languages is one of them."""

        def serves(post: Post) -> bool:
            return able(post.skills, post.languages, needed=rules.skills, spoken=rules.languages)

        return cls(_steps(rules, now), serves)


def _steps(rules: Rules, now: datetime) -> tuple[tuple[float, int], ...]:
    """What the rules plan from now to closing; empty where nothing is planned for now."""
    zone, closing = rules.hours.zone, closes_at(rules.hours, now)
    today = now.astimezone(ZoneInfo(zone)).date()
    planned = [
        (start, end, agents)
        for opening, closes, agents in rules.slots.staff.get(WEEK[today.weekday()], ())
        for start, end in day_stretches({WEEK[today.weekday()]: ((opening, closes),)}, zone, (), today)
    ]
    edges = {
        edge for start, end, _ in planned for edge in (start, end) if now < edge and (closing is None or edge < closing)
    }
    found: list[tuple[float, int]] = []
    for at in (now, *sorted(edges)):
        agents = sum(each for start, end, each in planned if start <= at < end)
        if agents:
            found.append(((at - now).total_seconds(), agents))
    return tuple(found) if found and found[0][0] == 0.0 else ()


def foreseen(posts: Sequence[Post], plans: Sequence[Plan]) -> tuple[Post, ...]:
    """The agents at work, some of whom will leave, and those who come, one plan after the other: who comes for one
    queue counts for the next that he serves too."""
    here, come = list(posts), list[Post]()
    for plan in plans:
        _follow(plan, here, come)
    return (*here, *come)


def _follow(plan: Plan, here: list[Post], come: list[Post]) -> None:
    like = [post for post in here if plan.serves(post)]
    if not like or not plan.steps:
        return
    before = plan.steps[0][1]
    believed = min(1.0, len(like) / before)
    for seconds, agents in plan.steps[1:]:
        there = [(group, n) for group in (here, come) for n, post in enumerate(group) if _there(post, plan, seconds)]
        if agents > before:
            missing, known = round(agents * believed) - len(there), len(come)
            come += [_coming(like[k * len(like) // missing], seconds, known + k) for k in range(missing)]
        else:
            surplus = len(there) - agents
            for group, n in (there[k * len(there) // surplus] for k in range(surplus)):
                group[n] = replace(group[n], leaves_s=seconds)
        before = agents


def _there(post: Post, plan: Plan, seconds: float) -> bool:
    came = not post.comes or post.time_s <= seconds
    return came and post.leaves_s > seconds and plan.serves(post)


def _coming(like: Post, seconds: float, number: int) -> Post:
    return replace(
        like, agent=f"{like.agent}+{number}", doing=ENDING, time_s=seconds, leaves_s=float("inf"), comes=True
    )
