"""Columns of half hours side by side; time runs in reading direction."""

from collections.abc import Sequence

_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000)


def places(count: int, *, width: float, gap: float, mirrored: bool) -> tuple[tuple[float, float], ...]:
    """(x, width) of each of so many columns over the whole width, in the order of time."""
    step = width / count if count else width
    return tuple(
        (round(edge(at + 1 if mirrored else at, count, width=width, mirrored=mirrored), 1), round(step - gap, 1))
        for at in range(count)
    )


def edge(at: float, count: int, *, width: float, mirrored: bool) -> float:
    """Where the half hour with this number begins."""
    x = width * at / count
    return round(width - x if mirrored else x, 1)


def height(value: float, most: float, room: float) -> float:
    """So high as `value` is of `most`, which fills the room."""
    return round(room * min(value, most) / most, 1) if most > 0 else 0.0


def scale(most: float, *, lines: int = 4) -> tuple[float, ...]:
    """Round values from zero up to one that is not below `most`: where lines are drawn."""
    step = next((step for step in _STEPS if step * lines >= most), _STEPS[-1])
    values: list[float] = [0.0]
    while values[-1] < most or len(values) < 2:
        values.append(values[-1] + step)
    return tuple(values)


def highest(values: Sequence[float | None]) -> float:
    return max((value for value in values if value is not None), default=0.0)
