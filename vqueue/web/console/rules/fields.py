"""What stands on the form, in which section and order: every field of the rules once, with its kind and bounds."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum, auto

from vqueue.domain.attempt import Shape
from vqueue.domain.request import Mode
from vqueue.domain.rules import NumberKind, Rules
from vqueue.domain.slots import Basis

TRIED = tuple(Rules().callback.tries)
"""The causes for which tries are counted."""
DAY_S = 86_400


class Kind(StrEnum):
    """How a field is typed."""

    SWITCH = auto()
    DURATION = auto()
    DURATIONS = auto()
    COUNT = auto()
    SHARE = auto()
    """In percent."""
    CHOICE = auto()
    CHOICES = auto()
    COUNTS = auto()
    """A number for each cause."""
    CREDITS = auto()
    WEEK = auto()
    SLOTS = auto()
    """A week with calls for each slot."""
    WEEKS = auto()
    """A week for each country."""
    ZONE = auto()
    NAMES = auto()
    """Ids, parted by commas."""
    COUNTRIES = auto()
    COUNTRY = auto()
    HOLIDAYS = auto()
    LANGUAGES = auto()
    ROUTES = auto()
    CONTEXT = auto()
    ANNOUNCEMENTS = auto()
    LABELS = auto()
    """A name in each language for each id."""
    DAYS = auto()
    """Hours of a single day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. `path` is its place in the document; bounds are in the document's own unit."""

    path: tuple[str, ...]
    kind: Kind
    low: int | None = None
    high: int | None = None
    step: int = 1
    choices: tuple[str, ...] = ()
    words: str = ""
    """Area of the catalogue that holds the words of the choices."""

    @property
    def name(self) -> str:
        """What it is called in the form."""
        return ".".join(self.path)

    @property
    def key(self) -> str:
        """What it is called in the catalogue."""
        return "_".join(self.path)


def _f(name: str, kind: Kind, low: int | None = None, high: int | None = None, step: int = 1) -> Field:
    return Field(path=tuple(name.split(".")), kind=kind, low=low, high=high, step=step)


def _choice(name: str, kind: Kind, words: str, choices: tuple[StrEnum, ...]) -> Field:
    return Field(path=tuple(name.split(".")), kind=kind, words=words, choices=tuple(each.value for each in choices))


KEYED = frozenset({Kind.WEEKS, Kind.CREDITS, Kind.ANNOUNCEMENTS, Kind.LABELS, Kind.DAYS})
"""Lists whose rows have a name."""

