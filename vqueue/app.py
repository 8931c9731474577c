"""The composition root: settings become adapters, adapters become a house, the house becomes a running service.

The only place with a task group, and beside `clock.py` the only one that may start a task.
"""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from aiohttp import web
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from vqueue.clock import BusinessClock, SystemChance
from vqueue.db.open import check, migrate, open_database
from vqueue.db.vault import KeyVault
from vqueue.domain.errors import Unavailable
from vqueue.domain.speech import Prompt
from vqueue.flows.book import FlowBook
from vqueue.identity.passwords import Argon2Passwords
from vqueue.live.local import LocalBoard, LocalBroadcast, LocalThrottle
from vqueue.live.redis import RedisBoard, RedisBroadcast, RedisThrottle
from vqueue.notify.sms import SmsNotifier
from vqueue.ports.database import Database
from vqueue.ports.live import Board, Broadcast, Throttle
from vqueue.services import keeping, noticing, recovering, sealing, sweeping
from vqueue.services.house import House, Line
from vqueue.services.leading import TTL_S, Leader
from vqueue.settings import Settings
from vqueue.telephony.gateway import TwilioVoice
from vqueue.telephony.twilio import TwilioTelephony
from vqueue.telephony.twiml import AudioFile
from vqueue.telephony.urls import Urls
from vqueue.telephony.webhooks import Signatures
from vqueue.web import audio
from vqueue.web.site import make_web
from vqueue.web.voice import Voice

log = structlog.get_logger(__name__)

_SHORTEST_BEAT_S = 0.2
"""However fast the business clock runs, nothing is polled more often than this (wall seconds)."""
_BOARD_S = 0.5
"""Boards are not made more often than this, however fast the business clock runs (wall seconds)."""
_STOP_S = 25
"""How long a graceful stop waits for requests under way, wall seconds."""

HOUSEKEEPING: dict[str, tuple[Callable[[House], Awaitable[None]], float]] = {
    "sweep_legs": (sweeping.sweep_legs, 5),
    "end_wrap_ups": (keeping.end_wrap_ups, 1),
    "wake_due": (keeping.wake_due, 1),
    "lapse_promises": (keeping.lapse_promises, 5),
    "close_queues": (keeping.close_queues, 15),
    "find_lost_holders": (keeping.find_lost_holders, 30),
    "recover_calls": (recovering.recover, 600),
    "seal_journal": (sealing.seal, 1),
    "send_notices": (noticing.send, 2),
}
"""What the lease holder does by the alarm clock, and how often in business seconds."""


@dataclass(frozen=True)
class Service:
    """A running service: the house for whoever works beside it, and the address it listens at."""

    house: House
    site: web.Application
    address: str


@dataclass(frozen=True)
class _Live:
    broadcast: Broadcast
    throttle: Throttle
    board: Board


@asynccontextmanager
async def serving(settings: Settings, clock: BusinessClock) -> AsyncIterator[Service]:
    """The whole service, from start to graceful stop. Raises UnsafeSetting and Unavailable before anything is open."""
    settings.check_serving()
    await _prepare_database(settings)
    async with contextlib.AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        database = open_database(settings.database, server=True)
        stack.push_async_callback(database.close)
        live = await stack.enter_async_context(_live(settings, clock))
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        house, site = await _house(settings, clock, session=session, database=database, live=live, tasks=tasks)
        address = await stack.enter_async_context(_listening(site, settings))
        runners = [tasks.create_task(work) for work in (*_loops(house, stack), *_feeds(house))]
        try:
            yield Service(house, site, address)
        finally:
            for runner in runners:
                runner.cancel()


async def _prepare_database(settings: Settings) -> None:
    """A SQLite file is made and brought up to date here; a shared database only by `vqueue db upgrade`."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if settings.database.startswith("sqlite"):
        await migrate(settings.database)
    elif await check(settings.database):
        raise Unavailable("the database is not at this version's schema: run `vqueue db upgrade`")


async def _house(
    settings: Settings,
    clock: BusinessClock,
    *,
    session: aiohttp.ClientSession,
    database: Database,
    live: _Live,
    tasks: asyncio.TaskGroup,
) -> tuple[House, web.Application]:
    chance = SystemChance()
    urls, book = Urls(settings.public_url), FlowBook.load(settings.flows_dir)
    telephony = TwilioTelephony(
        session,
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token.get_secret_value(),
        api_url=settings.twilio_api_url,
        urls=urls,
        clock=clock,
        sms_from=settings.twilio_from,
    )
    house = House(
        database=database,
        vault=KeyVault(settings.keys(), chance=chance),
        clock=clock,
        chance=chance,
        telephony=telephony,
        notifier=SmsNotifier(telephony, book.catalogue),
        broadcast=live.broadcast,
        throttle=live.throttle,
        board=live.board,
        line=await _line(settings, database),
        spawn=_spawner(tasks),
    )
    gateway = TwilioVoice(
        urls=urls, phrases=phrases(book), signatures=_signatures(settings), caller_id=settings.twilio_from
    )
    site = make_web(house, passwords=Argon2Passwords(), secure=urlsplit(settings.public_url).scheme == "https")
    audio.add_routes(site)
    Voice(house, gateway, book.flow(house.line.flow)).add_routes(site)
    return house, site


@asynccontextmanager
async def _live(settings: Settings, clock: BusinessClock) -> AsyncIterator[_Live]:
    """Broadcast, limits and boards: in this process, or shared through Redis."""
    if not settings.redis_url:
        yield _Live(LocalBroadcast(), LocalThrottle(clock), LocalBoard())
        return
    url = settings.redis_url
    async with (
        contextlib.aclosing(RedisBroadcast(url)) as broadcast,
        contextlib.aclosing(RedisThrottle(url)) as throttle,
        contextlib.aclosing(RedisBoard(url)) as board,
    ):
        yield _Live(broadcast, throttle, board)


async def _line(settings: Settings, database: Database) -> Line:
    """The bank's line: its zone is that of the queue a call arrives in."""
    queues = await database.read(lambda work: work.queues.all())
    if not queues:
        log.warning("no_queues", message="No queue yet: callers hear that we are closed. `vqueue setup` adds some.")
    first = settings.first_queue or (queues[0].id if queues else "")
    return Line(
        bank=settings.bank,
        number=settings.twilio_from,
        calls_per_second=settings.twilio_calls_per_second,
        zone=next((queue.rules.hours.zone for queue in queues if queue.id == first), "UTC"),
        first_queue=first,
    )


