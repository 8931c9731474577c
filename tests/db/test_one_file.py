"""SQLite: many ops to a commit, nobody told before it, each op judged alone when it fails, one server a file."""

import asyncio
import itertools
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import event, make_url

from tests.db.builders import NOON, a_number, a_queue, a_request
from tests.db.past_the_stores import sql, told
from vqueue.db.open import open_database
from vqueue.db.sqlite import Call, SqliteDatabase, Writer
from vqueue.db.sqlite_files import file_of, writing
from vqueue.domain.errors import AlreadyOpen, NotFound, Unavailable
from vqueue.domain.ids import RequestId
from vqueue.ports.database import Database, Work

ANNA = a_number("anna")
PROMISSORY = (
    "CREATE TABLE debtors (id INTEGER PRIMARY KEY)",
    "CREATE TABLE debts (debtor INTEGER REFERENCES debtors (id) DEFERRABLE INITIALLY DEFERRED)",
)
"""A debt without a debtor is noticed only at COMMIT: it spoils the commit of everybody who shares it."""


@pytest.fixture
def url(sqlite_database: str) -> str:
    return sqlite_database


@pytest.fixture
async def database(url: str) -> AsyncIterator[SqliteDatabase]:
    opened = open_database(url, server=True)
    assert isinstance(opened, SqliteDatabase)
    await opened.transact(lambda work: work.queues.insert(a_queue()))
    yield opened
    await opened.close()


class Gate:
    """Keeps the writer busy until everybody has asked, so that they share its next commit."""

    def __init__(self, database: Database) -> None:
        self._begun, self._opened = threading.Event(), threading.Event()
        self._busy = asyncio.ensure_future(database.transact(self._wait))

    def _wait(self, work: Work) -> None:
        self._begun.set()
        self._opened.wait(20)

    async def held(self) -> None:
        await asyncio.to_thread(self._begun.wait, 20)

    async def open(self) -> None:
        self._opened.set()
        await self._busy


async def asked_together(database: Database, *ops: object) -> list[object]:
    gate = Gate(database)
    await gate.held()
    asked = [asyncio.ensure_future(database.transact(op)) for op in ops]  # type: ignore[arg-type]
    await asyncio.sleep(0)
    await gate.open()
    return list(await asyncio.gather(*asked, return_exceptions=True))


async def test_a_spoilt_commit_is_done_again_op_by_op(url: str, database: SqliteDatabase) -> None:
    """The second op met a row of the first that never came to be: its refusal would have been a lie."""
    for words in PROMISSORY:
        await told(url, words)

    def spoiling(work: Work) -> None:
        work.requests.insert(a_request("r1", phone=ANNA))
        sql(work, "INSERT INTO debts VALUES (999)")

    answers = await asked_together(
        database,
        spoiling,
        lambda work: work.requests.insert(a_request("r2", phone=ANNA)),
        lambda work: work.requests.insert(a_request("r3")),
    )
    assert isinstance(answers[0], NotFound)
    assert answers[1:] == [None, None]
    made = await database.read(lambda work: work.requests.search())
    assert {request.id for request in made} == {"r2", "r3"}


async def test_a_refusal_is_told_after_the_commit_it_rests_on(url: str, database: SqliteDatabase) -> None:
    """Whoever hears "already open" finds the request that is open."""
    seen: list[object] = []

    async def second() -> None:
        try:
            await database.transact(lambda work: work.requests.insert(a_request("r2", phone=ANNA)))
        except AlreadyOpen:
            other = open_database(url)
            seen.append(await other.read(lambda work: work.requests.get(RequestId("r1"))))
            await other.close()

    gate = Gate(database)
    await gate.held()
    first = asyncio.ensure_future(database.transact(lambda work: work.requests.insert(a_request("r1", phone=ANNA))))
    refused = asyncio.ensure_future(second())
    await asyncio.sleep(0)
    await gate.open()
    await asyncio.gather(first, refused)
    assert [request.id for request in seen] == ["r1"]  # type: ignore[attr-defined]


async def test_a_full_disk_fails_the_op_that_filled_it_alone(url: str, database: SqliteDatabase) -> None:
    def limit(work: Work) -> None:
        pages = sql(work, "PRAGMA page_count").scalar()
        sql(work, f"PRAGMA max_page_count={pages + 8}")

    await database.transact(limit)
    answers = await asked_together(
        database,
        lambda work: work.requests.insert(a_request("r1")),
        lambda work: work.requests.insert(a_request("r2", topic="x" * 300_000)),
        lambda work: work.requests.insert(a_request("r3")),
    )
    assert answers[0] is None
    assert isinstance(answers[1], Unavailable)
    assert answers[2] is None
    made = await database.read(lambda work: work.requests.search())
    assert {request.id for request in made} == {"r1", "r3"}


def take_one(work: Work) -> bool:
    return work.counters.take("n", limit=99, at=NOON)


@pytest.mark.parametrize(("step_s", "commits"), [(0.0, 2), (0.004, 50), (0.006, 100)])
async def test_a_commit_takes_what_waits_up_to_64_ops_or_5_milliseconds(url: str, step_s: float, commits: int) -> None:
    """A hundred wait; the clock steps each time the writer looks at it."""
    engine, looks = writing(file_of(make_url(url))), itertools.count()
    seen: list[int] = []
    event.listen(engine, "commit", lambda connection: seen.append(1))
    writer, loop = Writer(engine), asyncio.get_running_loop()
    answers: list[asyncio.Future[bool]] = [loop.create_future() for _ in range(100)]
    for answer in answers:
        writer.put(Call(take_one, answer, loop, lambda: next(looks) * step_s))
    writer.end()
    writer.start()
    told = await asyncio.gather(*answers)
    await asyncio.to_thread(writer.join)
    engine.dispose()
    assert (told.count(True), told.count(False)) == (99, 1)
    assert len(seen) == commits


async def test_a_second_server_on_one_file_is_refused(url: str, database: SqliteDatabase) -> None:
    with pytest.raises(Unavailable, match="Another server"):
        open_database(url, server=True)


async def test_a_command_writes_beside_the_server(url: str, database: SqliteDatabase) -> None:
    command = open_database(url)
    await command.transact(lambda work: work.requests.insert(a_request()))
    await command.close()
    assert (await database.read(lambda work: work.requests.get(RequestId("r1")))).id == "r1"


async def test_a_file_is_free_again_when_its_server_stops(url: str, database: SqliteDatabase) -> None:
    await database.close()
    again = open_database(url, server=True)
    await again.close()


KILLED = """
import asyncio, os, signal, sys
from datetime import UTC, datetime
from vqueue.db.open import open_database

async def main():
    database = open_database(sys.argv[1])
    at = datetime(2026, 1, 1, tzinfo=UTC)
    print(await database.transact(lambda work: work.counters.take("killed", limit=9, at=at)), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_what_a_killed_process_was_told_is_there(url: str, database: SqliteDatabase) -> None:
    """The process dies by SIGKILL right after its answer."""
    done = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", KILLED, url], capture_output=True, timeout=60)
    assert (done.stdout.strip(), done.returncode) == (b"True", -signal.SIGKILL), done.stderr
    assert await database.read(lambda work: work.counters.value("killed")) == 1


def test_a_database_in_memory_is_refused() -> None:
    for address in ("sqlite://", "sqlite:///:memory:"):
        with pytest.raises(ValueError, match="needs a file"):
            open_database(address)


def test_an_unknown_kind_of_database_is_refused() -> None:
    with pytest.raises(ValueError, match="mysql"):
        open_database("mysql://localhost/x")
