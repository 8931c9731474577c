"""Looking at the world: database, Redis, disk, the public address. What cannot be seen is a fact with its reason."""

import asyncio
import os
import resource
import shutil
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from vqueue.clock import BusinessClock, SystemChance
from vqueue.db.open import check, current, open_database
from vqueue.db.sqlite_files import file_of
from vqueue.db.vault import KeyVault
from vqueue.doctor.asking import WITHIN_S, ask, reason_of
from vqueue.doctor.facts import DatabaseFacts, DiskFacts, Facts, RedisFacts
from vqueue.doctor.provider import look_at_provider
from vqueue.domain.agent import Agent
from vqueue.domain.errors import Refusal
from vqueue.domain.rules import Queue
from vqueue.ports.database import Work
from vqueue.settings import Settings, UnsafeSetting
from vqueue.telephony.twiml import VOICES
from vqueue.wording.languages import voice

TRIED = 200
"""Stored secrets that are tried with the keys."""


async def look(settings: Settings) -> Facts:
    """Everything the doctor judges, seen once."""
    database = await look_at_database(settings)
    async with aiohttp.ClientSession() as http:
        public, provider = await asyncio.gather(
            ask(http, f"{settings.public_url}/healthz"), look_at_provider(http, settings, database.countries)
        )
    return Facts(
        database=database,
        public=public,
        provider=provider,
        disk=look_at_disk(settings.data_dir),
        open_files=resource.getrlimit(resource.RLIMIT_NOFILE)[1],
        redis=await look_at_redis(settings.redis_url) if settings.redis_url else None,
        voices=spoken(database.languages),
    )


def spoken(languages: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The voice of each language that the queues speak, or of all there are."""
    tags = sorted({voice(language) for language in languages}) or sorted(VOICES)
    return tuple((tag, VOICES.get(tag, "")) for tag in tags)


async def look_at_database(settings: Settings) -> DatabaseFacts:
    address = make_url(settings.database)
    kind = "SQLite" if address.get_backend_name() == "sqlite" else "PostgreSQL"
    try:
        if kind == "SQLite" and not file_of(address).exists():
            return DatabaseFacts(kind=kind, empty=True)
        async with asyncio.timeout(3 * WITHIN_S):
            return await _inside(settings, kind)
    except (Refusal, OSError, ValueError, TimeoutError) as failure:
        return DatabaseFacts(kind=kind, reason=reason_of(failure))
    except Exception as failure:  # the driver's own errors have no common root
        return DatabaseFacts(kind=kind, reason=type(failure).__name__)


async def _inside(settings: Settings, kind: str) -> DatabaseFacts:
    if await current(settings.database) is None:
        return DatabaseFacts(kind=kind, empty=True)
    differences = tuple(await check(settings.database))
    skew_s = await _database_skew_s(settings.database) if kind == "PostgreSQL" else None
    if differences:
        return DatabaseFacts(kind=kind, differences=differences, skew_s=skew_s)
    database = open_database(settings.database)
    try:
        queues, agents = await database.read(_seen)
    finally:
        await database.close()
    sealed, opened = _tried(settings, agents)
    return DatabaseFacts(
        kind=kind,
        skew_s=skew_s,
        queues=len(queues),
        countries=tuple(sorted({code for queue in queues for code in queue.rules.numbers.countries})),
        languages=tuple(sorted({language for queue in queues for language in queue.rules.languages})),
        sealed=sealed,
        opened=opened,
    )


def _seen(work: Work) -> tuple[list[Queue], list[Agent]]:
    return work.queues.all(), work.agents.all()[:TRIED]


def _tried(settings: Settings, agents: list[Agent]) -> tuple[int, int]:
    """(secrets stored, secrets that open with our keys)."""
    try:
        vault = KeyVault(settings.keys(), chance=SystemChance())
    except (UnsafeSetting, ValueError):
        return len(agents), 0
    return len(agents), sum(_opens(vault, agent) for agent in agents)


def _opens(vault: KeyVault, agent: Agent) -> bool:
    try:
        return bool(vault.open(agent.address))
    except ValueError:
        return False


async def _database_skew_s(url: str) -> float:
    """The database's clock minus ours, as of the middle of the question."""
    engine, clock = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg")), BusinessClock()
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
            before = clock.now()
            told: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
            after = clock.now()
    finally:
        await engine.dispose()
    return (told.astimezone(UTC) - (before + (after - before) / 2)).total_seconds()


async def look_at_redis(url: str) -> RedisFacts:
    clock = BusinessClock()
    try:
        redis: Redis = Redis.from_url(url, socket_timeout=WITHIN_S, socket_connect_timeout=WITHIN_S)
        async with redis:
            told = await redis.info("server")
            began = clock.wall()
            await redis.get("vqueue:doctor")
            return RedisFacts(seconds=clock.wall() - began, version=str(told.get("redis_version", "")))
    except (RedisError, OSError, ValueError) as failure:
        return RedisFacts(reason=type(failure).__name__)


def look_at_disk(folder: Path) -> DiskFacts:
    """Of the folder, or of what will hold it."""
    place = folder.resolve()
    while not place.exists():
        place = place.parent
    usage = shutil.disk_usage(place)
    return DiskFacts(folder=str(folder), free=usage.free, total=usage.total, writable=os.access(place, os.W_OK))
