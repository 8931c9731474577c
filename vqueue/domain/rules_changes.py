"""What differs between two documents of rules, field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One field. `pointer` is its JSON pointer; None stands for an entry that is not there."""

    pointer: str
    old: Any
    new: Any


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """In the order of the new document; what it no longer has comes last at its level.

    Lists of values are one field; lists of rows (routing, context) are compared row by row.
    """
    return tuple(_differing("", old, new))


def _differing(pointer: str, old: Any, new: Any) -> Iterator[Change]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in dict.fromkeys((*new, *old)):
            yield from _differing(f"{pointer}/{name}", old.get(name), new.get(name))
    elif _rows(old) and _rows(new):
        for place in range(max(len(old), len(new))):
            yield from _differing(f"{pointer}/{place}", _at(old, place), _at(new, place))
    elif old != new:
        yield Change(pointer, old, new)


def _rows(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(row, Mapping) for row in value)


def _at(rows: Any, place: int) -> Any:
    return rows[place] if place < len(rows) else None
