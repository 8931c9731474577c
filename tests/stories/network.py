"""The telephone network, and what a story does with it over HTTP alone."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.stories.day import Day, DayAlarms, DayLeader, NetworkClock, Ops, Questions, ServiceClock
from vqueue import rounds
from vqueue.clock import BusinessClock
from vqueue.ports.metrics import Meter
from vqueue.sandbox.app import make_app
from vqueue.sandbox.config import Config
from vqueue.sandbox.rest_frame import NETWORK
from vqueue.sandbox.signing import Signer
from vqueue.services.house import House

ACCOUNT = "AC" + "0" * 31 + "5"
AUTH_TOKEN = "stories-token"
BEAT_S = 0.05
"""Wall seconds between two looks at whether the day asks for a tick or a board."""
PATIENCE_S = 150.0
"""Wall seconds a story waits for something that has to happen: long, for a machine that does much else."""


@dataclass(frozen=True)
class NetworkProcess:
    """A started sandbox: its address and the clock it shares with the service."""

    process: subprocess.Popen[bytes]
    url: str
    start: datetime
    monotonic: float
    speed: float

    @classmethod
    def launch(cls, *, start: datetime, speed: float) -> "NetworkProcess":
        monotonic = time.monotonic()
        ready = Path(tempfile.mkdtemp(prefix="vq-net-")) / "ready.json"
        flags = ["--port", "0", "--account-sid", ACCOUNT, "--auth-token", AUTH_TOKEN, "--speed", str(speed)]
        flags += ["--clock-start", start.isoformat(), "--clock-monotonic", str(monotonic), "--calls-per-second", "1000"]
        command = [sys.executable, "-m", "vqueue.sandbox", *flags, "--ready-file", str(ready), "--seed", "1"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ.copy())
        limit = time.monotonic() + PATIENCE_S
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > limit:
                raise RuntimeError("the telephone network did not start")
            time.sleep(0.02)
        return cls(process, json.loads(ready.read_text())["url"], start, monotonic, speed)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)

    async def pause(self) -> None:
        await asyncio.sleep(0.03)

    def keeping_house(self) -> AbstractContextManager[None]:
        return nullcontext()

    def clock(self) -> BusinessClock:
        return BusinessClock(start=self.start, monotonic=self.monotonic, speed=self.speed)

    def working(self) -> AbstractContextManager[None]:
        return nullcontext()

    def joined(self, house: House) -> AbstractAsyncContextManager[None]:
        return nullcontext()


class PatientNetwork:
    """The same network beside the service, on a day that waits for both of them."""

    def __init__(self, day: Day) -> None:
        self.day, self.url = day, ""
        self._up, self._loop = threading.Event(), asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="telephone-network", daemon=True)

    def start(self) -> None:
        self._thread.start()
        if not self._up.wait(PATIENCE_S) or not self.url:
            raise RuntimeError("the telephone network did not start")

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    async def pause(self) -> None:
        """A business second: a story that looks this often sees whatever lasts longer, on any machine."""
        await self.day.sleep(1.0)

    @contextmanager
    def keeping_house(self) -> Iterator[None]:
        """A service that starts within keeps house by this day, and not by the wall's clock while the day stands."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rounds, "Leader", type("DayLeader", (DayLeader,), {"day": self.day}))
            patch.setattr(rounds, "_scheduler", self._alarms)
            patch.setattr(rounds, "_SHORTEST_BEAT_S", BEAT_S)
            patch.setattr(rounds, "_BOARD_S", BEAT_S)
            yield

    def _alarms(self, house: House, meter: Meter) -> DayAlarms:
        work = {
            name: (rounds._guarded(name, each, meter), every_s) for name, (each, every_s) in rounds.HOUSEKEEPING.items()
        }
        return DayAlarms(house, work, self.day)

    def clock(self) -> BusinessClock:
        return ServiceClock(self.day)

    def working(self) -> AbstractContextManager[None]:
        return self.day.working()

    @asynccontextmanager
    async def joined(self, house: House) -> AsyncIterator[None]:
        """The service that runs in the present loop lives on this day as well."""
        measured: Any = house.database
        object.__setattr__(measured, "database", Ops(measured.database, self.day))
        with self.day.lived_by(asyncio.get_running_loop()):
            yield

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            with self.day.lived_by(self._loop):
                self._loop.run_until_complete(self._serve())
        finally:
            self._up.set()

    async def _serve(self) -> None:
        app = make_app(
            Config(account_sid=ACCOUNT, auth_token=AUTH_TOKEN, calls_per_second=1000, seed=1), NetworkClock(self.day)
        )
        network = app[NETWORK]
        questions = Questions(signer=Signer(AUTH_TOKEN, network.config.signing), faults=network.faults)
        questions.day, network.webhooks = self.day, questions
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = network.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._up.set()
        await self._over.wait()
        await runner.cleanup()


