"""The simulated roll-forward: what it knows of those who are to come, and that a reader's part of it is enough."""

from dataclasses import replace

import pytest

from tests.engine.builders import NOON
from vqueue.domain.agent import Presence
from vqueue.domain.board import QueueBoard
from vqueue.domain.ids import AgentId, RequestId
from vqueue.domain.request import Mode, State
from vqueue.engine.order import ClassKey
from vqueue.engine.wait.present import Rolled, newcomers
from vqueue.simulator.floor import QUEUE, Caller, Chair, Floor
from vqueue.simulator.rolling import Rolling, near
from vqueue.simulator.scenario import Scenario, read

SCENARIO = read("{agents: 1, arrivals_per_hour: 10, handling_s: {law: constant, mean: 240}}")
NOW = NOON.timestamp()
SAMPLES = (240.0,) * 500
STANDARD = ClassKey(QUEUE, "/en", "standard")


def _floor() -> Floor:
    """One agent who took a call just now."""
    chair = Chair(id=AgentId("a1"), team=0, skills={}, languages=("en",), on_shift=True, presence=Presence.TALKING)
    chair.reserved_at = NOW
    return Floor([chair], NOW)


def _caller(name: str, *, since_s: float) -> Caller:
    return Caller(
        id=RequestId(name), row=0, generation=0, arrived=NOW - since_s, klass=STANDARD, skills=(),
        virtual_start=NOW - since_s, state=State.WAITING, mode=Mode.CALLBACK,
    )  # fmt: skip


def _rolled(floor: Floor, scenario: Scenario = SCENARIO) -> Rolled:
    rolling = Rolling(scenario, scenario.in_force())
    return rolling.of(floor, NOW, samples=SAMPLES, abandoned=0.0, queued_s=1e6)


def _newcomer_s(floor: Floor, scenario: Scenario = SCENARIO) -> float:
    """Median of who comes now."""
    return _rolled(floor, scenario).of(newcomers(QUEUE))[-1][1].p50_s


def test_a_retry_to_come_stands_before_who_comes_now_if_it_is_ready_in_time() -> None:
    alone, soon, late = _floor(), _floor(), _floor()
    soon.coming[RequestId("r1")] = NOW + 100.0, _caller("r1", since_s=600.0)
    late.coming[RequestId("r1")] = NOW + 1000.0, _caller("r1", since_s=600.0)
    assert _newcomer_s(soon) == pytest.approx(_newcomer_s(alone) + 240.0, rel=0.1)
    assert _newcomer_s(late) == pytest.approx(_newcomer_s(alone), rel=0.02)


@pytest.mark.parametrize("ahead", [0, 1, 3, 7, 8, 20])
def test_the_ranks_near_a_number_ahead_give_the_wait_that_all_of_them_give(ahead: int) -> None:
    floor = _floor()
    for n in range(8):
        floor.order.add(_caller(f"c{n}", since_s=300.0 - n), NOW)
    rolled = _rolled(floor)
    board = QueueBoard(queue=QUEUE, as_of=NOON, open=True)
    for klass in (STANDARD, newcomers(QUEUE)):
        whole, part = (replace(board, grid=each.of(klass)) for each in (rolled, near(rolled, (ahead,))))
        assert part.wait(ahead) == whole.wait(ahead)
        assert len(part.grid) <= 2 < len(whole.grid)


def test_a_shift_to_come_shortens_the_wait_where_the_rules_know_of_it() -> None:
    """Eight are ahead of who comes now, one agent is at work, and three more come in five minutes."""
    staff = [["00:00", "12:05", 1], ["12:05", "24:00", 4]]
    known = read(
        "{agents: 1, arrivals_per_hour: 10, handling_s: {law: constant, mean: 240}, zone: UTC,"
        f" hours: ['00:00', '24:00'], rules: {{slots: {{staff: {{wed: {staff}}}}}}}}}"
    )
    floor = _floor()
    for n in range(8):
        floor.order.add(_caller(f"c{n}", since_s=300.0 - n), NOW)
    assert _newcomer_s(floor, known) < 0.5 * _newcomer_s(floor)
