"""Draws the state tables as diagrams into the documentation: `python -m vqueue.domain.diagrams --write docs`."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vqueue.domain import agent, leg, request
from vqueue.domain.table import Go, Refuse, Table

TABLES: tuple[Table[Any, Any], ...] = (request.TABLE, leg.TABLE, agent.TABLE)
PAGE = "states.md"


def drawing(table: Table[Any, Any]) -> str:
    """One table as a Mermaid state diagram: an arrow for each pair of states, labelled with its moves."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (state, move), cell in table.cells.items():
        if isinstance(cell, Go):
            for target in cell.targets:
                arrows.setdefault((state, target), []).append(move)
    lines = [f"    {was} --> {now}: {', '.join(moves)}" for (was, now), moves in arrows.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def refusals(table: Table[Any, Any]) -> str:
    """What the table refuses, a row for each code; every pair neither drawn nor listed is ignored and journalled."""
    refused: dict[str, dict[str, list[str]]] = {}
    for (state, move), cell in table.cells.items():
        if isinstance(cell, Refuse):
            refused.setdefault(cell.code, {}).setdefault(move, []).append(state)
    rows = [
        f"| `{code}` | {move} | {', '.join(states)} |" for code, by in refused.items() for move, states in by.items()
    ]
    return "\n".join(["| refused with | move | in |", "|---|---|---|", *rows])


def written(page: str) -> str:
    """The page with each table's part, between its two markers, as the code has it. Raises ValueError without them."""
    for table in TABLES:
        begin, end = f"<!-- begin {table.name} -->", f"<!-- end {table.name} -->"
        before, found, rest = page.partition(begin)
        _, closed, after = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"the page has no place for the table {table.name}")
        page = f"{before}{begin}\n{drawing(table)}\n\n{refusals(table)}\n{end}{after}"
    return page


def _stale(folder: Path) -> Iterator[str]:
    page = folder / PAGE
    if not page.exists():
        yield f"{page} is missing"
    elif page.read_text(encoding="utf-8") != written(page.read_text(encoding="utf-8")):
        yield f"{page} differs from the tables"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="vqueue.domain.diagrams", description=__doc__)
    deed = parser.add_mutually_exclusive_group(required=True)
    deed.add_argument("--write", type=Path, metavar="FOLDER", help="bring the page in this folder up to date")
    deed.add_argument("--check", type=Path, metavar="FOLDER", help="fail when the page differs from the tables")
    chosen = parser.parse_args(arguments)
    if chosen.write is not None:
        page = chosen.write / PAGE
        page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")
        return 0
    complaints = list(_stale(chosen.check))
    sys.stderr.write("".join(f"{complaint}\n" for complaint in complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
