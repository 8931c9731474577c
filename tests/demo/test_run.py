"""The demo for real: processes, HTTP, signatures, a database; stopped by a signal once people were called back."""

import asyncio
import json
import os
import signal
import socket
import stat
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from vqueue.clock import BusinessClock
from vqueue.demo import cast
from vqueue.demo.network import Account, Network, NetworkFailed, network
from vqueue.demo.run import Options, open_hours, run

pytestmark = pytest.mark.timeout(300)


@asynccontextmanager
async def a_network() -> AsyncIterator[Network]:
    clock = BusinessClock(start=cast.opening(BusinessClock().now().date()), speed=50)
    account = Account(sid="AC" + "1" * 32, token="2" * 32, calls_per_second=10)
    opened = network(number=cast.BANK_NUMBER, public_url="http://127.0.0.1:9", account=account, clock=clock, seed=1)
    async with opened as phones:
        yield phones


async def test_the_end_of_the_telephone_network_ends_the_demo() -> None:
    async with a_network() as phones:
        phones.process.kill()
        with pytest.raises(NetworkFailed):
            await open_hours(phones, asyncio.Event(), seconds=None, people=None)


async def test_a_stop_ends_the_crowd_and_leaves_the_network_running() -> None:
    stop, ended = asyncio.Event(), asyncio.Event()

    async def people() -> None:
        stop.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with a_network() as phones:
        await open_hours(phones, stop, seconds=None, people=people)
        assert ended.is_set()
        assert phones.process.returncode is None


async def test_what_the_network_refuses_is_an_error_without_a_number() -> None:
    async with a_network() as phones:
        with pytest.raises(NetworkFailed) as refused:
            await phones.put_person("+447700900101", {"answers": "sometimes"})
    assert "900101" not in str(refused.value)


def test_a_taken_port_is_refused_in_one_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run(Options(port=port)) == 1
    assert (
        capfd.readouterr().err.strip()
        == f"The demo has ended: port {port} of 127.0.0.1 is taken; name another with --port."
    )


def test_a_folder_that_holds_a_bank_is_not_written_over(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "vqueue.sqlite").write_bytes(b"a bank")
    assert run(Options(data=tmp_path)) == 1
    assert "already holds a bank" in capfd.readouterr().err
    assert (tmp_path / "vqueue.sqlite").read_bytes() == b"a bank"


async def until(sandbox: str, enough: Callable[[dict[str, Any]], bool]) -> None:
    """Reads the network's ledger as it is written until an entry is enough."""
    async with aiohttp.ClientSession() as http, http.get(f"{sandbox}/sandbox/events") as events:
        async for line in events.content:
            if line.startswith(b"data: ") and enough(json.loads(line[6:])):
                return


async def up(process: asyncio.subprocess.Process) -> None:
    """The guide's last line says that everything is there."""
    assert process.stderr is not None
    while line := await process.stderr.readline():
        if b"Ctrl-C" in line:
            return
    raise AssertionError("the demo ended while it was starting")


async def test_people_are_called_back_once_and_a_signal_ends_everything(tmp_path: Path) -> None:
    ready, held = tmp_path / "ready.json", tmp_path / "data"
    flags = f"demo --port 0 --speed 30 --seconds 280 --seed 3 --json --ready-file {ready} --data {held}".split()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "vqueue", *flags, stdout=PIPE, stderr=PIPE)
    try:
        await up(process)
        told = json.loads(ready.read_text())
        assert stat.S_IMODE(ready.stat().st_mode) == 0o600
        called_back: set[str] = set()

        def talks(entry: dict[str, Any]) -> bool:
            """Three people who were called back are connected with an agent."""
            if entry["event"] == "bridged" and entry["from"] == told["number"] and entry["parent_call_sid"]:
                called_back.add(entry["to"])
            return len(called_back) >= 3

        await until(told["urls"]["sandbox"], talks)
        process.send_signal(signal.SIGTERM)
        out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    figures = json.loads(out)
    assert process.returncode == 0
    assert (figures["rings"]["repeated_for_one_attempt"], figures["rings"]["after_cancel"]) == (0, 0)
    assert figures["rings"]["customers"] >= 3 and figures["promises"]["due"] >= 1  # how many are kept: .ci/run
    assert figures["requests"]["served"] + figures["requests"]["open"] >= 3
    assert not ready.exists()
    assert not _answers(told["urls"]["sandbox"]) and not _answers(told["twilio"]["public_url"])


async def test_a_telephone_network_that_dies_ends_the_demo_in_one_sentence(tmp_path: Path) -> None:
    flags = f"demo --port 0 --quiet --ready-file {tmp_path / 'ready.json'}".split()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "vqueue", *flags, stdout=PIPE, stderr=PIPE)
    try:
        assert process.stdout is not None
        while b"Ctrl-C" not in await process.stdout.readline():
            assert not process.stdout.at_eof(), "the demo ended while it was starting"
        found = await asyncio.create_subprocess_exec("pgrep", "-P", str(process.pid), stdout=PIPE)
        children, _ = await found.communicate()
        os.kill(int(children), signal.SIGKILL)
        _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 1
    assert said.decode() == "The demo has ended: the telephone network has stopped.\n"
    assert not (tmp_path / "ready.json").exists()


def _answers(url: str) -> bool:
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.socket() as tried:
        return tried.connect_ex((host, int(port))) == 0
