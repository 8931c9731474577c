"""What others quote, on a queue counted by hand."""

import numpy as np
import pytest

from vqueue.engine.replay import CallLog, Seen, told_again
from vqueue.learning.peers import PEERS

NO = float("nan")
# arrived = entered, left, started, ended, agent: two agents; the third caller gives up, the fifth is asked about.
CALLS = (
    (0.0, 0.0, 0.0, 100.0, 0),
    (10.0, 10.0, 10.0, 130.0, 1),
    (20.0, 50.0, NO, NO, -1),
    (30.0, 100.0, 100.0, 300.0, 0),
    (40.0, 130.0, 130.0, 300.0, 1),
    (60.0, 300.0, 300.0, 400.0, 0),
    (140.0, 310.0, 310.0, 400.0, 1),
)


def log() -> CallLog:
    entered, left, started, ended, agent = (np.array(column, dtype=np.float64) for column in zip(*CALLS, strict=True))
    nothing = np.zeros(len(CALLS), dtype=np.int64)
    return CallLog(
        arrived=entered, entered=entered, left=left, started=started, ended=ended, kind=nothing, priority=nothing,
        credit_s=np.zeros(len(CALLS)), agent=agent.astype(np.int64), customer=nothing, kinds=("all",),
        agents=("A", "B"),
    )  # fmt: skip


def at_140() -> Seen:
    return list(told_again(log()))[-1]


@pytest.mark.parametrize(
    ("name", "quoted_s"),
    [
        ("les", 90.0),  # the last to enter service came at 40 and started at 130
        ("hol", 80.0),  # the head came at 60
        ("mean10", (0.5 + 0.0 + 70.0 + 90.0) / 4),
        ("asterisk", 35.625),  # 0, 0, 70, 90: 3/4 old, 1/4 new
        ("ewt", 2 * 180.0 / 2),  # one ahead, 180 s until twenty talks are known, two agents
        ("genesys", 180.0 * 1 / 2),
        ("google", 180.0 * 1 / 2 + 10.0),
        ("cisco", 2 * 180.0 / 2),
        ("ql", 2 * 180.0 / 2),
        ("qlm", 1 / (2 / 180.0) + 1 / (2 / 180.0 + 1 / 600.0)),
    ],
)
def test_each_peer_by_hand(name: str, quoted_s: float) -> None:
    assert PEERS[name](at_140()) == pytest.approx(quoted_s, abs=0.2)


def test_what_comes_later_changes_nothing_told_before() -> None:
    whole, cut = log(), log().rows(log().arrived <= 60.0)
    for before, after in zip(told_again(cut), told_again(whole), strict=False):
        assert {name: peer(before) for name, peer in PEERS.items()} == {
            name: peer(after) for name, peer in PEERS.items()
        }
