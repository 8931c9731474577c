"""Times, days and windows as pages show them: one order of words in every language, filled with its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time

from babel import Locale
from babel.dates import format_date, format_time

from vqueue.wording.forms import Form
from vqueue.wording.moments import LocalWindow, NamedDay, closed, days_ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """One language. `short`: patterns of a day within the week and of another; `between`: before either edge."""

    locale: Locale
    near: Mapping[int, str]
    prepositions: Mapping[Form, str]
    short: tuple[str, str]
    between: tuple[str, str]

    def clock(self, at: time, form: Form) -> str:
        """A time of day in 24 hours."""
        return self.prepositions.get(form, "") + self.time(at)

    def time(self, at: time) -> str:
        return format_time(at, "HH:mm", locale=self.locale)

    def date(self, on: date, pattern: str) -> str:
        return format_date(on, pattern, locale=self.locale)

    def short_day(self, named: NamedDay) -> str:
        ahead = days_ahead(named)
        if ahead is not None and ahead in self.near:
            return self.near[ahead]
        return self.date(named.on, self.short[0] if ahead is None else self.short[1])

    def window(
        self,
        span: LocalWindow,
        form: Form,
        *,
        day: Callable[[NamedDay], str],
        edge_day: Callable[[NamedDay], str] | None = None,
    ) -> str:
        """14:20–14:40, or both edges in words; days are named where they are not today. `edge_day` names one after
        "between", where that is not as it is named alone."""
        start, end = self.time(span.start), self.time(span.end)
        first, second = self.between
        if span.edge_days:
            if form is not Form.BETWEEN:
                return f"{self.short_day(span.edge_days[0])} {start} – {self.short_day(span.edge_days[1])} {end}"
            one, other = (edge_day or day)(span.edge_days[0]), (edge_day or day)(span.edge_days[1])
            return f"{first}{start} {closed(one)}{second}{end} {other}"
        if form is not Form.BETWEEN:
            hours = start if start == end else f"{start}–{end}"
            return f"{self.short_day(span.day)} {hours}" if span.day else hours
        hours = self.clock(span.start, Form.AT) if start == end else f"{first}{start}{second}{end}"
        return f"{closed(day(span.day))} {hours}" if span.day else hours
