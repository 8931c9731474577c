"""Two replicas, their database, their Redis and their telephone network, and the ways to hurt them."""

import asyncio
import base64
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp

from tests.replicas.front import Front, standing
from tests.servers.process import answers, free_port
from tests.servers.redis import find_binary
from tests.stories.bank import AGENT_PROGRAM, NUMBER, ROOT, RULES
from tests.stories.network import ACCOUNT, AUTH_TOKEN, Network, NetworkProcess
from vqueue.clock import BusinessClock, SystemChance
from vqueue.db.open import open_database
from vqueue.db.vault import KeyVault
from vqueue.domain.agent import AddressKind, Agent, Presence
from vqueue.domain.ids import AgentId
from vqueue.domain.rules import Queue
from vqueue.ports.database import Database, Work
from vqueue.services.leading import SHARD

KEY = base64.b64encode(b"k" * 32).decode()
PATIENCE_S = 150.0
"""Wall seconds in which what must happen has to have happened."""


class Redis:
    """A Redis on one port, that can be ended without a word and come back empty."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        binary = Path(tempfile.mkdtemp(prefix="vq-redis-")) / "server"
        binary.write_bytes(find_binary().read_bytes())
        binary.chmod(0o755)
        flags = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = _launched([str(binary), *flags])
        await until(lambda: answers(self.port), what="Redis is up")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def _launched(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@dataclass
class Replica:
    """One process of the service."""

    told: dict[str, Any]
    url: str
    process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        command = [sys.executable, "-m", "tests.replicas.replica", json.dumps(self.told)]
        self.process = _launched(command)
        await until(lambda: answers(self.told["settings"]["port"]), what="a replica is up")

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def kill(self) -> None:
        """Ends it without a word."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def send(self, what: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(what)


@dataclass
class Twins:
    """Everything together."""

    database: Database
    vault: KeyVault
    clock: BusinessClock
    network: Network
    front: Front
    redis: Redis
    replicas: list[Replica] = field(default_factory=list)

    async def leader(self) -> Replica:
        """The replica that holds the lease now."""
        found: list[Replica] = []

        async def led() -> bool:
            holder = await self.database.read(lambda work: work.leases.holder(SHARD))
            found[:] = [one for one in self.replicas if holder and f":{one.pid}:" in holder]
            return bool(found)

        await until(led, what="one of the replicas leads")
        return found[0]

    async def follower(self) -> Replica:
        leader = await self.leader()
        return next(one for one in self.replicas if one is not leader)

    async def hire(self, name: str, number: str) -> None:
        agent = Agent(
            id=AgentId(name), name=name.title(), address_kind=AddressKind.PHONE,
            address=replace(self.vault.seal(number), index=self.vault.index(number)), skills={"cards": 5},
            languages=("en",), presence=Presence.READY, since=self.clock.now(), idle_since=self.clock.now(),
        )  # fmt: skip
        await self.network.person(number, **AGENT_PROGRAM)
        await self.database.transact(lambda work: work.agents.insert(agent))


async def until(so: Callable[[], Any], *, what: str) -> None:
    """Returns once it is so; `so` may be a coroutine function."""
    limit = time.monotonic() + PATIENCE_S
    while True:
        now = so()
        if await now if asyncio.iscoroutine(now) else now:
            return
        assert time.monotonic() < limit, f"it did not happen: {what}"
        await asyncio.sleep(0.05)


def found(work: Work) -> None:
    for name in ("general", "cards", "payments"):
        work.queues.insert(Queue(id=name, names={"en": name.title()}, rules=RULES))


@asynccontextmanager
async def opened(process: NetworkProcess, database_url: str) -> AsyncIterator[Twins]:
    """Two replicas up and serving the bank's number on an empty, migrated PostgreSQL."""
    clock = BusinessClock(start=process.start, monotonic=process.monotonic, speed=process.speed)
    database, redis = open_database(database_url), Redis()
    await redis.start()
    await database.transact(found)
    async with aiohttp.ClientSession() as session, standing(free_port()) as front:
        network = Network(process, session)
        vault = KeyVault((KEY,), chance=SystemChance())
        twins = Twins(database, vault, clock, network, front, redis)
        for _ in range(2):
            twins.replicas.append(_replica(process, front.url, database_url, redis.url))
        try:
            await asyncio.gather(*(one.start() for one in twins.replicas))
            front.replicas = [one.url for one in twins.replicas]
            await _route(network, front.url)
            yield twins
        finally:
            for one in twins.replicas:
                one.kill()
            redis.kill()
            await database.close()


async def _route(network: Network, base: str) -> None:
    routes = {
        "voice_url": f"{base}/voice/inbound",
        "fallback_url": f"{base}/voice/fallback",
        "status_url": f"{base}/voice/status/inbound",
    }
    await network.put(f"/sandbox/numbers/{NUMBER.replace('+', '%2B')}", routes)
    await network.put("/sandbox/faults", {"faults": []})
    await network.hang_up_all()
    await network.begin()


def _replica(process: NetworkProcess, public_url: str, database_url: str, redis_url: str) -> Replica:
    port = free_port()
    settings = {
        "data_dir": tempfile.mkdtemp(prefix="vq-replica-"),
        "database_url": database_url,
        "redis_url": redis_url,
        "public_url": public_url,
        "port": port,
        "first_queue": "general",
        "flows_dir": str(ROOT / "ivr_flows"),
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": AUTH_TOKEN,
        "twilio_api_url": process.url,
        "twilio_from": NUMBER,
        "twilio_calls_per_second": 1000,
        "data_keys": KEY,
    }
    clock = {"start": process.start.isoformat(), "monotonic": process.monotonic, "speed": process.speed}
    return Replica({"settings": settings, "clock": clock}, f"http://127.0.0.1:{port}")
