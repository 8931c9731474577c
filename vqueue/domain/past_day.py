"""One recorded day of a queue as a value: who came, what each did, and who was at work. It holds nothing personal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

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
    """Visits ascend by arrival. `dates` are the local days of the record, mostly one."""

    dates: tuple[date, ...]
    visits: tuple[Visit, ...]
    stays: tuple[Stay, ...]
    answer_s: tuple[float, ...] = ()
    """How long agents took to answer, as far as it was recorded."""
    key_s: tuple[float, ...] = ()
    """From a customer's answer to key 1."""
    calls_per_second: int = 5
    inferred: bool = False
    """The record names no shifts: they are read off who was serving when."""


def together(days: Sequence[PastDay]) -> PastDay:
    """Several days as one stretch of time. Visits of different days have different ids."""
    spells: dict[AgentId, list[Spell]] = {}
    latest: dict[AgentId, Stay] = {}
    for stay in (stay for day in days for stay in day.stays):
        spells.setdefault(stay.agent, []).extend(stay.spells)
        latest[stay.agent] = stay
    return PastDay(
        dates=tuple(date for day in days for date in day.dates),
        visits=tuple(sorted((visit for day in days for visit in day.visits), key=lambda visit: visit.arrived)),
        stays=tuple(replace(latest[agent], spells=apart(found)) for agent, found in spells.items()),
        answer_s=tuple(each for day in days for each in day.answer_s),
        key_s=tuple(each for day in days for each in day.key_s),
        calls_per_second=min((day.calls_per_second for day in days), default=5),
        inferred=any(day.inferred for day in days),
    )


def apart(spells: Iterable[Spell]) -> tuple[Spell, ...]:
    """The same time as spells that neither touch nor overlap, ascending; those that end before they start are none."""
    found: list[Spell] = []
    for start, end in sorted(spell for spell in spells if spell[0] < spell[1]):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return tuple(found)


def without(spells: Iterable[Spell], taken: Iterable[Spell]) -> tuple[Spell, ...]:
    """The time of `spells` that lies in none of `taken`."""
    left = list(apart(spells))
    for from_, to in apart(taken):
        left = [
            piece
            for start, end in left
            for piece in ((start, min(end, from_)), (max(start, to), end))
            if piece[0] < piece[1]
        ]
    return tuple(left)
