"""Make .venv from a hashed lock file with the standard library alone; scripts/demo and scripts/test begin here.

Whatever it says goes to standard error, so that a command's own output stays one clean document.
"""

from __future__ import annotations  # an older Python must be able to read this far, to start a newer one

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
STAMP = VENV / "vqueue-stamp"
OLDEST = (3, 11)
NEWER = ("python3.13", "python3.12", "python3.11")
QUIETLY = ("--quiet", "--no-compile", "--no-input", "--disable-pip-version-check")
LAUNCHER = "#!/bin/sh\nexec '{python}' -m vqueue \"$@\"\n"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(*command: str | Path) -> None:
    """Run a step of the set-up; its output joins ours on standard error. Ends the program if it fails."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, stdout=sys.stderr)
    if done.returncode:
        sys.exit(f"set-up stopped: {' '.join(str(part) for part in command[:4])} … failed")


def with_new_enough_python() -> None:
    """Start the running script again under a newer Python where this one is too old."""
    if sys.version_info >= OLDEST:
        return
    for name in NEWER:
        found = shutil.which(name)
        if found and starts(found):
            os.execv(found, [found, *sys.argv])
    sys.exit(f"vqueue needs Python 3.11 or newer; this is {major_minor()}")


def uv() -> str | None:
    return shutil.which("uv")


def starts(python: str, code: str = "") -> bool:
    """Whether it really runs: version managers leave names on PATH that lead nowhere."""
    return subprocess.run([python, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def major_minor() -> str:
    return ".".join(str(part) for part in sys.version_info[:2])


def python_of_venv() -> str:
    """`3.11` for an existing .venv, else the version that would make it."""
    settings = VENV / "pyvenv.cfg"
    if settings.exists():
        for line in settings.read_text().splitlines():
            name, _, value = (part.strip() for part in line.partition("="))
            if name in ("version", "version_info"):
                return ".".join(value.split(".")[:2])
    return major_minor()


def stamp_of(lock: str, *, root: Path = ROOT, python: str) -> str:
    """One line that changes whenever the environment would: lock, project file, Python, place of the checkout."""
    digest = hashlib.sha256()
    for part in ((root / lock).read_bytes(), (root / "pyproject.toml").read_bytes(), python.encode(), bytes(root)):
        digest.update(hashlib.sha256(part).digest())
    return f"{lock} {digest.hexdigest()}"


def stamped(*, stamps: str, lock: str, root: Path = ROOT, python: str) -> bool:
    """Whether the environment already holds `lock`; the development lock contains the other one."""
    enough = {lock, "requirements-dev.lock"}
    return any(
        stamp_of(name, root=root, python=python) in stamps.splitlines() for name in enough if (root / name).exists()
    )


def make_venv() -> None:
    """A .venv whose Python runs; one made by hand, or by another tool, is kept as it is."""
    if PYTHON.exists():
        return
    say("making .venv")
    tool = uv()
    if tool:
        run(tool, "venv", "--quiet", "--clear", "--python", sys.executable, VENV)
        return
    try:
        import ensurepip  # noqa: F401  (Debian leaves it out of python3)
    except ImportError:
        sys.exit("python3 cannot make environments here; run once: apt-get install -y python3-venv")
    run(sys.executable, "-m", "venv", "--clear", VENV)


def install(lock: str) -> None:
    say(f"installing what {lock} names")
    only = ("--require-hashes", "--only-binary", ":all:", "-r", ROOT / lock)
    tool = uv()
    if tool:
        run(tool, "pip", "install", "--quiet", "--python", PYTHON, *only)
        return
    if not starts(str(PYTHON), "import pip"):
        run(PYTHON, "-m", "ensurepip")
    run(PYTHON, "-m", "pip", "install", *QUIETLY, *only)


def link_source() -> None:
    """Put the checkout on the environment's path and a `vqueue` command into its bin, without a build."""
    packages = VENV / "lib" / f"python{python_of_venv()}" / "site-packages"
    (packages / "vqueue-source.pth").write_text(f"{ROOT}\n")
    launcher = BIN / "vqueue"
    launcher.write_text(LAUNCHER.format(python=PYTHON))
    launcher.chmod(0o755)


def ensure(lock: str) -> None:
    """Bring .venv up to `lock`; does nothing when it already is."""
    with_new_enough_python()
    stamps = STAMP.read_text() if STAMP.exists() else ""
    if PYTHON.exists() and stamped(stamps=stamps, lock=lock, python=python_of_venv()):
        return
    STAMP.unlink(missing_ok=True)
    make_venv()
    install(lock)
    link_source()
    STAMP.write_text(stamp_of(lock, python=python_of_venv()) + "\n")


def become(*command: str) -> NoReturn:
    """Replace this process by a command of the environment."""
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), *command])


if __name__ == "__main__":
    ensure(sys.argv[1])
