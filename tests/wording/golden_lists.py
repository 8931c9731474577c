"""Compares lists of wordings with the proof-read files under golden/; VQUEUE_REWRITE_GOLDEN=1 writes them anew."""

import os
from collections.abc import Iterable
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"


def matches_golden(name: str, lines: Iterable[str]) -> None:
    """Fails with the difference unless `lines` are what the golden file of that name holds."""
    said = list(lines)
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("VQUEUE_REWRITE_GOLDEN") == "1":
        path.write_text("\n".join(said) + "\n", "utf-8")
    assert said == path.read_text("utf-8").splitlines()
