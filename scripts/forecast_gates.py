"""Forecasts a real bank's half hours from what was known before each, and holds the error against our bound.

`python -m scripts.forecast_gates` with VQUEUE_SHARED naming the folder that holds `data/na_bank_2003/`.
"""

import csv
import gzip
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from vqueue.engine.forecast import Expectation, Floats, PastDay, learn

ROOT = Path(__file__).resolve().parent.parent
BANK = Path(os.environ.get("VQUEUE_SHARED", ROOT.parent / "shared")) / "data" / "na_bank_2003" / "calls_5min.csv.gz"
TESTED = 49
"""The last days, which chose nothing."""
HALF_HOUR = 6
BOUND = 4.8
"""WAPE in percent, half an hour ahead."""
NEAR = 0.025
"""Probabilities are kept within this: less than two standard errors of 49 days, whose half hours err together."""
PEERS: dict[str, tuple[float, Callable[[Floats, int], Floats]]] = {
    "previous day": (10.4, lambda days, d: days[d - 1]),
    "same weekday, last week": (8.7, lambda days, d: days[d - 5]),
    "mean of four same weekdays": (7.9, lambda days, d: np.asarray(days[d - 20 : d : 5].mean(axis=0))),
}
"""Simple forecasts, and what they reach here."""


def half_hours(path: Path) -> Floats:
    """Days by half hours of the day; what is left over at its end is dropped."""
    with gzip.open(path, "rt") as opened:
        rows = [
            (int(row["weekday_index"]), int(row["interval"]), float(row["calls"])) for row in csv.DictReader(opened)
        ]
    counts = np.zeros((max(row[0] for row in rows), 1 + max(row[1] for row in rows)))
    for day, interval, calls in rows:
        counts[day - 1, interval] = calls
    whole = counts.shape[1] // HALF_HOUR * HALF_HOUR
    return np.asarray(counts[:, :whole].reshape(len(counts), -1, HALF_HOUR).sum(axis=2))


def wape(told: Floats, came: Floats) -> float:
    """Sum of the errors' sizes, in percent of what came."""
    known = np.isfinite(told)
    return float(100.0 * np.abs(told - came)[known].sum() / came[known].sum())


def forecast(days: Floats, gap: int | None) -> list[list[Expectation | None]]:
    """Each tested day's half hours. `gap`: whole half hours between the last one known and the one told (None: nothing
    of the day is known)."""
    found = []
    for d in range(len(days) - TESTED, len(days)):
        pattern = learn([PastDay(e % 5, days[e]) for e in range(d)])
        assert pattern is not None
        told: list[Expectation | None] = []
        for t in range(days.shape[1]):
            seen = None if gap is None else days[d, : max(0, t - gap)]
            told.append(pattern.expect(d % 5, t, seen))
        found.append(told)
    return found


def means(told: list[list[Expectation | None]]) -> Floats:
    return np.array([[np.nan if each is None else each.mean for each in day] for day in told])


def below(told: list[list[Expectation | None]], came: Floats, p: float) -> float:
    """Share of counts that did not exceed their quantile."""
    pairs = [(each, calls) for day, row in zip(told, came, strict=True) for each, calls in zip(day, row, strict=True)]
    return float(np.mean([calls <= each.quantile(p) for each, calls in pairs if each is not None]))


def broken(days: Floats) -> Iterator[str]:
    """Prints a row for each forecast; tells every gate that does not hold."""
    came = days[-TESTED:]
    for name, (reached, peer) in PEERS.items():
        error = wape(np.array([peer(days, d) for d in range(len(days) - TESTED, len(days))]), came)
        print(f"{name:46} WAPE {error:5.2f} %   (known: {reached} %)")
        if abs(error - reached) > 0.1:
            yield f"{name}: {error:.2f} % is not the {reached} % that is known of it"
    rows = {
        "level x profile, the evening before": None,
        "with today's correction, as it begins": 0,
        "with today's correction, 30 minutes before": 1,
    }
    for name, gap in rows.items():
        told = forecast(days, gap)
        error = wape(means(told), came)
        shares = {p: below(told, came, p) for p in (0.5, 0.8, 0.9)}
        print(f"{name:46} WAPE {error:5.2f} %   " + "  ".join(f"P{100 * p:.0f} {s:.3f}" for p, s in shares.items()))
        if gap is not None and error > BOUND:
            yield f"{name}: {error:.2f} % is above {BOUND} %"
        yield from (f"{name}: P{100 * p:.0f} holds {s:.3f}" for p, s in shares.items() if p > 0.5 and abs(s - p) > NEAR)


def main() -> int:
    if not BANK.is_file():
        print("The bank's counts are not here; name their folder with VQUEUE_SHARED.", file=sys.stderr)
        return 2
    complaints = list(broken(half_hours(BANK)))
    print(*complaints or ["every gate holds"], sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
