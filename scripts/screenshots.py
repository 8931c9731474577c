"""Takes pictures of every page of the running demo, with invented people in it: a set for docs/, or all of them.

.venv/bin/python -m scripts.screenshots [--to docs/pictures] [--only board,desk]
.venv/bin/python -m scripts.screenshots --all FOLDER [--sheets docs/pictures]
.venv/bin/python -m scripts.screenshots --laid FOLDER --sheets docs/pictures    # sheets of pictures taken before
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

from playwright.async_api import Browser, async_playwright

from scripts.picture_index import index
from scripts.picture_scenes import CONSOLE
from scripts.picture_set import KEPT
from scripts.picture_sheets import lay
from scripts.picture_stage import Scene, Stage
from scripts.picture_support import support
from scripts.picture_telephones import TELEPHONES

ROOT = Path(__file__).resolve().parent.parent
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SCENES: dict[str, Scene] = {"phones": TELEPHONES["phones"], "support": support, **CONSOLE, **TELEPHONES}
"""The longest ones begin first."""
SPEED, SEED = 5, 1
LIFE_S = 20.0
"""Until the first picture: not two minutes of the bank's day, which has a morning behind it."""
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
async def chromium() -> AsyncIterator[Browser]:
    path = next((found for name in CHROMIUMS if (found := shutil.which(name))), None)
    async with async_playwright() as play:
        browser = await play.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        )
        yield browser
        await browser.close()


@asynccontextmanager
async def stage(told: dict[str, Any], folder: Path, kept: frozenset[str] | None) -> AsyncIterator[Stage]:
    async with chromium() as browser:
        yield Stage(browser=browser, told=told, folder=folder, kept=kept)


async def take(told: dict[str, Any], folder: Path, kept: frozenset[str] | None, only: frozenset[str]) -> list[str]:
    """Plays every scene that is wanted, several at a time; those that could not be played, with their reasons."""
    failed: list[str] = []
    began = time.monotonic()

    async def played(one: Stage, name: str, scene: Scene) -> None:
        try:
            await scene(one)
        except Exception as problem:
            failed.append(f"{name}: {problem}")
        print(f"{time.monotonic() - began:5.0f} s  {one.taken:4} pictures  {name}", file=sys.stderr, flush=True)

    async with stage(told, folder, kept) as one:
        wanted = {name: scene for name, scene in SCENES.items() if not only or name in only}
        await asyncio.gather(*(played(one, name, scene) for name, scene in wanted.items()))
    return failed


async def lay_out(taken: Path, to: Path) -> None:
    async with chromium() as browser:
        await lay(browser, taken, to)


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
    flags.add_argument("--sheets", type=Path, help="lay the looks of each page side by side, into this folder")
    flags.add_argument("--laid", type=Path, help="for --sheets: the folder of pictures that --all has taken before")
    asked = flags.parse_args()
    if asked.laid is None:
        failed = pictures(asked)
    if asked.sheets:
        asked.sheets.mkdir(parents=True, exist_ok=True)
        asyncio.run(lay_out(asked.laid or asked.all, asked.sheets))
        (asked.sheets / "README.md").write_text(index(asked.sheets), encoding="utf-8")
    return 1 if asked.laid is None and failed else 0


def pictures(asked: argparse.Namespace) -> list[str]:
    """What could not be taken."""
    folder: Path = asked.all or asked.to
    folder.mkdir(parents=True, exist_ok=True)
    kept = None if asked.all else frozenset(KEPT)
    only = frozenset(filter(None, asked.only.split(",")))
    with nullcontext(asked.ready) if asked.ready else demo() as ready:
        told = told_by(ready)
        time.sleep(0 if asked.ready else LIFE_S)
        failed = asyncio.run(take(told, folder, kept, only))
    if not asked.all:
        shrink(folder)
    for line in failed:
        print(line, file=sys.stderr)
    return failed


if __name__ == "__main__":
    sys.exit(main())
