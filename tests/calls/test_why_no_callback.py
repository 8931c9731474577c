"""A caller who is offered no callback hears the reason that is true, and not that all places are taken."""

import pytest

from vqueue.domain.flow import EFFECTS
from vqueue.engine.offer import Offer, OfferState
from vqueue.services.terms import no_offer


@pytest.mark.parametrize(
    ("reasons", "word"),
    [
        ("full", "full"),
        ("window_too_wide", "uncertain"),
        ("window_too_wide cold_start", "uncertain"),
        ("wait_too_long window_too_wide", "too_long"),
        ("closing window_too_wide", "too_late"),
        ("full window_too_wide", "full"),
        ("disabled full", "not_now"),
        ("paused_dialing window_too_wide", "not_now"),
        ("no_offer_slice", "not_now"),
        ("short_wait", "short"),
        ("no_agents", "stale"),
        ("calling_window", "offer"),
    ],
)
def test_the_line_says_why(reasons: str, word: str) -> None:
    said = no_offer(Offer(state=OfferState.BUSY, options=(), reasons=tuple(reasons.split())))
    assert said == word
    assert said in EFFECTS["offer"].outcomes
