"""The same M/M/c days in our simulator and in Ciw, side by side: the same waits, and calls a second.

    python -m scripts.bench.ciw [--agents 10] [--load 0.85] [--customers 20000] [--seeds 10]

Ours drives the code that runs live (class heads, seats, plan) for each connection; Ciw serves a plain queue.
Needs Ciw: `pip install ciw`.
"""

import argparse
import importlib.util
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from scripts.erlang import erlang_c_wait
from vqueue.simulator.run import simulate
from vqueue.simulator.scenario import Scenario

HANDLING_S = 240.0
WARM_UP_S = 7200.0


def ours(agents: int, per_hour: float, customers: int, seed: int) -> np.ndarray:
    """Waits of those who came after the warm-up, seconds."""
    days = max(1, round(customers / per_hour / 24))
    told = {"hours": ["00:00", "24:00"], "warm_up_s": WARM_UP_S, "zone": "UTC", "handling_s": HANDLING_S}
    scenario = Scenario.model_validate(told | {"agents": agents, "arrivals_per_hour": per_hour, "days": days})
    return np.array([each.wait_s for each in simulate(scenario, seed=seed).tally.ended])


def theirs(agents: int, per_hour: float, customers: int, seed: int) -> np.ndarray:
    """The same in Ciw."""
    import ciw

    days = max(1, round(customers / per_hour / 24))
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(per_hour / 3600)],
        service_distributions=[ciw.dists.Exponential(1 / HANDLING_S)],
        number_of_servers=[agents],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(days * 86_400.0)
    served = (each for each in simulation.get_all_records() if each.arrival_date >= WARM_UP_S)
    return np.array([each.waiting_time for each in served])


def measured(days: Callable[[int], np.ndarray], seeds: Sequence[int]) -> tuple[np.ndarray, np.ndarray, float]:
    """(mean wait, customers) of each seed, and customers a second of processor time."""
    began = time.process_time()
    ran = [days(seed) for seed in seeds]
    took = time.process_time() - began
    counts = np.array([len(each) for each in ran])
    return np.array([each.mean() for each in ran]), counts, float(counts.sum() / took)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, default=10)
    parser.add_argument("--load", type=float, default=0.85)
    parser.add_argument("--customers", type=int, default=20_000, help="of each seed")
    parser.add_argument("--seeds", type=int, default=10)
    told = parser.parse_args()
    if importlib.util.find_spec("ciw") is None:
        print("Ciw is not installed: pip install ciw. Skipped.")
        return 0
    per_hour = told.agents * told.load * 3600 / HANDLING_S
    formula = erlang_c_wait(per_hour / 3600, 1 / HANDLING_S, told.agents)
    seeds, rows = range(1, told.seeds + 1), []
    print(f"M/M/{told.agents}, load {told.load:g}; Erlang-C: mean wait {formula:.2f} s")
    print("           customers  mean wait  ± 95 %   customers/s")
    for name, days in (("vqueue", ours), ("Ciw", theirs)):
        means, counts, pace = measured(partial(days, told.agents, per_hour, told.customers), seeds)
        half = 1.96 * means.std(ddof=1) / np.sqrt(len(means))
        rows.append((means.mean(), half, pace))
        print(f"{name:<10} {counts.sum():9} {means.mean():10.2f} {half:7.2f} {pace:13.0f}", flush=True)
    (mine, my_half, my_pace), (yours, your_half, your_pace) = rows
    agree = abs(mine - yours) <= np.hypot(my_half, your_half)
    print(f"the waits {'agree within' if agree else 'DIFFER BY MORE THAN'} the interval; "
          f"vqueue ÷ Ciw {my_pace / your_pace:.2f}")  # fmt: skip
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
