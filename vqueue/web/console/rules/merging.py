"""What somebody typed, carried over to rules that changed meanwhile: untouched fields follow, touched ones stay."""

from collections.abc import Mapping

from vqueue.web.console.rules.fields import KEYED, Kind, every
from vqueue.web.console.rules.written import Values

_LISTS = KEYED | {Kind.ROUTES, Kind.CONTEXT}


def carried(typed: Mapping[str, str], *, old: Mapping[str, str], new: Mapping[str, str]) -> Values:
    """`typed` was made from `old`; `new` is what stands now. A list of rows is one thing; so is a number with its
    unit."""
    after: Values = {}
    for group in _groups({*typed, *old, *new}).values():
        mine = {name: typed[name] for name in group if name in typed}
        before = {name: old[name] for name in group if name in old}
        after |= {name: new[name] for name in group if name in new} if mine == before else mine
    return after


def _groups(names: set[str]) -> dict[str, list[str]]:
    lists = tuple(f"{field.name}." for field in every() if field.kind in _LISTS)
    found: dict[str, list[str]] = {}
    for name in sorted(names):
        head = next((each for each in lists if name.startswith(each)), name.removesuffix(".unit"))
        found.setdefault(head, []).append(name)
    return found
