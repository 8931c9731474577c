"""The customer's API under load: asking for a callback, reading one's request, thousands of open streams with hundreds
of open consoles beside them; each beside a bare answer of the same server in the same run.

Run: .venv/bin/python -m scripts.bench.api [--creates 1000] [--reads 2000] [--streams 5000] [--consoles 500]
[--changes 100]

A stream needs a file descriptor here and one in the service: the limit is raised as far as it goes.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp

from scripts.bench.databases import shared_out, table

ROOT = Path(__file__).resolve().parent.parent.parent
CLIENTS = 32
SHARES = (0.5, 0.95, 0.99)
Call = Callable[[int], Awaitable[float]]


def quantile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


async def timed(count: int, call: Call) -> tuple[list[float], float]:
    """How long each call took (ms), and how many were done a second, by CLIENTS at once."""
    took: list[float] = []
    started = time.perf_counter()

    async def one(place: int) -> None:
        before = time.perf_counter()
        await call(place)
        took.append((time.perf_counter() - before) * 1e3)

    await shared_out(count, CLIENTS, one)
    return took, count / (time.perf_counter() - started)


async def bench(told: argparse.Namespace, addresses: dict[str, Any]) -> list[tuple[str, ...]]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None)) as session:
        made: dict[int, str] = {}

        async def bare(place: int) -> float:
            async with session.post(addresses["bare"], json={"mode": "callback"}) as answer:
                await answer.read()
            return 0.0

        async def create(place: int) -> float:
            made[place] = await ask(session, addresses["api"], place)
            return 0.0

        async def read(place: int) -> float:
            who = place % len(made)
            url = f"{addresses['api']}/v1/support-requests/{made[who]}"
            async with session.get(url, headers={"Authorization": f"Bearer c{who}"}) as answer:
                assert answer.status == 200, await answer.text()
                await answer.read()
            return 0.0

        rows: list[tuple[str, ...]] = []
        kinds = (("bare", told.reads, bare), ("create", told.creates, create), ("read", told.reads, read))
        fastest = 0.0
        for name, count, call in kinds:
            took, rate = await timed(count, call)
            fastest = fastest or rate
            beside = f"{rate:.0f} a second, {fastest / rate:.1f} times bare"
            rows.append((name, *figures(took), beside))
        return rows + await streams(session, addresses, made, told)


async def ask(session: aiohttp.ClientSession, api: str, place: int) -> str:
    headers = {"Authorization": f"Bearer c{place}", "Idempotency-Key": f"k{place}"}
    wish = {"queue": "cards", "mode": "callback"}
    async with session.post(f"{api}/v1/support-requests", json=wish, headers=headers) as answer:
        document = await answer.json()
        assert answer.status == 201, document
        return str(document["id"])


async def streams(
    session: aiohttp.ClientSession, addresses: dict[str, Any], made: dict[int, str], told: argparse.Namespace
) -> list[tuple[str, ...]]:
    """From asking for a change until each stream of that request, or each console, says it (ms)."""
    marks: asyncio.Queue[float] = asyncio.Queue()
    up = asyncio.Semaphore(0)

    async def listen(place: int) -> None:
        who = place % len(made)
        url, headers = f"{addresses['api']}/v1/support-requests/{made[who]}/events", {"Authorization": f"Bearer c{who}"}
        async with session.get(url, headers=headers) as answer:
            known = False
            async for line in answer.content:
                if line.startswith(b"id:"):
                    if known:
                        marks.put_nowait(time.perf_counter())
                    else:
                        up.release()
                    known = True

    began = time.perf_counter()
    tasks = [asyncio.ensure_future(listen(place)) for place in range(told.streams)]
    consoles = Consoles(session, addresses)
    tasks += [asyncio.ensure_future(consoles.watch(place, up)) for place in range(told.consoles)]
    for _ in tasks:
        await up.acquire()
    took_s = time.perf_counter() - began
    took = []
    for place in range(min(told.changes, len(made))):
        before = time.perf_counter()
        await change(session, addresses["api"], made[place], place)
        for _ in range(len(range(place, told.streams, len(made)))):
            took.append((await marks.get() - before) * 1e3)
    seen = await consoles.changes(told.changes // 5, told.consoles) if told.consoles else []
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    rows = [(f"change → {told.streams} streams", *figures(took), f"all were open after {took_s:.0f} s")]
    return rows + ([(f"change → {told.consoles} consoles", *figures(seen), "")] if seen else [])


class Consoles:
    """Open boards, in three languages and two roles."""

    def __init__(self, session: aiohttp.ClientSession, addresses: dict[str, Any]) -> None:
        self.session, self.addresses = session, addresses
        self.wanted = b"Bench"
        self.marks: asyncio.Queue[float] = asyncio.Queue()

    async def watch(self, place: int, up: asyncio.Semaphore) -> None:
        headers = {"Cookie": f"vqueue={self.addresses['browsers'][place]}", "Accept": "text/event-stream"}
        url = f"{self.addresses['api']}/console/board/events?lang={('en', 'ru', 'he')[place % 3]}"
        async with self.session.get(url, headers=headers) as answer:
            assert answer.status == 200
            tail, said, opened = b"", b"", False
            async for piece in answer.content.iter_any():
                tail = tail[-40:] + piece
                if not opened:
                    opened = True
                    up.release()
                if self.wanted != said and self.wanted in tail:
                    said = self.wanted
                    self.marks.put_nowait(time.perf_counter())

    async def changes(self, count: int, consoles: int) -> list[float]:
        """An agent is given another name, again and again."""
        took = []
        headers = {"Authorization": f"Bearer {self.addresses['key']}", "If-Match": "*"}
        for turn in range(count):
            name = f"Bench {turn:04}"
            self.wanted, before = name.encode(), time.perf_counter()
            url = f"{self.addresses['api']}/v1/agents/a0"
            async with self.session.patch(url, json={"name": name}, headers=headers) as answer:
                assert answer.status == 200, await answer.text()
            for _ in range(consoles):
                took.append((await self.marks.get() - before) * 1e3)
        return took


def figures(took: list[float]) -> tuple[str, ...]:
    return tuple(f"{quantile(took, share):.0f}" for share in SHARES)


async def change(session: aiohttp.ClientSession, api: str, request: str, place: int) -> None:
    headers = {"Authorization": f"Bearer c{place}", "If-Match": "*"}
    url = f"{api}/v1/support-requests/{request}"
    async with session.patch(url, json={"context": {"text": "again"}}, headers=headers) as answer:
        assert answer.status == 200, await answer.text()


def main() -> None:
    flags = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, default in (("creates", 1000), ("reads", 2000), ("streams", 5000), ("consoles", 500), ("changes", 100)):
        flags.add_argument(f"--{name}", type=int, default=default)
    told = flags.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "addresses.json"
        command = [sys.executable, "-m", "scripts.bench.api_site", str(file)]
        site = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not file.exists() or not file.read_text():
                if site.poll() is not None:
                    sys.exit("The service did not start: run scripts.bench.api_site by hand to see why.")
                time.sleep(0.1)
            rows = asyncio.run(bench(told, json.loads(file.read_text())))
        finally:
            site.kill()
            site.wait()
    print(table(("what", "p50 ms", "p95 ms", "p99 ms", ""), rows))


if __name__ == "__main__":
    main()
