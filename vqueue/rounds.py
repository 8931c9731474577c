"""What runs again and again beside the requests: the loops, the alarm clock of housekeeping, and how rounds went.

It makes the work; the one task group, in `vqueue.app`, runs it.
"""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from vqueue.domain.errors import Unavailable
from vqueue.ports.metrics import Meter
from vqueue.services import (
    calibrating,
    delivering,
    desk_open,
    foreseeing,
    keeping,
    noticing,
    purging,
    recovering,
    ruling,
    sealing,
    studying,
    sweeping,
    switching,
)
from vqueue.services.house import House
from vqueue.services.leading import TTL_S, Leader

log = structlog.get_logger(__name__)

_SHORTEST_BEAT_S = 0.2
"""However fast the business clock runs, nothing is polled more often than this (wall seconds)."""
_BOARD_S = 0.5
"""Boards are not made more often than this, however fast the business clock runs (wall seconds)."""
_LATE_S = 4
"""How long a graceful stop waits for what requests left behind (calls being placed, hang-ups), wall seconds."""
_LAG_S = 0.5
"""How often the event loop's lag is felt, wall seconds."""

HOUSEKEEPING: dict[str, tuple[Callable[[House], Awaitable[None]], float]] = {
    "sweep_legs": (sweeping.sweep_legs, 5),
    "end_wrap_ups": (keeping.end_wrap_ups, 1),
    "wake_due": (keeping.wake_due, 1),
    "lapse_desks": (desk_open.lapse, 5),
    "lapse_promises": (keeping.lapse_promises, 5),
    "calibrate": (calibrating.learn, 20),
    "close_queues": (keeping.close_queues, 15),
    "find_lost_holders": (keeping.find_lost_holders, 30),
    "recover_calls": (recovering.recover, 600),
    "seal_journal": (sealing.seal, 1),
    "send_notices": (noticing.send, 2),
    "deliver_webhooks": (delivering.deliver, 1),
    "bury_strays": (delivering.bury_strays, 600),
    "lapse_switches": (switching.lapse, 1),
    "publish_rules": (ruling.come_due, 1),
    "count_half_hours": (foreseeing.look, 60),
    "foresee": (foreseeing.foresee, 60),
    "purge": (purging.purge, 3600),
    "study": (studying.study, 86_400),
}
"""What the lease holder does by the alarm clock, and how often in business seconds."""


@dataclass(kw_only=True)
class Rounds:
    """One process's rounds. Only the holder of the lease dispatches and keeps house."""

    house: House
    meter: Meter
    leader: Leader = field(init=False)
    _scheduler: AsyncIOScheduler = field(init=False)

    def __post_init__(self) -> None:
        self._scheduler = _scheduler(self.house, self.meter)
        self._scheduler.start(paused=True)
        holder = f"{socket.gethostname()}:{os.getpid()}:{self.house.chance.id('p')}"
        self.leader = Leader(house=self.house, holder=holder, on_change=self._on_change)

    def _on_change(self, leading: bool) -> None:
        (self._scheduler.resume if leading else self._scheduler.pause)()

    def loops(self) -> list[Coroutine[Any, Any, None]]:
        """What runs for as long as the service does."""
        woken, beat = asyncio.Event(), _beat(self.house, 1.0)
        return [
            again(self._renew, TTL_S / 3, self.meter),
            _wake(self.house, woken),
            again(self.leader.tick, beat, self.meter, woken),
            again(self.leader.publish, max(_BOARD_S, beat), self.meter),
            feel(self.meter),
        ]

    async def _renew(self) -> None:
        await self.leader.renew()
        self.meter.lead(self.leader.lease.epoch if self.leader.lease else None)

    async def leave(self) -> None:
        """Keeps house no more and hands the lease back, once the loops have ended. Asking again changes nothing."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        held, over = self.leader.lease is not None, self.leader.over
        try:
            await self.leader.release()
        except Unavailable:
            log.warning("lease_kept", message="The lease could not be handed back; it runs out by itself.")
        else:
            if not over:
                log.info("lease_handed_back", message="Another process may lead.", held=held)
        self.meter.lead(None)


class Beside:
    """Work beside the callers: its failure is logged and ends nothing else."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._tasks.create_task(self._guarded(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            log.exception("work beside a request failed", work=getattr(work, "__qualname__", "?"))

    async def end(self) -> None:
        """What is under way has a while to end; what is left is cut off, and settled by the next leader's sweep."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=_LATE_S)
            for task in late:
                task.cancel()


def _beat(house: House, seconds: float) -> float:
    return max(_SHORTEST_BEAT_S, seconds / house.clock.speed)


async def again(
    work: Callable[[], Awaitable[None]], every_s: float, meter: Meter, woken: asyncio.Event | None = None
) -> None:
    """For ever: the work, then a pause of wall seconds that a nudge cuts short. A failure is logged and counted."""
    event, name, loop = woken or asyncio.Event(), work.__name__.strip("_"), asyncio.get_running_loop()
    while True:
        event.clear()
        began, failed = loop.time(), False
        try:
            await work()
        except Exception:
            failed = True
            log.exception("a loop's round failed", work=getattr(work, "__qualname__", "?"))
        meter.round(name, seconds=loop.time() - began, failed=failed)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(every_s):
                await event.wait()


async def feel(meter: Meter) -> None:
    """For ever: how much later than asked a pause ends, which is what every request waits besides."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _LAG_S
        await asyncio.sleep(_LAG_S)
        meter.lag(max(0.0, loop.time() - due))


async def _wake(house: House, woken: asyncio.Event) -> None:
    """Turns "something changed" into a tick at once."""
    async for _ in house.broadcast.listen("dispatch"):
        woken.set()


def _scheduler(house: House, meter: Meter) -> AsyncIOScheduler:
    """The alarm clock for housekeeping: in memory, paused until this process leads, never a holder of truth."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a round that is still running is no news
    for name, (work, every_s) in HOUSEKEEPING.items():
        seconds, round_ = _beat(house, every_s), _guarded(name, work, meter)
        scheduler.add_job(round_, "interval", [house], seconds=seconds, id=name, max_instances=1, coalesce=True)
    return scheduler


def _guarded(
    name: str, work: Callable[[House], Awaitable[None]], meter: Meter
) -> Callable[[House], Coroutine[Any, Any, None]]:
    async def run(house: House) -> None:
        began, failed = house.clock.wall(), True
        try:
            await work(house)
            failed = False
        except asyncio.CancelledError:
            failed = False
            log.debug("housekeeping was cut short by the stop", work=name)
        except Unavailable as down:
            log.warning("housekeeping waits: a part is down", work=name, reason=str(down))
        except Exception:
            log.exception("housekeeping failed", work=name)
        meter.round(name, seconds=house.clock.wall() - began, failed=failed)

    return run
