"""What needs somebody now, from facts alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from vqueue.domain.alert import Alert, Kind, Severity
from vqueue.engine.alerts import Due, Facts, Hook, QueueFacts, alerts

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
FINE = QueueFacts(queue="cards", open=True, waiting=3, at_work=4, board_at=NOW)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def told(**changes: Any) -> list[Alert]:
    """Alerts of a bank that is fine but for this."""
    return list(alerts(replace(Facts(queues=(FINE,)), **changes), NOW))


def of_queue(**changes: Any) -> list[Alert]:
    return told(queues=(replace(FINE, **changes),))


def test_a_bank_that_is_fine_needs_nobody() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("changes", "kind", "severity", "figure"),
    [
        ({"due": (Due(ago(-600), ago(-700)), Due(ago(-900), None))}, Kind.PROMISE_AT_RISK, Severity.ACT, 2),
        ({"at_work": 0}, Kind.NO_AGENTS, Severity.ACT, 3),
        ({"at_work": 0, "waiting": 0}, Kind.NO_AGENTS, Severity.WATCH, 0),
        ({"left": (ago(300), ago(60))}, Kind.STAFF_LOSS, Severity.ACT, 2),
        ({"tries": 10, "machines": 4}, Kind.MACHINE_WAVE, Severity.WATCH, 0.4),
        ({"board_at": ago(61)}, Kind.BOARD_STALE, Severity.ACT, 61.0),
        ({"board_at": None}, Kind.BOARD_STALE, Severity.ACT, 0.0),
    ],
)
def test_what_is_wrong_with_a_queue(changes: dict[str, Any], kind: Kind, severity: Severity, figure: float) -> None:
    (alert,) = of_queue(**changes)
    assert (alert.kind, alert.severity, alert.figure, alert.queue) == (kind, severity, figure, "cards")
    assert alert.id == f"{kind}.cards"


@pytest.mark.parametrize(
    "changes",
    [
        {"due": (Due(ago(-600), ago(-500)),)},
        {"left": (ago(60),)},
        {"left": (ago(60), ago(50)), "at_work": 5},
        {"tries": 9, "machines": 9},
        {"tries": 100, "machines": 39},
        {"board_at": ago(60)},
        {"open": False, "at_work": 0, "board_at": None, "due": (Due(ago(-60), None),)},
    ],
)
def test_what_is_no_reason_to_call_anybody(changes: dict[str, Any]) -> None:
    assert of_queue(**changes) == []


@pytest.mark.parametrize(
    ("changes", "kind", "since"),
    [
        ({"leader": False}, Kind.LEADER_MISSING, None),
        ({"outbox": (4, ago(301))}, Kind.OUTBOX_STUCK, ago(301)),
        ({"unsealed": (9, ago(61))}, Kind.JOURNAL_UNSEALED, ago(61)),
        ({"webhooks": (Hook(id="wh_1", failures=5),)}, Kind.WEBHOOK_FAILING, None),
        ({"webhooks": (Hook(id="wh_1", failures=1, disabled_at=ago(9)),)}, Kind.WEBHOOK_FAILING, ago(9)),
    ],
)
def test_what_is_wrong_with_the_house(changes: dict[str, Any], kind: Kind, since: datetime | None) -> None:
    (alert,) = told(**changes)
    assert (alert.kind, alert.since, alert.queue) == (kind, since, None)


@pytest.mark.parametrize(
    "changes",
    [{"outbox": (4, ago(299))}, {"unsealed": (9, ago(59))}, {"webhooks": (Hook(id="wh_1", failures=4),)}],
)
def test_a_little_lag_is_no_alert(changes: dict[str, Any]) -> None:
    assert told(**changes) == []


def test_the_gravest_comes_first_and_each_says_what_helps() -> None:
    found = told(leader=False, unsealed=(1, ago(99)), queues=(replace(FINE, at_work=0, tries=10, machines=10), FINE))
    assert [one.kind for one in found] == [
        Kind.LEADER_MISSING, Kind.NO_AGENTS, Kind.MACHINE_WAVE, Kind.JOURNAL_UNSEALED,
    ]  # fmt: skip
    assert found[2].action.href == "/console/queues/cards/dialing?turn=off"
    assert all(one.action.href.startswith("/") for one in found)
