"""Arguments such as calls really have, for any text of the catalogue."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from vqueue.domain.speech_args import Arg, Clock, Day, Digits, Minutes, Number, Position, Text, Window
from vqueue.wording import Catalogue, Language, placeholders

ZONE = "Europe/London"
NOW = datetime(2025, 9, 15, 13, 0, tzinfo=UTC)

SAMPLES: Mapping[str, Arg] = {
    "asked": Clock(datetime(2025, 9, 15, 12, 56, tzinfo=UTC), ZONE),
    "asked_day": Day(date(2025, 9, 14), date(2025, 9, 15)),
    "at": Clock(datetime(2025, 9, 15, 13, 24, tzinfo=UTC), ZONE),
    "attempt": Number(2),
    "bank": Text("Tamarind Bank"),
    "booked": Number(3),
    "change": Text("+12 s"),
    "code": Digits("482915"),
    "count": Number(3),
    "day": Day(date(2025, 9, 16), date(2025, 9, 15)),
    "figures": Text("Mean wait; Median wait"),
    "hits": Number(9),
    "high": Text("+18 s"),
    "hold": Number(6),
    "key": Text("1"),
    "late": Minutes(7),
    "link": Text("https://bank.example/r/x7Kq"),
    "low": Text("+7 s"),
    "name": Text("Miriam Katz"),
    "new": Text("153 s"),
    "old": Text("141 s"),
    "phone": Digits("+447700900218"),
    "position": Position(3),
    "queue": Text("Cards"),
    "seconds": Number(12),
    "snooze": Minutes(15),
    "title": Text("Mean wait"),
    "total": Number(10),
    "topic": Text("card blocked abroad"),
    "until": Clock(datetime(2025, 9, 15, 13, 54, tzinfo=UTC), ZONE),
    "value": Text("12"),
    "virtual": Number(29),
    "wait": Minutes(31),
    "window": Window(datetime(2025, 9, 15, 13, 20, tzinfo=UTC), datetime(2025, 9, 15, 13, 40, tzinfo=UTC), ZONE, NOW),
    "words": Text("declined twice at the hotel"),
}
COUNTS = (1, 2, 3, 5, 21)


def arguments_for(catalogue: Catalogue, key: str) -> Iterator[Mapping[str, Arg]]:
    """One set of arguments, or one for each plural form where the text counts."""
    names = {name for language in Language for name in placeholders(catalogue.texts[language][key])}
    args = {name: SAMPLES[name] for name in names}
    if "count" not in names:
        yield args
        return
    for count in COUNTS:
        yield {**args, "count": Number(count)}
