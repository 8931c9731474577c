"""A promise made once more from what was stored with it: the same window, and what was altered is named."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from vqueue.domain.board import QueueBoard, Wait
from vqueue.domain.ids import PromiseId, RequestId
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.promise import Promise, Window
from vqueue.domain.replay import Replayed
from vqueue.domain.rules import Queue, Rules
from vqueue.engine.requoting import again, replayed
from vqueue.services import quoting
from vqueue.services.quoting import Grounds
from vqueue.services.requesting import Quote

NOW = datetime(2026, 3, 4, 14, 7, 31, 456789, tzinfo=UTC)
RAW = Wait(as_of=NOW - timedelta(seconds=3.25), method="roll_forward", mean_s=1203.75, p5_s=401.1, p10_s=510.3,
           p50_s=1180.9, p90_s=1903.7, p95_s=2204.3)  # fmt: skip
CALIBRATED = replace(
    RAW, p5_s=377.7, p90_s=2001.5, p95_s=2404.9, raw_s=RAW.quantiles_s, level=0.83, klass="en|standard"
)


def quoted(wait: Wait) -> Quote:
    board = QueueBoard(
        queue="cards", as_of=wait.as_of, open=True, ready=4, grid=((4, wait),), agents={"ready": 5},
        waiting={"scheduled": 3}, inputs={"agents": 4.5, "abandoned": 2.0},
    )  # fmt: skip
    seen = Grounds(Queue(id="cards", names={"en": "Cards"}, rules=Rules()), board, NOW)
    return quoting.quote(seen, seen.decide(None, ahead=4), seen.window(wait))


def kept(quote: Quote) -> tuple[Promise, JournalRow]:
    """As the database gives it back, and the fact of its making."""
    inputs, raw = json.loads(json.dumps([quote.inputs, quote.quantiles_s]))
    promise = Promise(
        id=PromiseId("pr_1"), request=RequestId("rq_1"), queue="cards", channel="app",
        made_at=NOW + timedelta(seconds=9), window=quote.window, coverage=quote.coverage, method=quote.method,
        quantiles_s=raw, inputs=inputs, rules_version=quote.rules_version, model_version=quote.model_version,
    )  # fmt: skip
    data = {
        "promise": "pr_1", "start": quote.window.start.isoformat(), "end": quote.window.end.isoformat(),
        "coverage": quote.coverage, "method": quote.method, "quantiles_s": raw, "inputs": inputs, "model": "",
    }  # fmt: skip
    row = JournalRow(id="j1", at=NOW, fact=Fact.PROMISE_MADE, request=RequestId("rq_1"), rules_version=1, data=data)
    return promise, row


@pytest.mark.parametrize("wait", [RAW, CALIBRATED], ids=["estimated", "calibrated"])
def test_the_stored_inputs_of_a_wait_give_the_window_that_was_spoken(wait: Wait) -> None:
    promise, row = kept(quoted(wait))
    told = replayed(promise, row)
    assert (told.verdict, told.window, told.differs) == (Replayed.IDENTICAL, promise.window, ())


def test_an_opening_is_made_again_from_the_bookings_before_it() -> None:
    seen = Grounds(Queue(id="cards", names={}, rules=Rules()), None, NOW)
    opens = NOW + timedelta(hours=17)
    promise, row = kept(quoting.quote_from(seen, seen.decide(None), opens))
    assert promise.method == quoting.OPENING and not promise.quantiles_s
    assert replayed(promise, row).verdict is Replayed.IDENTICAL
    later = {**promise.inputs, "opens_at": (opens + timedelta(hours=1)).isoformat()}
    assert replayed(replace(promise, inputs=later), row).differs == ("window", "inputs")


@pytest.mark.parametrize(
    ("altered", "named"),
    [
        ({"window": Window(NOW, NOW + timedelta(minutes=55))}, ("window",)),
        ({"inputs": {"agents": 5.5}}, ("inputs",)),
        ({"inputs": {"level": 0.5}}, ("window", "inputs")),
        ({"inputs": {"ring_s": 600}}, ("inputs",)),
        ({"quantiles_s": {"mean": 60.0}}, ("quantiles_s",)),
        ({"coverage": 0.5}, ("coverage",)),
        ({"rules_version": 2}, ("rules_version",)),
    ],
)
def test_what_was_altered_afterwards_is_named(altered: dict[str, Any], named: tuple[str, ...]) -> None:
    promise, row = kept(quoted(CALIBRATED))
    changes = {
        name: {**getattr(promise, name), **value} if isinstance(value, dict) else value
        for name, value in altered.items()
    }
    told = replayed(replace(promise, **changes), row)
    assert (told.verdict, told.differs) == (Replayed.DIFFERENT, named)


@pytest.mark.parametrize("missing", ["quoted_at", "as_of", "ring_s", "calibrated_s"])
def test_where_something_was_not_stored_nothing_is_claimed(missing: str) -> None:
    promise, _ = kept(quoted(CALIBRATED))
    lesser = replace(promise, inputs={name: each for name, each in promise.inputs.items() if name != missing})
    assert again(lesser) is None
    assert replayed(lesser, None).verdict is Replayed.INCOMPLETE
