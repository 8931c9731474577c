"""The customer's API under load: asking for a callback, reading one's request, thousands of open streams; each beside
a bare answer of the same server in the same run.

Run: .venv/bin/python -m scripts.bench.api [--creates 1000] [--reads 2000] [--streams 5000] [--changes 100]

Streams need two file descriptors each: the limit is raised as far as it goes.
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

import aiohttp

from scripts.bench.databases import shared_out, table

ROOT = Path(__file__).resolve().parent.parent.parent
CLIENTS = 32
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


async def bench(told: argparse.Namespace, addresses: dict[str, str]) -> list[tuple[str, ...]]:
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
        for name, count, call in kinds:
            took, rate = await timed(count, call)
            rows.append((name, f"{quantile(took, 0.5):.1f}", f"{quantile(took, 0.99):.1f}", f"{rate:.0f}"))
        p50, p95, p99 = await streams(session, addresses["api"], made, told)
        rows.append((f"change → {told.streams} streams", f"{p50:.1f}", f"{p99:.1f}", f"p95 {p95:.1f} ms"))
        return rows


async def ask(session: aiohttp.ClientSession, api: str, place: int) -> str:
    headers = {"Authorization": f"Bearer c{place}", "Idempotency-Key": f"k{place}"}
    wish = {"queue": "cards", "mode": "callback"}
    async with session.post(f"{api}/v1/support-requests", json=wish, headers=headers) as answer:
        document = await answer.json()
        assert answer.status == 201, document
        return str(document["id"])


async def streams(
    session: aiohttp.ClientSession, api: str, made: dict[int, str], told: argparse.Namespace
) -> tuple[float, float, float]:
    """From asking for a change until each stream of that request says it (ms): median, p95, p99."""
    marks: asyncio.Queue[float] = asyncio.Queue()
    up = asyncio.Semaphore(0)

    async def listen(place: int) -> None:
        who = place % len(made)
        url, headers = f"{api}/v1/support-requests/{made[who]}/events", {"Authorization": f"Bearer c{who}"}
        async with session.get(url, headers=headers) as answer:
            known = False
            async for line in answer.content:
                if line.startswith(b"id:"):
                    if known:
                        marks.put_nowait(time.perf_counter())
                    else:
                        up.release()
                    known = True

    tasks = [asyncio.ensure_future(listen(place)) for place in range(told.streams)]
    for _ in tasks:
        await up.acquire()
    took = []
    for place in range(min(told.changes, len(made))):
        before = time.perf_counter()
        await change(session, api, made[place], place)
        for _ in range(len(range(place, told.streams, len(made)))):
            took.append((await marks.get() - before) * 1e3)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return quantile(took, 0.5), quantile(took, 0.95), quantile(took, 0.99)


async def change(session: aiohttp.ClientSession, api: str, request: str, place: int) -> None:
    headers = {"Authorization": f"Bearer c{place}", "If-Match": "*"}
    url = f"{api}/v1/support-requests/{request}"
    async with session.patch(url, json={"context": {"text": "again"}}, headers=headers) as answer:
        assert answer.status == 200, await answer.text()


def main() -> None:
    flags = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, default in (("creates", 1000), ("reads", 2000), ("streams", 5000), ("changes", 100)):
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
                time.sleep(0.1)
            rows = asyncio.run(bench(told, json.loads(file.read_text())))
        finally:
            site.kill()
            site.wait()
    print(table(("what", "p50 ms", "p99 ms", "a second"), rows))


if __name__ == "__main__":
    main()
