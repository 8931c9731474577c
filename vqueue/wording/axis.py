"""What an axis of time says: a day, or some days, in few letters."""

from datetime import date

from babel.dates import format_date, format_interval

from vqueue.wording.languages import language_of, locale


def short_day(on: date, language: str) -> str:
    """4 Mar."""
    return str(format_date(on, "d MMM", locale=locale(language_of(language))))


def dated(on: date, language: str) -> str:
    """Thu 24 Dec 2026."""
    return str(format_date(on, "EEE d MMM y", locale=locale(language_of(language))))


def days(first: date, last: date, language: str) -> str:
    """26 Feb – 4 Mar 2026; one day alone: 4 Mar 2026."""
    return str(format_interval(first, last, "yMMMd", locale=locale(language_of(language))))
