"""The composition root: settings become adapters, adapters become a house, the house becomes a running service.

The only place with a task group, and beside `clock.py` the only one that may start a task.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from aiohttp import web

from vqueue.clock import BusinessClock, SystemChance
from vqueue.credentials import customer_tokens, desk_wishes, other_sites, staff_issuer
from vqueue.db.open import check, migrate, open_database
from vqueue.db.vault import KeyVault
from vqueue.domain.errors import Unavailable
from vqueue.domain.speech import Prompt
from vqueue.flows.book import FlowBook
from vqueue.identity.oidc import OidcIssuer
from vqueue.identity.passwords import Argon2Passwords
from vqueue.learning.correcting import TreesAtWork
from vqueue.learning.training import BesideTrainer
from vqueue.live.local import LocalBoard, LocalBroadcast, LocalThrottle
from vqueue.live.redis import RedisBoard, RedisBroadcast, RedisThrottle
from vqueue.notify.sms import SmsNotifier
from vqueue.outward import Outward, reaching_out
from vqueue.ports.database import Database
from vqueue.ports.lines import PinRule
from vqueue.ports.live import Board, Broadcast, Throttle
from vqueue.rehearser import PoolRehearser
from vqueue.rounds import HOUSEKEEPING, Beside, Rounds
from vqueue.services.house import House, Line
from vqueue.services.measuring import MeasuredDatabase, MeasuredTelephony
from vqueue.settings import Settings
from vqueue.telephony.gateway import TwilioVoice
from vqueue.telephony.twilio import TwilioTelephony
from vqueue.telephony.twiml import AudioFile
from vqueue.telephony.urls import Urls
from vqueue.telephony.webhooks import Signatures
from vqueue.web import audio
from vqueue.web.health import Health
from vqueue.web.proxies import Proxies
from vqueue.web.site import make_web
from vqueue.web.voice import Voice
from vqueue.web.watching import Watch
from vqueue.wording import Catalogue

__all__ = ["HOUSEKEEPING", "Service", "phrases", "serving"]

log = structlog.get_logger(__name__)

_STOP_S = 8
"""How long a graceful stop waits for requests under way, wall seconds; as long again for one that will not end."""


@dataclass(frozen=True)
class Service:
    """A running service: the house for whoever works beside it, and the address it listens at.

    `drain` tells load balancers to send nothing new, hands the lease over, and waits so many wall seconds for both to
    be heard; requests are answered all the while.
    """

    house: House
    site: web.Application
    address: str
    drain: Callable[[float], Awaitable[None]]


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
        beside = Beside(tasks)
        stack.push_async_callback(beside.end)
        watch = _watch(settings, live)
        reach = await stack.enter_async_context(_reach(settings, clock, session))
        house, site = await _house(
            settings, clock, reach=reach, session=session, database=database, live=live, beside=beside, watch=watch
        )
        stack.callback(house.rehearser.close)
        if house.reckoner is not None:
            stack.callback(house.reckoner.shutdown, wait=False, cancel_futures=True)
        address = await stack.enter_async_context(_listening(site, settings, house, watch))
        rounds = Rounds(house=house, meter=watch.metrics)
        stack.push_async_callback(rounds.leave)
        loops = [tasks.create_task(work) for work in rounds.loops()]
        feeds = [tasks.create_task(work) for work in _feeds(house)]

        async def drain(seconds: float) -> None:
            watch.health.leaving.set()
            await _ended(loops)
            await rounds.leave()
            await asyncio.sleep(seconds)

        try:
            yield Service(house, site, address, drain)
        finally:
            watch.health.leaving.set()
            await _ended([*loops, *feeds])


async def _ended(runners: list[asyncio.Task[None]]) -> None:
    for runner in runners:
        runner.cancel()
    if runners:
        await asyncio.wait(runners)


def _watch(settings: Settings, live: _Live) -> Watch:
    health = Health(redis=live.board.answers) if isinstance(live.board, RedisBoard) else Health()
    return Watch(
        health=health,
        proxies=Proxies.of(settings.trusted_proxies),
        metrics_token=settings.metrics_token.get_secret_value(),
        metrics_here=not settings.metrics_port,
    )


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
    reach: Outward,
    session: aiohttp.ClientSession,
    database: Database,
    live: _Live,
    beside: Beside,
    watch: Watch,
) -> tuple[House, web.Application]:
    chance = SystemChance()
    vault = KeyVault(settings.keys(), chance=chance)
    book = FlowBook.load(settings.flows_dir)
    telephony = MeasuredTelephony(telephony=_provider(settings, clock, session), meter=watch.metrics)
    house = House(
        database=MeasuredDatabase(database=database, meter=watch.metrics, wall=clock.wall),
        vault=vault,
        clock=clock,
        chance=chance,
        telephony=telephony,
        notifier=SmsNotifier(telephony, book.catalogue),
        broadcast=live.broadcast,
        throttle=live.throttle,
        board=live.board,
        line=await _line(settings, database),
        spawn=beside.spawn,
        conversation_days=settings.conversation_days,
        rehearser=PoolRehearser(processes=settings.rehearsal_processes),
        trainer=BesideTrainer(),
        correctors=TreesAtWork(),
        reckoner=ThreadPoolExecutor(1, thread_name_prefix="estimate"),
        passwords=Argon2Passwords(),
        tokens=customer_tokens(settings, session=session, clock=clock, vault=vault),
    )
    house = reach.given_to(house, settings.public_url)
    issuer = staff_issuer(settings, session=session, clock=clock)
    return house, _site(house, settings, book=book, watch=watch, issuer=issuer)


def _provider(settings: Settings, clock: BusinessClock, session: aiohttp.ClientSession) -> TwilioTelephony:
    return TwilioTelephony(
        session,
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token.get_secret_value(),
        api_url=settings.twilio_api_url,
        urls=Urls(settings.public_url),
        clock=clock,
        sms_from=settings.twilio_from,
    )


def _site(
    house: House, settings: Settings, *, book: FlowBook, watch: Watch, issuer: OidcIssuer | None
) -> web.Application:
    urls, signatures = Urls(settings.public_url), _signatures(settings)
    gateway = TwilioVoice(urls=urls, phrases=phrases(book), signatures=signatures, caller_id=settings.twilio_from)
    site = make_web(
        house,
        passwords=house.passwords,
        secure=urlsplit(settings.public_url).scheme == "https",
        watch=watch,
        issuer=issuer,
        local=settings.local_sign_in,
        origins=other_sites(settings),
        wishes=desk_wishes(settings),
    )
    audio.add_routes(site)
    Voice(house, gateway, book.flow(house.line.flow)).add_routes(site)
    return site


def _reach(
    settings: Settings, clock: BusinessClock, session: aiohttp.ClientSession
) -> contextlib.AbstractAsyncContextManager[Outward]:
    catalogue = Catalogue.load()
    return reaching_out(settings, session=session, clock=clock, chance=SystemChance(), catalogue=catalogue)


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
        pins=PinRule(settings.agent_pins),
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


def _feeds(house: House) -> list[Coroutine[Any, Any, None]]:
    """What an adapter needs running beside the service: with Redis, the one connection that hears broadcasts."""
    return [house.broadcast.run()] if isinstance(house.broadcast, RedisBroadcast) else []


@asynccontextmanager
async def _listening(site: web.Application, settings: Settings, house: House, watch: Watch) -> AsyncIterator[str]:
    """The doors are open; at the end those under way are answered first. The address of the main one."""
    async with contextlib.AsyncExitStack() as doors:
        if not watch.metrics_here:
            own = web.Application()
            watch.exposition(house).add_to(own)
            await _door(doors, own, settings.host, settings.metrics_port)
        port = await _door(doors, site, settings.host, settings.port)
        yield f"http://{settings.host}:{port}"


async def _door(doors: contextlib.AsyncExitStack, app: web.Application, host: str, port: int) -> int:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_STOP_S)
    await runner.setup()
    doors.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, host, port).start()
    return int(runner.addresses[0][1])
