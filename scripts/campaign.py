"""A bank under faults: the demo with a network that loses, doubles, reorders and refuses, judged by its ledger.

    .venv/bin/python -m scripts.campaign [--seconds 300] [--speed 10] [--seed 7] [--share 0.1]

Wall seconds. What must hold whatever the network does: nobody rung twice for one attempt, nobody after cancelling.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from scripts.check_demo import broken

START_S = 60.0


def faults(share: float) -> list[dict[str, Any]]:
    """Every kind of trouble the network can make, each in `share` of the cases."""
    kinds = {
        "create_call": ("error_500_before", "error_500_after", "reset_before", "reset_after", "429"),
        "status": ("lose", "double", "reorder", "delay"),
        "fetch": ("double", "delay"),
    }
    return [
        {"on": on, "do": do, "share": share / 2 if on == "create_call" else share, "seconds": 2, "retry_after": 1}
        for on, dos in kinds.items()
        for do in dos
    ]


def run(told: argparse.Namespace) -> dict[str, Any]:
    """The summary of a demo that ran under faults. Raises RuntimeError when it did not come up."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        command = [sys.executable, "-m", "vqueue", "demo", "--port", "0", "--speed", str(told.speed), "--json"]
        command += ["--seed", str(told.seed), "--seconds", str(told.seconds), "--ready-file", str(ready)]
        demo = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        limit = time.monotonic() + START_S
        while not ready.exists():
            if demo.poll() is not None or time.monotonic() > limit:
                raise RuntimeError("the demo did not come up")
            time.sleep(0.1)
        sandbox = json.loads(ready.read_text(encoding="utf-8"))["urls"]["sandbox"]
        body = json.dumps({"faults": faults(told.share)}).encode()
        asked = urllib.request.Request(f"{sandbox}/sandbox/faults", data=body, method="PUT")  # noqa: S310 - loopback
        asked.add_header("Content-Type", "application/json")
        urllib.request.urlopen(asked, timeout=10).close()  # noqa: S310 - loopback
        out, _ = demo.communicate(timeout=told.seconds + 120)
        summary: dict[str, Any] = json.loads(out)
        return summary


def main() -> int:
    flags = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    flags.add_argument("--seconds", type=float, default=300)
    flags.add_argument("--speed", type=float, default=10)
    flags.add_argument("--seed", type=int, default=7)
    flags.add_argument("--share", type=float, default=0.1)
    summary = run(flags.parse_args())
    wrong = broken(summary, due=0)
    print(json.dumps(summary, indent=None))
    for sentence in wrong:
        print(f"broken: {sentence}")
    print("under faults: everything held" if not wrong else "under faults: not everything held")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
