"""A server process with a directory of its own that never outlives the process which started it."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

# The shell waits for the end of its input, which is a pipe held by the starter alone: when he ends, however he ends,
# the server is told to stop and its directory goes.
UNTIL_STARTER_ENDS = 'signal=$1 home=$2; shift 2; "$@" & cat >/dev/null; kill -"$signal" $!; wait $!; rm -rf "$home"'
PATIENCE_S = 60


class ServerProcess:
    """A private directory, an unprivileged account when we are root, and one server in it."""

    def __init__(self, name: str) -> None:
        self.home = Path(tempfile.mkdtemp(prefix=f"vqueue-{name}-"))
        self.account = unprivileged_account() if os.geteuid() == 0 else None
        if self.account is not None:
            os.chown(self.home, self.account.pw_uid, self.account.pw_gid)
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        """Run a command to its end under the server's account, in its directory."""
        user, group = self._ids()
        return subprocess.run(
            command, user=user, group=group, cwd=self.home, env=plain_environment(), capture_output=True
        )

    def start(self, command: Sequence[str], *, stop_signal: str, is_up: Callable[[], bool]) -> None:
        """Start the server and return when `is_up` says so. Raises RuntimeError with the server's log otherwise."""
        user, group = self._ids()
        shell = ["/bin/sh", "-c", UNTIL_STARTER_ENDS, "sh", stop_signal, str(self.home), *command]
        log = self.home / "log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                shell, stdin=subprocess.PIPE, stdout=output, stderr=output,
                user=user, group=group, cwd=self.home, env=plain_environment(), start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE_S
        while not is_up():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not come up:\n{log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(PATIENCE_S)
        shutil.rmtree(self.home, ignore_errors=True)

    def _ids(self) -> tuple[int | None, int | None]:
        return (None, None) if self.account is None else (self.account.pw_uid, self.account.pw_gid)


def unprivileged_account() -> pwd.struct_passwd:
    """The account for servers that refuse to run as root."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("neither a postgres nor a nobody account exists; run the tests as an ordinary user")


def plain_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Whether something listens on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
