"""How long the roll-forward of a board takes, and how much it holds up whatever else the process does meanwhile.

python -m scripts.bench.rollforward [--waiting 1000] [--agents 200] [--paths 200] [--classes 4]
"""

import argparse
import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import numpy as np

from vqueue.engine.order import ClassKey
from vqueue.engine.wait.closed import Gamma
from vqueue.engine.wait.present import BUSY, Evidence, Line, Member, Post, Present, Rolled, newcomers
from vqueue.engine.wait.rolling import rolled

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ROUNDS = 5


def main() -> None:
    """Wall and processor time of a roll-forward, and the longest pause of an event loop beside it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, number in (("waiting", 1000), ("agents", 200), ("paths", 200), ("classes", 4)):
        parser.add_argument(f"--{name}", type=int, default=number)
    told = parser.parse_args()
    state = _present(told.waiting, told.agents, told.classes)
    talks = np.random.default_rng(2).lognormal(5.1, 0.9, 200)
    evidence = {"q": Evidence(samples=tuple(talks.tolist()), patience=Gamma(500.0, 450_000.0))}
    work = partial(rolled, state, evidence, NOON, seed=1, paths=told.paths)
    began = time.perf_counter()
    work()
    print(f"first, with loading or making the machine code: {time.perf_counter() - began:.2f} s")
    wall, busy = min(_timed(work) for _ in range(ROUNDS))
    print(f"{told.waiting} waiting, {told.agents} agents, {told.paths} paths, {told.classes} classes: "
          f"{wall:.3f} s wall, {busy:.3f} s processor")  # fmt: skip
    print(f"longest pause of an event loop beside it: {asyncio.run(_longest_pause(work)) * 1000:.1f} ms")


def _timed(work: "partial[Rolled]") -> tuple[float, float]:
    wall, busy = time.perf_counter(), time.thread_time()
    work()
    return time.perf_counter() - wall, time.thread_time() - busy


async def _longest_pause(work: "partial[Rolled]") -> float:
    """While rolls go on in a thread of their own, as in the service."""
    longest = 0.0
    with ThreadPoolExecutor(1) as pool:
        rolls = asyncio.get_running_loop().run_in_executor(pool, lambda: [work() for _ in range(ROUNDS)])
        while not rolls.done():
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - began - 0.001)
    return longest


def _present(waiting: int, agents: int, classes: int) -> Present:
    chance = np.random.default_rng(1)
    skills = [f"s{n}" for n in range(classes)]
    posts = tuple(
        Post(
            agent=f"a{n:04}", skills={skill: int(chance.integers(1, 6)) for skill in skills if chance.random() < 0.7},
            languages=("en",), doing=BUSY, time_s=float(chance.exponential(150.0)), queue="q",
        )
        for n in range(agents)
    )  # fmt: skip
    starts = np.sort(-chance.uniform(0.0, 1200.0, waiting))
    of, holds = chance.integers(0, classes, waiting), chance.random(waiting) < 0.5
    lines = tuple(
        Line(
            klass=ClassKey("q", f"{skill}/en", "standard"), skills=(skill,), languages=("en",),
            members=tuple(Member(float(starts[n]), bool(holds[n]), f"r{n:05}") for n in np.flatnonzero(of == c)),
        )
        for c, skill in enumerate(skills)
    )  # fmt: skip
    return Present(posts=posts, lines=(Line(klass=newcomers("q")), *lines))


if __name__ == "__main__":
    main()
