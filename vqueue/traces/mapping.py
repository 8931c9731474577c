"""Which column of a bank's records is what: a small TOML file, and the mapping of the trace that is built in."""

import tomllib
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vqueue.traces.call import BadRow, WrongTrace

BEGINNING = datetime(1999, 1, 1)


class Unit(StrEnum):
    """How times are written."""

    SECONDS = "seconds"
    """Since 1999-01-01 00:00, or any other midnight, on the local clock."""
    EPOCH = "epoch"
    EPOCH_MS = "epoch_ms"
    ISO = "iso"
    """RFC 3339 or `2026-03-04 09:00:00`; without an offset it is local."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Names of columns; an empty name stands for a column that is not there.

    Without `arrived` a call arrives when it enters the queue; without `left` it leaves the queue when its talk starts,
    or else when it ends.
    """

    entered: str
    started: str
    ended: str
    arrived: str = ""
    left: str = ""
    kind: str = ""
    priority: str = ""
    customer: str = ""
    agent: str = ""

    def needed(self) -> list[str]:
        return [name for each in fields(self) if (name := getattr(self, each.name))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    columns: Columns
    delimiter: str = ","
    time: Unit = Unit.SECONDS
    time_zone: tzinfo = UTC
    leave_out: Table[str, frozenset[str]] = field(default_factory=dict)
    """Column → words of rows that are not part of the pool."""
    keep: Table[str, frozenset[str]] = field(default_factory=dict)
    """Column → the only words of rows that are."""
    credit_s: Table[str, float] = field(default_factory=dict)
    """Priority as written → seconds of queue time given in advance."""
    longest_talk_s: float = 7200.0
    hours: tuple[float, float] = (0.0, 24.0)
    """Hours of the local day in which waits are scored."""


BANK = Mapping(
    columns=Columns(
        arrived="t_vru_in", entered="t_q_in", left="t_q_out", started="t_s_in", ended="t_s_out", kind="type",
        priority="priority", customer="customer", agent="agent",
    ),
    leave_out={"outcome": frozenset({"PHANTOM"}), "type": frozenset({"IN"})},
    keep={"suspect": frozenset({"0", ""})},
    credit_s={"2": 90.0},
    hours=(7.0, 24.0),
)  # fmt: skip
"""The columns of the Anonymous Bank's calls (Guedj & Mandelbaum, Technion), one pool without the internet desk."""

QUEUE_LOG = Mapping(columns=Columns(entered="", started="", ended=""), delimiter="|", time=Unit.EPOCH)
"""Asterisk's own; the columns are fixed, the rest may be mapped."""


def read_mapping(path: Path) -> Mapping:
    """Raises WrongTrace with one sentence when the file says something else than docs/backtest.md describes."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        return _mapping(told)
    except (OSError, UnicodeDecodeError) as problem:
        raise WrongTrace(f"{path.name} cannot be read: {problem}.") from None
    except (tomllib.TOMLDecodeError, TypeError, ValueError, AttributeError, ZoneInfoNotFoundError) as problem:
        raise WrongTrace(f"{path.name} is no mapping: {problem}.") from None


def _mapping(told: dict[str, object]) -> Mapping:
    match told:
        case {"columns": dict(named), **rest}:
            columns = Columns(**{str(key): str(name) for key, name in named.items()})
        case {"format": "queue_log", **rest}:
            columns = QUEUE_LOG.columns
        case _:
            raise ValueError("it needs [columns], or format = \"queue_log\"")  # fmt: skip
    queue_log = rest.pop("format", "delimited") == "queue_log"
    known = {"delimiter", "time", "time_zone", "leave_out", "keep", "credit_s", "longest_talk_s", "hours"}
    if unknown := sorted(rest.keys() - known):
        raise ValueError(f"{unknown[0]} is not known")
    return Mapping(
        columns=columns,
        delimiter=str(rest.get("delimiter", "|" if queue_log else ",")),
        time=Unit(str(rest.get("time", Unit.EPOCH if queue_log else Unit.SECONDS))),
        time_zone=ZoneInfo(str(rest.get("time_zone", "UTC"))),
        leave_out=_words(rest.get("leave_out", {})),
        keep=_words(rest.get("keep", {})),
        credit_s={str(priority): float(s) for priority, s in _table(rest.get("credit_s", {})).items()},
        longest_talk_s=float(str(rest.get("longest_talk_s", 7200.0))),
        hours=_hours(rest.get("hours", [0, 24])),
    )


def _table(told: object) -> dict[str, str]:
    if not isinstance(told, dict):
        raise TypeError(f"{told!r} is no table")
    return {str(key): str(value) for key, value in told.items()}


def _words(told: object) -> dict[str, frozenset[str]]:
    if not isinstance(told, dict) or not all(isinstance(words, list) for words in told.values()):
        raise TypeError("leave_out and keep are tables of lists of words")
    return {str(column): frozenset(str(word) for word in words) for column, words in told.items()}


def _hours(told: object) -> tuple[float, float]:
    match told:
        case [int() | float() as first, int() | float() as last] if 0 <= first < last <= 24:
            return float(first), float(last)
        case _:
            raise ValueError("hours are two of 0 to 24, the first before the second")


def seconds(written: str, mapping: Mapping, *, column: str) -> float:
    """Seconds since 1999-01-01 00:00 on the local clock, NaN for nothing; raises BadRow for what is no time."""
    if not written:
        return float("nan")
    try:
        match mapping.time:
            case Unit.SECONDS:
                return _finite(float(written))
            case Unit.EPOCH:
                return _local(datetime.fromtimestamp(float(written), UTC), mapping.time_zone)
            case Unit.EPOCH_MS:
                return _local(datetime.fromtimestamp(float(written) / 1000.0, UTC), mapping.time_zone)
            case Unit.ISO:
                return _local(datetime.fromisoformat(written), mapping.time_zone)
    except (ValueError, OverflowError, OSError):
        raise BadRow(f"{column} is no time") from None


def _finite(value: float) -> float:
    if not abs(value) < 1e12:
        raise ValueError
    return value


def _local(at: datetime, zone: tzinfo) -> float:
    on_the_wall = at.astimezone(zone).replace(tzinfo=None) if at.tzinfo else at
    return (on_the_wall - BEGINNING).total_seconds()
