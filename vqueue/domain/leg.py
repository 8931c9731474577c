"""One phone call of an attempt: its states, the news that may come about it, and what each means."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from vqueue.domain.causes import Cause
from vqueue.domain.ids import AttemptId, CallSid, LegId, Token
from vqueue.domain.phone import Sealed
from vqueue.domain.table import Go, Table, read


class Role(StrEnum):
    """Whose phone it is."""

    AGENT = "agent"
    CUSTOMER = "customer"


class Way(StrEnum):
    """How the call came about."""

    POSTED = "posted"
    """Created by us through the provider's REST."""
    DIALED = "dialed"
    """Made by `<Dial>` from the agent's call; settled by its parent's CallSid."""
    INBOUND = "inbound"
    """The customer's own call."""
    STANDING = "standing"
    """The agent's call of the whole shift, redirected."""


class LegState(StrEnum):
    """Where the call stands, as far as we know."""

    INTENDED = "intended"
    PLACING = "placing"
    PLACED = "placed"
    RINGING = "ringing"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    JOINED = "joined"
    UNSURE = "unsure"
    ENDED = "ended"
    FAILED = "failed"


LIVE = frozenset(LegState) - {LegState.ENDED, LegState.FAILED}


class News(StrEnum):
    """What can be heard about a call, from ourselves, the provider or the person."""

    CLAIM = "claim"
    POSTED = "posted"
    DOUBT = "doubt"
    REFUSED = "refused"
    RINGING = "ringing"
    ANSWERED = "answered"
    ACCEPT = "accept"
    DECLINE = "decline"
    JOINED = "joined"
    ENDED = "ended"
    GIVE_UP = "give_up"
    GONE = "gone"


TABLE: Table[LegState, News] = read(
    "leg",
    LegState,
    News,
    """
    news     | intended        | placing       | placed        | ringing       | answered      | accepted      | joined        | unsure        | ended         | failed
    claim    | placing         | !not_possible | !not_possible | !not_possible | !not_possible | !not_possible | !not_possible | !not_possible | !not_possible | !not_possible
    posted   | placed          | placed        | -             | -             | -             | -             | -             | placed        | -             | -
    doubt    | -               | unsure        | -             | -             | -             | -             | -             | -             | -             | -
    refused  | failed          | failed        | -             | -             | -             | -             | -             | failed        | -             | -
    ringing  | ringing         | ringing       | ringing       | -             | -             | -             | -             | ringing       | -             | -
    answered | answered        | answered      | answered      | answered      | -             | -             | -             | answered      | -             | -
    accept   | -               | accepted      | accepted      | accepted      | accepted      | -             | -             | accepted      | -             | -
    decline  | -               | ended         | ended         | ended         | ended         | -             | -             | ended         | -             | -
    joined   | -               | -             | joined        | joined        | joined        | joined        | -             | joined        | -             | -
    ended    | ended           | ended         | ended         | ended         | ended         | ended         | ended         | ended         | -             | -
    give_up  | ended           | ended         | ended         | ended         | ended         | -             | -             | ended         | -             | -
    gone     | -               | failed        | failed        | failed        | ended         | ended         | ended         | failed        | -             | -
    """,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One call. `token` rides in every URL of this leg; a leg that is no longer live answers with a hang-up."""

    id: LegId
    attempt: AttemptId
    role: Role
    way: Way
    token: Token
    state: LegState
    created_at: datetime
    to: Sealed | None = None
    phone_index: str = ""
    """Keyed index of the customer's number: one open customer leg per number. Empty for agents."""
    agent: str | None = None
    call_sid: CallSid | None = None
    cause: Cause | None = None
    machine: bool = False
    """The provider believes a machine answered; advice only."""
    horizon: datetime | None = None
    """When a leg in doubt may be settled: ring time-out and a minute later."""
    rang_at: datetime | None = None
    answered_at: datetime | None = None
    held_at: datetime | None = None
    """When a customer who was rung first and pressed the key came into the hold, where an agent's call finds him."""
    joined_at: datetime | None = None
    ended_at: datetime | None = None
    sequence: int = -1
    """Highest SequenceNumber of status news taken."""
    version: int = 1

    @property
    def live(self) -> bool:
        return self.state in LIVE

    def hears(self, news: News) -> bool:
        """Whether this news changes the leg's state here."""
        return isinstance(TABLE.cell(self.state, news), Go)

    def take(self, news: News, *, at: datetime, cause: Cause | None = None, call_sid: CallSid | None = None) -> "Leg":
        """The leg after the news. News the table ignores leaves the state, but a missing CallSid is still learned.

        A cause the person gave by key (snoozed, not needed) stands against what the network says at the end.
        """
        learned = self if self.call_sid or not call_sid else replace(self, call_sid=call_sid)
        if not learned.hears(news):
            return learned
        state = TABLE.target(self.state, news)
        ended = state in (LegState.ENDED, LegState.FAILED)
        return replace(
            learned,
            state=state,
            cause=(self.cause or cause) if ended else self.cause,
            rang_at=self.rang_at or (at if news is News.RINGING else None),
            answered_at=self.answered_at
            or (at if state in (LegState.ANSWERED, LegState.ACCEPTED, LegState.JOINED) else None),
            joined_at=self.joined_at or (at if state is LegState.JOINED else None),
            ended_at=at if ended else None,
        )
