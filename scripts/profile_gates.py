"""How well spoken windows hold in the five load profiles of docs/scenarios, and whether that passes the gates.

python -m scripts.profile_gates [--callbacks 10000] [--profile NAME] [--processes 2] [--chains 1] [--kept FILE]

A line a profile: callbacks, share of first rings inside the spoken window, before it, after it, median width, median
lower edge, the widest median width that passes (ten minutes, or 40 % of the lower edge), and how many first rings came
within position x handling time / agents. What the promises of a day teach goes on to the next day, as it does where the
service runs; with --fresh each day begins with nothing learned. With --chains a profile's callbacks are made by so many
banks that know nothing of each other; --processes works on profiles and chains side by side.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path

import numpy as np

from vqueue.engine.wait.calibrating import Calibration
from vqueue.simulator.rolling import Rolling
from vqueue.simulator.run import simulate
from vqueue.simulator.scenario import read
from vqueue.simulator.tally import Kept

SCENARIOS = Path(__file__).resolve().parents[1] / "docs" / "scenarios"
PROFILES = ("steady", "ramp", "spike", "staff-loss", "drain")
HEAD = "profile     days callbacks coverage  early   late  width_s  lower_s  may_be_s  naive  cpu_s"
COVERAGE, WITHIN, LEAST_WIDTH_S, SHARE_OF_EDGE = 0.90, 0.02, 600.0, 0.4


@dataclass(frozen=True, slots=True)
class Chain:
    """The days of one bank, one after the other, until it made so many callbacks."""

    profile: str
    number: int
    of: int
    callbacks: int
    closed_form: bool
    fresh: bool


@dataclass(slots=True)
class Made:
    """What a chain's promises came to, day by day."""

    days: list[list[Kept]] = field(default_factory=list)
    cpu_s: float = 0.0


def main() -> int:
    """0 when every profile passes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--callbacks", type=int, default=10_000)
    parser.add_argument("--profile", choices=PROFILES, action="append")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--chains", type=int, default=1, help="banks that share a profile's callbacks")
    parser.add_argument("--closed-form", action="store_true", help="the first layer alone, uncalibrated")
    parser.add_argument("--kept", type=Path, help="a file to which each promise is written, as JSON lines")
    parser.add_argument("--fresh", action="store_true", help="each day begins with nothing learned")
    told = parser.parse_args()
    names = told.profile or PROFILES
    each = -(-told.callbacks // told.chains)
    chains = [
        Chain(name, n, told.chains, each, told.closed_form, told.fresh) for name in names for n in range(told.chains)
    ]
    print(HEAD, flush=True)
    passed = []
    for name, made in _by_profile(chains, told.processes):
        _keep(told.kept, name, made)
        passed.append(_row(name, made))
    return 0 if all(passed) else 1


def _by_profile(chains: list[Chain], processes: int) -> Iterator[tuple[str, list[Made]]]:
    """The chains of one profile after the other."""
    found: list[Made] = []
    for chain, made in zip(chains, _worked_off(chains, processes), strict=True):
        found.append(made)
        if len(found) == chain.of:
            yield chain.profile, found
            found = []


def _worked_off(chains: list[Chain], processes: int) -> Iterator[Made]:
    if processes <= 1:
        yield from map(_run, chains)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(_run, chains)


def _run(chain: Chain) -> Made:
    """Each day under a seed of its own, no chain's that of another."""
    scenario = read((SCENARIOS / f"{chain.profile}.yaml").read_text())
    rules, learned, made, began = scenario.in_force(), Calibration(), Made(), time.process_time()
    for seed in count(1 + chain.number, chain.of):
        rolling = None if chain.closed_form else Rolling(scenario, rules, calibration=learned)
        promises = simulate(scenario, seed=seed, rolling=rolling).tally.promises
        made.days.append([each for each in promises if not each.booked])
        learned = rolling.calibration if rolling is not None and not chain.fresh else learned
        _tell(chain, seed, made.days[-1])
        if sum(map(len, made.days)) >= chain.callbacks:
            break
    made.cpu_s = time.process_time() - began
    return made


def _tell(chain: Chain, seed: int, promises: list[Kept]) -> None:
    """What came of a day, while the others are still simulated."""
    kept = sum(each.kept for each in promises)
    print(f"{chain.profile} seed {seed}: {kept} of {len(promises)} kept", file=sys.stderr, flush=True)


def _row(name: str, chains: list[Made]) -> bool:
    promises = [each for made in chains for day in made.days for each in day]
    kept = float(np.mean([each.kept for each in promises]))
    early = float(np.mean([each.rang_at is not None and each.rang_at < each.start for each in promises]))
    width = float(np.median([each.end - each.start for each in promises]))
    lower = float(np.median([each.start - each.made_at for each in promises]))
    may_be = max(LEAST_WIDTH_S, SHARE_OF_EDGE * lower)
    naive = np.mean([each.rang_at is not None and each.rang_at <= each.made_at + each.naive_s for each in promises])
    passed = bool(abs(kept - COVERAGE) <= WITHIN and width <= may_be)
    days, cpu_s = sum(len(made.days) for made in chains), sum(made.cpu_s for made in chains)
    print(
        f"{name:<11} {days:4} {len(promises):9} {kept:8.3f} {early:6.3f} {1 - kept - early:6.3f} {width:8.0f} "
        f"{lower:8.0f} {may_be:9.0f} {naive:6.3f} {cpu_s:6.0f}  {'' if passed else 'FAILS'}",
        flush=True,
    )
    return passed


def _keep(file: Path | None, name: str, chains: list[Made]) -> None:
    if file is None:
        return
    with file.open("a") as lines:
        for number, made in enumerate(chains):
            for day, promises in enumerate(made.days, start=1):
                for each in promises:
                    about = {"profile": name, "chain": number, "day": day}
                    lines.write(json.dumps({**about, **asdict(each), "kept": each.kept}) + "\n")


if __name__ == "__main__":
    sys.exit(main())
