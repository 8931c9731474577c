"""A process that is told to stop: it says so first, finishes what it was asked, hands the lease back, and ends."""

import asyncio
import base64
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.servers.process import free_port
from vqueue.db.open import migrate

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0
STOPS_WITHIN_S = 30.0
MANY = 24
"""Fewer than one address may try in five minutes."""
STAFF = {"login": "dana", "password": "two mint leaves"}
BODY = b"login=dana&password=two+mint+leaves"


@dataclass(frozen=True)
class Served:
    """`vqueue serve` as its own process."""

    process: subprocess.Popen[bytes]
    port: int
    database: Path
    log: Path
    http: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def status(self, path: str) -> int:
        """0 while nobody listens."""
        try:
            async with self.http.get(f"{self.url}{path}") as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0

    async def until(self, path: str, status: int) -> None:
        limit = time.monotonic() + PATIENCE_S
        while (seen := await self.status(path)) != status:
            alive = self.process.poll() is None and time.monotonic() < limit
            assert alive, f"{path} stays {seen}, not {status}\n{self.log.read_text()}"
            await asyncio.sleep(0.02)

    async def until_logged(self, event: str) -> None:
        limit = time.monotonic() + PATIENCE_S
        while f'"{event}"' not in (log := self.log.read_text()):
            assert time.monotonic() < limit, f"{event} is not in the log\n{log}"
            await asyncio.sleep(0.02)


def environment(folder: Path, port: int) -> dict[str, str]:
    """Nothing of ours leaks in; the provider is nobody."""
    settings = {
        "DATA_DIR": str(folder),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
        "TWILIO_AUTH_TOKEN": "2" * 32,
        "TWILIO_API_URL": "http://127.0.0.1:9",
        "TWILIO_FROM": "+442079460100",
        "DATA_KEYS": base64.b64encode(b"k" * 32).decode(),
        "FLOWS_DIR": str(ROOT / "ivr_flows"),
        "LOG_FORMAT": "json",
    }
    path = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(ROOT)}
    return path | {f"VQUEUE_{name}": value for name, value in settings.items()}


def launch(env: dict[str, str], folder: Path, log: Path) -> subprocess.Popen[bytes]:
    """The service on a new SQLite file with one supervisor."""
    add = [sys.executable, "-m", "vqueue", "users", "add", STAFF["login"], "--password-stdin"]
    subprocess.run(add, input=STAFF["password"].encode(), env=env, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with log.open("wb") as output:
        return subprocess.Popen([sys.executable, "-m", "vqueue", "serve"], stderr=output, env=env, cwd=folder)


@asynccontextmanager
async def serving(folder: Path, *, drain_s: float) -> AsyncIterator[Served]:
    """The service, ready, until the block ends."""
    port, database, log = free_port(), folder / "vqueue.sqlite", folder / "log"
    await migrate(f"sqlite:///{database}")
    process = launch(environment(folder, port) | {"VQUEUE_DRAIN_S": str(drain_s)}, folder, log)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True)) as http:
        one = Served(process, port, database, log, http)
        try:
            await one.until("/readyz", 200)
            yield one
        finally:
            process.kill()
            process.wait()


def lease(database: Path) -> float:
    """Seconds it still lasts."""
    with sqlite3.connect(database) as rows:
        (expires_us,) = rows.execute("SELECT expires_at FROM leases").fetchone()
    return float(expires_us / 1e6 - time.time())


async def half_a_request(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A sign-in whose body is still on its way."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(BODY)}\r\nConnection: close\r\n"
    writer.write(head.encode() + b"Content-Type: application/x-www-form-urlencoded\r\n\r\n" + BODY[:10])
    await writer.drain()
    return reader, writer


async def board_stream(served: Served) -> aiohttp.ClientResponse:
    """The open board of somebody who is signed in."""
    async with served.http.post(f"{served.url}/sign-in", data=STAFF, allow_redirects=False) as admitted:
        cookie = admitted.cookies["vqueue"].value
    stream = await served.http.get(f"{served.url}/console/board/events", cookies={"vqueue": cookie})
    assert stream.content_type == "text/event-stream"
    await stream.content.readany()
    return stream


async def ended(served: Served) -> None:
    code = await asyncio.to_thread(served.process.wait, STOPS_WITHIN_S)
    log = served.log.read_text()
    assert (code, '"exception"' in log) == (0, False), log
    assert lease(served.database) <= 0


async def test_a_stop_is_told_first_and_the_lease_handed_back_while_requests_are_answered(tmp_path: Path) -> None:
    async with serving(tmp_path, drain_s=6) as served:
        stream = await board_stream(served)
        reader, writer = await half_a_request(served.port)
        assert lease(served.database) > 0

        served.process.send_signal(signal.SIGTERM)
        await served.until("/readyz", 503)
        await served.until_logged("lease_handed_back")
        assert lease(served.database) <= 0, "the next process need not wait for the lease to run out"
        writer.write(BODY[10:])
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 303"), answer
        writer.close()

        told = await stream.content.read()
        assert stream.content.at_eof() and told.endswith(b"\n\n"), "the stream ended after a whole event"
        await ended(served)


async def test_no_request_under_way_is_lost_and_one_that_never_ends_holds_nothing_up(tmp_path: Path) -> None:
    async with serving(tmp_path, drain_s=0) as served:

        async def sign_in(number: int) -> int:
            form = {"login": f"nobody{number}", "password": "slow to check"}
            async with served.http.post(f"{served.url}/sign-in", data=form) as answer:
                return answer.status

        _, endless = await half_a_request(served.port)
        tries = [asyncio.create_task(sign_in(number)) for number in range(MANY)]
        await under_way(served, MANY // 2)
        served.process.send_signal(signal.SIGTERM)
        assert await asyncio.gather(*tries) == [401] * MANY
        await ended(served)
        endless.close()


async def under_way(served: Served, least: int) -> None:
    """Until so many requests are being answered, besides the one that asks and the endless one."""
    limit = time.monotonic() + PATIENCE_S
    while True:
        async with served.http.get(f"{served.url}/metrics") as answer:
            told = await answer.text()
        now = next(line.split()[1] for line in told.splitlines() if line.startswith("vqueue_http_in_progress "))
        done = sum(float(line.split()[1]) for line in told.splitlines() if "_count" in line and 'status="401"' in line)
        if float(now) - 2 + done >= least:
            return
        assert time.monotonic() < limit, told
        await asyncio.sleep(0.01)
