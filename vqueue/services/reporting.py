"""Reports: what a span of time came to, by interval, queue, agent, promise or attempt."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import assert_never
from zoneinfo import ZoneInfo

from vqueue.domain.agent import Presence
from vqueue.domain.errors import Invalid
from vqueue.domain.report import Cell, Interval, Question, Report, ReportName
from vqueue.domain.request import Channel
from vqueue.engine import reports, savings
from vqueue.engine.reports import Sums
from vqueue.engine.savings import Tried
from vqueue.engine.withholding import Arm
from vqueue.ports.database import Database, Work
from vqueue.ports.reports import QUARTER_S, Span, Spread, Tally

LONGEST = {Interval.QUARTER: timedelta(days=7), Interval.HOUR: timedelta(days=31), Interval.DAY: timedelta(days=92)}
"""How much may be asked for at once."""
_BY_INTERVAL = (ReportName.INTERVALS, ReportName.PROMISES, ReportName.LEDGER)
_BUSY = frozenset({Presence.RESERVED, Presence.TALKING, Presence.WRAPPING})
ALL = "all"
"""The channel of the row that sums up a queue's channels."""
Row = Mapping[str, Cell]
Key = tuple[str, str]
"""Queue, and what else tells rows apart."""


async def report(database: Database, question: Question, *, now: datetime) -> Report:
    """The answer. Raises NotFound for a queue nobody knows, Invalid for a span that is empty or too long, Unavailable
    when counting takes too long."""
    _check(question)
    return await database.read(partial(_report, question=question, now=now))


def _check(question: Question) -> None:
    longest = LONGEST[question.interval if question.name in _BY_INTERVAL else Interval.DAY]
    if question.start >= question.end:
        raise Invalid("A report ends after it starts.", errors=(("/to", "not_after_from"),))
    if question.end - question.start > longest:
        raise Invalid(f"At most {longest.days} days at once.", errors=(("/from", "too_long"),))


def _report(work: Work, *, question: Question, now: datetime) -> Report:
    queues = [work.queues.get(question.queue)] if question.queue else work.queues.all()
    span = Span(
        start=question.start,
        end=question.end,
        queues=tuple(queue.id for queue in queues),
        channel=question.channel,
        agent=question.agent,
    )
    zones = {queue.id: queue.rules.hours.zone for queue in queues}
    match question.name:
        case ReportName.INTERVALS:
            return _made(question, ("queue", "start", *reports.LINE), _intervals(work, question, span, zones))
        case ReportName.QUEUES:
            return _made(question, ("queue", "channel", *reports.LINE), _channels(work, question, span))
        case ReportName.PROMISES:
            return _made(question, ("queue", "start", *reports.PROMISED), _promises(work, question, span, zones))
        case ReportName.LEDGER:
            told = ("queue", "channel", "start", *reports.PROMISED)
            return _made(question, told, _ledger(work, question, span, zones))
        case ReportName.AGENTS:
            return _made(question, ("agent", "name", *reports.AGENT), _agents(work, span, now))
        case ReportName.ATTEMPTS:
            columns = ("queue", "shape", "outcome", "attempts", "share", "joined", "talk_s")
            return _made(question, columns, _attempts(work, span))
        case ReportName.SAVINGS:
            return _made(question, ("queue", *savings.COLUMNS), _savings(work, span, zones))
        case ReportName.FEEDBACK:
            return _made(question, ("queue", "channel", *reports.SAID), _feedback(work, span))
        case _:
            assert_never(question.name)


def _made(question: Question, columns: tuple[str, ...], rows: Iterable[Row]) -> Report:
    ordered = ({column: row[column] for column in columns} for row in rows)
    return Report(question=question, columns=columns, rows=tuple(ordered))


def _intervals(work: Work, question: Question, span: Span, zones: Mapping[str, str]) -> Iterable[Row]:
    sums = _lines(work, question, span, lambda queue, _, quarter: _start(queue, quarter, question.interval, zones))
    return ({"queue": queue, "start": start, **reports.line(sum_)} for (queue, start), sum_ in _sorted(sums))


def _channels(work: Work, question: Question, span: Span) -> Iterable[Row]:
    each = _lines(work, question, span, lambda queue, channel, _: (queue, channel))
    for queue in span.queues:
        every = Sums()
        for (of, _), sums in each.items():
            if of == queue:
                every.figures.update(sums.figures)
                every.second_holds.update(sums.second_holds)
        yield {"queue": queue, "channel": ALL, **reports.line(every)}
        for (of, channel), sums in _sorted(each):
            if of == queue:
                yield {"queue": queue, "channel": channel, **reports.line(sums)}


def _lines(work: Work, question: Question, span: Span, key: Callable[[str, str, int], Key]) -> Mapping[Key, Sums]:
    tallies = work.reports.lines(span, within_s=question.within_s, short_s=question.short_s)
    found = _summed(tallies, key)
    for spread in work.reports.second_holds(span):
        found[_key(spread, key)].second_holds[spread.seconds] += spread.count
    return found


