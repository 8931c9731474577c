"""What a dispatch tick and a board read as the line grows: heads of the classes, and counts by minute.

Run: .venv/bin/python -m scripts.bench.heads [--waiting 100 10000 100000]
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Executable, text

from scripts.bench.databases import durable_databases, table
from tests.db.builders import a_number, a_queue, a_request, after
from vqueue.db.open import open_database
from vqueue.db.requests import RECORD
from vqueue.db.tables import requests
from vqueue.db.work import StoredWork
from vqueue.domain.request import Request
from vqueue.ports.database import Database, Work

CLASSES = ("standard", "booked", "rescued", "vip")
LANGUAGES = ("en", "ru", "he")
PARKED_SHARE = 3
"""One in three is parked, and the parked are the oldest."""
CHUNK = 2000
HEADS = 8
READS = 15


def waiting(number: int, line: int) -> Request:
    """One in line, so many seconds after the first."""
    parked = number < line // PARKED_SHARE
    return a_request(
        f"r{number:07}",
        phone=a_number(f"n{number}"),
        virtual_start=after(number * 0.2),
        bucket=f"cards/{LANGUAGES[number % 3]}",
        credit_class=CLASSES[number % 4],
        ready=not parked,
        parked="retry" if parked else None,
    )


async def fill(database: Database, already: int, line: int) -> None:
    for first in range(already, line, CHUNK):
        rows = [RECORD.row(waiting(number, line)) for number in range(first, min(first + CHUNK, line))]
        await database.transact(partial(past_the_stores, statement=requests.insert(), rows=rows))
    await database.transact(lambda work: past_the_stores(work, text("ANALYZE")))


def past_the_stores(work: Work, statement: Executable, rows: list[dict[str, Any]] | None = None) -> None:
    """Many rows at once: nobody joins like that but a measurement."""
    assert isinstance(work, StoredWork)
    work.connection.execute(statement, rows)


async def median_ms(database: Database, ask: Callable[[Work], object]) -> float:
    found = []
    for _ in range(READS):
        started = time.perf_counter()
        await database.read(ask)
        found.append((time.perf_counter() - started) * 1000)
    return statistics.median(found)


async def measured(url: str, lines: list[int]) -> list[tuple[int, float, float]]:
    """(waiting, milliseconds of heads, milliseconds of counts)."""
    database, already, found = open_database(url), 0, []
    await database.transact(lambda work: work.queues.insert(a_queue()))
    for line in lines:
        await fill(database, already, line)
        already = line
        heads = await median_ms(database, lambda work: work.requests.heads(queue="cards", limit=HEADS))
        counts = await median_ms(database, lambda work: work.requests.counts(queue="cards"))
        found.append((line, heads, counts))
    await database.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--waiting", type=int, nargs="+", default=[100, 10_000, 100_000])
    lines, rows = sorted(parser.parse_args().waiting), []
    with durable_databases() as urls:
        for name, url in urls.items():
            found = asyncio.run(measured(url, lines))
            for line, heads, counts in found:
                growth = (f"{heads / found[0][1]:.1f}", f"{counts / found[0][2]:.1f}")
                rows.append((name, str(line), f"{heads:.1f}", growth[0], f"{counts:.1f}", growth[1]))
    print(table(("database", "waiting", "heads ms", "to the first", "counts ms", "to the first"), rows))


if __name__ == "__main__":
    main()
