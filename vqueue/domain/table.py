"""State tables: every (state, move) pair is filled, and there is no other place where a state changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from vqueue.domain.errors import ImpossibleMove

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Go(Generic[S]):
    """The move leads to one of `targets`; the first is the one meant when nothing else is said."""

    targets: tuple[S, ...]


@dataclass(frozen=True, slots=True)
class Ignore:
    """News that changes nothing here; a journal row records that it came."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Asked by somebody, not possible here; `code` is the answer."""

    code: str


Cell = Go[S] | Ignore | Refuse


@dataclass(frozen=True)
class Table(Generic[S, M]):
    """A complete table of moves. Built by `read`, which fails on an empty, unknown or missing cell."""

    name: str
    states: type[S]
    moves: type[M]
    cells: Mapping[tuple[S, M], Cell[S]]

    def cell(self, state: S, move: M) -> Cell[S]:
        return self.cells[state, move]

    def target(self, state: S, move: M, to: S | None = None) -> S:
        """Where `move` leads from `state`. Raises ImpossibleMove if the cell ignores, refuses or has no such target."""
        cell = self.cells[state, move]
        if not isinstance(cell, Go):
            raise ImpossibleMove(f"{self.name}: {move} in {state} is {cell}")
        if to is None:
            return cell.targets[0]
        if to not in cell.targets:
            raise ImpossibleMove(f"{self.name}: {move} in {state} does not lead to {to}")
        return to


def read(name: str, states: type[S], moves: type[M], text: str) -> Table[S, M]:
    """A table from its drawing: first line the states, then one line a move.

    A cell is `state` or `state/state` (targets), `-` (ignore with a journal row) or `!code` (refuse).
    Raises ValueError for an empty or unknown cell, a missing or doubled move, or a missing state.
    """
    lines = [[part.strip() for part in line.split("|")] for line in text.strip().splitlines()]
    columns = [states(word) for word in lines[0][1:]]
    if set(columns) != set(states) or len(columns) != len(states):
        raise ValueError(f"{name}: the columns are not exactly the states")
    cells: dict[tuple[S, M], Cell[S]] = {}
    for label, *row in lines[1:]:
        if len(row) != len(columns):
            raise ValueError(f"{name}: {label} has {len(row)} cells, not {len(columns)}")
        for state, word in zip(columns, row, strict=True):
            if (state, moves(label)) in cells:
                raise ValueError(f"{name}: {label} stands twice")
            cells[state, moves(label)] = _cell(states, word, where=f"{name}: {label} in {state}")
    missing = set(moves) - {move for _, move in cells}
    if missing:
        raise ValueError(f"{name}: no row for {sorted(missing)}")
    return Table(name=name, states=states, moves=moves, cells=cells)


def _cell(states: type[S], word: str, *, where: str) -> Cell[S]:
    if not word:
        raise ValueError(f"{where} is empty")
    if word == "-":
        return Ignore()
    if word.startswith("!"):
        return Refuse(code=word[1:])
    return Go(targets=tuple(states(part) for part in word.split("/")))