def _signatures(settings: Settings) -> Signatures:
    tokens = (settings.twilio_auth_token, settings.twilio_auth_token_previous)
    known = tuple(token.get_secret_value() for token in tokens if token.get_secret_value())
    return Signatures(known, settings.public_url)


def phrases(book: FlowBook) -> Callable[[Prompt, str], str | AudioFile]:
    def phrase(prompt: Prompt, language: str) -> str | AudioFile:
        words = book.phrase(prompt.key, prompt.args, language)
        return words if isinstance(words, str) else AudioFile(words.file)

    return phrase


def _spawner(tasks: asyncio.TaskGroup) -> Callable[[Coroutine[Any, Any, None]], None]:
    """Work beside the caller: its failure is logged and counted, and ends nothing else."""

    async def guarded(work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            log.exception("work beside a request failed", work=getattr(work, "__qualname__", "?"))

    def spawn(work: Coroutine[Any, Any, None]) -> None:
        tasks.create_task(guarded(work))

    return spawn


def _loops(house: House, stack: contextlib.AsyncExitStack) -> list[Coroutine[Any, Any, None]]:
    """What runs for as long as the service does."""
    scheduler = _scheduler(house)
    scheduler.start(paused=True)
    stack.callback(scheduler.shutdown, wait=False)

    def on_change(leading: bool) -> None:
        (scheduler.resume if leading else scheduler.pause)()

    holder = f"{socket.gethostname()}:{os.getpid()}:{house.chance.id('p')}"
    leader = Leader(house=house, holder=holder, on_change=on_change)
    stack.push_async_callback(leader.release)
    woken = asyncio.Event()
    return [
        _again(leader.renew, TTL_S / 3),
        _wake(house, woken),
        _again(leader.tick, _beat(house, 1.0), woken),
        _again(leader.publish, max(_BOARD_S, _beat(house, 1.0))),
    ]


def _feeds(house: House) -> list[Coroutine[Any, Any, None]]:
    """What an adapter needs running beside the service: with Redis, the one connection that hears broadcasts."""
    return [house.broadcast.run()] if isinstance(house.broadcast, RedisBroadcast) else []


def _beat(house: House, seconds: float) -> float:
    return max(_SHORTEST_BEAT_S, seconds / house.clock.speed)


async def _again(work: Callable[[], Awaitable[None]], every_s: float, woken: asyncio.Event | None = None) -> None:
    """For ever: the work, then a pause of wall seconds that a nudge cuts short. A failure is only logged."""
    event = woken or asyncio.Event()
    while True:
        event.clear()
        try:
            await work()
        except Exception:
            log.exception("a loop's round failed", work=getattr(work, "__qualname__", "?"))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(every_s):
                await event.wait()


async def _wake(house: House, woken: asyncio.Event) -> None:
    """Turns "something changed" into a tick at once."""
    async for _ in house.broadcast.listen("dispatch"):
        woken.set()


def _scheduler(house: House) -> AsyncIOScheduler:
    """The alarm clock for housekeeping: in memory, paused until this process leads, never a holder of truth."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a round that is still running is no news
    for name, (work, every_s) in HOUSEKEEPING.items():
        seconds = _beat(house, every_s)
        scheduler.add_job(_guarded(work), "interval", [house], seconds=seconds, id=name, max_instances=1, coalesce=True)
    return scheduler


def _guarded(work: Callable[[House], Awaitable[None]]) -> Callable[[House], Awaitable[None]]:
    async def run(house: House) -> None:
        try:
            await work(house)
        except asyncio.CancelledError:
            log.debug("housekeeping was cut short by the stop", work=work.__name__)
        except Unavailable as down:
            log.warning("housekeeping waits: a part is down", work=work.__name__, reason=str(down))
        except Exception:
            log.exception("housekeeping failed", work=work.__name__)

    return run


@asynccontextmanager
async def _listening(site: web.Application, settings: Settings) -> AsyncIterator[str]:
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=_STOP_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        port = runner.addresses[0][1]
        yield f"http://{settings.host}:{port}"
    finally:
        await runner.cleanup()
