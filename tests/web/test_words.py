"""What the board and a request's story say, row by row."""

from datetime import timedelta
from typing import Any

import pytest

from tests.web.afternoon import a_promise, a_queue, a_request, minutes
from tests.web.house import NOON, ZONE
from tests.web.test_verdict import OMER, RISK, a_bank, a_view
from vqueue.domain.ids import RequestId
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.rules import Switches
from vqueue.services.verdict import concerns, verdict
from vqueue.services.views import BoardView, QueueView, RequestView, Risk
from vqueue.web.console import sentences
from vqueue.web.console.board import present
from vqueue.web.console.events import Names, told
from vqueue.web.console.requests import present_one
from vqueue.web.console.sentences import Words
from vqueue.web.pages import Look, Pages
from vqueue.wording import Language

PAGES = Pages(bank="Tamarind Bank")
NAMES = Names(agents={"ag_omer": "Omer Barak"}, queues={"cards": "Cards"})


def words(language: Language = Language.EN) -> Words:
    return Words(PAGES.say(Look(language, "auto")), language, ZONE, NOON)


def sentence(bank: BoardView, language: Language = Language.EN) -> str:
    return sentences.verdict(verdict(bank), bank, words(language)).replace("\u00a0", " ")


def test_the_verdict_is_one_sentence_about_the_worst_and_one_about_the_rest() -> None:
    bank = a_bank(a_view("cards", risk=RISK), a_view("app"), a_view("fraud"))
    assert sentence(bank) == "Cards will break promises from 14:27. 2 queues are fine."
    assert sentence(bank, Language.RU) == "Карты: обещания будут нарушены с 14:27. 2 очереди в порядке."
    assert sentence(bank, Language.HE) == "כרטיסים: יופרו הבטחות החל מ־14:27. שני תורים תקינים."


def test_a_promise_that_is_overdue_is_not_told_as_one_to_come() -> None:
    late = Risk(count=1, first=minutes(-3), request=RequestId("rq_late"), expected=NOON)
    bank = a_bank(a_view("cards", risk=late))
    assert sentence(bank) == "Cards has been breaking promises since 14:04."
    assert sentence(bank, Language.RU) == "Карты: обещания нарушаются с 14:04."
    assert sentence(bank, Language.HE) == "כרטיסים: הבטחות מופרות מאז 14:04."


@pytest.mark.parametrize(
    ("views", "text"),
    [
        ([a_view("cards")], "All queues keep their promises."),
        ([a_view("cards", open=False)], "All queues are closed."),
        ([QueueView(queue=a_queue(), board=a_view().board)], "Nobody is waiting. All is fine."),
        ([], "There are no queues yet."),
    ],
)
def test_a_fine_bank_is_told_in_one_sentence(views: list[QueueView], text: str) -> None:
    assert sentence(a_bank(*views)) == text


def test_the_first_thing_to_do_has_one_button_that_does_it() -> None:
    (concern,) = concerns(a_view(risk=RISK, away=(OMER,)), NOON)
    (item,) = sentences.todo_items((concern,), words())
    assert (item.title, item.action.text) == ("Cards: 2 promises at risk from 14:27", "Bring back Omer Barak")
    assert (item.action.href, item.action.method) == ("/console/agents/ag_omer/presence", "post")


def test_what_is_switched_off_shows_the_reason_and_leads_to_the_switch() -> None:
    off = a_queue(switches=Switches(dialing=False, reason="fire drill"))
    (concern,) = concerns(a_view(queue=off), NOON)
    (item,) = sentences.todo_items((concern,), words())
    assert item.why == "3 people wait for our call. Reason given: fire drill"
    assert item.action.href == "/console/queues/cards/dialing?turn=on"


def a_row(fact: Fact = Fact.REQUEST_MOVED, **changes: Any) -> JournalRow:
    given = {"id": "j1", "at": NOON, "request": "rq_7k2mq", "queue": "cards", **changes}
    return JournalRow(fact=fact, **given)


