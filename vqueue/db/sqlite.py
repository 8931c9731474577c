"""The truth in one SQLite file: one thread writes, many ops to a commit, and nobody hears of a result before it."""

import asyncio
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL

from vqueue.db.failures import RERUNS, Meaning, meaning
from vqueue.db.sqlite_files import file_of, lock_server, reading, writing
from vqueue.db.work import StoredWork
from vqueue.domain.errors import Unavailable
from vqueue.ports.database import Work

T = TypeVar("T")
GROUP_OPS = 64
GROUP_S = 0.005
"""A commit gathers what is waiting, at most so many ops and so long."""
READERS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """An op, whoever waits for it, and his clock (monotonic seconds)."""

    op: Callable[[Work], Any]
    answer: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    clock: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call; it may be told once it is committed."""

    call: Call
    result: Any = None
    error: BaseException | None = None


class BatchLost(Exception):
    """The transaction around the ops broke; none of them has happened."""


class Writer(threading.Thread):
    """Takes calls in their order and commits them in groups."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(name="vqueue-writer", daemon=True)
        self._engine = engine
        self._calls: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self._ending = False

    def put(self, call: Call) -> None:
        self._calls.put(call)

    def end(self) -> None:
        """What was put before is still done."""
        self._calls.put(None)

    def run(self) -> None:
        while not self._ending:
            first = self._calls.get()
            if first is None:
                return
            taken = [first]
            try:
                outcomes = self._together(taken)
            except Exception:
                outcomes = [self._alone(call) for call in taken]
            release(outcomes)

    def _together(self, taken: list[Call]) -> list[Outcome]:
        """The outcomes of one commit; `taken` grows by the calls that joined it."""
        clock = taken[0].clock
        end = clock() + GROUP_S
        with self._engine.begin() as connection:
            outcomes = [attempted(connection, taken[0])]
            while len(taken) < GROUP_OPS and clock() < end:
                call = self._waiting()
                if call is None:
                    break
                taken.append(call)
                outcomes.append(attempted(connection, call))
        return outcomes

    def _waiting(self) -> Call | None:
        try:
            call = self._calls.get_nowait()
        except queue.Empty:
            return None
        self._ending = call is None
        return call

    def _alone(self, call: Call) -> Outcome:
        try:
            with self._engine.begin() as connection:
                return attempted(connection, call)
        except BatchLost as lost:
            return Outcome(call, error=meaning(lost.__cause__ or lost)[1])
        except Exception as error:
            return Outcome(call, error=meaning(error)[1])


def attempted(connection: Connection, call: Call) -> Outcome:
    """Runs the op in a savepoint, again while it meets stale rows. Raises BatchLost when the file failed."""
    reruns = 0
    while True:
        savepoint = connection.begin_nested()
        try:
            work = StoredWork(connection)
            result = call.op(work)
            work.finish()
            savepoint.commit()
            return Outcome(call, result=result)
        except Exception as error:
            what, told = meaning(error)
            if what is Meaning.DOWN:
                raise BatchLost from error
            savepoint.rollback()
            if what is not Meaning.AGAIN or reruns == RERUNS:
                return Outcome(call, error=told)
            reruns += 1


def release(outcomes: Iterable[Outcome]) -> None:
    """Tells the callers, each on its own loop; whoever has gone is not missed."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
    for outcome in outcomes:
        by_loop.setdefault(outcome.call.loop, []).append(outcome)
    for loop, told in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_answer, told)


def _answer(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        answer = outcome.call.answer
        if answer.done():
            continue
        if outcome.error is not None:
            answer.set_exception(outcome.error)
        else:
            answer.set_result(outcome.result)


class SqliteDatabase:
    """`ports.database.Database`."""

    def __init__(self, url: URL, *, server: bool) -> None:
        file = file_of(url)
        self._lock = lock_server(file) if server else None
        self._write_engine = writing(file)
        self._read_engine = reading(file, connections=READERS)
        self._writer = Writer(self._write_engine)
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="vqueue-reader")
        self._closed = False
        self._writer.start()

    async def transact(self, op: Callable[[Work], T]) -> T:
        """The writer does what was put to it, whether or not its caller stays."""
        if self._closed:
            raise Unavailable
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self._writer.put(Call(op, answer, loop, loop.time))
        return await answer

    async def read(self, op: Callable[[Work], T]) -> T:
        if self._closed:
            raise Unavailable
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, op)

    def _read(self, op: Callable[[Work], T]) -> T:
        try:
            with self._read_engine.connect() as connection:
                return op(StoredWork(connection))
        except Exception as error:
            told = meaning(error)[1]
            raise told from (None if told is error else error)

    async def close(self) -> None:
        """What was asked before is still done."""
        if self._closed:
            return
        self._closed = True
        self._writer.end()
        await asyncio.to_thread(self._end_threads)
        self._write_engine.dispose()
        self._read_engine.dispose()
        if self._lock is not None:
            self._lock.close()

    def _end_threads(self) -> None:
        self._writer.join()
        self._threads.shutdown()
