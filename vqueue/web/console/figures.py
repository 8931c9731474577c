"""Figures as a board writes them: shares, lengths of time, moments and windows, each in the reader's language."""

from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from vqueue.domain.promise import Window
from vqueue.wording import Language

NBSP = "\u00a0"
NONE = "–"
_ID_LENGTH = 26
"""Of a drawn id; what follows tells requests of one call apart and is no more random than the call."""


def percent(share: float | None, language: Language, *, digits: int = 0) -> str:
    """92%, 3.1%; Russian: 92 %, 3,1 %. A dash where nothing was counted."""
    if share is None:
        return NONE
    # Half away from zero, so that 12.5 % is not 12 % in one row and 14 % in the next.
    scaled = int(share * 100 * 10**digits + 0.5) / 10**digits
    text = f"{scaled:.{digits}f}"
    return f"{text.replace('.', ',')}{NBSP}%" if language is Language.RU else f"{text}%"


def plain(value: float, language: Language, *, digits: int = 2) -> str:
    """4.12, 4; Russian: 4,12. Zeros at the end are not written."""
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"
    return text.replace(".", ",") if language is Language.RU else text


def length(span: timedelta) -> str:
    """Minutes and seconds, 31:20; from an hour on hours too, 1:05:00."""
    seconds = max(0, int(span.total_seconds()))
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def minute(at: datetime, zone: str) -> str:
    """14:07"""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def second(at: datetime, zone: str) -> str:
    """14:06:58"""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M:%S}"


def edges(window: Window, zone: str) -> tuple[str, str]:
    """Both edges to the minute; the end rounded up, because a window never claims less than it is."""
    up = window.end + timedelta(seconds=59, milliseconds=999)
    return minute(window.start, zone), minute(up, zone)


def hits(coverage: float) -> tuple[int, int]:
    """0.9 → (9, 10), 0.95 → (19, 20): how many of how many."""
    share = Fraction(coverage).limit_denominator(20)
    if share.denominator in (1, 2, 5):
        return round(float(share) * 10), 10
    return share.numerator, share.denominator


def code(request_id: str) -> str:
    """A short name for a request that people can read to each other: the last random characters of its id."""
    random = request_id.rsplit("_", 1)[-1][:_ID_LENGTH]
    return f"R-{random[-5:].upper()}"
