"""To which times a request can be moved, as a list: the window that can be kept now, then slots by day."""

from dataclasses import dataclass

from vqueue.domain.promise import Window
from vqueue.domain.speech_args import Number, Text
from vqueue.services.rewindowing import Times
from vqueue.web.console.figures import edges
from vqueue.web.console.moments import named_day
from vqueue.web.console.sentences import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """`stands`: what was promised until now; `now`: the window that can be kept; in words, empty where there is none.
    `days`: (day, ((value, words), ...))."""

    stands: str
    now: str
    days: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]

    @property
    def any(self) -> bool:
        return bool(self.now or self.days)


def offered(times: Times, words: Words) -> Offered:
    days: dict[str, list[tuple[str, str]]] = {}
    for slot in times.slots:
        span = _span(Window(slot.start, slot.end), words)
        free = words.say("window_act.free", words=Text(span), count=Number(slot.remaining))
        days.setdefault(named_day(slot.start, words), []).append((slot.start.isoformat(), free))
    now = words.say("window_act.now", words=Text(_span(times.anew, words))) if times.anew is not None else ""
    stands = words.say("window_act.stands", words=Text(_span(times.promised, words))) if times.promised else ""
    return Offered(stands=stands, now=now, days=tuple((day, tuple(each)) for day, each in days.items()))


def _span(window: Window, words: Words) -> str:
    return "\u2013".join(edges(window, words.zone))
