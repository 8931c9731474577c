"""The sandbox telephone network as a process beside the demo, and its own HTTP interface."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp

from vqueue.clock import BusinessClock

START_WITHIN_S = 20.0
STOP_WITHIN_S = 5.0
Entry = dict[str, Any]


class NetworkFailed(Exception):
    """The telephone network did not start, or refused what the demo asked of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The invented account the service and the network share."""

    sid: str
    token: str = field(repr=False)
    calls_per_second: float


@dataclass(frozen=True, slots=True)
class Network:
    """The running network: its process, its address, and what can be asked of it."""

    process: asyncio.subprocess.Process
    url: str
    http: aiohttp.ClientSession

    async def put_people(self, programs: dict[str, Any]) -> None:
        await self._ask("PUT", "/sandbox/people", programs)

    async def put_person(self, number: str, program: dict[str, Any]) -> None:
        await self._ask("PUT", f"/sandbox/people/{quote(number, safe='')}", program)

    async def dial_in(self, number: str, to: str) -> None:
        await self._ask("POST", "/sandbox/calls", {"from": number, "to": to})

    async def ledger(self) -> list[Entry]:
        """Everything that happened on the network, oldest first."""
        told = await self._ask("GET", "/sandbox/ledger", None)
        return list(told["entries"])

    async def stop(self) -> None:
        """Ends every call and the process. Asking it again changes nothing."""
        await _stop(self.process)

    async def _ask(self, method: str, path: str, body: Any) -> Any:
        async with self.http.request(method, self.url + path, json=body) as response:
            told = await response.json()
            if response.status >= 400:
                raise NetworkFailed(f"{method} {path.rpartition('/')[0]}: {response.status} {told.get('message', '')}")
            return told


@asynccontextmanager
async def network(
    *, number: str, public_url: str, account: Account, clock: BusinessClock, seed: int
) -> AsyncIterator[Network]:
    """The network's process until the block ends. Raises NetworkFailed when it does not come up."""
    start, monotonic = clock.origin
    voice = f"{public_url}/voice"
    flags = {
        "port": "0",
        "account-sid": account.sid,
        "auth-token": account.token,
        "number": f"{number}={voice}/inbound|{voice}/fallback|{voice}/status/inbound",
        "calls-per-second": str(account.calls_per_second),
        "speed": str(clock.speed),
        "clock-start": start.isoformat(),
        "clock-monotonic": repr(monotonic),
        "seed": str(seed),
    }
    told = [part for name, value in flags.items() for part in (f"--{name}", value)]
    # A session of its own: Ctrl-C reaches the demo alone, which ends the network after the service.
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "vqueue.sandbox", *told), stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    try:
        url = await _address(process)
        async with aiohttp.ClientSession() as http:
            yield Network(process, url, http)
    finally:
        await _stop(process)


async def _address(process: asyncio.subprocess.Process) -> str:
    """What the network says first: `telephone network http://…`."""
    assert process.stdout is not None  # asked for above
    try:
        async with asyncio.timeout(START_WITHIN_S):
            said = (await process.stdout.readline()).decode().split()
    except TimeoutError:
        raise NetworkFailed("the telephone network did not start in time") from None
    if not said or not said[-1].startswith("http"):
        raise NetworkFailed("the telephone network did not start")
    return said[-1]


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
