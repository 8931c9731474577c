"""From counts to figures: sums, shares, means and percentiles of a report's rows. Definitions: docs/reports.md."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import assert_never
from zoneinfo import ZoneInfo

from vqueue.domain.report import Cell, Interval

SECOND_US = 1_000_000


@dataclass(slots=True)
class Sums:
    """Everything counted for one row: figures by name, and how often each duration (whole seconds) came."""

    figures: Counter[str] = field(default_factory=Counter)
    second_holds: Counter[int] = field(default_factory=Counter)
    widths: Counter[int] = field(default_factory=Counter)


LINE = (
    "offered", "answered", "abandoned", "abandoned_short", "service_level", "asa_s", "asa_all_s", "messages",
    "handled", "talk_s", "wrap_s", "aht_s",
    "callbacks_offered", "callbacks_accepted", "called_back", "reached_first_time",
    "second_hold_p50_s", "second_hold_p95_s",
)  # fmt: skip
"""Columns of a queue's line, in their order."""
PROMISED = (
    "made", "kept", "broken", "open", "withdrawn", "coverage", "early", "late", "failed", "width_p50_s",
)  # fmt: skip
AGENT = (
    "handled", "talk_s", "wrap_s", "aht_s", "missed", "declined", "ready_s", "busy_s", "away_s", "occupancy",
    "away_reasons_s",
)  # fmt: skip

SAID = ("rated", "csat_mean", "csat_share", "nps_asked", "nps", "solved_asked", "solved_share")


def line(sums: Sums) -> dict[str, Cell]:
    """Figures of a queue's line."""
    told = sums.figures
    judged = told["held_answered"] + told["held_abandoned"]
    return {
        **{name: told[name] for name in ("offered", "answered", "abandoned", "abandoned_short", "messages", "handled")},
        "service_level": share(told["held_in_time"], judged),
        "asa_s": mean_s(told["held_wait_us"], told["held_answered"]),
        "asa_all_s": mean_s(told["at_once_wait_us"], told["at_once_answered"]),
        **handling(told),
        **{name: told[name] for name in ("callbacks_offered", "callbacks_accepted", "called_back")},
        "reached_first_time": told["reached_first_time"],
        "second_hold_p50_s": percentile(sums.second_holds, 0.5),
        "second_hold_p95_s": percentile(sums.second_holds, 0.95),
    }


def handling(told: Mapping[str, int]) -> dict[str, Cell]:
    """Talk, wrap-up, and both by talk."""
    talk, wrap = told["talk_us"], told["wrap_us"]
    return {"talk_s": seconds(talk), "wrap_s": seconds(wrap), "aht_s": mean_s(talk + wrap, told["handled"])}


def promised(sums: Sums) -> dict[str, Cell]:
    """Figures of promises."""
    told = sums.figures
    broken = told["early"] + told["late"] + told["failed"]
    return {
        **{name: told[name] for name in ("made", "kept", "open", "withdrawn", "early", "late", "failed")},
        "broken": broken,
        "coverage": share(told["kept"], told["kept"] + broken),
        "width_p50_s": percentile(sums.widths, 0.5),
    }


def agent(told: Mapping[str, int], reasons: Mapping[str, int]) -> dict[str, Cell]:
    """Figures of an agent: `reasons` are microseconds away by reason."""
    busy, ready = told["busy_us"], told["ready_us"]
    return {
        **{name: told[name] for name in ("handled", "missed", "declined")},
        **handling(told),
        "ready_s": seconds(ready),
        "busy_s": seconds(busy),
        "away_s": seconds(told["away_us"]),
        "occupancy": share(busy, busy + ready),
        "away_reasons_s": {reason or "none": seconds(us) for reason, us in sorted(reasons.items())},
    }


def said(told: Mapping[str, int]) -> dict[str, Cell]:
    """What customers said. NPS (Reichheld 2003): promoters less detractors, in points from -100 to 100."""
    asked = told["asked"]
    return {
        "rated": told["rated"],
        "csat_mean": round(told["ratings"] / told["rated"], 2) if told["rated"] else None,
        "csat_share": share(told["content"], told["rated"]),
        "nps_asked": asked,
        "nps": round(100 * (told["promoters"] - told["detractors"]) / asked, 1) if asked else None,
        "solved_asked": told["judged"],
        "solved_share": share(told["solved"], told["judged"]),
    }


def percentile(spread: Mapping[int, int], rank: float) -> int | None:
    """The nearest rank: the smallest value that at least this share of all values does not exceed."""
    wanted, seen = ceil(rank * sum(spread.values())), 0
    for value in sorted(spread):
        seen += spread[value]
        if seen >= wanted:
            return value
    return None


def share(part: int, whole: int) -> float | None:
    """To four digits; None of nothing."""
    return round(part / whole, 4) if whole else None


def seconds(us: int) -> float:
    return round(us / SECOND_US, 3)


def mean_s(us: int, count: int) -> float | None:
    return round(us / count / SECOND_US, 3) if count else None


def starts(quarter_start: datetime, zone: str, interval: Interval) -> datetime:
    """When the interval began that holds this quarter, on the clock of the zone."""
    local = quarter_start.astimezone(ZoneInfo(zone))
    match interval:
        case Interval.QUARTER:
            return local
        case Interval.HOUR:
            # Counted back from the quarter itself: the hour that a clock shows twice is two rows.
            return (quarter_start - timedelta(minutes=local.minute)).astimezone(ZoneInfo(zone))
        case Interval.DAY:
            midnight = local.replace(hour=0, minute=0, fold=0)
            return midnight.astimezone(UTC).astimezone(ZoneInfo(zone))
        case _:
            assert_never(interval)
