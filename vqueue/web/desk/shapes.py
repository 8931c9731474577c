"""The desk as it stands on its page: what each part says, in the reader's words."""

from dataclasses import dataclass, field

from vqueue.web.desk.bar import PromiseBar


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceButton:
    """One thing the agent may ask to be; the pressed one is what he is, or will be after his call."""

    state: str
    reason: str
    text: str
    icon: str
    key: str
    pressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One queue at a glance."""

    id: str
    name: str
    waiting: str
    many: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkRow:
    """One talk of today."""

    id: str
    at: str
    what: str
    length: str
    outcome: str
    owed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPart:
    """My day: figures with their names, and the newest talks."""

    since: str
    figures: tuple[tuple[str, str], ...]
    talks: tuple[TalkRow, ...]
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisePart:
    """What was promised, drawn and in words; `tone` is empty where all is well."""

    bars: tuple[PromiseBar, ...]
    label: str
    marks: dict[str, str]
    head: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A label and what belongs to it; `quoted` are the customer's own words."""

    label: str
    value: str
    quoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """An earlier contact."""

    id: str
    on: str
    what: str
    channel: str
    became: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who it is; the number is masked."""

    name: str
    named: bool
    line: str
    number: str
    proof: str
    proven: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One thing that may have become of a talk, and the key that chooses it."""

    code: str
    text: str
    key: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Countdown:
    """A moment that comes: ISO, and how many business seconds it was away at first; what it is, in words."""

    until: str
    total: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The call. `kind`: offer, ahead, calling, talking, over (being written up) or late (still without an outcome)."""

    kind: str
    attempt: str
    head: str
    sub: str
    person: Person
    code: str | None
    promise: PromisePart
    opening: tuple[str, ...]
    entered: tuple[Row, ...]
    hidden: bool
    contacts: tuple[ContactRow, ...]
    answer: Countdown | None
    joined: str | None
    lasted: str
    wrap: Countdown | None
    longer: bool
    """He may take another minute to write up."""
    ready_next: bool
    """The next call comes after this one; he has not asked to be away then."""
    crm: str
    note: str = field(repr=False)
    outcomes: tuple[Outcome, ...]
    saved: str
    saved_key: str
    """Changes with each saving, so that the form begins anew."""
    may_follow: bool
    bookable: bool
    teams: tuple[tuple[str, str], ...]
    """(queue, what it is called) to which he can be passed on, this talk's own first; empty where there is no other."""

    @property
    def writes(self) -> bool:
        """Notes may be typed."""
        return self.kind not in ("offer", "ahead")

    @property
    def disposes(self) -> bool:
        """What became of it may be said."""
        return self.kind in ("talking", "over", "late")

    @property
    def opens(self) -> bool:
        """The talk is still to come: what to say first stands there."""
        return self.kind in ("offer", "ahead", "calling")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRow:
    """A callback of his: when, what about, who, by whom, and what was written down."""

    id: str
    when: str
    what: str
    who: str
    number: str
    """Masked, where the name is not known."""
    whose: str
    became: str
    """What it came to; empty while it is open."""
    note: str
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbacksPart:
    """The callbacks to come, then today's that are over."""

    count: str
    ahead: tuple[CallbackRow, ...]
    over: tuple[CallbackRow, ...]
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPage:
    """Everything the template needs. `spoken` is said aloud when it changes, at once where it is `urgent`."""

    clock: str
    title: str
    spoken: str
    urgent: bool
    since: str
    presence: tuple[PresenceButton, ...]
    state: str
    state_icon: str
    state_shown: bool
    idle: tuple[str, str, str] | None
    """(icon, head, what will happen) where no call is to be shown."""
    back: str
    """What the button says by which he is ready again; empty where he need not press one."""
    card: Card | None
    queues: tuple[QueueRow, ...]
    day: DayPart
    callbacks: CallbacksPart
