"""What a prompt may be filled with: values that every language says in its own way."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Number:
    """A bare count, said as a cardinal without a noun."""

    value: int


@dataclass(frozen=True, slots=True)
class Minutes:
    """A length of time in whole minutes; below one it is said as "less than a minute"."""

    value: int


@dataclass(frozen=True, slots=True)
class Position:
    """A place in line, counted from one."""

    value: int


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day: an aware moment, said in the IANA zone of the listener."""

    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Window:
    """From one aware moment to another, said in the IANA zone of the listener.

    `now`, where given, lets the day be said when the window does not begin today.
    """

    start: datetime
    end: datetime
    zone: str
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day, said against today: today, tomorrow, or its weekday and date."""

    on: date
    today: date


@dataclass(frozen=True, slots=True)
class Digits:
    """A phone number or a code, said digit by digit in groups; never shown in a repr."""

    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Text:
    """Words that are said as they are, such as a name or a topic; never shown in a repr."""

    value: str = field(repr=False)


Arg: TypeAlias = Number | Minutes | Position | Clock | Window | Day | Digits | Text
