"""The diagrams of the builders' guide say what is there: every step that asks is an operation of the API."""

import json
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
DIAGRAMS = re.findall(r"```mermaid\n(.+?)```", (DOCS / "app-builders.md").read_text("utf-8"), re.DOTALL)
OPERATIONS = {
    (method.upper(), re.sub(r"\{\w+\}", "{}", path))
    for path, item in json.loads((DOCS / "openapi.json").read_text("utf-8"))["paths"].items()
    for method in item
}
ARROW = re.compile(r"^(\w+)-?->>(\w+): (.+)$")


def steps(diagram: str) -> list[tuple[str, str, str]]:
    """(who, to whom, what) of every arrow; ValueError for a line that is none and declares nobody."""
    lines = [line.strip() for line in diagram.strip().splitlines()[1:]]
    found = []
    for line in lines:
        if line.startswith("participant "):
            continue
        arrow = ARROW.match(line)
        if arrow is None:
            raise ValueError(f"this is no arrow: {line}")
        found.append((arrow[1], arrow[2], arrow[3]))
    return found


def asked(what: str) -> tuple[str, str] | None:
    """(method, path) of a step that asks the API; `…` stands for the request it has been about."""
    found = re.match(r"(GET|POST|PUT|PATCH|DELETE) (/v1|…)(/[^ ,]*)", what)
    if found is None:
        return None
    start = "/v1/support-requests/{}" if found[2] == "…" else "/v1"
    return found[1], start + re.sub(r"\{\w+\}", "{}", found[3])


@pytest.mark.parametrize("diagram", DIAGRAMS)
def test_a_diagram_asks_only_for_what_there_is(diagram: str) -> None:
    assert diagram.startswith("sequenceDiagram\n")
    people = set(re.findall(r"participant (\w+) as", diagram))
    told = steps(diagram)
    assert {each for one in told for each in one[:2]} == people
    calls = [call for _, _, what in told if (call := asked(what)) is not None]
    assert len(calls) >= 4 and [call for call in calls if call not in OPERATIONS] == []


def test_both_ways_to_a_place_are_drawn() -> None:
    assert len(DIAGRAMS) == 2
