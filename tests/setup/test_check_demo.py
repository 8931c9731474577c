"""The judge of a demo run is not to be pleased by a broken one."""

import copy
from typing import Any

import pytest

from scripts.check_demo import broken

FINE: dict[str, Any] = {
    "requests": {"served": 20},
    "promises": {"due": 12, "kept": 11},
    "rings": {"customers": 12, "repeated_for_one_attempt": 0, "after_cancel": 0},
}


def test_a_good_run_breaks_nothing() -> None:
    assert broken(FINE, due=10) == []


@pytest.mark.parametrize(
    ("part", "figure", "value"),
    [
        ("rings", "repeated_for_one_attempt", 1),
        ("rings", "after_cancel", 1),
        ("rings", "customers", 0),
        ("promises", "due", 9),
        ("requests", "served", 0),
    ],
)
def test_each_guarantee_is_looked_at(part: str, figure: str, value: int) -> None:
    summary = copy.deepcopy(FINE)
    summary[part][figure] = value
    assert len(broken(summary, due=10)) == 1