SECTIONS: dict[str, tuple[Field, ...]] = {
    "offer": (
        _f("offer.enabled", Kind.SWITCH),
        _f("offer.threshold_s", Kind.DURATION, 0),
        _f("offer.max_wait_s", Kind.DURATION, 1),
        _f("deadlines.coverage", Kind.SHARE, 50, 99),
        _f("offer.max_open", Kind.COUNT, 0),
        _f("offer.no_offer_share", Kind.SHARE, 0, 2),
        _choice("offer.modes", Kind.CHOICES, "mode", tuple(Mode)),
    ),
    "callback": (
        _choice("callback.shape", Kind.CHOICE, "shape", (Shape.AGENT_FIRST, Shape.CUSTOMER_FIRST)),
        _f("callback.ring_s", Kind.DURATION, 5, 60),
        _f("callback.snooze_s", Kind.DURATION, 0),
        _f("callback.bank_code", Kind.SWITCH),
        _f("callback.machine_detection", Kind.SWITCH),
        _f("callback.dial_ahead", Kind.SWITCH),
        _f("agents.ring_s", Kind.DURATION, 5, 60),
        _f("agents.accept_s", Kind.DURATION, 5, 60),
        _f("agents.wrap_up_s", Kind.DURATION, 0),
        _f("agents.away_after_misses", Kind.COUNT, 1),
        _f("agents.own_wait_s", Kind.DURATION, 0),
    ),
    "retry": (
        _f("callback.total_tries", Kind.COUNT, 1),
        Field(path=("callback", "tries"), kind=Kind.COUNTS, low=0, words="cause", choices=TRIED),
        _f("callback.spacing_s", Kind.DURATIONS, 0),
        _f("callback.grace_s", Kind.DURATION, 0),
    ),
    "routing": (
        _f("routing", Kind.ROUTES),
        _f("topics", Kind.NAMES),
        _f("topic_labels", Kind.LABELS),
        _f("skills", Kind.NAMES),
        _f("credits", Kind.CREDITS, 0),
    ),
    "hours": (
        _f("hours.week", Kind.WEEK),
        _f("hours.zone", Kind.ZONE),
        _f("hours.holidays", Kind.HOLIDAYS),
        _f("hours.days", Kind.DAYS),
    ),
    "windows": (
        _f("calling_windows.week", Kind.WEEK),
        _f("calling_windows.per_country", Kind.WEEKS),
    ),
    "slots": (
        _f("slots.enabled", Kind.SWITCH),
        _f("slots.week", Kind.SLOTS),
        _choice("slots.capacity", Kind.CHOICE, "basis", tuple(Basis)),
        _f("slots.staff", Kind.SLOTS),
        _f("slots.answer_within_s", Kind.DURATION, 0),
        _f("slots.answer_share", Kind.SHARE, 1, 99),
        _f("slots.length_s", Kind.DURATION, 300, 14_400, 300),
        _f("slots.lead_s", Kind.DURATION, 0),
        _f("slots.horizon_days", Kind.COUNT, 1, 90),
        _f("slots.reserve", Kind.COUNT, 0),
        _f("slots.change_lead_s", Kind.DURATION, 0),
        _f("slots.reminders_s", Kind.DURATIONS, 0),
        _f("slots.agent_lead_s", Kind.DURATION, 0, 300),
    ),
    "limits": (
        _f("numbers.countries", Kind.COUNTRIES),
        _f("numbers.home", Kind.COUNTRY),
        _choice("numbers.kinds", Kind.CHOICES, "number_kind", tuple(NumberKind)),
        _f("caps.rings_per_number_day", Kind.COUNT, 0),
        _f("caps.open_per_number", Kind.COUNT, 0),
        _f("caps.rescued", Kind.COUNT, 0),
        _f("caps.asked_per_customer_hour", Kind.COUNT, 0),
        _f("caps.asked_per_number_day", Kind.COUNT, 0),
        _f("caps.asked_unproven_day", Kind.COUNT, 0),
        _f("deadlines.short_call_s", Kind.DURATION, 0),
        _f("deadlines.lift_max_s", Kind.DURATION, 0),
        _f("deadlines.close_lead_s", Kind.DURATION, 0),
        _f("deadlines.expire_s", Kind.DURATION, 60),
        _f("deadlines.call_in_hold_s", Kind.DURATION, 0),
        _f("deadlines.time_limit_s", Kind.DURATION, 60),
    ),
    "languages": (
        _f("languages", Kind.LANGUAGES),
        _f("context", Kind.CONTEXT),
    ),
    "announcements": (_f("announcements", Kind.ANNOUNCEMENTS),),
    "publishing": (_f("publishing.second_person", Kind.SWITCH),),
}
"""Section → its fields, in the order of the page."""

UNITS = {"s": 1, "min": 60, "h": 3600, "d": DAY_S}
"""Units a duration may be typed in, in seconds."""


def every() -> Iterator[Field]:
    """All fields of the form."""
    for fields in SECTIONS.values():
        yield from fields


def section_of(path: str) -> str:
    """The section that holds the field of this name or a part of it; empty for a place that is on no form."""
    found = [
        (len(field.name), section)
        for section, fields in SECTIONS.items()
        for field in fields
        if path == field.name or path.startswith(f"{field.name}.")
    ]
    return max(found, default=(0, ""))[1]


def name_of(pointer: str) -> str:
    """A JSON pointer as a name of the form."""
    return pointer.strip("/").replace("/", ".")
