"""The telephone network as its own process, and what a story does with it over HTTP alone."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

ACCOUNT = "AC" + "0" * 31 + "5"
AUTH_TOKEN = "stories-token"
PATIENCE_S = 60.0
"""Wall seconds a story waits for something that has to happen."""


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


class Network:
    """Asks the sandbox: people, calls, the ledger, faults. Only entries after `begin` are seen."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url, self._session = url, session
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
        async with self._session.put(f"{self.url}{path}", json=body) as answer:
            assert answer.status < 300, await answer.text()

    async def post(self, path: str, body: Any) -> Any:
        async with self._session.post(f"{self.url}{path}", json=body) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def get(self, path: str) -> Any:
        async with self._session.get(f"{self.url}{path}") as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

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
            await asyncio.sleep(0.03)


def said(entries: list[dict[str, Any]], text: str) -> bool:
    """Whether somebody's line said this."""
    return any(entry["event"] == "said" and text in str(entry["detail"]) for entry in entries)


def bridged(entries: list[dict[str, Any]], number: str) -> bool:
    return any(
        entry["event"] == "bridged" and number in (entry["from"], entry["to"], str(entry["detail"]))
        for entry in entries
    )
