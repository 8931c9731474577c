"""What the last hours of each queue were like, reckoned back from its requests and promises."""

import asyncio
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vqueue.domain.errors import Invalid, Unavailable
from vqueue.ports.database import Work
from vqueue.ports.reports import QUARTER_S, Outcome, Passage
from vqueue.services.house import House

HOURS = 4
STEP = timedelta(seconds=QUARTER_S)
POINTS = HOURS * 4
WITHIN = timedelta(hours=1)
"""A share is that of the hour before: of a quarter alone it would say more about chance than about the queue."""
SOON = timedelta(seconds=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One queue, or the bank, at each of `times`: whole quarters, and the present moment last. A share is None where
    nothing was counted in its hour."""

    times: tuple[datetime, ...]
    waiting: tuple[int, ...]
    """Places in line, booked ones among them."""
    longest_s: tuple[float, ...]
    """The longest wait among them; before a booked time nobody waits."""
    in_20: tuple[float | None, ...]
    """Of those who came in the hour before and were answered or gave up: answered within 20 s."""
    kept: tuple[float | None, ...]
    """Of the promises settled in the hour before."""


@dataclass(frozen=True, slots=True)
class Trends:
    """Of each queue and of all together."""

    queues: Mapping[str, Trend]
    bank: Trend


async def trends(house: House) -> Trends | None:
    """None where that is too much to walk through, or the database has no time for it."""
    times = times_until(house.clock.now())
    try:
        seen = await house.database.read(lambda work: _look(work, since=times[0] - WITHIN))
    except (Invalid, Unavailable):
        return None
    return await asyncio.to_thread(_trends, seen, times)


@dataclass(frozen=True, slots=True)
class _Seen:
    queues: list[str]
    passages: list[Passage]
    outcomes: list[Outcome]


def _look(work: Work, since: datetime) -> _Seen:
    names = [queue.id for queue in work.queues.all()]
    return _Seen(names, work.ledgers.passages(since=since), work.ledgers.outcomes(since=since))


def _trends(seen: _Seen, times: Sequence[datetime]) -> Trends:
    return Trends(
        queues={
            name: trend(
                [one for one in seen.passages if one.queue == name],
                [one for one in seen.outcomes if one.queue == name],
                times,
            )
            for name in seen.queues
        },
        bank=trend(seen.passages, seen.outcomes, times),
    )


def times_until(now: datetime) -> tuple[datetime, ...]:
    """The quarters that are over, ascending, and now."""
    last = datetime.fromtimestamp(now.timestamp() // QUARTER_S * QUARTER_S, UTC)
    quarters = [last - STEP * n for n in range(POINTS - 1, -1, -1)]
    return (*(at for at in quarters if at < now), now)


def trend(passages: Iterable[Passage], outcomes: Iterable[Outcome], times: Sequence[datetime]) -> Trend:
    """The same at any moments, ascending."""
    waiting, longest = [0] * len(times), [0.0] * len(times)
    in_20, kept = [_Share() for _ in times], [_Share() for _ in times]
    for one in passages:
        for at in _stands(one, times):
            waiting[at] += 1
            longest[at] = max(longest[at], (times[at] - one.since).total_seconds())
        for at in _counts(one, times):
            in_20[at].add(_in_time(one))
    for outcome in outcomes:
        for at in _within(outcome.at, outcome.at, times):
            kept[at].add(outcome.kept)
    return Trend(
        times=tuple(times),
        waiting=tuple(waiting),
        longest_s=tuple(longest),
        in_20=tuple(share.value for share in in_20),
        kept=tuple(share.value for share in kept),
    )


@dataclass(slots=True)
class _Share:
    of: int = 0
    good: int = 0

    def add(self, good: bool) -> None:
        self.of += 1
        self.good += good

    @property
    def value(self) -> float | None:
        return self.good / self.of if self.of else None


def _stands(one: Passage, times: Sequence[datetime]) -> range:
    """The moments at which it is in line."""
    until = len(times) if one.left is None else bisect_left(times, one.left)
    return range(bisect_left(times, one.came), until)


def _counts(one: Passage, times: Sequence[datetime]) -> range:
    """The moments in whose hour it came, and by which it was answered or gave up."""
    if one.left is None or not (one.talked or one.abandoned):
        return range(0)
    return _within(one.came, one.left, times)


def _within(began: datetime, over: datetime, times: Sequence[datetime]) -> range:
    """The moments from when it was over, less than an hour after it began."""
    return range(bisect_left(times, over), bisect_left(times, began + WITHIN))


def _in_time(one: Passage) -> bool:
    return one.talked and one.left is not None and one.left - one.came <= SOON
