"""The Dockerfile's steps as plain commands in a temporary folder, for machines without a container engine.

`python -m scripts.replay_dockerfile` copies what the stages copy, runs what they run (without account and
system packages), then starts the service as the image would and waits for its health check. It needs the network: pip
fetches the lock.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACES = ("/opt/vqueue", "/src", "/wheels", "/app", "/data")
"""Folders of the image, each of which gets a double in the temporary folder."""
ACCOUNT = "groupadd"
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction of a Dockerfile, its continued lines joined."""

    word: str
    rest: str


def steps(text: str) -> Iterator[Step]:
    joined = "\n".join(line for line in text.splitlines() if not line.startswith("#")).replace("\\\n", " ")
    for line in joined.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word:
            yield Step(word.upper(), rest.strip())


@dataclass
class Replay:
    """A root that stands for the image's, and the variables that were set."""

    root: Path
    folder: str = "/src"

    def inside(self, text: str) -> str:
        """The text with the image's folders replaced by their doubles."""
        for place in PLACES:
            text = text.replace(place, f"{self.root}{place}")
        return text

    def take(self, step: Step, environment: dict[str, str]) -> None:
        match step.word:
            case "WORKDIR":
                self.folder = step.rest
                Path(self.inside(step.rest)).mkdir(parents=True, exist_ok=True)
            case "COPY" if not step.rest.startswith("--from"):
                self._copy(*step.rest.split())
            case "ENV":
                environment |= {name: self.inside(value) for name, value in pairs(step.rest)}
            case "RUN" if not step.rest.startswith(ACCOUNT):
                print(f"--- {step.rest[:100]}", flush=True)
                where = self.inside(self.folder)
                subprocess.run(["/bin/sh", "-ec", self.inside(step.rest)], cwd=where, env=environment, check=True)
            case _:
                pass

    def _copy(self, *words: str) -> None:
        *sources, target = words
        place = Path(self.inside(target) if target.startswith("/") else f"{self.inside(self.folder)}/{target}")
        for source in sources:
            tracked = ROOT / source
            if tracked.is_dir():
                shutil.copytree(tracked, place, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
            else:
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy(tracked, place)


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """`A=1 B=2`."""
    for part in text.split():
        name, _, value = part.partition("=")
        yield name, value


def value_of(found: list[Step], word: str) -> list[str]:
    """The JSON list of an instruction in exec form."""
    rest = next(step.rest for step in reversed(found) if step.word == word)
    return list(json.loads(rest[rest.index("[") :]))


def serve(replay: Replay, found: list[Step], environment: dict[str, str]) -> None:
    """Starts the command as the image would and asks its health check. Raises RuntimeError when it stays unwell."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    data = replay.root / "data"
    data.mkdir(exist_ok=True)
    told = {
        "VQUEUE_DATA_DIR": str(data),
        "VQUEUE_HOST": "127.0.0.1",
        "VQUEUE_PORT": port,
        "VQUEUE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "VQUEUE_TWILIO_API_URL": "http://127.0.0.1:9",
        "VQUEUE_TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
        "VQUEUE_TWILIO_AUTH_TOKEN": "2" * 32,
        "VQUEUE_TWILIO_FROM": "+442079460100",
        "VQUEUE_DATA_KEYS": "a2V5IG9mIHRoaXJ0eS10d28gYnl0ZXMgZm9yIHRlc3Q=",
    }
    environment = {**environment, **told}
    where, command = replay.inside("/app"), [*value_of(found, "ENTRYPOINT"), *value_of(found, "CMD")]
    probe = value_of(found, "HEALTHCHECK")
    process = subprocess.Popen(command, cwd=where, env=environment)
    try:
        limit = time.monotonic() + PATIENCE_S
        while subprocess.run(probe, cwd=where, env=environment, stderr=subprocess.DEVNULL).returncode:
            if process.poll() is not None or time.monotonic() > limit:
                raise RuntimeError("the service did not become healthy")
            time.sleep(0.5)
        process.terminate()
        if process.wait(35) != 0:
            raise RuntimeError("the service did not stop by itself")
    finally:
        process.kill()


def main() -> int:
    found = list(steps((ROOT / "Dockerfile").read_text()))
    with tempfile.TemporaryDirectory(prefix="vqueue-image-") as folder:
        replay, environment = Replay(Path(folder)), {"PATH": os.environ["PATH"], "HOME": folder}
        for step in found:
            replay.take(step, environment)
        environment["PATH"] = f"{folder}/opt/vqueue/bin{os.pathsep}{os.environ['PATH']}"
        size = sum(file.stat().st_size for file in Path(folder, "opt/vqueue").rglob("*") if file.is_file())
        print(f"--- what the image adds to its base: {size / 1e6:.0f} MB", flush=True)
        serve(replay, found, environment)
    print("healthy, and stopped by itself")
    return 0


if __name__ == "__main__":
    sys.exit(main())
