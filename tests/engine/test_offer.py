"""What a customer is offered, and when he is told to expect the call."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.builders import NOON, board, rules, wait
from vqueue.domain.board import QueueBoard, Wait
from vqueue.domain.request import Mode
from vqueue.domain.rules import WEEK, CallingWindows, Hours, Numbers, Rules, Switches
from vqueue.domain.rules import Offer as OfferRules
from vqueue.engine.numbers import read
from vqueue.engine.offer import REASONS, WIDEST, Offer, OfferState, decide, opening_window, spoken_window
from vqueue.engine.wait.closed import ClosedForm
from vqueue.engine.wait.model import QueueState
from vqueue.engine.wait.reading import probability, quantile

MIN = timedelta(minutes=1)
CALLABLE = read("+442079460123", "GB", Numbers())
PREMIUM = read("0906 701 2345", "GB", Numbers())


def offer(on: QueueBoard | None, document: Rules | None = None, **changes) -> Offer:
    values = {
        "rules": document or rules(),
        "switches": Switches(),
        "board": on,
        "now": NOON,
        "number": CALLABLE,
        "zone": "Europe/London",
    }
    found = decide(**values | changes)
    assert set(found.reasons) <= set(REASONS)
    return found


def modes(found: Offer) -> list[Mode]:
    return [option.mode for option in found.options]


def open_until(minutes: int) -> Rules:
    closing = (NOON + minutes * MIN).strftime("%H:%M")
    return rules(hours=Hours(zone="UTC", week=dict.fromkeys(WEEK, (("08:00", closing),))))


def test_a_busy_queue_offers_a_callback_with_its_window_then_to_hold_then_a_message() -> None:
    found = offer(board(600))
    assert found.state is OfferState.BUSY
    assert modes(found) == [Mode.CALLBACK, Mode.HOLD, Mode.MESSAGE, Mode.CALL_IN]
    window = found.options[0].window
    assert window is not None
    assert (window.start, window.end) == (NOON + 5 * MIN, NOON + 25 * MIN)
    assert (found.reasons, found.as_of) == ((), NOON)


@pytest.mark.parametrize(("median_s", "state"), [(120.0, OfferState.OPEN), (121.0, OfferState.BUSY)])
def test_it_is_offered_when_the_wait_is_more_likely_than_not_over_the_threshold(
    median_s: float, state: OfferState
) -> None:
    found = offer(board(median_s))
    assert found.state is state
    assert (Mode.CALLBACK in modes(found)) is (state is OfferState.BUSY)
    assert ("short_wait" in found.reasons) is (state is OfferState.OPEN)


def test_everybody_who_is_ready_stands_before_a_new_customer_unless_his_place_is_known() -> None:
    grid = ((0, wait(60)), (10, wait(660)))
    found = offer(board(60, grid=grid, ready=10))
    assert found.ahead == 10
    assert found.wait == grid[1][1]
    assert offer(board(60, grid=grid, ready=10), ahead=0).state is OfferState.OPEN


@pytest.mark.parametrize(
    ("on", "changes", "state", "reason"),
    [
        (board(600), {"switches": Switches(registering=False)}, OfferState.PAUSED, "paused_registering"),
        (board(600), {"switches": Switches(dialing=False)}, OfferState.PAUSED, "paused_dialing"),
        (board(600, open_callbacks=500), {}, OfferState.FULL, "full"),
        (board(600), {"document": rules(offer=OfferRules(enabled=False))}, OfferState.BUSY, "disabled"),
        (board(600), {"document": rules(offer=OfferRules(modes=(Mode.MESSAGE,)))}, OfferState.BUSY, "disabled"),
        (board(4000, spread=2.0), {}, OfferState.BUSY, "wait_too_long"),
        (board(1800, spread=3.9), {}, OfferState.BUSY, "window_too_wide"),
        (board(float("inf")), {}, OfferState.BUSY, "no_agents"),
        (board(600), {"document": rules(calling_windows=CallingWindows(week={}))}, OfferState.BUSY, "calling_window"),
    ],
)
def test_what_speaks_against_a_callback_falls_back_to_holding_or_a_message(
    on: QueueBoard, changes: dict, state: OfferState, reason: str
) -> None:
    found = offer(on, **changes)
    assert found.state is state
    assert reason in found.reasons
    assert modes(found)[:2] == [Mode.HOLD, Mode.MESSAGE] and Mode.CALLBACK not in modes(found)


def test_just_below_the_ceiling_it_is_still_offered() -> None:
    assert Mode.CALLBACK in modes(offer(board(600, open_callbacks=499)))


def test_the_calling_window_is_that_of_the_customers_zone() -> None:
    polite = rules(calling_windows=CallingWindows())
    assert Mode.CALLBACK in modes(offer(board(600), polite, zone="Europe/London"))
    assert "calling_window" in offer(board(600), polite, zone="America/Los_Angeles").reasons


def test_no_callback_is_promised_that_closing_may_cut_off() -> None:
    """P95 of the turn is 20 minutes, the ring a little more: with 15 minutes to closing too few would be rung."""
    assert Mode.CALLBACK in modes(offer(board(600), open_until(25)))
    found = offer(board(600), open_until(15))
    assert "closing" in found.reasons
    assert modes(found) == [Mode.HOLD, Mode.MESSAGE, Mode.CALL_IN, Mode.SCHEDULED]
    assert found.options[-1].starts_at == datetime(2026, 6, 11, 8, 0, tzinfo=UTC)


def test_a_closed_queue_offers_the_next_opening_and_a_message() -> None:
    found = offer(board(600), rules(hours=Hours(zone="UTC", week=dict.fromkeys(WEEK, (("08:00", "11:00"),)))))
    assert found.state is OfferState.CLOSED
    assert modes(found) == [Mode.MESSAGE, Mode.SCHEDULED]
    assert found.opens_at == found.options[-1].starts_at == datetime(2026, 6, 11, 8, 0, tzinfo=UTC)
    assert found.wait is None


def test_a_closed_queue_that_registers_nobody_takes_a_message() -> None:
    shut = rules(hours=Hours(week={}))
    assert modes(offer(None, shut)) == [Mode.MESSAGE]
    closed = rules(hours=Hours(zone="UTC", week=dict.fromkeys(WEEK, (("08:00", "11:00"),))))
    assert modes(offer(None, closed, switches=Switches(registering=False))) == [Mode.MESSAGE]


@pytest.mark.parametrize("on", [None, board(600, as_of=NOON - timedelta(seconds=61)), board(600, grid=())])
def test_without_fresh_facts_nothing_is_said_about_the_wait(on: QueueBoard | None) -> None:
    found = offer(on)
    assert found.state is OfferState.STALE
    assert found.wait is None
    assert modes(found) == [Mode.HOLD, Mode.MESSAGE, Mode.CALL_IN]


def test_facts_a_minute_old_are_still_good() -> None:
    at = NOON - timedelta(seconds=60)
    assert offer(board(600, as_of=at)).state is OfferState.BUSY


def test_a_number_that_may_not_be_called_needs_another() -> None:
    found = offer(board(600), number=PREMIUM)
    assert Mode.CALLBACK in modes(found)
    assert found.needs_number
    assert "number_refused" in found.reasons
    assert not offer(board(600), number=None).needs_number


def test_an_uncertain_estimate_says_so() -> None:
    grid = ((0, wait(600, reasons=("cold_start",))),)
    assert offer(board(600, grid=grid)).reasons == ("cold_start",)


@given(st.floats(0.0, 5000.0), st.floats(1.05, 6.0), st.integers(0, 60), st.integers(0, 299))
def test_a_spoken_window_holds_the_turn_rounded_outward_and_never_starts_in_the_past(
    median_s: float, spread: float, ring_s: int, offset_s: int
) -> None:
    now = NOON + timedelta(seconds=offset_s)
    said = wait(median_s, spread=spread, as_of=now)
    window = spoken_window(said, now, ring_s, 0.9)
    early, late = (now + timedelta(seconds=q + ring_s) for q in (said.p5_s, said.p95_s))
    assert window is not None
    assert now <= window.start <= early + timedelta(seconds=1)
    assert late - timedelta(seconds=1) <= window.end < late + 5 * MIN + timedelta(seconds=1)
    assert window.end.timestamp() % 300 == 0
    assert window.start == now or window.start.timestamp() % 300 == 0


def test_a_higher_coverage_speaks_a_wider_window() -> None:
    narrow, wide = (spoken_window(wait(2000, spread=3), NOON, 25, c) for c in (0.8, 0.95))
    assert narrow is not None and wide is not None
    assert wide.start < narrow.start < narrow.end < wide.end


def test_a_wait_without_end_has_no_window() -> None:
    assert spoken_window(wait(float("inf")), NOON, 25, 0.9) is None


@pytest.mark.parametrize("level", [None, 0.97])
def test_where_no_window_within_a_day_holds_enough_no_time_is_promised_and_the_reason_is_told(
    level: float | None,
) -> None:
    """One agent and few talks: half the turns come within ten minutes, one in twenty in years."""
    said = wait(600, p90_s=3e7, p95_s=1.7e8, level=level)
    assert spoken_window(said, NOON, 25, 0.9) is None
    found = offer(board(600, grid=((0, said),)))
    assert Mode.CALLBACK not in modes(found)
    assert found.reasons == ("wait_too_long", "window_too_wide")
    assert found.wait == said


def test_a_level_that_a_day_holds_is_promised_to_its_last_step_and_not_beyond() -> None:
    said = wait(20 * 3600, spread=1.15, level=0.9)
    window = spoken_window(said, NOON, 25, 0.9)
    assert window is not None
    held = [probability(said, (edge - NOON).total_seconds()) for edge in (window.start, window.end)]
    assert held[1] - held[0] >= 0.9
    assert spoken_window(wait(24 * 3600, spread=1.15, level=0.9), NOON, 25, 0.9) is None


@given(st.floats(1.0, 5000.0), st.floats(1.05, 6.0), st.floats(0.01, 0.99))
def test_quantile_and_probability_undo_each_other(median_s: float, spread: float, p: float) -> None:
    said = wait(median_s, spread=spread)
    assert probability(said, quantile(said, p)) == pytest.approx(p, abs=1e-6)


def test_the_quantiles_carried_are_read_as_they_are() -> None:
    said: Wait = ClosedForm().wait(ahead=7, state=QueueState(agents_serving=4, handled=30, busy_seconds=7000), now=NOON)
    for p, carried in ((0.05, said.p5_s), (0.1, said.p10_s), (0.5, said.p50_s), (0.9, said.p90_s), (0.95, said.p95_s)):
        assert quantile(said, p) == pytest.approx(carried)
    assert (probability(said, -1), probability(wait(float("inf")), 1e9)) == (0.0, 0.0)
    nothing = wait(0.0)
    assert (quantile(nothing, 0.9), probability(nothing, 0.0)) == (0.0, 1.0)


def test_a_place_kept_through_the_night_is_called_after_those_before_it_within_a_wide_window() -> None:
    first = opening_window(NOON, before=0, agents=3)
    assert (first.start, first.end) == (NOON, NOON + WIDEST)
    tenth = opening_window(NOON, before=60, agents=2)
    assert (tenth.start, tenth.end) == (NOON + 60 * MIN, NOON + 180 * MIN)
    assert opening_window(NOON, before=60, agents=0) == opening_window(NOON, before=60, agents=1)


def test_an_agent_who_is_free_now_speaks_for_a_callback_though_the_figures_are_half_a_minute_old() -> None:
    """The ring those figures foresaw lies before now: nobody is early for a window that is open already."""
    found = offer(board(5, as_of=NOON), rules(offer=OfferRules(threshold_s=0)), now=NOON + timedelta(seconds=45))
    assert "closing" not in found.reasons
    assert Mode.CALLBACK in modes(found)