AnyNetwork = NetworkProcess | PatientNetwork


class Network:
    """Asks the sandbox: people, calls, the ledger, faults. Only entries after `begin` are seen."""

    def __init__(self, process: AnyNetwork, session: aiohttp.ClientSession) -> None:
        self.url, self._session = process.url, session
        self.working, self.pause = process.working, process.pause
        self._after = 0

    async def begin(self) -> None:
        """From here on the ledger starts anew for this story."""
        entries = await self.ledger()
        self._after = max((entry["seq"] for entry in entries), default=self._after)

    async def hang_up_all(self) -> None:
        """Ends what an earlier story left behind, so that its people are free."""
        calls = f"{self.url}/2010-04-01/Accounts/{ACCOUNT}/Calls"
        signed_in = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, AUTH_TOKEN)}
        for status in ("queued", "ringing", "in-progress"):
            listed = await self._session.get(f"{calls}.json?Status={status}&PageSize=100", headers=signed_in)
            for call in (await listed.json())["calls"]:
                over = {"Status": "completed"}
                await self._session.post(f"{calls}/{call['sid']}.json", data=over, headers=signed_in)

    async def put(self, path: str, body: Any) -> None:
        await self._ask("PUT", path, body)

    async def post(self, path: str, body: Any) -> Any:
        return await self._ask("POST", path, body)

    async def get(self, path: str) -> Any:
        return await self._ask("GET", path, None)

    async def _ask(self, method: str, path: str, body: Any) -> Any:
        with self.working():
            async with self._session.request(method, f"{self.url}{path}", json=body) as answer:
                assert answer.status < 300, await answer.text()
                return await answer.json() if answer.content_type == "application/json" else None

    async def person(self, number: str, **program: Any) -> None:
        await self.put(f"/sandbox/people/{number.replace('+', '%2B')}", program)

    async def call(self, number: str, to: str) -> str:
        return str((await self.post("/sandbox/calls", {"from": number, "to": to}))["call_sid"])

    async def transcript(self, call_sid: str) -> list[dict[str, Any]]:
        return list((await self.get(f"/sandbox/calls/{call_sid}"))["transcript"])

    async def ledger(self, number: str | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after = self._after
        while True:
            page = (await self.get(f"/sandbox/ledger?after={after}&limit=1000"))["entries"]
            found += page
            if len(page) < 1000:
                break
            after = page[-1]["seq"]
        return [entry for entry in found if number is None or number in (entry["from"], entry["to"])]

    async def rings(self, number: str) -> list[dict[str, Any]]:
        return [entry for entry in await self.ledger() if entry["event"] == "ring" and entry["to"] == number]

    async def until(self, happened: Callable[[list[dict[str, Any]]], bool], *, what: str) -> list[dict[str, Any]]:
        """The ledger once it satisfies the condition. Fails with the whole ledger when it does not in time."""
        limit = time.monotonic() + PATIENCE_S
        while True:
            entries = await self.ledger()
            if happened(entries):
                return entries
            if time.monotonic() > limit:
                lines = "\n".join(f"{e['seq']} {e['event']} {e['from']}>{e['to']} {e['detail']}" for e in entries)
                raise AssertionError(f"it did not happen: {what}\n{lines}")
            await self.pause()


def said(entries: list[dict[str, Any]], text: str) -> bool:
    """Whether somebody's line said this."""
    return any(entry["event"] == "said" and text in str(entry["detail"]) for entry in entries)


def bridged(entries: list[dict[str, Any]], number: str) -> bool:
    return any(
        entry["event"] == "bridged" and number in (entry["from"], entry["to"], str(entry["detail"]))
        for entry in entries
    )
