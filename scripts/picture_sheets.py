"""Lays the looks of each page side by side on one sheet."""

import base64
from pathlib import Path

from playwright.async_api import Browser, Page

from scripts.picture_index import sheet_of
from scripts.picture_set import PAGES
from scripts.picture_stage import LANGUAGES, SCHEMES, SIZES

WIDTH, GAP = 1560, 12
SHARES = {"desktop": 2, "phone": 6}
"""How many of them stand side by side."""
QUALITY = 62
"""Of WebP: letters stay clear, a sheet stays below 250 kB."""


async def lay(browser: Browser, taken: Path, to: Path) -> None:
    """A sheet of every page that has pictures in `taken`; the folder is there."""
    visitor = await browser.new_context(viewport={"width": WIDTH, "height": 800})
    page = await visitor.new_page()
    for pages in PAGES.values():
        for name in pages:
            looks = looks_of(taken, name)
            if looks:
                _keep(to / sheet_of(name), await sheet(page, looks))
    await visitor.close()


def looks_of(taken: Path, name: str) -> list[Path]:
    """Desktop before phone, light before dark, in the order of the languages."""
    found = [
        taken / f"{name}-{language}-{size}-{scheme}.png"
        for size in SIZES
        for scheme in SCHEMES
        for language in LANGUAGES
    ]
    return [path for path in found if path.exists()]


def _keep(path: Path, data: bytes) -> None:
    path.write_bytes(data)


async def sheet(page: Page, looks: list[Path]) -> bytes:
    shown = "".join(_shown(path) for path in looks)
    await page.set_content(
        f"<style>body {{margin: 0; padding: {GAP}px; display: flex; flex-wrap: wrap; gap: {GAP}px;"
        f" background: #8a9494; width: {WIDTH - 2 * GAP}px}} img {{display: block; border-radius: 4px}}</style>{shown}"
    )
    await page.wait_for_function("Array.from(document.images).every((one) => one.complete)")
    size = await page.evaluate("({width: innerWidth, height: document.body.scrollHeight})")
    asked = await page.context.new_cdp_session(page)
    told = await asked.send(
        "Page.captureScreenshot",
        {
            "format": "webp", "quality": QUALITY, "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "scale": 1, **size},
        },
    )  # fmt: skip
    await asked.detach()
    return base64.b64decode(told["data"])


def _shown(path: Path) -> str:
    beside = next(count for size, count in SHARES.items() if f"-{size}-" in path.name)
    width = (WIDTH - GAP * (beside + 1)) // beside
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<img width="{width}" src="data:image/png;base64,{data}">'
