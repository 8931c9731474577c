"""What differs between two documents of rules, field by field."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One field. `pointer` is its JSON pointer; None stands for an entry that is not there."""

    pointer: str
    old: Any
    new: Any


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """In the order of the new document; what it no longer has comes last at its level.

    Lists of values are one field. Of lists of rows (routing, context) rows that are alike are matched, so that a new
    one does not make those below it differ; a pointer names the row's place in the new list, of one that went in the
    old.
    """
    return tuple(_differing("", old, new))


def _differing(pointer: str, old: Any, new: Any) -> Iterator[Change]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in dict.fromkeys((*new, *old)):
            yield from _differing(f"{pointer}/{name}", old.get(name), new.get(name))
    elif _rows(old) and _rows(new):
        for before, after in _matched(old, new):
            place = after if after is not None else before
            yield from _differing(f"{pointer}/{place}", _at(old, before), _at(new, after))
    elif old != new:
        yield Change(pointer, old, new)


def _rows(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(row, Mapping) for row in value)


def _matched(old: Any, new: Any) -> Iterator[tuple[int | None, int | None]]:
    """Places in both lists that belong together; None where a row is new or gone."""
    before, after = ([json.dumps(row, sort_keys=True, default=str) for row in rows] for rows in (old, new))
    for _, i, i_end, j, j_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        yield from zip_longest(range(i, i_end), range(j, j_end))


def _at(rows: Any, place: int | None) -> Any:
    return rows[place] if place is not None else None
