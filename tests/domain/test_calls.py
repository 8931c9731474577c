"""One call and the attempt it belongs to: what each piece of news means, in whatever order it comes."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations, product

import pytest

from tests.db.builders import NOON, a_customer_leg, a_leg
from vqueue.domain.attempt import AttemptState, state_of
from vqueue.domain.causes import Cause
from vqueue.domain.ids import CallSid
from vqueue.domain.leg import LIVE, Leg, LegState, News

CALL = CallSid("CA" + "1" * 32)
LATER = NOON + timedelta(seconds=9)
PROVIDERS = (News.POSTED, News.RINGING, News.ANSWERED, News.ENDED)


def heard(leg: Leg, *news: News, cause: Cause | None = None) -> Leg:
    for one in news:
        leg = leg.take(one, at=LATER, cause=cause if one is News.ENDED else None, call_sid=CALL)
    return leg


@pytest.mark.parametrize("order", list(permutations(PROVIDERS)), ids=" ".join)
def test_the_providers_news_end_alike_in_any_order(order: tuple[News, ...]) -> None:
    """Also before our own POST has returned, and each piece twice."""
    placing = a_leg(state=LegState.PLACING, call_sid=None)
    for news in (order, tuple(each for one in order for each in (one, one))):
        ended = heard(placing, *news, cause=Cause.BUSY)
        assert (ended.state, ended.cause, ended.call_sid, ended.ended_at) == (LegState.ENDED, Cause.BUSY, CALL, LATER)


def test_news_never_takes_a_call_back() -> None:
    """Late ringing or answered news leave an accepted or joined call where it is."""
    for state, news in product((LegState.ACCEPTED, LegState.JOINED), (News.POSTED, News.RINGING, News.ANSWERED)):
        assert a_leg(state=state).take(news, at=LATER).state is state


@pytest.mark.parametrize("state", sorted(set(LegState) - {LegState.INTENDED}))
def test_a_call_is_claimed_once(state: LegState) -> None:
    intended = a_leg(state=LegState.INTENDED)
    assert intended.take(News.CLAIM, at=NOON).state is LegState.PLACING
    assert not a_leg(state=state).hears(News.CLAIM)
    assert a_leg(state=state).take(News.CLAIM, at=LATER).state is state


def test_a_call_named_by_its_news_before_our_post_returns_keeps_that_name() -> None:
    ringing = a_leg(state=LegState.PLACING, call_sid=None).take(News.RINGING, at=NOON, call_sid=CALL)
    late = ringing.take(News.POSTED, at=LATER, call_sid=CallSid("CA" + "2" * 32))
    assert (late.state, late.call_sid) == (LegState.RINGING, CALL)


def test_a_doubtful_call_that_rings_is_sure_again_and_one_given_up_is_not() -> None:
    unsure = a_leg(state=LegState.PLACING).take(News.DOUBT, at=NOON)
    assert unsure.state is LegState.UNSURE
    assert unsure.take(News.RINGING, at=LATER).state is LegState.RINGING
    given_up = unsure.take(News.GIVE_UP, at=NOON, cause=Cause.AGENT_DOUBT)
    assert heard(given_up, News.RINGING, News.ANSWERED).state is LegState.ENDED
    assert given_up.cause is Cause.AGENT_DOUBT


def test_what_the_customer_said_by_key_stands_against_the_networks_word() -> None:
    asked = replace(a_customer_leg(state=LegState.ANSWERED), cause=Cause.SNOOZED)
    assert heard(asked, News.ENDED, cause=Cause.HUNG_UP).cause is Cause.SNOOZED


def test_a_first_sign_keeps_its_time() -> None:
    rung = a_leg(state=LegState.PLACED).take(News.RINGING, at=NOON)
    assert rung.take(News.ANSWERED, at=LATER).rang_at == NOON
    assert rung.take(News.ANSWERED, at=LATER).answered_at == LATER


@pytest.mark.parametrize(("agent", "customer"), list(product(LegState, [None, *LegState])), ids=str)
def test_an_attempts_state_is_a_function_of_its_legs(agent: LegState, customer: LegState | None) -> None:
    legs = [a_leg(state=agent)] + ([] if customer is None else [a_customer_leg(state=customer)])
    state = state_of(legs)
    assert state is state_of(reversed(legs))
    if agent not in LIVE:
        assert state is AttemptState.OVER
    elif customer is LegState.JOINED:
        assert state is AttemptState.TALKING
    elif agent in (LegState.ACCEPTED, LegState.JOINED):
        assert state is AttemptState.CALLING_CUSTOMER
    else:
        assert state is AttemptState.CALLING_AGENT
