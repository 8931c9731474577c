"""What an axis of time says: a day in few letters."""

from datetime import date

from babel.dates import format_date

from vqueue.wording.languages import language_of, locale


def short_day(on: date, language: str) -> str:
    """4 Mar."""
    return str(format_date(on, "d MMM", locale=locale(language_of(language))))
