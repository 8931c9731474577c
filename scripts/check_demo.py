"""Judges the summary of a demo run by what must always hold; reads it from the file named, or from standard input.

scripts/demo --seconds 60 --speed 20 --json | .venv/bin/python -m scripts.check_demo --due 10
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def broken(summary: dict[str, Any], *, due: int) -> list[str]:
    """What a run broke, in sentences; empty when everything held. `due`: how many promises must have fallen due."""
    rings, promises = summary["rings"], summary["promises"]
    wrong = []
    if rings["repeated_for_one_attempt"]:
        wrong.append(f"{rings['repeated_for_one_attempt']} customers were rung twice for one attempt")
    if rings["after_cancel"]:
        wrong.append(f"{rings['after_cancel']} customers were rung after cancelling")
    if promises["due"] < due:
        wrong.append(f"only {promises['due']} promises fell due, {due} were expected")
    if not summary["requests"]["served"]:
        wrong.append("nobody was served")
    if not rings["customers"]:
        wrong.append("nobody was called back")
    return wrong


def main() -> int:
    flags = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    flags.add_argument("file", nargs="?", type=Path)
    flags.add_argument("--due", type=int, default=10)
    told = flags.parse_args()
    summary = json.loads(told.file.read_text(encoding="utf-8") if told.file else sys.stdin.read())
    wrong = broken(summary, due=told.due)
    kept, due = summary["promises"]["kept"], summary["promises"]["due"]
    print(
        f"demo: {summary['calls_in']} calls in, {summary['requests']['served']} served, {kept} of {due} promises kept, "
        f"{summary['rings']['customers']} rings, {summary['rings']['repeated_for_one_attempt']} repeated, "
        f"{summary['rings']['after_cancel']} after a cancelling"
    )
    for sentence in wrong:
        print(f"broken: {sentence}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
