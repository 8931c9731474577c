"""The coming hours on the board: what is expected and booked against who will be there, and where that is too few."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from vqueue.domain.outlook import HALF_HOUR
from vqueue.domain.speech_args import Number, Text, Window
from vqueue.services.coming import Ahead, Interval
from vqueue.services.overseeing import HOURS
from vqueue.web.console.columns import edge, height, highest, places, scale
from vqueue.web.console.figures import NONE, minute
from vqueue.web.console.sentences import Words

ROOM = 100.0
"""Places and heights are per cent of the drawing, so that its hatching is never stretched."""
MOST_FINDINGS = 3


@dataclass(frozen=True, slots=True)
class Column:
    """One half hour: heights from the bottom, what stands above the staff, and what is missing in words.

    Missing in one queue though all together have enough: `staffed` keeps the words clear of the line of agents.
    """

    x: float
    width: float
    expected: float
    booked: float
    over: float
    staffed: float
    missing: str

    @property
    def clear(self) -> float:
        """What is missing is written above this."""
        return round(min(self.top, ROOM - self.staffed), 1)

    @property
    def top(self) -> float:
        return round(ROOM - self.expected - self.booked, 1)

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of the line of agents at work."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SoonRow:
    """One half hour of the table behind the chart."""

    time: str
    expected: str
    booked: str
    needed: str
    staffed: str
    short: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Soon:
    """Everything the template needs. `unit`: whether heights are agents, or (without a forecast) calls."""

    unit: str
    findings: tuple[str, ...]
    grave: bool
    columns: tuple[Column, ...]
    staff: tuple[Step, ...]
    """Up to the first half hour nobody knows about."""
    lines: tuple[tuple[float, str], ...]
    """Of the scale: y and value."""
    ticks: tuple[tuple[float, str], ...]
    now: float
    rows: tuple[SoonRow, ...]

    @property
    def drawn(self) -> bool:
        return bool(self.staff) or any(column.expected or column.booked for column in self.columns)


@dataclass(frozen=True, slots=True)
class _Half:
    """A half hour of all queues together. What no queue knows is None."""

    start: datetime
    p50: float | None
    p80: float | None
    booked: int
    needed: float | None
    booked_load: float | None
    staffed: float | None
    short: float

    @property
    def load(self) -> float | None:
        return None if self.needed is None else self.needed + (self.booked_load or 0.0)


def present(queues: Sequence[tuple[str, Ahead]], words: Words, *, mirrored: bool) -> Soon | None:
    """`queues`: each with its name. None before anything was looked at."""
    if not queues:
        return None
    halves = [_together(each) for each in zip(*(ahead.intervals for _, ahead in queues), strict=True)]
    by_agents = any(half.load is not None for half in halves)
    findings, grave = _findings(queues, halves, words, known=by_agents)
    levels = scale(highest([value for half in halves for value in _heights(half, by_agents=by_agents)]))
    return Soon(
        unit="agents" if by_agents else "calls",
        findings=findings,
        grave=grave,
        columns=_columns(halves, levels[-1], by_agents=by_agents, mirrored=mirrored),
        staff=_staff_line(halves, levels[-1], mirrored=mirrored) if by_agents else (),
        lines=tuple(_level(value, levels[-1]) for value in levels),
        ticks=tuple(
            (_x(at, halves, mirrored=mirrored), minute(half.start, words.zone))
            for at, half in enumerate(halves)
            if at and half.start.minute == 0
        ),
        now=_x((words.now - halves[0].start) / HALF_HOUR, halves, mirrored=mirrored),
        rows=tuple(_row(half, words) for half in halves),
    )


def _together(intervals: Iterable[Interval]) -> _Half:
    each = list(intervals)
    return _Half(
        start=each[0].start,
        p50=_sum(one.p50 for one in each),
        p80=_sum(one.p80 for one in each),
        booked=sum(one.booked for one in each),
        needed=_sum(one.needed for one in each),
        booked_load=_sum(one.booked_load for one in each if one.needed is not None),
        staffed=_sum(one.staffed for one in each),
        short=sum(one.short for one in each),
    )


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _heights(half: _Half, *, by_agents: bool) -> tuple[float | None, ...]:
    return (half.load, half.staffed) if by_agents else (half.p50, float(half.booked))


def _columns(halves: Sequence[_Half], most: float, *, by_agents: bool, mirrored: bool) -> tuple[Column, ...]:
    found = []
    for half, (x, width) in zip(halves, places(len(halves), width=ROOM, gap=0.6, mirrored=mirrored), strict=True):
        load, staffed = half.load or 0.0, half.staffed
        expected = height((half.needed if by_agents else half.p50) or 0.0, most, ROOM)
        booked = height((half.booked_load or 0.0) if by_agents else float(half.booked), most, ROOM)
        over = height(max(0.0, load - staffed), most, ROOM) if by_agents and staffed is not None else 0.0
        missing = f"−{ceil(half.short)}" if half.short > 0 else ""
        found.append(Column(x, width, expected, booked, over, height(staffed or 0.0, most, ROOM), missing))
    return tuple(found)


def _staff_line(halves: Sequence[_Half], most: float, *, mirrored: bool) -> tuple[Step, ...]:
    steps: list[Step] = []
    for at, half in enumerate(halves):
        if half.staffed is None:
            break
        y = round(ROOM - height(half.staffed, most, ROOM), 1)
        begin, end = _x(at, halves, mirrored=mirrored), _x(at + 1, halves, mirrored=mirrored)
        steps += [Step(begin, steps[-1].y2, begin, y)] if steps and steps[-1].y2 != y else []
        steps.append(Step(begin, y, end, y))
    return tuple(steps)


def _level(value: float, most: float) -> tuple[float, str]:
    return round(ROOM - height(value, most, ROOM), 1), f"{value:g}"


def _x(at: float, halves: Sequence[_Half], *, mirrored: bool) -> float:
    return edge(at, len(halves), width=ROOM, mirrored=mirrored)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lack:
    """Half hours with too few agents: from the first to the last of them, and how many are missing at most."""

    name: str
    start: datetime
    end: datetime
    most: float
    gaps: bool
    """Whether there are enough now and then between."""


def _lack(name: str, halves: Sequence[Interval | _Half]) -> _Lack | None:
    short = [at for at, half in enumerate(halves) if half.short > 0]
    if not short:
        return None
    return _Lack(
        name=name,
        start=halves[short[0]].start,
        end=halves[short[-1]].start + HALF_HOUR,
        most=max(halves[at].short for at in short),
        gaps=len(short) <= short[-1] - short[0],
    )


def _finding(lack: _Lack, words: Words) -> str:
    key = "console.soon_short_at_times" if lack.gaps else "console.soon_short"
    window = Window(lack.start, lack.end, words.zone)
    return words.say(key, queue=Text(lack.name), count=Number(ceil(lack.most)), window=window)


def _findings(
    queues: Sequence[tuple[str, Ahead]], halves: Sequence[_Half], words: Words, *, known: bool
) -> tuple[tuple[str, ...], bool]:
    """(sentences, whether somebody is short): one for each queue, or one for all where many are short."""
    if not known:
        reasons = dict.fromkeys(word for _, ahead in queues for one in ahead.intervals for word in one.why)
        reason = next((word for word in reasons if word not in ("weekly", "forecast")), "no_outlook")
        return (words.say("console.soon_unknown", words=Text(words.say(f"capacity_why.{reason}"))),), False
    lacks = [lack for name, ahead in queues if (lack := _lack(name, ahead.intervals)) is not None]
    if not lacks:
        return (words.say("console.soon_enough", count=Number(HOURS)),), False
    whole = len(lacks) == len(queues) > 1
    if whole or len(lacks) > MOST_FINDINGS:
        name = words.say("console.soon_all" if whole else "console.soon_many", count=Number(len(lacks)))
        together = _lack(name, halves)
        lacks = [together] if together is not None else lacks
    return tuple(_finding(lack, words) for lack in sorted(lacks, key=lambda lack: (lack.start, lack.name))), True


def _row(half: _Half, words: Words) -> SoonRow:
    def rounded(value: float | None) -> str:
        return NONE if value is None else words.say("console.number", count=Number(round(value)))

    spread = half.p50 is not None and half.p80 is not None and round(half.p80) != round(half.p50)
    return SoonRow(
        time=minute(half.start, words.zone),
        expected=f"{rounded(half.p50)}–{rounded(half.p80)}" if spread else rounded(half.p50),
        booked=rounded(float(half.booked)),
        needed=NONE if half.load is None else rounded(ceil(half.load)),
        staffed=rounded(half.staffed),
        short=words.say("console.number", count=Number(ceil(half.short))) if half.short > 0 else "",
    )
