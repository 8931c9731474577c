"""Serves past days again in processes of their own, so that the service never waits for it."""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from vqueue.domain.errors import Unavailable
from vqueue.domain.past_day import PastDay
from vqueue.domain.rehearsal import Findings
from vqueue.domain.rules import Rules
from vqueue.simulator.rehearsing import Rehearsing, Stopped, Task

TELL_EVERY_S = 1.0


@dataclass(kw_only=True)
class PoolRehearser:
    """`ports.rehearsals.Rehearser`. `processes` at once; 0 = in this process, in a thread of its own."""

    processes: int
    _rehearsing: Rehearsing = field(init=False)
    _thread: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self._rehearsing = Rehearsing(processes=self.processes)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="rehearsal")

    async def findings(
        self, days: tuple[PastDay, ...], *, in_force: Rules, draft: Rules, repetitions: int
    ) -> AsyncGenerator[float | Findings, None]:
        task = Task(days=days, in_force=in_force, draft=draft, repetitions=repetitions)
        shares = [0.0]
        work = asyncio.get_running_loop().run_in_executor(
            self._thread, self._rehearsing.findings, task, lambda share: shares.append(share)
        )
        try:
            while not (await asyncio.wait({work}, timeout=TELL_EVERY_S))[0]:
                shares[:] = shares[-1:]
                yield shares[0]
            yield work.result()
        except Stopped:
            raise Unavailable("the rehearsal was ended") from None
        finally:
            if not work.done():
                self._rehearsing.stop()
                work.add_done_callback(_expected)

    def close(self) -> None:
        self._rehearsing.stop()
        self._thread.shutdown(wait=False, cancel_futures=True)


def _expected(stopped: "asyncio.Future[Findings]") -> None:
    """Nobody waits for work that was asked to stop: what became of it is no news."""
    if not stopped.cancelled():
        stopped.exception()
