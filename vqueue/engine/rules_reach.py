"""Routing rows that can never decide anything: because of rows above them, or because of their own conditions."""

from collections.abc import Iterator, Sequence

from vqueue.domain.finding import Finding
from vqueue.domain.rules import Condition, Route
from vqueue.engine.routing import holds


def idle_rows(rows: Sequence[Route]) -> Iterator[Finding]:
    """`never_true`: no request meets all conditions of the row. `never_reached`: whenever it fits, rows above have
    named all that it names. Says nothing where it cannot be sure."""
    for place, row in enumerate(rows):
        if _never_true(row):
            yield Finding(f"/routing/{place}", "never_true")
        elif _names(row) and _names(row) <= _decided(row, rows[:place]):
            yield Finding(f"/routing/{place}", "never_reached")


def _decided(row: Route, above: Sequence[Route]) -> set[str]:
    """What rows above decide whenever this one fits."""
    return {part for each in above if _fits_with(each, row) for part in _names(each)}


def _names(row: Route) -> set[str]:
    named = {"queue": row.queue, "skills": row.skills, "credit": row.credit}
    return {part for part, value in named.items() if value is not None}


def _fits_with(above: Route, row: Route) -> bool:
    """Whether the row above fits whenever this one does."""
    return all(_follows(condition, row.when) for condition in above.when)


def _follows(condition: Condition, known: Sequence[Condition]) -> bool:
    """Whether a condition holds wherever the known ones do."""
    return any(condition == each or _settles(each, condition) is True for each in known)


def _never_true(row: Route) -> bool:
    return any(_settles(each, other) is False for each in row.when for other in row.when if other is not each)


def _settles(known: Condition, other: Condition) -> bool | None:
    """What a condition that names the values of an attribute says of another one on it; None: nothing."""
    if known.attribute != other.attribute or known.operator not in ("is", "in"):
        return None
    many = isinstance(known.value, list | tuple) and known.operator == "in"
    held = {holds(other, {known.attribute: value}) for value in (known.value if many else [known.value])}
    return held.pop() if len(held) == 1 else None
