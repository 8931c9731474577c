"""Takes pictures of every page of the running demo, with invented people in it: a set for docs/, or all of them.

.venv/bin/python -m scripts.screenshots [--to docs/pictures] [--all FOLDER] [--only board,desk]
"""

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from scripts.picture_scenes import SCENES as OTHERS
from scripts.picture_scenes import Stage
from scripts.picture_set import KEPT
from scripts.picture_support import support

ROOT = Path(__file__).resolve().parent.parent
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SCENES = {**OTHERS, "support": support}
SPEED, SEED = 20, 7
LIFE_S = 75.0
"""Until the first picture: 25 minutes of the bank's day."""
PATIENCE_S = 90.0


@contextmanager
def demo() -> Iterator[Path]:
    """The demo for as long as the block runs; its ready-file."""
    with tempfile.TemporaryDirectory() as made:
        ready = Path(made) / "ready.json"
        flags = f"demo --port 0 --speed {SPEED} --seed {SEED} --ready-file {ready}".split()
        process = subprocess.Popen([sys.executable, "-m", "vqueue", *flags], stdout=subprocess.DEVNULL, cwd=ROOT)
        try:
            yield ready
        finally:
            process.terminate()
            process.wait()


def told_by(ready: Path) -> dict[str, Any]:
    """What the demo says once it is up. Raises TimeoutError when it does not come up."""
    for _ in range(int(PATIENCE_S * 5)):
        if ready.exists():
            told: dict[str, Any] = json.loads(ready.read_text(encoding="utf-8"))
            return told
        time.sleep(0.2)
    raise TimeoutError("the demo has not come up")


@asynccontextmanager
async def stage(told: dict[str, Any], folder: Path, kept: frozenset[str] | None) -> AsyncIterator[Stage]:
    path = next((found for name in CHROMIUMS if (found := shutil.which(name))), None)
    async with async_playwright() as play:
        browser = await play.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        )
        yield Stage(browser=browser, told=told, folder=folder, kept=kept)
        await browser.close()


async def take(told: dict[str, Any], folder: Path, kept: frozenset[str] | None, only: frozenset[str]) -> list[str]:
    """Plays every scene that is wanted; those that could not be played, with their reasons."""
    failed = []
    async with stage(told, folder, kept) as one:
        for name, scene in SCENES.items():
            if only and name not in only:
                continue
            try:
                await scene(one)
            except Exception as problem:
                failed.append(f"{name}: {problem}")
    return failed


def shrink(folder: Path) -> None:
    """Fewer colours where pngquant is installed: pages have few."""
    tool = shutil.which("pngquant")
    pictures = sorted(folder.glob("*.png"))
    if tool and pictures:
        flags = ["--force", "--ext", ".png", "--quality", "50-95", "--strip", "--"]
        subprocess.run([tool, *flags, *map(str, pictures)], check=False)


def main() -> int:
    flags = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    flags.add_argument("--to", type=Path, default=ROOT / "docs" / "pictures", help="folder of the kept set")
    flags.add_argument("--all", type=Path, help="take every page in every language, size and theme, into this folder")
    flags.add_argument("--only", default="", help=f"scenes, of {','.join(SCENES)}")
    flags.add_argument("--ready", type=Path, help="the ready-file of a demo that runs already")
    asked = flags.parse_args()
    folder: Path = asked.all or asked.to
    folder.mkdir(parents=True, exist_ok=True)
    kept = None if asked.all else frozenset(KEPT)
    only = frozenset(filter(None, asked.only.split(",")))
    with nullcontext(asked.ready) if asked.ready else demo() as ready:
        told = told_by(ready)
        time.sleep(0 if asked.ready else LIFE_S)
        failed = asyncio.run(take(told, folder, kept, only))
    shrink(folder)
    for line in failed:
        print(line, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
