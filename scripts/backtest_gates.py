"""Runs the backtest on the real trace and holds it against what others reach there and against our own bounds.

`python -m scripts.backtest_gates` with VQUEUE_SHARED naming the folder that holds `data/anonymous_bank_1999/`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BANK = Path(os.environ.get("VQUEUE_SHARED", ROOT.parent / "shared")) / "data" / "anonymous_bank_1999"
PEERS = {
    "les": (95.5, 60.8), "hol": (90.8, 59.9), "mean10": (85.6, 55.1), "asterisk": (83.2, 53.0), "ewt": (69.4, 43.5),
    "qlm": (81.7, 54.7), "rollforward": (69.6, 44.5),
}  # fmt: skip
"""RMSE and MAE on the last 30 % of August, seconds."""
NEAR = 0.03
LARGE = 300


def broken(told: dict[str, list[dict[str, float]]]) -> Iterator[str]:
    """Every gate that does not hold, in words."""
    rows = {str(row["predictor"]): row for row in told["rows"]}
    for name, figures in PEERS.items():
        for measure, figure in zip(("rmse", "mae"), figures, strict=True):
            if abs(rows[name][measure] / figure - 1.0) > NEAR:
                yield f"{name}: {measure} {rows[name][measure]:.1f} is not within 3 % of {figure}"
    if "vqueue" not in rows:
        yield "there is no row of vqueue"
        return
    ours = rows["vqueue"]
    bounds = {"rmse": (0, 63), "mae": (0, 40), "cover_p90": (0.89, 0.91), "cover_p10_p90": (0.79, 0.81)}
    for measure, (low, high) in bounds.items():
        if not low <= ours[measure] <= high:
            yield f"vqueue: {measure} {ours[measure]:.3f} is not within {low} and {high}"
    groups: list[dict[str, float]] = ours["groups"]  # type: ignore[assignment]
    for group in groups:
        if group["n"] >= LARGE and group["cover_p90"] < 0.86:
            yield f"vqueue: {group['by']} {group['value']} is under P90 in {group['cover_p90']:.3f} only"


def main() -> int:
    if not BANK.is_dir():
        print("The bank's trace is not here; name its folder with VQUEUE_SHARED.", file=sys.stderr)
        return 2
    january, february, august = (str(BANK / f"calls_{month}.csv.gz") for month in ("january", "february", "august"))
    command = [sys.executable, "-m", "vqueue", "backtest", august, "--train", january, "--train", february, "--json"]
    told = json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE).stdout)
    complaints = list(broken(told))
    ours = {name: figure for name, figure in told["rows"][-1].items() if isinstance(figure, float)}
    print(*complaints or ["every gate holds"], ours, f"{told['seconds']} s", sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
