"""How fast days are simulated, and how well promises hold in the five load profiles of docs/scenarios.

python -m scripts.bench.simulate [--callbacks 10000] [--profile NAME]
"""

import argparse
import time
from pathlib import Path

import numpy as np

from vqueue.simulator.run import simulate
from vqueue.simulator.scenario import read
from vqueue.simulator.tally import Kept

SCENARIOS = Path(__file__).resolve().parents[2] / "docs" / "scenarios"
PROFILES = ("steady", "ramp", "spike", "staff-loss", "drain")


def main() -> None:
    """A line a profile: enough days, each under its own seed, for so many callbacks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callbacks", type=int, default=10_000)
    parser.add_argument("--profile", choices=PROFILES, action="append")
    told = parser.parse_args()
    print("profile      days callbacks coverage early  late  width_s lower_s  naive  calls  calls/s")
    for name in told.profile or PROFILES:
        print(_line(name, told.callbacks), flush=True)


def _line(name: str, callbacks: int) -> str:
    scenario = read((SCENARIOS / f"{name}.yaml").read_text())
    promises: list[Kept] = []
    calls, seed, began = 0, 0, time.perf_counter()
    while len(promises) < callbacks:
        seed += 1
        outcome = simulate(scenario, seed=seed)
        calls += outcome.figures["customers"]
        promises += [each for each in outcome.tally.promises if not each.booked]
    took = time.perf_counter() - began
    rang = [(each.rang_at, each) for each in promises if each.rang_at is not None]
    early = np.mean([each.rang_at is not None and each.rang_at < each.start for each in promises])
    kept = np.mean([each.kept for each in promises])
    width = np.median([each.end - each.start for each in promises])
    lower = np.median([each.start - each.made_at for each in promises])
    naive = sum(at <= each.made_at + each.naive_s for at, each in rang) / len(promises)
    return (
        f"{name:<12} {seed:4} {len(promises):9} {kept:8.3f} {early:.3f} {1 - kept - early:.3f} "
        f"{width:8.0f} {lower:7.0f}  {naive:.3f} {calls:6} {calls / took:8.0f}"
    )


if __name__ == "__main__":
    main()
