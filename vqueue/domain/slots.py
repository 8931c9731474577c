"""Times that can be booked: the rules of a queue's slots, and a slot as it is shown to a customer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise
from typing import ClassVar

from vqueue.domain.week import WEEK, minutes_of

Capacities = tuple[tuple[str, str, int], ...]
"""From and to as `HH:MM`, and how many calls may be booked into each slot between them."""

_STEP_S = 300
_LONGEST_S = 14_400
_HORIZON_DAYS = 90
_AGENT_LEAD_S = 300
_OFFICE: Mapping[str, Capacities] = dict.fromkeys(WEEK[:5], (("09:00", "17:00", 2),))


class Basis(StrEnum):
    """What the number of calls a slot takes rests on."""

    WEEKLY = "weekly"
    FORECAST = "forecast"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """Which times may be booked, how many calls each takes, and what happens before one begins."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}
    enabled: bool = True
    """Times may be booked; they are offered where `offer.modes` names `scheduled`."""
    length_s: int = 1800
    """How long a slot is: the window in which the telephone rings."""
    week: Mapping[str, Capacities] = field(default_factory=lambda: dict(_OFFICE))
    """Calls a slot takes, by weekday and time in the queue's zone; slots outside its hours do not exist."""
    capacity: Basis = Basis.WEEKLY
    """`weekly`: the numbers of `week`. `forecast`: what agents are expected to have time for; `week` says when times
    can be booked, and its numbers count while too little is known."""
    staff: Mapping[str, Capacities] = field(default_factory=dict)
    """Agents at work, breaks taken off, by weekday and time as in `week`: waits reckon with who is to come or to go
    today, and the forecast with all. Empty: the forecast takes as many as were seen on the last four same weekdays."""
    answer_within_s: int = 20
    """Callers of the moment are to be answered within this, before agents count as free for booked calls."""
    answer_share: float = 0.8
    """How many of them."""
    lead_s: int = 3600
    """A slot that begins sooner than this from now is not booked any more."""
    horizon_days: int = 14
    """How far ahead slots are shown."""
    reserve: int = 0
    """Calls of each slot that are kept for those who move a booking."""
    change_lead_s: int = 0
    """A booking that begins sooner than this is moved no more; cancelling is always possible."""
    reminders_s: tuple[int, ...] = (86_400, 3600)
    """How long before its slot a booking is reminded of by SMS."""
    agent_lead_s: int = 20
    """How long before the slot an agent may be rung; the customer's telephone never rings before it begins."""

    def __post_init__(self) -> None:
        if not _STEP_S <= self.length_s <= _LONGEST_S or self.length_s % _STEP_S:
            raise ValueError(f"slots.length_s is a multiple of {_STEP_S} from {_STEP_S} to {_LONGEST_S}")
        if min(self.lead_s, self.reserve, self.change_lead_s, *self.reminders_s, 0) < 0:
            raise ValueError("slots: leads, reserve and reminders are not negative")
        if not 1 <= self.horizon_days <= _HORIZON_DAYS:
            raise ValueError(f"slots.horizon_days lies in 1..{_HORIZON_DAYS}")
        if self.answer_within_s < 0 or not 0 < self.answer_share < 1:
            raise ValueError("slots.answer_within_s is not negative, slots.answer_share lies between 0 and 1")
        if not 0 <= self.agent_lead_s <= _AGENT_LEAD_S:
            raise ValueError(f"slots.agent_lead_s lies in 0..{_AGENT_LEAD_S}")
        for table, days in (("week", self.week), ("staff", self.staff)):
            for day, intervals in days.items():
                _check(table, day, intervals)


def _check(table: str, day: str, intervals: Capacities) -> None:
    """Raises ValueError for what is no day, no interval, or an interval that overlaps another of its day."""
    if day not in WEEK:
        raise ValueError(f"slots.{table} knows {', '.join(WEEK)}, not {day!r}")
    spans = sorted((minutes_of(opening), minutes_of(closing)) for opening, closing, _ in intervals)
    if any(closing <= opening for opening, closing in spans):
        raise ValueError(f"slots.{table}.{day}: an interval ends after it starts, on the same day")
    if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
        raise ValueError(f"slots.{table}.{day}: intervals do not overlap")
    if any(capacity < 0 for *_, capacity in intervals):
        raise ValueError(f"slots.{table}.{day}: no number is negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A time that may be booked, aware UTC. `remaining` is 0 for one that is full."""

    start: datetime
    end: datetime
    remaining: int
    reserve: int = 0
    """Kept back of its calls, for those who move a booking."""
    load: float | None = None
    """Agents whom the callers of the moment are expected to need then; None by the weekly table."""
    why: tuple[str, ...] = ()
    """Stable words: what the number of calls rests on."""


def slot_key(queue: str, start: datetime) -> str:
    """The counter of how many calls are booked into this slot."""
    return f"slot:{queue}:{start.astimezone(UTC).isoformat()}"