@pytest.mark.parametrize(
    ("row", "subject", "text"),
    [
        (a_row(Fact.QUEUE_ENTERED, data={"mode": "callback"}), "R-7K2MQ", "joined Cards, callback"),
        (a_row(data={"move": "connect", "now": "talking"}), "R-7K2MQ", "connected"),
        (a_row(data={"move": "hang_up", "now": "abandoned"}), "R-7K2MQ", "gave up waiting"),
        (a_row(data={"move": "hang_up", "now": "waiting"}), "R-7K2MQ", "hung up, place kept for a callback"),
        (a_row(data={"move": "hang_up", "now": "served"}), "R-7K2MQ", "served"),
        (
            a_row(data={"move": "miss", "now": "waiting", "reason": "missed_no_answer"}),
            "R-7K2MQ",
            "not reached (no answer), place kept",
        ),
        (a_row(Fact.PROMISE_SETTLED, data={"kept": False}), "R-7K2MQ", "promise not kept"),
        (
            a_row(
                Fact.AGENT_MOVED,
                request=None,
                agent="ag_omer",
                data={"move": "ask_away", "was": "ready", "now": "away"},
            ),
            "Omer Barak",
            "away",
        ),
        (
            a_row(
                Fact.AGENT_MOVED, request=None, agent="ag_omer", data={"move": "miss", "was": "reserved", "now": "away"}
            ),
            "Omer Barak",
            "missed a call, now away",
        ),
        (
            a_row(
                Fact.AGENT_MOVED,
                request=None,
                agent="ag_omer",
                data={"move": "wrap_up_done", "was": "wrapping", "now": "away", "reason": "meeting"},
            ),
            "Omer Barak",
            "away: meeting",
        ),
        (
            a_row(Fact.SWITCH_TURNED, request=None, data={"switch": "dialing", "now": "off", "reason": "fire drill"}),
            "Cards",
            "nobody is called back. fire drill",
        ),
    ],
)
def test_events_are_told_in_words(row: JournalRow, subject: str, text: str) -> None:
    (event,) = told([row], NAMES, words())
    assert (event.subject, event.text) == (subject, text)


@pytest.mark.parametrize(
    "row",
    [
        a_row(data={"move": "same", "now": "waiting"}),
        a_row(data={"move": "reserve", "now": "connecting"}),
        a_row(Fact.PROMISE_SETTLED, data={"kept": True}),
        a_row(
            Fact.AGENT_MOVED, request=None, agent="ag_omer", data={"move": "join", "was": "reserved", "now": "talking"}
        ),
        a_row(Fact.LEG_NEWS, data={}),
    ],
)
def test_what_nobody_waits_for_is_not_told(row: JournalRow) -> None:
    assert told([row], NAMES, words()) == ()


def test_a_rush_of_calls_does_not_drown_what_a_supervisor_looks_for() -> None:
    rush = [
        a_row(id=f"jr_{n:03}", at=NOON - timedelta(seconds=n), data={"move": move, "now": now})
        for n in range(60)
        for move, now in ([("connect", "talking")] if n % 2 else [("hang_up", "served")])
    ]
    away = {"move": "ask_away", "was": "ready", "now": "away", "reason": "break"}
    rare = [
        a_row(Fact.AGENT_MOVED, id="jr_away", at=NOON - timedelta(minutes=9), request=None, agent="ag_omer", data=away),
        a_row(Fact.RULES_PUBLISHED, id="jr_rules", at=NOON - timedelta(hours=1), request=None, rules_version=18),
    ]
    events = told([*rush, *rare], NAMES, words())
    assert [(event.subject, event.text) for event in events[-3:]] == [
        ("Omer Barak", "away: break"),
        ("Cards", "rules v18 published"),
        ("", "Besides, since 14:06: 26 connected, 26 served."),
    ]
    assert len(events) == 11


def test_a_story_has_reasons_and_its_inputs_and_starts_with_what_is_planned() -> None:
    request = a_request(not_before=minutes(5), parked="retry", ready=False)
    rows = (
        a_row(Fact.PROMISE_MADE, id="j1", data={"start": minutes(8).isoformat(), "end": minutes(26).isoformat(),
                                                 "coverage": 0.9, "inputs": {"agents": 4.0}}),
        a_row(id="j2", at=minutes(1), rules_version=3,
              data={"move": "miss", "was": "connecting", "now": "waiting", "reason": "missed_busy"}),
    )  # fmt: skip
    view = RequestView(
        at=NOON,
        request=request,
        queue=a_queue(),
        promises=(a_promise(request, start=8, end=26),),
        attempts=(),
        legs=(),
        journal=rows,
    )
    planned, missed, promised = present_one(view, words()).entries
    assert (planned.planned, planned.time, planned.text) == (True, "14:12:00", "another try is planned")
    assert (missed.title, missed.text) == ("Not reached (busy), place kept", "The number was busy.")
    assert missed.meta == ("connecting to waiting", "rules v3")
    assert promised.title == "Promise made: 14:15–14:33"
    assert ("inputs.agents", "4") in promised.inputs


def test_an_open_page_keeps_its_rows_where_they_were() -> None:
    bank = a_bank(a_view("app"), a_view("cards", risk=RISK))
    look = Look(Language.EN, "auto")
    fresh = present(bank, look, PAGES.say(look), ZONE)
    kept = present(bank, look, PAGES.say(look), ZONE, order=("app", "cards"))
    assert [row.id for row in fresh.rows] == ["cards", "app"]
    assert [row.id for row in kept.rows] == ["app", "cards"]
