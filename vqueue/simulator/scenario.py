"""A scenario: the invented bank whose days are simulated, read from YAML or JSON and checked."""

from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from vqueue.domain.rules import Hours, Rules
from vqueue.domain.week import WEEK, Intervals, minutes_of
from vqueue.simulator.laws import Law, Spread, Steady

MOST_CUSTOMERS = 500_000
"""Customers expected in all days of a scenario, at the most."""
Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(ge=0, le=1_000_000)]


def _clock(value: object) -> object:
    """`HH:MM`; YAML reads 9:30 as a number of minutes or seconds."""
    if isinstance(value, int):
        value = f"{value // 60:02}:{value % 60:02}"
    if isinstance(value, str):
        minutes_of(value)
    return value


Clock = Annotated[str, BeforeValidator(_clock)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Team(_Part):
    """Agents alike: how many, what they can do, and when they work: their `shift`, or while the queue is open and until
    nobody is on the line any more. A busy agent finishes his call first."""

    count: int = Field(ge=0, le=2000)
    skills: dict[str, Annotated[int, Field(ge=1, le=10)]] = {}
    shift: tuple[Clock, Clock] | None = None
    answer_s: Steady = Law(law="constant")
    """From the reservation to his voice."""
    miss: Share = 0.0
    """Of the calls offered to him that he does not take; he is away for `away_s` afterwards."""
    away_s: float = Field(default=300.0, gt=0)


class Kind(_Part):
    """Customers alike: their part of all, the skills they need besides the queue's, their credit class."""

    share: float = Field(gt=0)
    skills: tuple[str, ...] = ()
    credit: str = "standard"


class Spike(_Part):
    """For a while `times` as many arrivals, each day."""

    at: Clock
    for_s: float = Field(gt=0, le=86_400)
    times: float = Field(ge=0, le=100)


class StaffLoss(_Part):
    """For a while so many agents fewer, each day; the last of the list go, each after his call."""

    at: Clock
    for_s: float = Field(gt=0, le=86_400)
    agents: int = Field(ge=1)


class Callback(_Part):
    """How people take to being called back."""

    accept: Share = 0.37
    """Of those who are offered a callback (a US bank: Hathaway et al. 2021)."""
    answer: Share = 0.93
    """Of the rings that are answered."""
    ring_s: Steady = Law(law="lognormal", mean=9.0, scv=0.25)
    """Until it is answered; longer than the rules' `ring_s` is no answer."""
    key_s: Steady = Law(law="constant", mean=4.0)
    """From the answer to key 1."""
    join_s: Steady = Law(law="constant", mean=0.5)
    """Until both hear each other."""
    missed: dict[str, Annotated[float, Field(gt=0)]] = {"no_answer": 6.0, "machine": 2.0, "busy": 1.0, "no_key": 1.0}
    """Why the others are missed, with weights."""
    snooze: Share = 0.0
    """Of those who answer and ask to be called later."""
    convert: Share = 0.0
    """Of those on the line who ask for a callback after `convert_after_s`."""
    convert_after_s: Steady = Law(law="constant", mean=120.0)

    @model_validator(mode="after")
    def _causes(self) -> "Callback":
        known = ("no_answer", "machine", "busy", "no_key", "failed", "refused")
        if not self.missed or set(self.missed) - set(known):
            raise ValueError(f"missed names at least one of {', '.join(known)}, and nothing else")
        return self


class Repeat(_Part):
    """Who was not served calls again: this part of them, after so long, at most twice."""

    share: Share = 0.0
    after_s: Spread = Law(mean=900.0)


class Booking(_Part):
    """Customers who book a time of the rules' `slots`, where one is left."""

    share: Share = 0.0


def _one_team(value: object) -> object:
    return [{"count": value}] if isinstance(value, int) and not isinstance(value, bool) else value


def _a_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def _repeat(value: object) -> object:
    return {"share": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


def _no_callbacks(value: object) -> object:
    return {"accept": 0.0} if value is None else value


class Scenario(_Part):
    """The whole file. Times of day are those of `zone`; durations are seconds."""

    agents: Annotated[tuple[Team, ...], BeforeValidator(_one_team)] = Field(min_length=1)
    arrivals_per_hour: Annotated[tuple[Rate, ...], BeforeValidator(_a_list)] = Field(min_length=1, max_length=2880)
    """One rate, or one for each interval from the first opening of the day on."""
    interval_s: float | None = Field(default=None, gt=0, le=86_400)
    """Length of the intervals; the day divided by their number where it is left out."""
    handling_s: Spread
    """Average handling time as the trade has it: talk and wrap-up."""
    wrap_up_s: Steady = Law(law="constant")
    """On top of `handling_s`."""
    patience_s: Spread | None = None
    """On the line; null = endless."""
    hours: Any = ("09:00", "17:00")
    """`[from, to]` of every day, or intervals by weekday as in the rules."""
    zone: str = "Europe/London"
    day: date = date(2026, 3, 2)
    """The first one."""
    days: int = Field(default=1, ge=1, le=1000)
    warm_up_s: float = Field(default=0.0, ge=0)
    """Who arrives before this much of the first day is over is served, but not counted."""
    day_variation: float = Field(default=0.0, ge=0, le=2)
    """Coefficient of variation of the whole day's arrivals (a Gamma factor), above that of Poisson's law."""
    spikes: Annotated[tuple[Spike, ...], BeforeValidator(_a_list)] = ()
    staff_loss: Annotated[tuple[StaffLoss, ...], BeforeValidator(_a_list)] = ()
    kinds: tuple[Kind, ...] = (Kind(share=1.0),)
    callback: Annotated[Callback, BeforeValidator(_no_callbacks)] = Callback(accept=0.0)
    repeat: Annotated[Repeat, BeforeValidator(_repeat)] = Repeat()
    booking: Booking = Booking()
    service_level_s: float = Field(default=20.0, gt=0)
    calls_per_second: int = Field(default=5, ge=1, le=1000)
    """That the telephone network lets us create."""
    rules: dict[str, Any] = {}
    """Of the queue: any part of the rules document, see docs/rules.md; `hours` and `zone` above come first."""

    @model_validator(mode="after")
    def _sound(self) -> "Scenario":
        rules = self.in_force()
        unknown = {kind.credit for kind in self.kinds} - set(rules.credits)
        if unknown:
            raise ValueError(f"kinds name credit classes the rules do not have: {', '.join(sorted(unknown))}")
        day_h = sum(minutes_of(end) - minutes_of(start) for start, end in _longest(rules.hours)) / 60.0
        if max(self.arrivals_per_hour) * day_h * self.days > MOST_CUSTOMERS:
            raise ValueError(f"more than {MOST_CUSTOMERS:,} customers are expected")
        return self

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{zone!r} is no time zone such as Europe/London") from None
        return zone

    def in_force(self) -> Rules:
        """The rules of the simulated queue. Raises ValueError."""
        hours = {**self.rules.get("hours", {}), "zone": self.zone, "week": _week(self.hours)}
        try:
            return TypeAdapter(Rules).validate_python({**self.rules, "hours": hours})
        except ValidationError as wrong:
            raise ValueError("rules: " + _told(wrong)) from None


def _week(hours: object) -> dict[str, Intervals]:
    """Raises ValueError for what is neither `[from, to]` nor intervals by weekday."""
    shape = "hours is [from, to] as HH:MM, or intervals by weekday: {mon: [[from, to]]}"
    try:
        if isinstance(hours, dict):
            week = {str(day): tuple((_at(a), _at(b)) for a, b in spans) for day, spans in hours.items()}
        else:
            spans = [str(_clock(each)) for each in hours] if isinstance(hours, list | tuple) else []
            if len(spans) != 2:
                raise ValueError(shape)
            week = dict.fromkeys(WEEK, ((spans[0], spans[1]),))
    except TypeError:
        raise ValueError(shape) from None
    if set(week) - set(WEEK) or any(minutes_of(b) <= minutes_of(a) for spans in week.values() for a, b in spans):
        raise ValueError(f"{shape}; it closes after it opens")
    return week


def _at(value: object) -> str:
    return str(_clock(value))


def _longest(hours: Hours) -> Intervals:
    return max(hours.week.values(), key=lambda spans: sum(minutes_of(b) - minutes_of(a) for a, b in spans), default=())


def read(text: str) -> Scenario:
    """A scenario from YAML or JSON. Raises ValueError with one sentence that points at every mistake."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as wrong:
        raise ValueError(f"this is neither YAML nor JSON: {' '.join(str(wrong).split())}") from None
    if not isinstance(found, dict):
        raise ValueError("a scenario is a table of names and values")
    try:
        return Scenario.model_validate(found)
    except ValidationError as wrong:
        raise ValueError(_told(wrong)) from None


def _told(wrong: ValidationError) -> str:
    """Each mistake once: a JSON pointer and what is wrong there."""
    told = ("/" + "/".join(str(part) for part in each["loc"]) + ": " + each["msg"] for each in wrong.errors())
    return "; ".join(dict.fromkeys(told)) + "."
