"""One recorded day of a queue as a value: who came, what each did, and who was at work. It holds nothing personal."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vqueue.domain.causes import Cause
from vqueue.domain.ids import AgentId

Spell = tuple[float, float]
"""From and to, seconds since the epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """One ring of a customer's telephone: after so long it was answered (`cause` None), or why it was missed."""

    cause: Cause | None
    ring_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One customer's way to the queue. None stands for what the record does not say."""

    id: str
    """Names his chance: the same visit draws the same in every replay."""
    arrived: float
    """Seconds since the epoch."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """What rows of the rules may ask about: topic, language, channel, segment."""
    handling_s: float | None = None
    """Talk, where he was served."""
    wrap_up_s: float | None = None
    stood_s: float = 0.0
    """How long he stood on the line."""
    gave_up: bool = False
    """He hung up then: `stood_s` is his patience. Otherwise it was at least that."""
    takes_callback: bool | None = None
    """Whether he took the callback he was offered; None where none was."""
    books: bool = False
    """He booked a time."""
    rings: tuple[Ring, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One agent of the day: the spells in which he was at work for this queue, apart and ascending."""

    agent: AgentId
    skills: Mapping[str, int]
    languages: tuple[str, ...]
    spells: tuple[Spell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDay:
    """Visits ascend by arrival. `name` is the date, or what the record calls itself."""

    name: str
    visits: tuple[Visit, ...]
    stays: tuple[Stay, ...]
    answer_s: tuple[float, ...] = ()
    """How long agents took to answer, as far as it was recorded."""
    key_s: tuple[float, ...] = ()
    """From a customer's answer to key 1."""
    calls_per_second: int = 5