def _promises(work: Work, question: Question, span: Span, zones: Mapping[str, str]) -> Iterable[Row]:
    found = _promised(work, span, lambda queue, _, quarter: _start(queue, quarter, question.interval, zones))
    return ({"queue": queue, "start": start, **reports.promised(sums)} for (queue, start), sums in _sorted(found))


def _ledger(work: Work, question: Question, span: Span, zones: Mapping[str, str]) -> Iterable[Row]:
    def key(queue: str, channel: str, quarter: int) -> Key:
        return queue, f"{channel} {_start(queue, quarter, question.interval, zones)[1]}"

    def order(item: tuple[Key, Sums]) -> tuple[str, str, float]:
        (queue, place), _ = item
        channel, start = place.split(" ")
        return queue, channel, _moment(start)

    for (queue, place), sums in sorted(_promised(work, span, key).items(), key=order):
        channel, start = place.split(" ")
        yield {"queue": queue, "channel": channel, "start": start, **reports.promised(sums)}


def _promised(work: Work, span: Span, key: Callable[[str, str, int], Key]) -> Mapping[Key, Sums]:
    found = _summed(work.reports.promises(span), key)
    for spread in work.reports.promise_widths(span):
        found[_key(spread, key)].widths[spread.seconds] += spread.count
    return found


def _summed(tallies: Iterable[Tally], key: Callable[[str, str, int], Key]) -> defaultdict[Key, Sums]:
    found: defaultdict[Key, Sums] = defaultdict(Sums)
    for tally in tallies:
        found[_key(tally, key)].figures.update(tally.figures)
    return found


def _key(counted: Tally | Spread, key: Callable[[str, str, int], Key]) -> Key:
    return key(counted.queue, counted.channel, counted.quarter)


def _start(queue: str, quarter: int, interval: Interval, zones: Mapping[str, str]) -> Key:
    began = datetime.fromtimestamp(quarter * QUARTER_S, UTC)
    return queue, reports.starts(began, zones[queue], interval).isoformat()


def _sorted(sums: Mapping[Key, Sums]) -> list[tuple[Key, Sums]]:
    """By queue, then in the order of time (offsets differ around a change of clocks) or of names."""
    return sorted(sums.items(), key=lambda item: (item[0][0], _moment(item[0][1]), item[0][1]))


def _moment(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return 0.0


def _agents(work: Work, span: Span, now: datetime) -> Iterable[Row]:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    away: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for tally in work.reports.agents(span, now=now):
        spent = tally.figures.get("spent_us", 0)
        if not tally.presence:
            counts[tally.agent].update(tally.figures)
        elif tally.presence in _BUSY:
            counts[tally.agent]["busy_us"] += spent
        elif tally.presence != Presence.OFFLINE:
            counts[tally.agent][f"{tally.presence}_us"] += spent
        if tally.presence == Presence.AWAY:
            away[tally.agent][tally.reason] += spent
    names: dict[str, str] = {agent.id: agent.name for agent in work.agents.all()}
    for agent, told in sorted(counts.items()):
        yield {"agent": agent, "name": names.get(agent, agent), **reports.agent(told, away[agent])}


def _attempts(work: Work, span: Span) -> Iterable[Row]:
    tries = work.reports.attempts(span)
    totals: Counter[str] = Counter()
    for each in tries:
        totals[each.queue] += each.attempts
    for each in tries:
        yield {
            "queue": each.queue,
            "shape": each.shape,
            "outcome": each.outcome,
            "attempts": each.attempts,
            "share": reports.share(each.attempts, totals[each.queue]),
            "joined": each.joined,
            "talk_s": reports.seconds(each.talk_us),
        }


def _savings(work: Work, span: Span, zones: Mapping[str, str]) -> Iterable[Row]:
    """A row for each queue that compares, or compared."""
    callers: defaultdict[str, list[Tried]] = defaultdict(list)
    # Who is compared rang, and had no agent yet when the lot was drawn.
    queues = span.queues if span.agent is None and span.channel in (None, Channel.IVR) else ()
    for one in work.past.compared(queues, start=span.start, end=span.end):
        day = one.at.astimezone(ZoneInfo(zones[one.queue])).date()
        arm = Arm.WITHHELD if one.withheld else Arm.OFFERED
        callers[one.queue].append(Tried(day=day, arm=arm, abandoned=one.abandoned, hold_s=one.hold_s))
    return ({"queue": queue, **savings.savings(callers[queue])} for queue in sorted(callers))


def _feedback(work: Work, span: Span) -> Iterable[Row]:
    """For each queue that customers spoke of a row for all of them, and one a channel."""
    told = work.feedback.counts(span)
    for queue in dict.fromkeys(of for of, _, _ in told):
        every: Counter[str] = Counter()
        for of, _, figures in told:
            if of == queue:
                every.update(figures)
        yield {"queue": queue, "channel": ALL, **reports.said(every)}
        yield from ({"queue": of, "channel": way, **reports.said(said)} for of, way, said in told if of == queue)
