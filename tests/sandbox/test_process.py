"""The network as a process: flags, address, ready file, clock, clean stop; and it imports nothing of the service."""

import ast
import asyncio
import json
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

import vqueue.sandbox
from tests.sandbox.bank import BANK
from vqueue.sandbox.clock import Clock
from vqueue.sandbox.config import Route, read

ALLOWED = set(sys.stdlib_module_names) | {"aiohttp", "yarl", "vqueue.sandbox"}


async def test_a_process_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    started = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "vqueue.sandbox", "--port", "0", "--speed", "60", "--ready-file", str(ready)),
        *("--clock-start", "2026-03-02T09:00:00+00:00", "--clock-monotonic", str(started)),
        *("--number", f"{BANK}=http://127.0.0.1:1/voice"),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(20):
            line = (await process.stdout.readline()).decode()
        told = json.loads(ready.read_text())
        assert told["url"] in line and told["numbers"] == [BANK]
        assert ready.stat().st_mode & 0o077 == 0
        async with aiohttp.ClientSession() as http, http.get(f"{told['url']}/sandbox/clock") as response:
            now = datetime.fromisoformat((await response.json())["now"])
        passed_s = (now - datetime(2026, 3, 2, 9, tzinfo=UTC)).total_seconds() / 60
        assert 0 < passed_s <= time.monotonic() - started
    finally:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            code = await process.wait()
    assert code == 0
    assert not ready.exists()


@pytest.mark.parametrize(
    "flags",
    [
        ["--host", "0.0.0.0"],
        ["--speed", "0"],
        ["--speed", "nan"],
        ["--port", "70000"],
        ["--calls-per-second", "0"],
        ["--clock-monotonic", "1"],
        ["--number", "nonsense"],
        ["--signature", "md5"],
    ],
)
def test_flags_that_make_no_sense_are_refused(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        read(flags)
    assert left.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_a_number_is_given_with_its_addresses() -> None:
    config = read(["--number", f"{BANK}=http://a.test/v?x=1|http://b.test/f|http://a.test/s", "--port", "0"])
    assert config.numbers == {BANK: Route("http://a.test/v?x=1", "http://b.test/f", "http://a.test/s")}


def test_business_time_runs_at_its_speed() -> None:
    clock = Clock(start=datetime(2026, 3, 2, 9, tzinfo=UTC), monotonic_start=time.monotonic() - 10, speed=6)
    assert 60 <= (clock.now() - datetime(2026, 3, 2, 9, tzinfo=UTC)).total_seconds() < 90
    assert clock.wall(60) == 10
    with pytest.raises(ValueError, match="speed"):
        Clock(start=datetime.now(UTC), monotonic_start=0, speed=0)


def test_the_network_shares_no_code_with_the_service() -> None:
    for path in Path(vqueue.sandbox.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                inside = name == "vqueue.sandbox" or name.startswith("vqueue.sandbox.")
                assert inside or name.split(".")[0] in ALLOWED, f"{path.name} imports {name}"
