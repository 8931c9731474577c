"""One recorded call, and many of them as columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vqueue.engine.replay import CallLog

NEVER = float("nan")


class WrongTrace(ValueError):
    """The file is no record of calls as the mapping describes it; the message is one sentence for a person."""


class BadRow(ValueError):
    """One row cannot be true; the message says why and holds nothing of the row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Times in seconds since 1999-01-01 00:00 on the local clock, NaN for what did not happen."""

    arrived: float
    entered: float
    left: float
    started: float
    ended: float
    kind: str
    priority: int = 0
    credit_s: float = 0.0
    agent: str = ""
    customer: str = ""

    def checked(self) -> "Call":
        """Itself; raises BadRow when its times contradict each other."""
        if np.isnan(self.arrived):
            raise BadRow("no time of arrival")
        if np.isnan(self.entered) != np.isnan(self.left):
            raise BadRow("only one end of the time in the queue")
        if self.left < self.entered:
            raise BadRow("left the queue before entering it")
        if np.isnan(self.started) != np.isnan(self.ended):
            raise BadRow("only one end of the talk")
        if self.ended < self.started:
            raise BadRow("the talk ended before it began")
        return self


def log_of(calls: Iterable[Call], *, kinds: Sequence[str], agents: Sequence[str]) -> CallLog:
    """The calls as columns, ordered by arrival; codes are places in `kinds` and `agents`."""
    ordered = sorted(calls, key=lambda call: call.arrived)
    kind_of = {name: code for code, name in enumerate(kinds)}
    agent_of = {name: code for code, name in enumerate(agents)}
    customers: dict[str, int] = {"": 0}
    return CallLog(
        arrived=np.array([call.arrived for call in ordered], dtype=np.float64),
        entered=np.array([call.entered for call in ordered], dtype=np.float64),
        left=np.array([call.left for call in ordered], dtype=np.float64),
        started=np.array([call.started for call in ordered], dtype=np.float64),
        ended=np.array([call.ended for call in ordered], dtype=np.float64),
        kind=np.array([kind_of[call.kind] for call in ordered], dtype=np.int64),
        priority=np.array([call.priority for call in ordered], dtype=np.int64),
        credit_s=np.array([call.credit_s for call in ordered], dtype=np.float64),
        agent=_codes(agent_of, (call.agent for call in ordered)),
        customer=np.array([customers.setdefault(call.customer, len(customers)) for call in ordered], dtype=np.int64),
        kinds=tuple(kinds),
        agents=tuple(agents),
    )


def _codes(known: Mapping[str, int], names: Iterable[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([known.get(name, -1) for name in names], dtype=np.int64)
