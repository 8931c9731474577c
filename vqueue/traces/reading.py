"""Reads files of recorded calls: what they hold, what was left out and why, and which rows are bad."""

import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from vqueue.engine.replay import CallLog
from vqueue.traces import asterisk, delimited
from vqueue.traces.call import BadRow, Call, WrongTrace, log_of
from vqueue.traces.delimited import LeftOut
from vqueue.traces.mapping import BANK, QUEUE_LOG, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One file. `bad` counts rows that cannot be true, with the first line of each sort; `left_out` those outside the
    pool."""

    name: str
    calls: tuple[Call, ...]
    mapping: Mapping
    left_out: dict[str, int]
    bad: dict[str, int]
    first_bad: dict[str, int]


@dataclass(slots=True)
class _Tally:
    calls: list[Call] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)
    first_bad: dict[str, int] = field(default_factory=dict)

    def add(self, line: int, told: Call | BadRow | LeftOut) -> None:
        match told:
            case Call():
                self.calls.append(told)
            case LeftOut():
                self.left_out[str(told)] += 1
            case BadRow():
                self.bad[str(told)] += 1
                self.first_bad.setdefault(str(told), line)


def read_trace(path: Path, mapping: Mapping | None = None) -> Trace:
    """A `.csv`, a `.csv.gz` or a queue_log. Without a mapping it is known by its first line.

    Raises WrongTrace with one sentence when the file cannot be read, is of another kind, or holds no call.
    """
    tally = _Tally()
    try:
        first = _first_line(path)
        known = mapping or _detected(path.name, first)
        with _opened(path) as file:
            lines = (
                delimited.calls_of(file, known, name=path.name)
                if known.columns.entered
                else asterisk.calls_of(file, known)
            )
            for line, told in lines:
                tally.add(line, told)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) and problem.strerror else problem
        raise WrongTrace(f"{path.name} cannot be read: {reason}.") from None
    if not tally.calls:
        raise WrongTrace(f"{path.name} holds no call.")
    return Trace(
        name=path.name, calls=tuple(tally.calls), mapping=known, left_out=dict(tally.left_out), bad=dict(tally.bad),
        first_bad=tally.first_bad,
    )  # fmt: skip


def logs_of(traces: Sequence[Iterable[Call]]) -> list[CallLog]:
    """Each trace's calls as columns; codes of kinds and agents mean the same in all of them."""
    pools = [tuple(calls) for calls in traces]
    kinds = sorted({call.kind for pool in pools for call in pool})
    agents = sorted({call.agent for pool in pools for call in pool if call.agent})
    return [log_of(pool, kinds=kinds, agents=agents) for pool in pools]


def _opened(path: Path) -> IO[str]:
    if path.name.endswith(".gz"):
        return cast(IO[str], gzip.open(path, "rt", encoding="utf-8", newline=""))
    return path.open(encoding="utf-8", newline="")


def _first_line(path: Path) -> str:
    with _opened(path) as file:
        return file.readline(delimited.LONGEST_FIELD)


def _detected(name: str, first: str) -> Mapping:
    if asterisk.is_queue_log(first):
        return QUEUE_LOG
    header = {column.strip().lstrip("\ufeff") for column in next(csv.reader([first]), [])}
    if header.issuperset(BANK.columns.needed()):
        return BANK
    raise WrongTrace(
        f"{name} has neither the bank trace's columns nor the events of a queue_log: say with --mapping what is what."
    )
