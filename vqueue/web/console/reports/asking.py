"""What somebody wants reported: from day to day on the bank's clock, of which queue, channel and agent, how finely."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from vqueue.domain.report import Interval, Question, ReportName
from vqueue.services.reporting import LONGEST
from vqueue.web.console.reports.choices import Choices

_DAYS = {"today": (0, 0), "yesterday": (1, 1), "week": (6, 0), "month": (29, 0)}
"""Shortcuts: so many days back, up to so many days back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Days include both ends. `wrong` is the key of what is amiss; then the last week is shown."""

    first: date
    last: date
    queue: str
    channel: str
    agent: str
    interval: Interval
    zone: str
    wrong: str = ""

    def question(self, name: ReportName) -> Question:
        there = ZoneInfo(self.zone)
        return Question(
            name=name,
            start=datetime.combine(self.first, time(), there).astimezone(UTC),
            end=datetime.combine(self.last + timedelta(days=1), time(), there).astimezone(UTC),
            queue=self.queue or None,
            channel=self.channel or None,
            agent=self.agent or None,
            interval=self.interval,
        )

    @property
    def fields(self) -> dict[str, str]:
        """As they stand in an address."""
        return {"from": str(self.first), "to": str(self.last), **self._narrowed, "interval": self.interval.value}

    def names(self, choices: Choices) -> list[str]:
        """What it is narrowed down to, in words."""
        named = (choices.queues, choices.channels, choices.agents)
        given = zip((self.queue, self.channel, self.agent), named, strict=True)
        return [dict(known)[value] for value, known in given if value]

    @property
    def only(self) -> str:
        """What it is narrowed down to, as a part of an address."""
        return urlencode(self._narrowed)

    @property
    def _narrowed(self) -> dict[str, str]:
        found = {"queue": self.queue, "channel": self.channel, "agent": self.agent}
        return {name: value for name, value in found.items() if value}


def asked(query: Mapping[str, str], *, now: datetime, zone: str, choices: Choices) -> Asked:
    """Read from an address; what cannot be is replaced, and said."""
    today = now.astimezone(ZoneInfo(zone)).date()
    named = {"queue": choices.queues, "channel": choices.channels, "agent": choices.agents}
    narrowed = {name: query.get(name, "") for name in named}
    unknown = [name for name, known in named.items() if narrowed[name] and narrowed[name] not in dict(known)]
    wrong = f"reports_page.wrong_{unknown[0]}" if unknown else ""
    narrowed |= dict.fromkeys(unknown, "")
    back, until = _DAYS.get(query.get("span", ""), (6, 0))
    first, last = today - timedelta(days=back), today - timedelta(days=until)
    if "from" in query or "to" in query:
        try:
            wished = date.fromisoformat(query.get("from", "")), date.fromisoformat(query.get("to", ""))
        except ValueError:
            wished, wrong = (first, last), "reports_page.wrong_days"
        if wished[0] > wished[1] or not date(2000, 1, 1) <= wished[0] or wished[1] > today + timedelta(days=366):
            wrong = "reports_page.wrong_days"
        elif not wrong:
            first, last = wished
    if last - first >= LONGEST[Interval.DAY]:
        first, wrong = last - LONGEST[Interval.DAY] + timedelta(days=1), "reports_page.wrong_long"
    fits = [each for each in Interval if last - first < LONGEST[each]]
    interval = _interval(query.get("interval", ""), first, last)
    if interval not in fits:
        interval = fits[0] if fits else Interval.DAY
    return Asked(first=first, last=last, **narrowed, interval=interval, zone=zone, wrong=wrong)


def _interval(text: str, first: date, last: date) -> Interval:
    """As asked; by the hour for a day or two, by the day for more."""
    try:
        return Interval(text)
    except ValueError:
        return Interval.HOUR if last - first < timedelta(days=2) else Interval.DAY
