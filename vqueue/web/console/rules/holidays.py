"""The public holidays that the form's countries bring within a year, each by its name, so that one can be excepted."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from vqueue.services import ruling_view
from vqueue.web.console.rules.written import Document, at
from vqueue.wording.axis import dated

AHEAD = timedelta(days=365)
MOST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """One day on which the queue would be closed. `apart`: the form gives it hours of its own."""

    day: str
    date: str
    name: str
    apart: bool


def ahead(document: Document, now: datetime, language: str) -> list[Holiday]:
    """Of the countries of the document, ascending, each day once."""
    zone, named = at(document, ("hours", "zone")), at(document, ("hours", "days")) or {}
    try:
        first = now.astimezone(ZoneInfo(str(zone))).date()
    except (ValueError, OSError, KeyError):
        return []
    found: dict[str, str] = {}
    for place in at(document, ("hours", "holidays")) or ():
        try:
            for day, name in ruling_view.public_holidays(str(place), first, first + AHEAD, language):
                found.setdefault(day.isoformat(), name)
        except ValueError:
            continue
    return [
        Holiday(
            day=day,
            date=dated(date.fromisoformat(day), language),
            name=found[day],
            apart=day in named,
        )
        for day in sorted(found)[:MOST]
    ]
