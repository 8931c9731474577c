"""Thousands who book at once, some of whom move or cancel: no slot may hold more than it takes.

    .venv/bin/python -m scripts.bookings [--bookings 10000] [--capacity 7] [--slots 8] [--seed 7]

On a new SQLite file and on a PostgreSQL of its own that writes to the disk. Exit 1 when a slot was overbooked, or its
counter does not say how many bookings it holds.
"""

import argparse
import asyncio
import sys
import time
from random import Random

from scripts.bench.databases import durable_databases
from tests.booking.crowds import book_all, of_capacity, overbooked
from tests.booking.scenes import CARDS, HALF, RULES, THREE, published
from tests.web.house import HandClock, open_house


async def _run(url: str, told: argparse.Namespace) -> tuple[dict[str, int], int]:
    """(what came of the customers, how many bookings too many)."""
    starts = [THREE + at * HALF for at in range(told.slots)]
    async with open_house(url, HandClock()) as house:
        await house.act(lambda clerk: clerk.work.queues.insert(CARDS))
        await published(house, of_capacity(RULES, told.capacity))
        outcome = await book_all(house, count=told.bookings, starts=starts, restless=Random(told.seed))
        return dict(outcome), await overbooked(house, starts, capacity=told.capacity)


def main() -> int:
    flags = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    flags.add_argument("--bookings", type=int, default=10_000)
    flags.add_argument("--capacity", type=int, default=7)
    flags.add_argument("--slots", type=int, default=8, choices=range(1, 11))
    flags.add_argument("--seed", type=int, default=7)
    told = flags.parse_args()
    wrong = 0
    with durable_databases() as urls:
        for name, url in urls.items():
            began = time.perf_counter()
            outcome, too_many = asyncio.run(_run(url, told))
            wrong += too_many
            seconds = time.perf_counter() - began
            words = ", ".join(f"{word} {count}" for word, count in sorted(outcome.items()))
            print(f"{name}: {told.bookings} at once in {seconds:.1f} s: {words}; overbooked {too_many}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
