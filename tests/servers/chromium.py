"""Debian's or any other installed Chromium, for the tests that open pages."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """Path of the browser, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def is_required() -> bool:
    """Whether pages must be tested here: on CI, or where somebody said so."""
    return bool(os.environ.get("CI") or os.environ.get("VQUEUE_REQUIRE_BROWSER"))
