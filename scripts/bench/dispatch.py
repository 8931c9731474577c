#!/usr/bin/env python3
"""How long from "an agent is ready" until the creation of his call leaves: 100 agents, 1,000 waiting, both databases.

The service is the real one; the provider is a local stub that notes when each POST arrives and answers 201. Beside it,
in the same run, the time one bare POST takes to the same stub, so that the figure can be read as a ratio.
With `--closed` the bank has a day behind it: so many closed requests, and a fifth as many moves of its agents.

    .venv/bin/python -m scripts.bench.dispatch [--agents 100] [--waiting 1000] [--closed 40000] [--rounds 200]
        [--database URL]
"""

import argparse
import asyncio
import base64
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import aiohttp
from aiohttp import web
from pydantic import SecretStr

from scripts.bench.history import lived_through
from vqueue.app import Service, serving
from vqueue.clock import BusinessClock
from vqueue.db.open import migrate
from vqueue.domain.agent import AddressKind, Agent, Presence
from vqueue.domain.ids import AgentId, QueueId, RequestId
from vqueue.domain.phone import Phone
from vqueue.domain.request import Channel, Mode, Request, State
from vqueue.domain.rules import CallingWindows, Hours, Queue, Rules
from vqueue.services import presence
from vqueue.services.clerk import Clerk
from vqueue.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
ALWAYS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), (("00:00", "24:00"),))
RULES = Rules(hours=Hours(week=ALWAYS), calling_windows=CallingWindows(week=ALWAYS))
ACCOUNT = "AC" + "0" * 31 + "7"


class Provider:
    """Answers every created call at once and remembers when it came, by the number called."""

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}
        self.count = 0
        self.stirred = asyncio.Event()

    async def create(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.arrived[str(form.get("To", ""))] = time.perf_counter()
        self.count += 1
        self.stirred.set()
        body = {"sid": f"CA{self.count:032x}", "status": "queued", "to": form.get("To"), "from": form.get("From")}
        return web.json_response(body, status=201)

    async def other(self, request: web.Request) -> web.Response:
        return web.json_response({"sid": "CA" + "0" * 32, "status": "completed"})


def customer(service: Service, number: int) -> Request:
    now = service.house.clock.now()
    phone = service.house.vault.seal_phone(Phone(f"+4420794{number:05d}"))
    return Request(
        id=RequestId(f"rq_bench{number:08d}"),
        queue=QueueId("general"),
        mode=Mode.CALLBACK,
        channel=Channel.IVR,
        state=State.WAITING,
        virtual_start=now - timedelta(seconds=10_000 - number),
        created_at=now,
        bucket="/en",
        phone=phone,
        zone="Europe/London",
        country="GB",
    )


def agent(service: Service, number: int) -> Agent:
    return Agent(
        id=AgentId(f"agent{number}"),
        name=f"Agent {number}",
        address_kind=AddressKind.CLIENT,
        address=service.house.vault.seal(f"client:agent{number}"),
        skills={"general": 5},
        languages=("en",),
        presence=Presence.AWAY,
        since=service.house.clock.now(),
    )


def fill(clerk: Clerk, agents: list[Agent], customers: list[Request]) -> None:
    clerk.work.queues.insert(Queue(id="general", names={"en": "General"}, rules=RULES))
    for one in agents:
        clerk.work.agents.insert(one)
    for request in customers:
        clerk.work.requests.insert(request)


async def measure(service: Service, provider: Provider, *, agents: int, rounds: int) -> list[float]:
    """Seconds from the request to be ready until the call of that agent arrived, one agent at a time."""
    taken = []
    for number in range(min(agents, rounds)):
        address = f"client:agent{number}"
        start = time.perf_counter()
        await presence.ask(service.house, AgentId(f"agent{number}"), Presence.READY, reason="bench")
        while address not in provider.arrived:
            provider.stirred.clear()
            await asyncio.wait_for(provider.stirred.wait(), 10)
        taken.append(provider.arrived[address] - start)
    return taken


async def bare(url: str, rounds: int) -> list[float]:
    """What one POST alone costs."""
    taken = []
    async with aiohttp.ClientSession() as session:
        for _ in range(rounds):
            start = time.perf_counter()
            async with session.post(url, data={"To": "bare", "From": "+442079460100"}) as answer:
                await answer.read()
            taken.append(time.perf_counter() - start)
    return taken


def line(name: str, taken: list[float], base: float) -> str:
    cuts = statistics.quantiles(taken, n=100)
    p50, p99 = cuts[49], cuts[98]
    return f"{name:<28} p50 {p50 * 1e3:7.2f} ms   p99 {p99 * 1e3:7.2f} ms   p50 ÷ bare POST {p50 / base:6.1f}"


async def run(told: argparse.Namespace, folder: Path, report: Callable[[str], None]) -> None:
    provider = Provider()
    app = web.Application()
    app.router.add_post("/2010-04-01/Accounts/{account}/Calls.json", provider.create)
    app.router.add_route("*", "/{rest:.*}", provider.other)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    settings = Settings(
        _env_file=None,
        data_dir=folder,
        database_url=told.database or "",
        public_url="http://127.0.0.1:1",
        port=0,
        first_queue="general",
        flows_dir=ROOT / "ivr_flows",
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=SecretStr("bench"),
        twilio_api_url=url,
        twilio_from="+442079460100",
        twilio_calls_per_second=100_000,
        data_keys=SecretStr(base64.b64encode(b"k" * 32).decode()),
    )
    if told.database:
        await migrate(told.database)
    try:
        async with serving(settings, BusinessClock(start=datetime(2026, 11, 24, 10, tzinfo=UTC))) as service:
            people = [agent(service, number) for number in range(told.agents)]
            line_up = [customer(service, number) for number in range(told.waiting)]
            await service.house.act(partial(fill, agents=people, customers=line_up))
            await lived_through(
                service.house.database,
                queue="general",
                agents=people,
                closed=told.closed,
                moves=told.closed // 5,
                now=service.house.clock.now(),
            )
            await asyncio.sleep(3)  # the lease is taken, the first boards are made
            posts = await bare(f"{url}/2010-04-01/Accounts/{ACCOUNT}/Calls.json", 200)
            taken = await measure(service, provider, agents=told.agents, rounds=told.rounds)
            base = statistics.median(posts)
            report(f"{told.agents} agents, {told.waiting} waiting, {told.closed} closed, {len(taken)} rounds")
            report(line("bare POST", posts, base))
            report(line("ready until POST arrives", taken, base))
    finally:
        await runner.cleanup()


def main() -> None:
    flags = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    flags.add_argument("--agents", type=int, default=100)
    flags.add_argument("--waiting", type=int, default=1000)
    flags.add_argument("--closed", type=int, default=0)
    flags.add_argument("--rounds", type=int, default=100)
    flags.add_argument("--database", help="a PostgreSQL address; SQLite in a temporary folder by default")
    told = flags.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(told, Path(folder), print))


if __name__ == "__main__":
    main()
