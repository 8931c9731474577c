"""Is it fine, and what should I do: each worry alone, and which comes first."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.web.afternoon import a_board, a_queue, an_agent, minutes
from tests.web.house import NOON
from vqueue.domain.agent import Presence
from vqueue.domain.alert import Action, Alert, Kind
from vqueue.domain.alert import Severity as Grave
from vqueue.domain.ids import RequestId
from vqueue.domain.rules import Switches
from vqueue.services.switching import Switch
from vqueue.services.verdict import (
    Call,
    Inspect,
    Look,
    Next,
    Remedy,
    Retry,
    Severity,
    Turn,
    Worry,
    concerns,
    in_order,
    service,
    todo,
    verdict,
)
from vqueue.services.views import BoardView, Day, QueueView, Risk, Waiting

OMER = an_agent("Omer Barak", presence=Presence.AWAY)
BUSY = {Presence.TALKING: 3}


def a_view(name: str = "cards", **changes: Any) -> QueueView:
    """A queue where all is well: five wait, one agent is ready."""
    view = QueueView(
        queue=a_queue(name),
        waiting=Waiting(hold=2, virtual=3),
        ready_places=5,
        board=a_board(name),
        agents={Presence.READY: 1, Presence.TALKING: 2},
    )
    return replace(view, **changes)


def a_bank(*views: QueueView) -> BoardView:
    return BoardView(at=NOON, queues=views, agents=())


def worries(view: QueueView) -> list[Worry]:
    return [concern.worry for concern in concerns(view, NOON)]


RISK = Risk(count=2, first=minutes(20))
SOON = Risk(count=1, first=minutes(13), request=RequestId("rq_soon"), expected=minutes(25))


def an_alert(kind: Kind, figure: float = 2, **changes: Any) -> Alert:
    alert = Alert(
        kind=kind, severity=Grave.WATCH, figure=figure, unit="", action=Action("open", "/console"), queue="cards"
    )
    return replace(alert, **changes)


LOST, WAVE = an_alert(Kind.STAFF_LOSS), an_alert(Kind.MACHINE_WAVE, 0.46)


def test_a_queue_where_all_is_well_worries_nobody() -> None:
    assert worries(a_view()) == []


@pytest.mark.parametrize(
    ("changes", "worry", "severity"),
    [
        ({"risk": RISK}, Worry.AT_RISK, Severity.ACT),
        ({"risk": SOON}, Worry.BREAKS_SOON, Severity.ACT),
        ({"alerts": (LOST,)}, Worry.STAFF_LOSS, Severity.WATCH),
        ({"alerts": (WAVE,)}, Worry.MACHINE_WAVE, Severity.WATCH),
        ({"agents": {Presence.AWAY: 2, Presence.OFFLINE: 1}}, Worry.NO_AGENTS, Severity.ACT),
        ({"agents": BUSY, "away": (OMER,)}, Worry.NOBODY_READY, Severity.WATCH),
        ({"board": None}, Worry.STALE, Severity.WATCH),
        ({"board": a_board(as_of=NOON - timedelta(seconds=61))}, Worry.STALE, Severity.WATCH),
        ({"queue": a_queue(switches=Switches(dialing=False))}, Worry.DIALING_OFF, Severity.ACT),
        ({"queue": a_queue(switches=Switches(registering=False))}, Worry.REGISTERING_OFF, Severity.WATCH),
        ({"day": Day(settled=10, kept=8)}, Worry.KEPT_LOW, Severity.WATCH),
    ],
)
def test_each_worry_is_seen_alone(changes: dict[str, Any], worry: Worry, severity: Severity) -> None:
    (found,) = concerns(a_view(**changes), NOON)
    assert (found.worry, found.severity) == (worry, severity)


@pytest.mark.parametrize(
    "changes",
    [
        {"agents": BUSY},
        {"agents": {}, "ready_places": 0},
        {"day": Day(settled=9, kept=0)},
        {"day": Day(settled=10, kept=9)},
        {"board": a_board(as_of=NOON - timedelta(seconds=60))},
        {"open": False, "board": None, "agents": {}, "risk": RISK},
    ],
    ids=["all busy", "nobody waits", "too few promises", "goal met", "a minute old", "closed"],
)
def test_what_is_usual_worries_nobody(changes: dict[str, Any]) -> None:
    assert worries(a_view(**changes)) == []


def test_a_switch_left_off_is_told_of_a_closed_queue_too_but_does_not_press() -> None:
    (found,) = concerns(a_view(open=False, queue=a_queue(switches=Switches(dialing=False))), NOON)
    assert (found.worry, found.severity) == (Worry.DIALING_OFF, Severity.WATCH)


def test_what_is_off_is_mended_by_turning_it_on() -> None:
    (found,) = concerns(a_view(queue=a_queue(switches=Switches(dialing=False))), NOON)
    assert found.remedy == Turn(Switch.DIALING, on=True)


def test_relief_is_somebody_who_comes_back_then_fewer_promises_then_only_looking() -> None:
    longest = an_agent("Anna Petrova", presence=Presence.AWAY)
    shut = a_queue(switches=Switches(registering=False))
    remedies = [
        concerns(a_view(risk=RISK, away=(longest, OMER)), NOON)[0].remedy,
        concerns(a_view(risk=RISK), NOON)[0].remedy,
        concerns(a_view(risk=RISK, queue=shut), NOON)[0].remedy,
    ]
    assert remedies == [Call(longest.id, "Anna Petrova"), Turn(Switch.REGISTERING, on=False), Look()]


def test_the_promise_that_breaks_within_minutes_is_saved_by_itself_and_the_queue_relieved() -> None:
    found = concerns(a_view(risk=replace(SOON, count=3), away=(OMER,)), NOON)
    assert [concern.remedy for concern in found] == [Next(RequestId("rq_soon")), Call(OMER.id, "Omer Barak")]
    assert verdict(a_bank(a_view(risk=replace(SOON, count=3)), a_view("app", risk=RISK))).alike == 2


def test_a_wave_of_machines_pauses_calling_back_and_is_over_while_it_is_off() -> None:
    (found,) = concerns(a_view(alerts=(WAVE,)), NOON)
    assert (found.remedy, found.count) == (Turn(Switch.DIALING, on=False, minutes=30), 46)
    assert worries(a_view(alerts=(WAVE,), queue=a_queue(switches=Switches(dialing=False)))) == [Worry.DIALING_OFF]


def test_where_agents_left_new_callbacks_pause_or_the_agents_are_looked_at() -> None:
    shut = a_queue(switches=Switches(registering=False))
    remedies = [concerns(a_view(alerts=(LOST,), **more), NOON)[0].remedy for more in ({}, {"queue": shut})]
    assert remedies == [Turn(Switch.REGISTERING, on=False, minutes=30), Inspect("agents")]


@pytest.mark.parametrize(
    ("kind", "remedy"),
    [
        (Kind.WEBHOOK_FAILING, Retry("wh_crm")),
        (Kind.LEADER_MISSING, Inspect("service")),
        (Kind.OUTBOX_STUCK, Inspect("service")),
    ],
)
def test_what_is_no_queues_own_is_to_do_too_and_leaves_the_queues_fine(kind: Kind, remedy: Remedy) -> None:
    subject = "wh_crm" if kind is Kind.WEBHOOK_FAILING else None
    bank = replace(a_bank(a_view()), alerts=(an_alert(kind, queue=None, subject=subject),))
    assert [concern.remedy for concern in todo(bank)] == [remedy]
    assert (verdict(bank).fine, verdict(bank).alike) == (1, 0)


def test_a_seal_that_is_late_is_told_of_the_service_and_needs_no_supervisor() -> None:
    bank = replace(a_bank(a_view()), alerts=(an_alert(Kind.JOURNAL_UNSEALED, queue=None),))
    assert todo(bank) == ()
    assert [concern.worry for concern in service(bank)] == [Worry.JOURNAL_UNSEALED]


def test_promises_at_risk_come_before_everything_else() -> None:
    view = a_view(risk=RISK, board=None, queue=a_queue(switches=Switches(dialing=False, registering=False)))
    assert worries(view) == [Worry.AT_RISK, Worry.DIALING_OFF, Worry.STALE, Worry.REGISTERING_OFF]


def test_the_verdict_names_the_worst_and_counts_the_rest() -> None:
    bank = a_bank(a_view("app", board=None), a_view("cards", risk=RISK), a_view("fraud", risk=RISK), a_view("loans"))
    told = verdict(bank)
    assert told.worst is not None
    assert (told.worst.queue.queue.id, told.worst.worry) == ("cards", Worry.AT_RISK)
    assert (told.severity, told.alike, told.fine) == (Severity.ACT, 2, 1)


def test_a_fine_bank_has_nothing_to_do() -> None:
    bank = a_bank(a_view("app"), a_view("cards", day=Day(settled=10, kept=8)))
    assert todo(bank) == ()
    assert (verdict(bank).severity, verdict(bank).fine) == (Severity.FINE, 2)


def test_rows_stand_worst_first_then_by_name() -> None:
    views = [a_view("payments"), a_view("app"), a_view("fraud", board=None), a_view("cards", risk=RISK)]
    assert [view.queue.id for view in in_order(views, NOON)] == ["cards", "fraud", "app", "payments"]


def test_the_day_of_a_bank_is_the_sum_of_its_queues() -> None:
    day = Day(settled=4, kept=3, answered=6, answered_in_20=4, abandoned=2) + Day(settled=4, kept=4)
    assert (day.kept_share, day.in_20_share, day.abandoned_share) == (7 / 8, 0.5, 0.25)
    assert (Day().kept_share, Day().in_20_share, Day().abandoned_share) == (None, None, None)
