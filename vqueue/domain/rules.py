"""A queue's rules: one validated document with a version; every decision records the version it used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from vqueue.domain.attempt import Shape
from vqueue.domain.causes import Cause
from vqueue.domain.context import FREE_TEXT, ContextField
from vqueue.domain.request import Mode
from vqueue.domain.slots import Slots
from vqueue.domain.week import WEEK as WEEK
from vqueue.domain.week import Intervals as Intervals

_OFFICE: Mapping[str, Intervals] = {
    **dict.fromkeys(WEEK[:5], (("08:00", "20:00"),)),
    "sat": (("09:00", "18:00"),),
    "sun": (),
}
_POLITE: Mapping[str, Intervals] = dict.fromkeys(WEEK, (("08:00", "21:00"),))
_TRIES = {
    **{Cause.BUSY: 3, Cause.NO_ANSWER: 2, Cause.MACHINE: 2},
    **{Cause.NO_KEY: 2, Cause.FAILED: 2, Cause.LOST: 2, Cause.REFUSED: 1},
}


class NumberKind(StrEnum):
    """Kinds of telephone number, as numbering plans name them."""

    MOBILE = "mobile"
    FIXED_LINE = "fixed_line"
    FIXED_LINE_OR_MOBILE = "fixed_line_or_mobile"
    VOIP = "voip"
    TOLL_FREE = "toll_free"
    PREMIUM = "premium"
    SHARED_COST = "shared_cost"
    PERSONAL = "personal"
    PAGER = "pager"
    UAN = "uan"
    VOICEMAIL = "voicemail"
    SATELLITE = "satellite"
    EMERGENCY = "emergency"
    SHORT = "short"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """When a callback is offered, and what besides."""

    __pydantic_config__ = {"extra": "forbid"}
    enabled: bool = True
    """Callbacks are offered."""
    threshold_s: int = 120
    """Offer when the wait is more likely than not longer than this."""
    max_open: int = 500
    """Most open callbacks in the queue."""
    max_wait_s: int = 7200
    """No callback is promised later than this; windows wider than an hour are offered as slots."""
    modes: tuple[Mode, ...] = (Mode.CALLBACK, Mode.HOLD, Mode.CALL_IN, Mode.MESSAGE)
    """What may be chosen; `scheduled` offers the times of `slots`."""
    no_offer_share: float = 0.0
    """Part of the callers, at most 0.02, from whom the offer is withheld by lot, so that what it saves is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRules:
    """How customers are called back."""

    __pydantic_config__ = {"extra": "forbid"}
    shape: Shape = Shape.AGENT_FIRST
    """Who is rung first."""
    ring_s: int = 25
    """How long the customer's telephone rings, 5 to 60."""
    tries: Mapping[Cause, int] = field(default_factory=lambda: dict(_TRIES))
    """Most tries that may end by each cause."""
    total_tries: int = 3
    """Most misses of one request."""
    spacing_s: tuple[int, ...] = (300, 900, 1800)
    """Pause after the first, second, … miss; the last one repeats."""
    grace_s: int = 1800
    """How long the place is kept for a return after the last miss."""
    snooze_s: int = 900
    """When he is rung again who asks for later at the answer."""
    dial_ahead: bool = False
    """In teams of more than eight, a customer may be rung before an agent is free, where one probably is when he
    answers; else he holds at the head of the line, as foreseen for 20 seconds at the most."""
    machine_detection: bool = True
    """The provider says whether a machine answered; advice only."""
    bank_code: bool = True
    """The customer hears the code his app shows him after key 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRules:
    """What agents have to do with the queue."""

    __pydantic_config__ = {"extra": "forbid"}
    ring_s: int = 20
    """How long an agent's telephone rings."""
    accept_s: int = 15
    """How long his key is waited for."""
    wrap_up_s: int = 30
    """Time after a talk before the next call."""
    away_after_misses: int = 1
    """Misses in a row after which he is set away."""
    own_wait_s: int = 600
    """How long a follow-up waits for the agent it was promised with while he is busy; then anybody takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Weekly opening in the queue's zone; `holidays` are ISO dates or a country code whose public holidays count."""

    __pydantic_config__ = {"extra": "forbid"}
    zone: str = "Europe/London"
    week: Mapping[str, Intervals] = field(default_factory=lambda: dict(_OFFICE))
    """When the queue is open, by weekday."""
    holidays: tuple[str, ...] = ()
    """Days on which it is closed."""
    days: Mapping[str, Intervals] = field(default_factory=dict)
    """Hours of single days, by ISO date; empty is closed. Neither the week nor the holidays count on them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingWindows:
    """When customers may be rung, in the zone of the customer's number (the queue's where it is unknown)."""

    __pydantic_config__ = {"extra": "forbid"}
    week: Mapping[str, Intervals] = field(default_factory=lambda: dict(_POLITE))
    """Times of day at which people are rung."""
    per_country: Mapping[str, Mapping[str, Intervals]] = field(default_factory=dict)
    """The same for numbers of a country, by ISO code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Which numbers may be called. Premium, shared cost, satellite, personal and emergency are out unless named."""

    __pydantic_config__ = {"extra": "forbid"}
    countries: tuple[str, ...] = ("GB", "IL", "RU", "US", "DE", "FR")
    """Countries whose numbers are called, ISO codes."""
    kinds: tuple[NumberKind, ...] = (
        NumberKind.MOBILE,
        NumberKind.FIXED_LINE,
        NumberKind.FIXED_LINE_OR_MOBILE,
        NumberKind.VOIP,
    )
    """Kinds of number that are called."""
    home: str = "GB"
    """Country in which a number keyed without a country is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Ceilings that protect people."""

    __pydantic_config__ = {"extra": "forbid"}
    rings_per_number_day: int = 6
    """Most rings of one number in a day."""
    open_per_number: int = 3
    """Most open callbacks of one number."""
    rescued: int = 20
    """Most open requests in the class `rescued`."""
    asked_per_customer_hour: int = 60
    """Most requests a customer of the app makes in an hour; a guest a quarter of it."""
    asked_per_number_day: int = 60
    """Most requests made for a number in a day."""
    asked_unproven_day: int = 3
    """Most requests made in a day for a number that nobody has proven to be his."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Times after which something is done about a call."""

    __pydantic_config__ = {"extra": "forbid"}
    short_call_s: int = 10
    """A talk shorter than this that the line ended counts as dropped."""
    lift_max_s: int = 900
    """Most age a class may be lifted by to keep a promise."""
    close_lead_s: int = 300
    """How long before closing holders are asked what they prefer."""
    expire_s: int = 86400
    """Age at which a request that nobody could serve ends."""
    call_in_hold_s: int = 1800
    """How long the place of a customer who will ring himself is kept after his turn."""
    time_limit_s: int = 7200
    """Longest talk the network may carry."""
    coverage: float = 0.9
    """Share of calls that fall into the spoken window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One test on an attribute of a request: topic, language, channel, segment, or a context field."""

    __pydantic_config__ = {"extra": "forbid"}
    attribute: str
    operator: str = "is"
    """See `vqueue.engine.routing`."""
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a request goes when all conditions hold."""

    __pydantic_config__ = {"extra": "forbid"}
    when: tuple[Condition, ...] = ()
    """All of these hold."""
    queue: str | None = None
    skills: tuple[str, ...] | None = None
    """Needed instead of the queue's own."""
    credit: str | None = None
    """The class that is entered, one of `credits`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """Who puts new rules in force."""

    __pydantic_config__ = {"extra": "forbid"}
    second_person: bool = False
    """Whoever saved a draft cannot put it in force alone; the rules in force decide, not the draft."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The whole document. Defaults are those of a careful bank."""

    __pydantic_config__ = {"extra": "forbid"}
    offer: Offer = field(default_factory=Offer)
    callback: CallbackRules = field(default_factory=CallbackRules)
    agents: AgentRules = field(default_factory=AgentRules)
    hours: Hours = field(default_factory=Hours)
    calling_windows: CallingWindows = field(default_factory=CallingWindows)
    routing: tuple[Route, ...] = ()
    """The first route whose conditions hold decides."""
    skills: tuple[str, ...] = ()
    """Skills every request of this queue needs."""
    credits: Mapping[str, int] = field(default_factory=lambda: {"standard": 0, "booked": 120, "rescued": 600})
    """Age in seconds lent to a class against the others."""
    slots: Slots = field(default_factory=Slots)
    numbers: Numbers = field(default_factory=Numbers)
    caps: Caps = field(default_factory=Caps)
    deadlines: Deadlines = field(default_factory=Deadlines)
    languages: tuple[str, ...] = ("en", "ru", "he")
    """Spoken in this queue, its own first."""
    topics: tuple[str, ...] = ()
    """Topics that lead here."""
    topic_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What topics are called, by topic and language; a topic without a name is shown by its id."""
    context: tuple[ContextField, ...] = (FREE_TEXT,)
    """What a customer of the app may say about his case."""
    announcements: Mapping[str, str] = field(default_factory=dict)
    """By language (`en`): what callers of that language hear before they are told how long it takes."""
    publishing: Publishing = field(default_factory=Publishing)

    def __post_init__(self) -> None:
        if self.offer.threshold_s < 0 or self.offer.max_open < 0 or not 0.5 <= self.deadlines.coverage < 1:
            raise ValueError("thresholds and ceilings are not negative; coverage lies in [0.5, 1)")
        if not 5 <= self.callback.ring_s <= 60 or self.callback.total_tries < 1 or not self.callback.spacing_s:
            raise ValueError("ring_s lies in 5..60, total_tries is at least 1, spacing_s is not empty")
        if "standard" not in self.credits:
            raise ValueError("credits name the class standard")
        if len({one.id for one in self.context}) != len(self.context):
            raise ValueError("context fields have different ids")

    def topic_name(self, topic: str, language: str) -> str:
        """What people call it; its id in words where the rules have no name for it."""
        called = self.topic_labels.get(topic, {})
        plain = topic.replace("_", " ").replace("-", " ").strip().capitalize()
        return called.get(language) or called.get("en") or plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """What a supervisor may turn off at once. Off falls back to hold."""

    registering: bool = True
    dialing: bool = True
    reason: str = ""
    until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A line of business: its names by language, the rules in force, its switches."""

    id: str
    names: Mapping[str, str]
    rules: Rules
    rules_version: int = 1
    switches: Switches = field(default_factory=Switches)
    version: int = 1

    def name(self, language: str) -> str:
        return self.names.get(language) or self.names.get("en") or self.id
