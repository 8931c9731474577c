"""The state tables: complete, closed where they should be, and drawn as they are."""

from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from vqueue.domain import agent, diagrams, leg, request
from vqueue.domain.agent import AgentMove, Presence
from vqueue.domain.errors import ImpossibleMove, Refusal
from vqueue.domain.leg import LegState, News
from vqueue.domain.request import CLOSED, OPEN, Move, State
from vqueue.domain.table import Go, Ignore, Refuse, Table, read

ROOT = Path(__file__).resolve().parents[2]
TABLES: tuple[Table[Any, Any], ...] = (request.TABLE, leg.TABLE, agent.TABLE)


class Letter(StrEnum):
    A = "a"
    B = "b"


class Step(StrEnum):
    GO = "go"


CODES = {refusal.code for refusal in Refusal.__subclasses__()}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_pair_of_state_and_move_is_filled(table: Table[Any, Any]) -> None:
    assert set(table.cells) == set(product(table.states, table.moves))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_refusal_has_a_code_of_the_public_face(table: Table[Any, Any]) -> None:
    assert {cell.code for cell in table.cells.values() if isinstance(cell, Refuse)} <= CODES


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_state_can_be_reached(table: Table[Any, Any]) -> None:
    entries = {State.HOLDING, State.WAITING, State.BOOKED, LegState.INTENDED, LegState.ANSWERED, Presence.OFFLINE}
    reached = {state for state in table.states if state in entries}
    for _ in table.states:
        for (state, _move), cell in table.cells.items():
            if state in reached and isinstance(cell, Go):
                reached |= set(cell.targets)
    assert reached == set(table.states)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("move | a", "columns"),
        ("move | a | b\n go | b |", "empty"),
        ("move | a | b\n go | b | c", "c"),
        ("move | a | b\n go | b", "cells"),
        ("move | a | b\n go | b | -\n go | - | -", "twice"),
        ("move | a | b", "no row"),
    ],
)
def test_a_table_with_a_hole_is_not_read(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        read("small", Letter, Step, text)


def test_a_move_that_leads_nowhere_is_impossible() -> None:
    with pytest.raises(ImpossibleMove):
        request.TABLE.target(State.SERVED, Move.RESERVE)
    with pytest.raises(ImpossibleMove):
        request.TABLE.target(State.CONNECTING, Move.AGENT_MISS, State.SERVED)


def test_only_a_return_within_its_grace_opens_what_is_closed() -> None:
    ways = {
        (state, move)
        for state, move in product(CLOSED, Move)
        for target in _targets(request.TABLE, state, move)
        if target in OPEN
    }
    assert ways == {(State.ABANDONED, Move.RETURN), (State.UNREACHED, Move.RETURN)}


def test_a_retry_never_leads_past_the_line() -> None:
    """Whatever went wrong with an attempt, the request stands in the line again or is closed; it never talks."""
    for move in (Move.MISS, Move.AGENT_MISS, Move.AGENT_DROP, Move.ABORT, Move.SNOOZE):
        assert _targets(request.TABLE, State.CONNECTING, move) <= {State.HOLDING, State.WAITING, State.BOOKED}


def test_only_someone_who_is_free_can_be_reserved() -> None:
    assert [state for state in Presence if _targets(agent.TABLE, state, AgentMove.RESERVE)] == [Presence.READY]
    assert all(isinstance(agent.TABLE.cell(Presence.TALKING, ask), Go) for ask in (AgentMove.ASK_AWAY,))


def test_no_news_brings_an_ended_call_back() -> None:
    for state, news in product((LegState.ENDED, LegState.FAILED), set(News) - {News.CLAIM}):
        assert leg.TABLE.cell(state, news) == Ignore()


def test_only_an_intended_call_is_claimed() -> None:
    assert [state for state in LegState if _targets(leg.TABLE, state, News.CLAIM)] == [LegState.INTENDED]


def test_the_page_shows_the_tables_as_they_are(tmp_path: Path) -> None:
    assert diagrams.main(["--check", str(ROOT / "docs")]) == 0
    page = (ROOT / "docs" / diagrams.PAGE).read_text(encoding="utf-8")
    (tmp_path / diagrams.PAGE).write_text(page.replace("holding --> cancelled", "holding --> served"), encoding="utf-8")
    assert diagrams.main(["--check", str(tmp_path)]) == 1
    assert diagrams.main(["--write", str(tmp_path)]) == 0
    assert (tmp_path / diagrams.PAGE).read_text(encoding="utf-8") == page


def test_a_page_without_a_place_for_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="request"):
        diagrams.written("# States\n")


def _targets(table: Table[Any, Any], state: Any, move: Any) -> set[Any]:
    cell = table.cell(state, move)
    return set(cell.targets) if isinstance(cell, Go) else set()
