"""Small lines of the last hours: points in a view box, and what they tell in one sentence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from vqueue.domain.speech_args import Number, Text
from vqueue.services.trending import HOURS, Trend
from vqueue.web.console.figures import NONE, length, minute, percent
from vqueue.web.console.sentences import Words
from vqueue.wording import Language

WIDTH, HEIGHT = 72.0, 18.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 1.5, 69.0, 3.0, 16.0
FLOOR = 0.5
"""Shares are drawn from here on, unless one lies below."""


@dataclass(frozen=True, slots=True)
class Spark:
    """Pieces of a line (it is broken where nothing was counted), its present end, a goal's height, and its words."""

    lines: tuple[str, ...]
    end: tuple[float, float] | None
    goal: float | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparks:
    """The four lines of one queue."""

    waiting: Spark
    longest: Spark
    in_20: Spark
    kept: Spark


@dataclass(frozen=True, slots=True)
class PastRow:
    """One moment of the table behind the lines."""

    time: str
    waiting: str
    longest: str
    in_20: str
    kept: str


def sparks(trend: Trend, words: Words, *, goal: float, mirrored: bool) -> Sparks:
    language = Language(words.language)

    def counted(title: str, values: Sequence[float], told: Callable[[float], str]) -> Spark:
        text = _most(words, title, trend.times, values, told)
        return _spark(values, mirrored=mirrored, low=0.0, high=max([*values, 1.0]), goal=None, words=text)

    def shared(title: str, values: Sequence[float | None], line: float | None) -> Spark:
        known = [value for value in values if value is not None]
        text = _least(words, title, trend.times, values, lambda share: percent(share, language))
        return _spark(values, mirrored=mirrored, low=min([*known, FLOOR]), high=1.0, goal=line, words=text)

    return Sparks(
        waiting=counted("col_waiting", trend.waiting, lambda count: str(round(count))),
        longest=counted("col_longest", trend.longest_s, _length),
        in_20=shared("col_in_20", trend.in_20, None),
        kept=shared("col_kept", trend.kept, goal),
    )


def table(trend: Trend, words: Words) -> tuple[PastRow, ...]:
    """The same in figures, each half hour, newest first."""
    language = Language(words.language)
    rows = zip(trend.times, trend.waiting, trend.longest_s, trend.in_20, trend.kept, strict=True)
    return tuple(
        PastRow(
            minute(at, words.zone), str(waiting), _length(longest), percent(in_20, language), percent(kept, language)
        )
        for at, waiting, longest, in_20, kept in list(rows)[::-2]
    )


def _length(seconds: float) -> str:
    return length(timedelta(seconds=seconds))


def _spark(
    values: Sequence[float | None], *, mirrored: bool, low: float, high: float, goal: float | None, words: str
) -> Spark:
    step = (_RIGHT - _LEFT) / max(1, len(values) - 1)

    def place(at: int, value: float) -> tuple[float, float]:
        x = _LEFT + step * at
        return round(WIDTH - x if mirrored else x, 1), _height(value, low, high)

    runs = groupby(enumerate(values), key=lambda pair: pair[1] is not None)
    pieces = [[place(at, value) for at, value in run if value is not None] for known, run in runs if known]
    last = values[-1] if values else None
    return Spark(
        lines=tuple(" ".join(f"{x:g},{y:g}" for x, y in piece) for piece in pieces if len(piece) > 1),
        end=place(len(values) - 1, last) if last is not None else None,
        goal=_height(goal, low, high) if goal is not None and pieces else None,
        words=words,
    )


def _height(value: float, low: float, high: float) -> float:
    return round(_BOTTOM - (value - low) / (high - low) * (_BOTTOM - _TOP), 1)


def _most(
    words: Words, title: str, times: Sequence[datetime], values: Sequence[float], told: Callable[[float], str]
) -> str:
    top = max(range(len(values)), key=lambda at: (values[at], at))
    return words.say(
        "console.trend_most",
        title=Text(words.say(f"console.{title}")), count=Number(HOURS), old=Text(told(values[0])),
        new=Text(told(values[-1])), high=Text(told(values[top])), at=words.clock(times[top]),
    )  # fmt: skip


def _least(
    words: Words, title: str, times: Sequence[datetime], values: Sequence[float | None], told: Callable[[float], str]
) -> str:
    known = [(value, at) for value, at in zip(values, times, strict=True) if value is not None]
    name = Text(words.say(f"console.{title}"))
    if not known:
        return words.say("console.trend_none", title=name, count=Number(HOURS))
    least, at = min(known)
    now = told(values[-1]) if values[-1] is not None else NONE
    return words.say(
        "console.trend_least",
        title=name, count=Number(HOURS), old=Text(told(known[0][0])), new=Text(now), low=Text(told(least)),
        at=words.clock(at),
    )  # fmt: skip
