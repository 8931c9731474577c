"""What others quote: the formulas of vendors and of the literature, one figure each, from what was known."""

from collections.abc import Callable

from vqueue.engine.replay import Seen

PAUSE_S = 10.0
"""What Google CCAI adds to its estimate."""


def by_abandonment(seen: Seen) -> float:
    """Mean of the wait with `ahead` before, when each of them may lose patience (Whitt 1999)."""
    served = seen.busy / seen.handling_s
    return sum(1.0 / (served + place * seen.patience_rate) for place in range(seen.ahead + 1))


PEERS: dict[str, Callable[[Seen], float]] = {
    "les": lambda seen: seen.last_wait_s,
    "hol": lambda seen: seen.head_s,
    "mean10": lambda seen: seen.mean10_s,
    "asterisk": lambda seen: seen.smoothed_s,
    "ewt": lambda seen: (seen.ahead + 1) * seen.handling_s / seen.active,
    "genesys": lambda seen: seen.handling_s * seen.queue / seen.active,
    "google": lambda seen: seen.handling_s * seen.ahead / seen.active + PAUSE_S,
    "cisco": lambda seen: (seen.queue + 1) * seen.handling_s / seen.busy,
    "ql": lambda seen: (seen.ahead + 1) * seen.handling_s / seen.busy,
    "qlm": by_abandonment,
}
"""Each in seconds; at least one agent must be busy. docs/backtest.md says whose they are."""
