"""How well spoken windows hold in the five load profiles of docs/scenarios, and whether that passes the gates.

python -m scripts.profile_gates [--callbacks 10000] [--profile NAME] [--closed-form] [--fresh] [--kept FILE]

A line a profile: callbacks, share of first rings inside the spoken window, before it, after it, median width, median
lower edge, the widest median width that passes (ten minutes, or 40 % of the lower edge), and how many first rings came
within position x handling time / agents. What the promises of a day teach goes on to the next day, as it does where the
service runs; with --fresh each day begins with nothing learned.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np

from vqueue.engine.wait.calibrating import Calibration
from vqueue.simulator.rolling import Rolling
from vqueue.simulator.run import simulate
from vqueue.simulator.scenario import read
from vqueue.simulator.tally import Kept

SCENARIOS = Path(__file__).resolve().parents[1] / "docs" / "scenarios"
PROFILES = ("steady", "ramp", "spike", "staff-loss", "drain")
HEAD = "profile     days callbacks coverage  early   late  width_s  lower_s  may_be_s  naive  seconds"
COVERAGE, WITHIN, LEAST_WIDTH_S, SHARE_OF_EDGE = 0.90, 0.02, 600.0, 0.4


def main() -> int:
    """0 when every profile passes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--callbacks", type=int, default=10_000)
    parser.add_argument("--profile", choices=PROFILES, action="append")
    parser.add_argument("--closed-form", action="store_true", help="the first layer alone, uncalibrated")
    parser.add_argument("--kept", type=Path, help="a file to which each promise is written, as JSON lines")
    parser.add_argument("--fresh", action="store_true", help="each day begins with nothing learned")
    told = parser.parse_args()
    print(HEAD)
    passed = [_row(name, told) for name in told.profile or PROFILES]
    return 0 if all(passed) else 1


def _row(name: str, told: argparse.Namespace) -> bool:
    promises: list[Kept] = []
    days, began = 0, time.perf_counter()
    for each in _days(name, told):
        days += 1
        promises += each
        if len(promises) >= told.callbacks:
            break
    kept = float(np.mean([each.kept for each in promises]))
    early = float(np.mean([each.rang_at is not None and each.rang_at < each.start for each in promises]))
    width = float(np.median([each.end - each.start for each in promises]))
    lower = float(np.median([each.start - each.made_at for each in promises]))
    may_be = max(LEAST_WIDTH_S, SHARE_OF_EDGE * lower)
    naive = np.mean([each.rang_at is not None and each.rang_at <= each.made_at + each.naive_s for each in promises])
    passed = bool(abs(kept - COVERAGE) <= WITHIN and width <= may_be)
    print(
        f"{name:<11} {days:4} {len(promises):9} {kept:8.3f} {early:6.3f} {1 - kept - early:6.3f} {width:8.0f} "
        f"{lower:8.0f} {may_be:9.0f} {naive:6.3f} {time.perf_counter() - began:8.0f}  {'' if passed else 'FAILS'}",
        flush=True,
    )
    return passed


def _days(name: str, told: argparse.Namespace) -> Iterator[list[Kept]]:
    """The callbacks of one day after the other, each under a seed of its own."""
    scenario = read((SCENARIOS / f"{name}.yaml").read_text())
    rules, seed = scenario.in_force(), 0
    learned = Calibration()
    rolling: Rolling | None = None
    while True:
        seed += 1
        if not told.closed_form:
            rolling = Rolling(scenario, rules, calibration=learned)
        outcome = simulate(scenario, seed=seed, rolling=rolling)
        learned = rolling.calibration if rolling is not None and not told.fresh else learned
        _keep(told.kept, name, seed, outcome.tally.promises)
        yield [each for each in outcome.tally.promises if not each.booked]


def _keep(file: Path | None, name: str, day: int, promises: list[Kept]) -> None:
    if file is not None:
        with file.open("a") as lines:
            for each in promises:
                lines.write(json.dumps({"profile": name, "day": day, **asdict(each), "kept": each.kept}) + "\n")


if __name__ == "__main__":
    sys.exit(main())
