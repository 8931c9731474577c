"""The figures of a run: what the ledger alone says about rings, what the database says about promises."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.db.builders import NOON, a_promise, a_request
from tests.demo.ledgers import AGENT, ANNA, BANK, BORIS, entry, ring, said, said_to_caller
from vqueue.demo.network import Entry
from vqueue.demo.phrases import Phrases
from vqueue.demo.run import FLOWS
from vqueue.demo.summary import Judge, Places, lines, summary
from vqueue.domain.promise import Promise, Window
from vqueue.domain.request import Mode, State

URLS = {name: f"http://127.0.0.1/{name}" for name in ("api", "console", "desk", "support", "phone", "sandbox")}


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    return Phrases.load(FLOWS)


def judge(phrases: Phrases, *entries: Entry) -> Judge:
    return Judge(entries, BANK, frozenset({AGENT}), phrases)


def test_two_rings_of_one_customer_by_one_call_of_an_agent_are_a_repetition(phrases: Phrases) -> None:
    twice = judge(phrases, ring(1, "c1", parent="a1"), ring(9, "c2", parent="a1"))
    apart = judge(phrases, ring(1, "c1", parent="a1"), ring(9, "c2", parent="a2"))
    assert twice.repeated_for_one_attempt() == 1
    assert apart.repeated_for_one_attempt() == 0


def test_two_created_calls_with_one_token_are_a_repetition(phrases: Phrases) -> None:
    def status(at_s: float, call: str, token: str) -> Entry:
        return entry(at_s, "callback", call, to=ANNA, url=f"https://bank.test/voice/status/{token}#rc=2")

    twice = judge(phrases, ring(1, "c1"), status(1, "c1", "t_1"), ring(9, "c2"), status(9, "c2", "t_1"))
    apart = judge(phrases, ring(1, "c1"), status(1, "c1", "t_1"), ring(9, "c2"), status(9, "c2", "t_2"))
    assert twice.repeated_for_one_attempt() == 1
    assert apart.repeated_for_one_attempt() == 0


def test_rings_of_agents_are_not_rings_of_customers(phrases: Phrases) -> None:
    told = judge(phrases, ring(1, "a1", to=AGENT), ring(2, "c1", parent="a1"))
    assert [one["to"] for one in told.rings()] == [ANNA]


@pytest.mark.parametrize("words", ["Your place is cancelled. We will not call you. Goodbye."])
def test_a_ring_after_the_words_of_cancelling_is_counted(phrases: Phrases, words: str) -> None:
    assert judge(phrases, said_to_caller(1, "i1", words), ring(5, "c1", parent="a1")).after_cancel() == 1


def test_cancelled_at_the_answer_in_any_language_counts_as_cancelled(phrases: Phrases) -> None:
    words = phrases.literal("screen.cancelled", "ru")
    told = judge(
        phrases, ring(1, "c1", to=BORIS), said(3, "c1", words, to=BORIS, language="ru-RU"), ring(9, "c2", to=BORIS)
    )
    assert told.after_cancel() == 1


def test_a_ring_for_a_new_place_after_cancelling_is_right(phrases: Phrases) -> None:
    cancelled, kept = phrases.literal("cancelled", "en"), phrases.literal("promised", "en")
    told = judge(phrases, said_to_caller(1, "i1", cancelled), said_to_caller(60, "i2", kept), ring(90, "c1"))
    assert told.after_cancel() == 0


def test_the_second_hold_lasts_from_the_key_to_the_connection(phrases: Phrases) -> None:
    def pressed(at_s: float, call: str, key: str, to: str) -> Entry:
        return entry(at_s, "pressed", call, to=to, pressed=key)

    told = judge(
        phrases,
        ring(1, "a1", to=AGENT), pressed(4, "a1", "1", AGENT), ring(5, "c1", parent="a1"), pressed(20, "c1", "1", ANNA),
        entry(20.4, "bridged", "a1", to=AGENT), entry(20.4, "bridged", "c1", to=ANNA),
    )  # fmt: skip
    assert told.second_holds_s() == [pytest.approx(0.4)]


def test_calls_of_agents_to_the_bank_are_no_customers_calls(phrases: Phrases) -> None:
    told = judge(phrases, entry(1, "calling", "i1", to=BANK, of=ANNA), entry(2, "calling", "i2", to=BANK, of=AGENT))
    assert told.calls_in() == 1


def figures(phrases: Phrases, *promises: Promise, requests: tuple[Any, ...] = ()) -> dict[str, Any]:
    places = Places(requests, promises)
    return summary(judge=judge(phrases), places=places, now=NOON, seed=7, seconds=60, urls=URLS)


def promise(*, ends_in_s: float, **changes: Any) -> Promise:
    end = NOON + timedelta(seconds=ends_in_s)
    return replace(a_promise(), window=Window(end - timedelta(minutes=10), end), first_ring_at=None, **changes)


def test_a_promise_is_due_once_rung_or_once_its_window_ended(phrases: Phrases) -> None:
    open_still, late = promise(ends_in_s=60), promise(ends_in_s=-1)
    in_time = promise(ends_in_s=300).ring(NOON - timedelta(minutes=1))
    too_early = promise(ends_in_s=3600).ring(NOON)
    told = figures(phrases, open_still, late, in_time, too_early)
    assert told["promises"] == {"made": 4, "due": 3, "kept": 1}


def test_a_promise_the_customer_took_back_never_falls_due(phrases: Phrases) -> None:
    taken_back = promise(ends_in_s=-1).withdraw(NOON - timedelta(minutes=5), "cancelled")
    assert figures(phrases, taken_back)["promises"] == {"made": 1, "due": 0, "kept": 0}


def test_requests_are_counted_by_how_they_ended_and_by_mode(phrases: Phrases) -> None:
    served, waiting = a_request("r1", state=State.SERVED, mode=Mode.HOLD), a_request("r2", state=State.WAITING)
    told = figures(phrases, requests=(served, waiting))
    assert told["requests"] == {"served": 1, "cancelled": 0, "abandoned": 0, "unreached": 0, "expired": 0, "open": 1}
    assert told["modes"] == {"hold": 1, "callback": 1, "scheduled": 0, "call_in": 0, "message": 0}


def test_the_document_has_exactly_the_names_that_were_promised(phrases: Phrases) -> None:
    told = figures(phrases)
    names = "seconds seed calls_in requests modes promises rings second_hold_s urls"
    assert list(told) == names.split()
    assert set(told["rings"]) == {"customers", "repeated_for_one_attempt", "after_cancel"}
    assert told["second_hold_s"] == {"p50": None, "p95": None}
    assert set(told["urls"]) == {"console", "desk", "support", "phone"}


def test_people_read_the_same_figures_in_lines(phrases: Phrases) -> None:
    told = lines(figures(phrases, promise(ends_in_s=300).ring(NOON)))
    assert told[0] == "1 business minutes, seed 7, 0 calls in"
    assert "promises: made 1, due 1, kept 1" in told
