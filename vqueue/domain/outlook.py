"""What the coming half hours of a queue are expected to be like, as it was reckoned last."""

from dataclasses import dataclass
from datetime import datetime, timedelta

HALF_HOUR_S = 1800
HALF_HOUR = timedelta(seconds=HALF_HOUR_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One half hour of a queue as it was: `staff` is the sum of `samples` looks at how many agents were at work."""

    queue: str
    start: datetime
    arrivals: int
    staff: float = 0.0
    samples: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How calls went in the last weeks."""

    at: datetime
    handling_s: float
    """An agent's time for a call: reserved to ready again."""
    patience_s: float | None
    """Mean time after which a waiting customer hangs up; None where too few did to say."""
    answered: float
    """Of the attempts to call a customer back, those that came to a talk."""
    calls: int
    """Finished talks it rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfHour:
    """One half hour to come. What nothing is known about is None."""

    start: datetime
    mean: float
    p50: int
    p80: int
    needed: int
    """Agents who keep the service level when `p80` calls come."""
    staffed: float | None = None
    """Agents expected to be at work."""
    sure: float | None = None
    """At least so many are, in nine of ten cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The half hours about which something is known, ascending. `reasons` say why about others nothing is."""

    queue: str
    made_at: datetime
    measured: Measured | None
    half_hours: tuple[HalfHour, ...] = ()
    reasons: tuple[str, ...] = ()
