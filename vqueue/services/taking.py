"""A call taken at the bank's own desktop, not by the telephone's key: marked with the leg, so that one of both wins."""

from collections.abc import Callable
from typing import TypeVar

from vqueue.domain.errors import NotPossible
from vqueue.domain.ids import Token
from vqueue.domain.leg import Leg, LegState
from vqueue.domain.speech import Goto, Pause, Speech, Target
from vqueue.services.clerk import Clerk

T = TypeVar("T")
_KEPT_S = 86_400
STEER_S = 4
"""How long a telephone that asks by itself waits for the provider to be steered; longer than that takes."""


def mark(clerk: Clerk, leg: Leg) -> None:
    """The agent took this call at his desktop."""
    clerk.work.counters.take(_key(leg), limit=1, at=clerk.at, expires_at=clerk.later(_KEPT_S))


def taken(clerk: Clerk, leg: Leg) -> bool:
    """Whether the desktop was first. Then no key means anything any more."""
    return leg.state is LegState.ACCEPTED and clerk.work.counters.value(_key(leg)) > 0


def steered(leg: Leg) -> Speech:
    """The telephone is being steered to the customer; should that be lost, it asks for him itself."""
    return Pause(STEER_S), Goto(Target("accepted", leg.token))


def _key(leg: Leg) -> str:
    return f"desk:{leg.id}"


class TakenAtDesk(NotPossible):
    """The call was taken at the agent's desktop; the telephone's keys mean nothing any more."""

    def __init__(self, leg: Leg) -> None:
        super().__init__()
        self.leg = leg


def unless_taken(deed: Callable[[Clerk], T], token: Token) -> Callable[[Clerk], T]:
    """The deed, where the telephone is first. Raises TakenAtDesk in the same transaction where it is not."""

    def op(clerk: Clerk) -> T:
        leg = clerk.work.legs.by_token(token)
        if leg is not None and taken(clerk, leg):
            raise TakenAtDesk(leg)
        return deed(clerk)

    return op
