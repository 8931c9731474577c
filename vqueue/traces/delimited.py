"""Rows of a delimited file to calls, by a mapping."""

import csv
from collections.abc import Iterator
from typing import IO

from vqueue.traces.call import NEVER, BadRow, Call, WrongTrace
from vqueue.traces.mapping import Mapping, seconds

LONGEST_FIELD = 1 << 16


class LeftOut(Exception):
    """The row is not part of the pool; the message says by which rule."""


def calls_of(file: IO[str], mapping: Mapping, *, name: str) -> Iterator[tuple[int, Call | BadRow | LeftOut]]:
    """(line, call), or what is wrong with the line. Raises WrongTrace when a column is missing."""
    rows = csv.reader(file, delimiter=mapping.delimiter)
    try:
        header = next(rows, [])
        place = {column.strip().lstrip("\ufeff"): at for at, column in enumerate(header)}
        needed = [*mapping.columns.needed(), *mapping.leave_out, *mapping.keep]
        if missing := [column for column in needed if column not in place]:
            raise WrongTrace(f"{name} has no column {missing[0]!r}.")
        for row in rows:
            if row:
                yield rows.line_num, _told(row, place, mapping)
    except csv.Error as problem:
        raise WrongTrace(f"{name}, line {rows.line_num}: {problem}.") from None


def _told(row: list[str], place: dict[str, int], mapping: Mapping) -> Call | BadRow | LeftOut:
    if len(row) < len(place):
        return BadRow("fewer fields than the header")
    try:
        return _call({column: row[at].strip() for column, at in place.items()}, mapping)
    except (BadRow, LeftOut) as problem:
        return problem


def _call(row: dict[str, str], mapping: Mapping) -> Call:
    for column, words in mapping.leave_out.items():
        if row[column] in words:
            raise LeftOut(f"{column} is {row[column]}")
    for column, words in mapping.keep.items():
        if row[column] not in words:
            raise LeftOut(f"{column} is none of those to keep")
    call = _timed(row, mapping).checked()
    if call.ended - call.started > mapping.longest_talk_s:
        raise LeftOut(f"the talk lasts longer than {mapping.longest_talk_s:g} s")
    return call


def _timed(row: dict[str, str], mapping: Mapping) -> Call:
    columns = mapping.columns

    def at(column: str) -> float:
        return seconds(row[column], mapping, column=column) if column else NEVER

    entered, started, ended = at(columns.entered), at(columns.started), at(columns.ended)
    left = at(columns.left)
    if not columns.left and entered == entered:
        left = started if started == started else ended
    priority = row[columns.priority] if columns.priority else "0"
    return Call(
        arrived=at(columns.arrived) if columns.arrived else entered if entered == entered else started,
        entered=entered,
        left=left,
        started=started,
        ended=ended if started == started or columns.left else NEVER,
        kind=row[columns.kind] if columns.kind else "all",
        priority=_priority(priority),
        credit_s=mapping.credit_s.get(priority, 0.0),
        agent=row[columns.agent] if columns.agent else "",
        customer=row[columns.customer] if columns.customer else "",
    )


def _priority(written: str) -> int:
    try:
        return int(written or "0")
    except ValueError:
        raise BadRow("the priority is no whole number") from None
