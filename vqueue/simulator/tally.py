"""What happened on the simulated days, counted as it happens, and the figures made from it."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from vqueue.domain.agent import Presence
from vqueue.domain.request import Mode
from vqueue.engine.order import Turn, inversions
from vqueue.simulator.floor import HOLD, ON_DUTY, Caller, Floor, Times


@dataclass(frozen=True, slots=True)
class Kept:
    """A promise that was due: its window and first ring in seconds since the epoch (None: it never rang)."""

    made_at: float
    start: float
    end: float
    rang_at: float | None
    naive_s: float
    """Position x handling time / agents, as other systems would have quoted it."""
    booked: bool = False

    @property
    def kept(self) -> bool:
        return self.rang_at is not None and self.start <= self.rang_at <= self.end


class Minute(NamedTuple):
    """The floor at one moment of a day."""

    at: float
    holders: int
    virtual: int
    free: int
    busy: int


class Ended(NamedTuple):
    """How long one customer waited, from his first arrival until both heard each other."""

    at: float
    wait_s: float
    mode: Mode
    second_hold_s: float | None = None


@dataclass(slots=True)
class Tally:
    """Everything that is counted; customers of the warm-up are not."""

    customers: int = 0
    repeats: int = 0
    outcomes: dict[str, int] = field(default_factory=lambda: {"served": 0, "abandoned": 0, "unreached": 0})
    offered: int = 0
    callbacks: int = 0
    booked: int = 0
    rolled: int = 0
    rings: int = 0
    ahead: int = 0
    """Rings before an agent was there."""
    ended: list[Ended] = field(default_factory=list)
    gave_up_s: list[float] = field(default_factory=list)
    promises: list[Kept] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    called_back: set[str] = field(default_factory=set)
    """Who took a turn without being on the line."""
    minutes: list[Minute] = field(default_factory=list)
    events: int = 0

    def asked(self, caller: Caller, offered: bool) -> None:
        """It was reckoned whether a callback is offered to him."""
        self.offered += caller.counted and offered

    def end(self, caller: Caller, outcome: str) -> None:
        if caller.counted:
            self.outcomes[outcome] += 1

    def joined(self, caller: Caller, now: float, *, second_hold_s: float | None) -> None:
        if caller.counted:
            wait_s = now - (caller.slot_start or caller.arrived)
            self.ended.append(Ended(now, wait_s, caller.mode, second_hold_s))

    def taken(self, caller: Caller, now: float) -> None:
        if caller.mode is not HOLD:
            self.called_back.add(caller.id)
        self.turns.append(Turn(caller.klass, caller.virtual_start, caller.id, caller.ready_since, now))

    def settle(self, caller: Caller, rang_at: float | None) -> None:
        """The first ring, or the knowledge that there will be none."""
        if not caller.promised:
            return
        caller.promised = False
        if caller.counted and caller.window is not None:
            window = caller.window
            self.promises.append(
                Kept(
                    caller.promised_at,
                    window.start.timestamp(),
                    window.end.timestamp(),
                    rang_at,
                    caller.naive_s,
                    caller.slot_start > 0,
                )
            )

    def see(self, now: float, floor: Floor) -> None:
        holders, free = floor.holders, len(floor.free)
        self.minutes.append(Minute(now, holders, len(floor.order.callers) - holders, free, floor.busy))


def summary(tally: Tally, times: Times, *, seed: int, service_level_s: float) -> dict[str, Any]:
    """The figures of one run; None where there is nothing to make them from."""
    waits = [each.wait_s for each in tally.ended]
    staffed = sum(times.spent[presence] for presence in ON_DUTY) + times.spent[Presence.AWAY]
    working = times.spent[Presence.TALKING] + times.spent[Presence.WRAPPING]
    holds = [each.second_hold_s for each in tally.ended if each.second_hold_s is not None]
    called = [each.wait_s for each in tally.ended if each.mode is Mode.CALLBACK]
    held = [each.wait_s for each in tally.ended if each.mode is Mode.HOLD]
    quick = sum(each.wait_s <= service_level_s for each in tally.ended)
    asked = len(tally.ended) + tally.outcomes["abandoned"]
    return {
        "seed": seed,
        "customers": tally.customers,
        **tally.outcomes,
        "open": tally.customers - sum(tally.outcomes.values()),
        "repeats": tally.repeats,
        "callbacks": {"accepted": tally.callbacks, "booked": tally.booked,
                      "rolled": tally.rolled, "rings": tally.rings, "ahead": tally.ahead},
        "wait_s": _spread(waits) | {"longest": _rounded(max(waits, default=None))},
        "hold_wait_s": _spread(held),
        "callback_wait_s": _spread(called),
        "abandoned_after_s": _spread(tally.gave_up_s),
        "service_level": {"within_s": service_level_s, "share": _share(quick, asked)},
        "promises": _promises(tally.promises),
        "second_hold_s": {"p50": _quantile(holds, 0.5), "p95": _quantile(holds, 0.95)},
        "agent_idle_share": _share(times.spent[Presence.READY], staffed),
        "occupancy": _share(working, staffed),
        "inversions": inversions(tally.turns),
        "events": tally.events,
    }  # fmt: skip


def _promises(promises: list[Kept]) -> dict[str, Any]:
    """Of callbacks; booked times are counted beside them, since their windows are chosen and not estimated."""
    called = [each for each in promises if not each.booked]
    booked = [each for each in promises if each.booked]
    kept = sum(each.kept for each in called)
    edges = [each.start - each.made_at for each in called]
    naive = sum(each.rang_at is not None and each.rang_at <= each.made_at + each.naive_s for each in called)
    return {
        "made": len(called),
        "kept": kept,
        "coverage": _share(kept, len(called)),
        "width_s_p50": _quantile([each.end - each.start for each in called], 0.5),
        "lower_edge_s_p50": _quantile(edges, 0.5),
        "early": sum(each.rang_at is not None and each.rang_at < each.start for each in called),
        "late": sum(each.rang_at is None or each.rang_at > each.end for each in called),
        "position_times_aht": {"within": _share(naive, len(called))},
        "booked": {"made": len(booked), "kept": sum(each.kept for each in booked)},
    }


def _spread(values: list[float]) -> dict[str, float | None]:
    mean = _rounded(float(np.mean(values))) if values else None
    return {"mean": mean, "p50": _quantile(values, 0.5), "p90": _quantile(values, 0.9)}


def _quantile(values: list[float], p: float) -> float | None:
    return _rounded(float(np.quantile(values, p))) if values else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 5) if whole else None
