"""Durable request lifecycles a second (join, reserve, connect, serve: four transactions), beside the bare driver.

Run: .venv/bin/python -m scripts.bench.lifecycles [--times N]
"""

import argparse
import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import asyncpg

from scripts.bench.databases import durable_databases, shared_out, table
from tests.db.builders import (
    a_leg,
    a_notice,
    a_number,
    a_promise,
    a_queue,
    a_request,
    a_row,
    after,
    an_agent,
    an_attempt,
)
from vqueue.db.open import open_database
from vqueue.domain.agent import Presence
from vqueue.domain.attempt import Attempt
from vqueue.domain.causes import Cause
from vqueue.domain.ids import AgentId, AttemptId, RequestId
from vqueue.domain.leg import LegState
from vqueue.domain.request import State
from vqueue.ports.database import Database, Work

WORKERS = (1, 32)
LAPS = 3
STEPS = 4
"""Transactions of a lifecycle, and of what the bare driver is asked for: each one INSERT and one guarded UPDATE."""
MAKE = "CREATE TABLE bare (id TEXT PRIMARY KEY, state TEXT NOT NULL, version INTEGER NOT NULL)"


class Lifecycle:
    """One customer, from the door to the end of the talk."""

    def __init__(self, database: Database, name: str, agent: str) -> None:
        self.database, self.name, self.agent = database, name, AgentId(agent)
        self.request, self.attempt = RequestId(f"r{name}"), AttemptId(f"t{name}")

    async def run(self) -> None:
        for step in (self.join, self.reserve, self.connect, self.serve):
            await self.database.transact(step)

    def note(self, work: Work, *names: str) -> None:
        work.journal.write(*(a_row(f"{self.name}.{name}", request=self.request) for name in names))

    def join(self, work: Work) -> None:
        work.requests.insert(a_request(self.request, phone=a_number(self.name)))
        work.promises.insert(a_promise(f"p{self.name}", request=self.request))
        work.outbox.add(a_notice(f"n{self.name}", request=self.request))
        self.note(work, "entered", "promised")

    def reserve(self, work: Work) -> None:
        work.requests.replace(replace(work.requests.get(self.request), state=State.CONNECTING, attempt=self.attempt))
        work.agents.replace(replace(work.agents.get(self.agent), presence=Presence.RESERVED, attempt=self.attempt))
        work.attempts.insert(an_attempt(self.attempt, request=self.request, agent=self.agent))
        work.legs.insert(a_leg(f"l{self.name}", attempt=self.attempt, agent=self.agent))
        self.note(work, "reserved", "opened")

    def connect(self, work: Work) -> None:
        leg = work.legs.of_attempt(self.attempt)[0]
        work.legs.replace(replace(leg, state=LegState.JOINED, joined_at=after(9)))
        work.requests.replace(replace(work.requests.get(self.request), state=State.TALKING, rings=1))
        work.agents.replace(replace(work.agents.get(self.agent), presence=Presence.TALKING))
        self.note(work, "joined", "talking")

    def serve(self, work: Work) -> None:
        leg, attempt = work.legs.of_attempt(self.attempt)[0], work.attempts.get(self.attempt)
        work.legs.replace(replace(leg, state=LegState.ENDED, ended_at=after(99)))
        work.attempts.replace(self._over(attempt))
        work.requests.replace(replace(work.requests.get(self.request), state=State.SERVED, closed_at=after(99)))
        work.agents.replace(replace(work.agents.get(self.agent), presence=Presence.READY, attempt=None))
        self.note(work, "closed", "left")

    def _over(self, attempt: Attempt) -> Attempt:
        return replace(attempt, closed_at=after(99), outcome=Cause.TALKED)


async def ours(url: str, times: int) -> dict[int, float]:
    """Lifecycles a second, by workers."""
    database = open_database(url)
    await database.transact(lambda work: prepare(work, agents=times))

    async def deed(lap: str, number: int) -> None:
        await Lifecycle(database, f"{lap}-{number}", f"a{number}").run()

    rates = {workers: await median_rate(deed, times, workers) for workers in WORKERS}
    await database.close()
    return rates


def prepare(work: Work, *, agents: int) -> None:
    work.queues.insert(a_queue())
    for number in range(agents):
        work.agents.insert(an_agent(f"a{number}"))


async def median_rate(deed: Callable[[str, int], Awaitable[None]], times: int, workers: int) -> float:
    """Of some laps; one worker alone runs a shorter lap."""
    found, length = [], times if workers > 1 else max(20, times // 8)
    for lap in range(LAPS):
        started = time.perf_counter()
        await shared_out(length, workers, partial(deed, f"{workers}-{lap}"))
        found.append(length / (time.perf_counter() - started))
    return statistics.median(found)


async def bare_postgres(url: str, times: int) -> dict[int, float]:
    """Lifecycles a second if each were four transactions of one INSERT and one guarded UPDATE."""
    pool = await asyncpg.create_pool(url.replace("+asyncpg", ""), min_size=20, max_size=20)
    await pool.execute(MAKE)

    async def deed(lap: str, number: int) -> None:
        for step in range(STEPS):
            name = f"{lap}-{number}-{step}"
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute("INSERT INTO bare VALUES ($1, 'waiting', 1)", name)
                changed = "UPDATE bare SET state = 'served', version = 2 WHERE id = $1 AND version = 1"
                await connection.execute(changed, name)

    rates = {workers: await median_rate(deed, times, workers) for workers in WORKERS}
    await pool.close()
    return rates


def bare_sqlite(times: int) -> dict[int, float]:
    """The same with the standard library's driver; with many at once, as many transactions to a commit."""
    rates = {}
    with tempfile.TemporaryDirectory() as folder:
        link = sqlite3.connect(Path(folder) / "bare.sqlite", isolation_level=None)
        for words in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", MAKE):
            link.execute(words)
        for workers in WORKERS:
            found = [bare_lap(link, times, workers, lap) for lap in range(LAPS)]
            rates[workers] = statistics.median(found)
    return rates


def bare_lap(link: sqlite3.Connection, times: int, workers: int, lap: int) -> float:
    total, started = times * STEPS, time.perf_counter()
    for first in range(0, total, workers):
        link.execute("BEGIN IMMEDIATE")
        for number in range(first, min(first + workers, total)):
            name = f"{workers}-{lap}-{number}"
            link.execute("INSERT INTO bare VALUES (?, 'waiting', 1)", (name,))
            link.execute("UPDATE bare SET state = 'served', version = 2 WHERE id = ? AND version = 1", (name,))
        link.execute("COMMIT")
    return times / (time.perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    times = parser.parse_args().times
    rows = []
    with durable_databases() as urls:
        for name, url in urls.items():
            bare = bare_sqlite(times) if name == "SQLite" else asyncio.run(bare_postgres(url, times))
            house = asyncio.run(ours(url, times))
            for workers in WORKERS:
                share = f"{bare[workers] / house[workers]:.1f}"
                rows.append((name, str(workers), f"{house[workers]:.0f}", f"{bare[workers]:.0f}", share))
    print(table(("database", "at once", "lifecycles/s", "bare driver/s", "bare to ours"), rows))


if __name__ == "__main__":
    main()
