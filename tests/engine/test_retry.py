"""After a miss: cell by cell what each cause leads to, and the clock of the customer, the queue and the request."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.engine.builders import ANY_TIME, NOON, request, rules
from vqueue.domain.causes import Cause
from vqueue.domain.request import Channel
from vqueue.domain.rules import WEEK, CallbackRules, CallingWindows, Caps, Deadlines, Hours
from vqueue.engine.retry import GiveUp, Retry, after_miss, counted, snooze

NOW, MINUTES = "now", {5: 300, 15: 900, 30: 1800}
CELLS = {
    # cause: what follows the 1st, 2nd and 3rd miss by this cause under the default rules
    Cause.BUSY: (5, 15, "tries_of_cause"),
    Cause.NO_ANSWER: (5, "tries_of_cause", "tries_of_cause"),
    Cause.MACHINE: (5, "tries_of_cause", "tries_of_cause"),
    Cause.NO_KEY: (5, "tries_of_cause", "tries_of_cause"),
    Cause.FAILED: (5, "tries_of_cause", "tries_of_cause"),
    Cause.LOST: (5, "tries_of_cause", "tries_of_cause"),
    Cause.HUNG_UP: (5, "tries_of_cause", "tries_of_cause"),
    Cause.REFUSED: ("tries_of_cause", "tries_of_cause", "tries_of_cause"),
    Cause.CANCELED: (NOW, NOW, NOW),
    Cause.AGENT_DECLINED: (NOW, NOW, NOW),
    Cause.AGENT_NO_ANSWER: (NOW, NOW, NOW),
    Cause.AGENT_DROPPED: (NOW, NOW, NOW),
    Cause.AGENT_DOUBT: (NOW, NOW, NOW),
    Cause.ABORTED: (NOW, NOW, NOW),
    Cause.SNOOZED: (None, None, None),
    Cause.NOT_NEEDED: (None, None, None),
    Cause.TALKED: (None, None, None),
}


def miss(cause: Cause = Cause.BUSY, **changes):
    values = {"request": request(), "cause": cause, "rules": rules(), "now": NOON, "zone": "Europe/London"}
    return after_miss(**values | changes)


def test_every_cause_has_its_row() -> None:
    assert set(CELLS) == set(Cause)


@pytest.mark.parametrize(
    ("cause", "before", "follows"), [(cause, n, row[n]) for cause, row in CELLS.items() for n in range(3)]
)
def test_what_follows_a_miss(cause: Cause, before: int, follows: int | str | None) -> None:
    mine = request(tries={cause: before} if before else {})
    if follows is None:
        with pytest.raises(ValueError, match="is not a miss"):
            miss(cause, request=mine)
    elif follows == NOW:
        assert miss(cause, request=mine) == Retry(not_before=NOON)
    elif isinstance(follows, str):
        assert miss(cause, request=mine) == GiveUp(reason=follows)
    else:
        assert miss(cause, request=mine) == Retry(not_before=NOON + timedelta(minutes=follows))


def test_misses_of_all_causes_together_are_bounded() -> None:
    twice = request(tries={Cause.BUSY: 1, Cause.NO_ANSWER: 1})
    assert miss(Cause.BUSY, request=twice) == GiveUp(reason="total_tries")


def test_what_was_not_the_customers_fault_does_not_count_as_a_try() -> None:
    ours = request(tries={Cause.AGENT_DROPPED: 5, Cause.SNOOZED: 2})
    assert miss(request=ours) == Retry(not_before=NOON + timedelta(minutes=5))


def test_the_last_pause_repeats() -> None:
    patient = rules(callback=CallbackRules(tries={Cause.BUSY: 9}, total_tries=9, spacing_s=(60, 120)))
    assert miss(request=request(tries={Cause.BUSY: 5}), rules=patient) == Retry(
        not_before=NOON + timedelta(seconds=120)
    )


def test_a_cause_the_rules_do_not_name_is_bound_by_the_total() -> None:
    bare = rules(callback=CallbackRules(tries={}, total_tries=2))
    assert isinstance(miss(Cause.MACHINE, rules=bare), Retry)
    assert miss(Cause.MACHINE, rules=bare, request=request(tries={Cause.MACHINE: 1})) == GiveUp(reason="tries_of_cause")


def test_nobody_is_rung_outside_the_calling_window_of_his_own_zone() -> None:
    """20:58 in Jerusalem, 18:58 in London: the next try waits for eight in the morning there."""
    evening = datetime(2026, 6, 10, 17, 58, tzinfo=UTC)
    polite = rules(calling_windows=CallingWindows())
    at = miss(rules=polite, now=evening, request=request(created_at=evening), zone="Asia/Jerusalem")
    assert at == Retry(not_before=datetime(2026, 6, 11, 5, 0, tzinfo=UTC), moved="calling_window")
    at = miss(rules=polite, now=evening, request=request(created_at=evening), zone="Europe/London")
    assert at == Retry(not_before=evening + timedelta(minutes=5))


def test_a_country_with_its_own_calling_window_is_respected() -> None:
    late = dict.fromkeys(WEEK, (("15:00", "16:00"),))
    own = rules(calling_windows=CallingWindows(week=ANY_TIME.week, per_country={"DE": late}))
    at = miss(rules=own, zone="Europe/Berlin", country="DE", now=NOON)
    assert at == Retry(not_before=datetime(2026, 6, 10, 13, 0, tzinfo=UTC), moved="calling_window")
    assert miss(rules=own, zone="Europe/Berlin", country="FR") == Retry(not_before=NOON + timedelta(minutes=5))


def test_a_try_after_closing_waits_for_the_next_opening() -> None:
    closing = datetime(2026, 6, 10, 18, 57, tzinfo=UTC)
    office = rules(hours=Hours(zone="Europe/London"))
    at = miss(rules=office, now=closing, request=request(created_at=closing))
    assert at == Retry(not_before=datetime(2026, 6, 11, 7, 0, tzinfo=UTC), moved="closed")


def test_opening_and_calling_window_must_both_allow_it() -> None:
    nights = Hours(zone="UTC", week=dict.fromkeys(WEEK, (("20:00", "09:00"),)))
    both = rules(hours=nights, calling_windows=CallingWindows())
    late = datetime(2026, 6, 10, 22, 0, tzinfo=UTC)
    at = miss(rules=both, now=late, request=request(created_at=late), zone="UTC")
    assert at == Retry(not_before=datetime(2026, 6, 11, 8, 0, tzinfo=UTC), moved="calling_window")


def test_where_they_never_meet_it_is_given_up() -> None:
    nights = Hours(zone="UTC", week=dict.fromkeys(WEEK, (("22:00", "06:00"),)))
    never = rules(hours=nights, calling_windows=CallingWindows(), deadlines=Deadlines(expire_s=10**8))
    assert miss(rules=never, zone="UTC") == GiveUp(reason="no_window")


def test_nobody_is_rung_after_his_request_has_expired() -> None:
    short = rules(deadlines=Deadlines(expire_s=840))
    assert miss(rules=short, request=request(created_at=NOON - timedelta(seconds=540))) == Retry(
        not_before=NOON + timedelta(seconds=300)
    )
    assert miss(rules=short, request=request(created_at=NOON - timedelta(seconds=541))) == GiveUp(reason="expired")


def test_a_number_rung_often_enough_today_rests_until_tomorrow() -> None:
    capped = rules(caps=Caps(rings_per_number_day=4))
    at = miss(rules=capped, rings_today=4)
    assert at == Retry(not_before=datetime(2026, 6, 10, 23, 0, tzinfo=UTC), moved="rings_cap")
    assert miss(rules=capped, rings_today=3) == Retry(not_before=NOON + timedelta(minutes=5))


def test_a_snooze_waits_as_asked_and_does_not_count_as_a_miss() -> None:
    asked = {"request": request(), "rules": rules(), "now": NOON, "zone": "Europe/London"}
    assert snooze(**asked) == Retry(not_before=NOON + timedelta(minutes=15))
    assert snooze(**asked, for_s=60) == Retry(not_before=NOON + timedelta(minutes=1))


def test_snoozes_are_bounded_where_the_rules_say_so() -> None:
    once = rules(callback=CallbackRules(tries={Cause.SNOOZED: 1}))
    again = request(tries={Cause.SNOOZED: 1})
    assert isinstance(snooze(request=request(), rules=once, now=NOON, zone="UTC"), Retry)
    assert snooze(request=again, rules=once, now=NOON, zone="UTC") == GiveUp(reason="tries_of_cause")


def test_counting_a_try_leaves_the_others() -> None:
    assert counted({Cause.BUSY: 1}, Cause.BUSY) == {Cause.BUSY: 2}
    assert counted({Cause.BUSY: 1}, Cause.LOST) == {Cause.BUSY: 1, Cause.LOST: 1}


@pytest.mark.parametrize("cause", [Cause.NO_ANSWER, Cause.BUSY, Cause.NO_KEY, Cause.HUNG_UP])
def test_a_number_nobody_vouches_for_is_tried_once(cause: Cause) -> None:
    assert miss(cause, request=request(channel=Channel.APP)) == GiveUp(reason="unproven_number")
    assert miss(cause, request=request(channel=Channel.APP, verified=True)) != GiveUp(reason="unproven_number")
