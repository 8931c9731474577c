"""Every check of the project, timed, one after another; the closing table says which failed."""

import io
import os
import shutil
import subprocess
import sys
import time
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
PYTHON = str(BIN / "python")
PYTHON_SCRIPTS = ("scripts/demo", "scripts/test", "scripts/lock")
BROWSER_PACKAGES = ("chromium", "fonts-noto-core")
TOLD = "-q -n 2 --dist worksteal --durations 12 -rfER"
"""To pytest: two at work, and who has done his half helps the other."""
LAST_WORDS = 4096
BOOSTER_PACKAGES = ("libgomp1",)
"""What LightGBM's wheel takes from the system."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    command: tuple[str, ...]


def checks(pytest_arguments: list[str]) -> tuple[Check, ...]:
    return (
        Check("style", (f"{BIN}/ruff", "check", ".", *PYTHON_SCRIPTS)),
        Check("format", (f"{BIN}/ruff", "format", "--check", ".", *PYTHON_SCRIPTS)),
        Check("types", (f"{BIN}/mypy", "-p", "vqueue", "-p", "scripts")),
        Check("import walls", (f"{BIN}/lint-imports", "--no-cache")),
        Check("sizes", (PYTHON, "-m", "scripts.check_sizes")),
        Check("documents", (PYTHON, "-m", "scripts.check_docs")),
        Check("tests", (PYTHON, "-m", "pytest", *TOLD.split(), *pytest_arguments)),
    )


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    passed: bool
    seconds: float
    last_words: str

    def __str__(self) -> str:
        return f"{self.name:<13}{self.seconds:>7.1f} s  {'ok    ' if self.passed else 'FAILED'}  {self.last_words}"


def run(check: Check) -> Result:
    """Run one check, its output passing through; what it said last is kept for the closing table."""
    print(f"\n=== {check.name}", flush=True)
    started, said = time.monotonic(), b""
    with subprocess.Popen(check.command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE) as process:
        assert isinstance(process.stdout, io.BufferedReader)
        for piece in iter(process.stdout.read1, b""):
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            said = (said + piece)[-LAST_WORDS:]
    last_words = said.decode(errors="replace").strip().rpartition("\n")[2]
    return Result(check.name, process.returncode == 0, time.monotonic() - started, last_words)


def environment() -> dict[str, str]:
    """With what a check may keep: whoever may not store its modules compiled compiles them anew in each of hundreds of
    processes, and both test workers rewrite every test of theirs."""
    told = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**told, "PATH": f"{BIN}{os.pathsep}{told.get('PATH', os.defpath)}"}


def bring_packages(what: str, packages: tuple[str, ...]) -> None:
    """Install them where that is allowed; without them the tests say themselves what did not run."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print(f"installing {what}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (("update",), ("install", "-y", "--no-install-recommends", *packages)):
        subprocess.run(("apt-get", "-qq", *step), env=quiet, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def bring_what_is_missing() -> None:
    if not any(shutil.which(name) for name in BROWSERS):
        bring_packages("Chromium for the page tests", BROWSER_PACKAGES)
    if find_library("gomp") is None:
        bring_packages("OpenMP for LightGBM", BOOSTER_PACKAGES)


def main() -> int:
    bring_what_is_missing()
    results = [run(check) for check in checks(sys.argv[1:])]
    print("", *results, sep="\n")
    return 0 if all(result.passed for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
