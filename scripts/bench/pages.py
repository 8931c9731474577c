"""What each page weighs and when its first words are painted, in a real Chromium beside the server, nothing cached.

Run: .venv/bin/python -m scripts.bench.pages [--rounds 5]
"""

import argparse
import asyncio
import logging
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

import structlog
from playwright.async_api import Browser

from tests.pages.afternoon import ADA, REQUEST, Bank, afternoon
from tests.pages.browser import open_browser, visit
from tests.pages.weight import weighed
from tests.servers.chromium import find_chromium
from vqueue.db.open import migrate

PAGES = (
    *("/healthz", "/sign-in", "/support", "/console", "/console/requests", REQUEST, "/console/queues/cards/rules"),
    *("/console/slots", "/console/agents", "/console/reports", "/desk", "/docs"),
)
"""The first one is a few letters: what opening anything costs on this machine."""
PAINTED = """() => new Promise((told) => new PerformanceObserver((list) => {
  const found = list.getEntriesByName('first-contentful-paint')[0];
  if (found) told(found.startTime);
}).observe({ type: 'paint', buffered: true }))"""


async def opened(browser: Browser, bank: Bank, path: str) -> tuple[float, int, int]:
    """First paint after so many milliseconds; bytes without and with the charting library."""
    cookies = await bank.cookies(ADA, "en")
    async with visit(browser, "about:blank", cookies=cookies, width=1280, height=840) as seen:
        scale = await weighed(seen.page)
        await seen.page.goto(bank.address + path)
        painted: float = await seen.page.evaluate(PAINTED)
        await seen.quiet()
        return painted, scale.total(), scale.total(without="no such file")


async def measured(rounds: int) -> None:
    path = find_chromium()
    if path is None:
        raise SystemExit("no Chromium found")
    with tempfile.TemporaryDirectory() as made:
        empty = Path(made) / "empty.sqlite"
        await migrate(f"sqlite:///{empty}")
        async with open_browser(path) as browser, afternoon(browser, empty, Path(made)) as bank:
            bare = 0.0
            print(f"{'page':<44}{'kB':>7}{'with charts':>13}{'first paint, ms':>17}{'ratio':>7}")
            for page in PAGES:
                runs = [await opened(browser, bank, page) for _ in range(rounds)]
                painted = statistics.median(run[0] for run in runs)
                bare = bare or painted
                _, weight, whole = runs[-1]
                print(f"{page:<44}{weight / 1000:>7.1f}{whole / 1000:>13.1f}{painted:>17.0f}{painted / bare:>7.1f}")


def main(told: Sequence[str] | None = None) -> None:
    flags = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    flags.add_argument("--rounds", type=int, default=5)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(measured(flags.parse_args(told).rounds))


if __name__ == "__main__":
    main()
