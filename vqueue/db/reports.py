"""The counts that reports are made of; what each counts stands in docs/reports.md."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select

from vqueue.db.bounds import BoundedStore
from vqueue.db.exact import SECOND_US, larger, lasted, many, microseconds, quarter, smaller, total
from vqueue.db.tables import agents, attempts, journal, promises, requests, rules
from vqueue.db.types import EPOCH, MICROSECOND
from vqueue.domain.agent import Presence
from vqueue.domain.attempt import Shape
from vqueue.domain.causes import Cause
from vqueue.domain.journal import Fact
from vqueue.domain.request import Channel, Mode, State
from vqueue.ports.reports import AgentTally, PublishedRules, Span, Spread, Tally, Tries

CALLED_BACK = (Mode.CALLBACK, Mode.SCHEDULED)
LATE = "late"
"""The outcome of a promise whose window ended without a ring."""
LONGEST_STRETCH = timedelta(days=1)
"""Stretches that end later than this after a span are not looked for."""
_r, _a, _j, _p = requests.c, attempts.c, journal.c, promises.c
_was, _now = _j.data["was"].as_string(), _j.data["now"].as_string()


class StoredReports(BoundedStore):
    """`ports.reports.Reports`."""

    def lines(self, span: Span, *, within_s: int, short_s: int) -> list[Tally]:
        return [
            *self._tallies(self._arrivals(span, within_us=within_s * SECOND_US, short_us=short_s * SECOND_US)),
            *self._tallies(self._offers(span)),
            *self._tallies(self._talks(span)),
            *self._tallies(self._wraps(span)),
        ]

    def _arrivals(self, span: Span, *, within_us: int, short_us: int) -> Select[Any]:
        joined = select(func.min(_a.joined_at)).where(_a.request == _r.id).scalar_subquery()
        came = self._us(_r.created_at)
        one = (
            select(
                _r.queue, _r.channel, self._quarter(_r.created_at).label("quarter"), _r.state, _r.mode, _r.rings,
                (self._us(joined) - came).label("to_talk"), (self._us(_r.closed_at) - came).label("to_end"),
            ).where(*_within(_r.created_at, span), *_asked(span, _r.queue, _r.channel, _r.id)).subquery()
        ).c  # fmt: skip
        held, back = one.mode == Mode.HOLD, one.mode.in_(CALLED_BACK)
        answered, gone = one.to_talk.is_not(None), one.state == State.ABANDONED
        at_once = and_(one.mode.in_((Mode.HOLD, Mode.CALLBACK)), answered)
        long = one.to_end >= short_us
        figures = {
            "offered": many(one.mode != Mode.MESSAGE),
            "messages": many(one.mode == Mode.MESSAGE),
            "answered": many(and_(one.mode != Mode.MESSAGE, answered)),
            "abandoned": many(and_(gone, long)),
            "abandoned_short": many(and_(gone, ~long)),
            "held_answered": many(and_(held, answered)),
            "held_in_time": many(and_(held, one.to_talk <= within_us)),
            "held_abandoned": many(and_(held, gone, long)),
            "held_wait_us": total(case((and_(held, answered), one.to_talk), else_=0)),
            "at_once_answered": many(at_once),
            "at_once_wait_us": total(case((at_once, one.to_talk), else_=0)),
            "callbacks_accepted": many(back),
            "called_back": many(and_(back, one.rings > 0)),
            "reached_first_time": many(and_(back, one.rings == 1, answered)),
        }
        return _grouped(one.queue, one.channel, one.quarter, figures)

    def _offers(self, span: Span) -> Select[Any]:
        """Calls to which a callback was offered: one that hears the offer twice counts once a quarter. They come by
        telephone, before there is an agent."""
        queues = span.queues if span.agent is None and span.channel in (None, Channel.IVR) else ()
        offered = and_(_j.fact == Fact.OFFER_MADE, _j.data["offer"].as_string() == "offer", _j.queue.in_(queues))
        ivr = literal(Channel.IVR.value).label("channel")
        one = (
            select(_j.queue, ivr, self._quarter(_j.at).label("quarter"), _j.data)
            .where(offered, *_within(_j.at, span))
            .subquery()
        ).c
        figures = {"callbacks_offered": func.count(one.data["call"].as_string().distinct())}
        return _grouped(one.queue, one.channel, one.quarter, figures)

    def _talks(self, span: Span) -> Select[Any]:
        talk = self._us(_a.closed_at) - self._us(_a.joined_at)
        one = select(_a.queue, _r.channel, self._quarter(_a.closed_at).label("quarter"), talk.label("talk"))
        among = one.join_from(attempts, requests, _r.id == _a.request).where(*_talked(span)).subquery().c
        figures = {"handled": func.count(), "talk_us": total(among.talk)}
        return _grouped(among.queue, among.channel, among.quarter, figures)

    def _wraps(self, span: Span) -> Select[Any]:
        """Wrap-ups belong to the talk their agent had last."""
        one = self._wrapped(span).subquery().c
        return _grouped(one.queue, one.channel, one.quarter, {"wrap_us": total(one.wrap)})

    def _wrapped(self, span: Span) -> Select[Any]:
        last = (
            select(_a.id).where(_a.agent == _j.agent, _a.closed_at <= _j.at)
            .order_by(_a.closed_at.desc(), _a.id.desc()).limit(1).correlate(journal).scalar_subquery()
        )  # fmt: skip
        over = and_(_j.fact == Fact.AGENT_MOVED, _was == Presence.WRAPPING, _now != Presence.WRAPPING)
        ends = (
            select(last.label("attempt"), _j.agent, self._quarter(_j.at).label("quarter"), lasted().label("wrap"))
            .where(over, *_within(_j.at, span))
            .subquery()
        )
        return (
            select(_a.queue, _r.channel, ends.c.quarter, ends.c.wrap, ends.c.agent)
            .join_from(ends, attempts, _a.id == ends.c.attempt)
            .join(requests, _r.id == _a.request)
            .where(_a.joined_at.is_not(None), *_own(span), *_by(_r.channel, span.channel))
        )

    def second_holds(self, span: Span) -> list[Spread]:
        waited = self._us(_a.joined_at) - self._us(_a.accepted_at)
        one = select(_a.queue, _r.channel, self._quarter(_a.closed_at).label("quarter"), _seconds(waited))
        # Who held at the head because his agent was not there pressed the key before this attempt was made.
        called = or_(_a.shape != Shape.HOLDER, _a.accepted_at < _a.opened_at)
        rung = (_a.accepted_at.is_not(None), called, *_talked(span))
        return self._spreads(one.join_from(attempts, requests, _r.id == _a.request).where(*rung))

    def promises(self, span: Span) -> list[Tally]:
        broken, unrung = _p.kept.is_(False), _p.first_ring_at.is_(None)
        late = or_(_p.first_ring_at > _p.window_end, and_(unrung, _p.outcome == LATE))
        one = (
            select(
                _p.queue, _p.channel, self._quarter(_p.made_at).label("quarter"),
                case((_p.settled_at.is_(None), "open"), (_p.kept.is_(True), "kept"), (_p.kept.is_(None), "withdrawn"),
                     (_p.first_ring_at < _p.window_start, "early"), (and_(broken, late), "late"),
                     else_="failed").label("fate"),
            ).where(*_within(_p.made_at, span), *_asked(span, _p.queue, _p.channel, _p.request)).subquery()
        ).c  # fmt: skip
        fates = ("open", "kept", "withdrawn", "early", "late", "failed")
        figures = {"made": func.count(), **{fate: many(one.fate == fate) for fate in fates}}
        return list(self._tallies(_grouped(one.queue, one.channel, one.quarter, figures)))

    def promise_widths(self, span: Span) -> list[Spread]:
        width = self._us(_p.window_end) - self._us(_p.window_start)
        one = select(_p.queue, _p.channel, self._quarter(_p.made_at).label("quarter"), _seconds(width))
        asked = _asked(span, _p.queue, _p.channel, _p.request)
        return self._spreads(one.where(*_within(_p.made_at, span), *asked))

    def attempts(self, span: Span) -> list[Tries]:
        joined = _a.joined_at.is_not(None)
        talk = case((joined, self._us(_a.closed_at) - self._us(_a.joined_at)), else_=0)
        ended = (*_within(_a.closed_at, span), *_own(span), *_through(span))
        query = select(_a.queue, _a.shape, _a.outcome, func.count(), many(joined), total(talk)).where(*ended)
        rows = self.bounded(query.group_by(_a.queue, _a.shape, _a.outcome).order_by(_a.queue, _a.shape, _a.outcome))
        return [
            Tries(queue, str(shape), str(outcome or ""), *map(int, counts)) for queue, shape, outcome, *counts in rows
        ]

    def agents(self, span: Span, *, now: datetime) -> list[AgentTally]:
        return [*self._agent_talks(span), *self._agent_wraps(span), *self._past_stretches(span), *self._open(span, now)]

    def _agent_talks(self, span: Span) -> Iterable[AgentTally]:
        joined = _a.joined_at.is_not(None)
        figures = {
            "handled": many(joined),
            "talk_us": total(case((joined, self._us(_a.closed_at) - self._us(_a.joined_at)), else_=0)),
            "missed": many(_a.outcome == Cause.AGENT_NO_ANSWER),
            "declined": many(_a.outcome == Cause.AGENT_DECLINED),
        }
        ended = (*_within(_a.closed_at, span), *_own(span), *_through(span))
        for agent, *counts in self.bounded(select(_a.agent, *figures.values()).where(*ended).group_by(_a.agent)):
            yield AgentTally(agent, _counted(figures, counts))

    def _agent_wraps(self, span: Span) -> Iterable[AgentTally]:
        one = self._wrapped(span).subquery().c
        for agent, wrap in self.bounded(select(one.agent, total(one.wrap)).group_by(one.agent)):
            yield AgentTally(agent, {"wrap_us": int(wrap)})

    def _past_stretches(self, span: Span) -> Iterable[AgentTally]:
        """What agents were, as each move tells when it ends, cut to the span."""
        first, last = _us_of(span.start), _us_of(span.end)
        over, reason = self._us(_j.at), func.coalesce(_j.data["was_reason"].as_string(), "")
        stretch = (
            select(
                _j.agent,
                _was.label("was"),
                reason.label("reason"),
                over.label("over"),
                (over - lasted()).label("began"),
            )
            .where(_j.fact == Fact.AGENT_MOVED, _j.at > span.start, _j.at <= span.end + LONGEST_STRETCH)
            .where(*_by(_j.agent, span.agent))
            .subquery()
        ).c
        cut = smaller(stretch.over, last) - larger(stretch.began, first)
        query = select(stretch.agent, stretch.was, stretch.reason, total(cut)).where(stretch.began < last)
        for agent, was, why, spent in self.bounded(query.group_by(stretch.agent, stretch.was, stretch.reason)):
            yield AgentTally(agent, {"spent_us": int(spent)}, presence=was, reason=why)

    def _open(self, span: Span, now: datetime) -> Iterable[AgentTally]:
        """What they are since before the span's end, up to now."""
        c, end = agents.c, min(span.end, now)
        query = select(c.id, c.presence, c.reason, c.since).where(*_by(c.id, span.agent))
        for agent, presence, reason, since in self.bounded(query):
            spent = (end - max(since, span.start)) // MICROSECOND
            if spent > 0:
                yield AgentTally(agent, {"spent_us": spent}, presence=str(presence), reason=reason or "")

    def versions(self, queue: str, *, limit: int) -> list[PublishedRules]:
        facts = select(_j.rules_version, _j.data).where(_j.fact == Fact.RULES_PUBLISHED, _j.queue == queue)
        told: Mapping[int, Mapping[str, Any]] = dict(tuple(row) for row in self.bounded(facts))
        c = rules.c
        newest = select(c.version, c.published_at, c.published_by).where(c.queue == queue).order_by(c.version.desc())
        return [
            PublishedRules(
                version=version,
                at=at,
                by=by,
                reason=told.get(version, {}).get("reason"),
                former=told.get(version, {}).get("former"),
            )
            for version, at, by in self.connection.execute(newest.limit(limit))
        ]

    def _us(self, moment: ColumnElement[Any]) -> ColumnElement[Any]:
        return microseconds(moment, on_postgres=self.on_postgres)

    def _quarter(self, moment: ColumnElement[Any]) -> ColumnElement[Any]:
        return quarter(moment, on_postgres=self.on_postgres)

    def _tallies(self, query: Select[Any]) -> Iterable[Tally]:
        names = [column.name for column in query.selected_columns][3:]
        for queue, channel, place, *counts in self.bounded(query):
            yield Tally(queue, str(channel), int(place), _counted(names, counts))

    def _spreads(self, query: Select[Any]) -> list[Spread]:
        one = query.subquery().c
        grouped = select(one.queue, one.channel, one.quarter, one.seconds, func.count())
        rows = self.bounded(grouped.group_by(one.queue, one.channel, one.quarter, one.seconds))
        return [Spread(queue, str(channel), *map(int, rest)) for queue, channel, *rest in rows]


def _talked(span: Span) -> tuple[ColumnElement[bool], ...]:
    """Of attempts joined with their requests."""
    return (*_within(_a.closed_at, span), _a.joined_at.is_not(None), *_own(span), *_by(_r.channel, span.channel))


def _asked(
    span: Span, queue: ColumnElement[Any], channel: ColumnElement[Any], request: ColumnElement[Any]
) -> tuple[ColumnElement[bool], ...]:
    """Of the span's queues and channel; of an agent where he was asked to serve the request."""
    tried = attempts.alias("tried").c
    his = () if span.agent is None else (request.in_(select(tried.request).where(tried.agent == span.agent)),)
    return (queue.in_(span.queues), *_by(channel, span.channel), *his)


def _own(span: Span) -> tuple[ColumnElement[bool], ...]:
    """Attempts of the span's queues and agent."""
    return (_a.queue.in_(span.queues), *_by(_a.agent, span.agent))


def _through(span: Span) -> tuple[ColumnElement[bool], ...]:
    """Attempts for requests that came by the span's channel."""
    asked = requests.alias("asked").c
    by = select(asked.id).where(asked.channel == span.channel)
    return () if span.channel is None else (_a.request.in_(by),)


def _by(column: ColumnElement[Any], wanted: str | None) -> tuple[ColumnElement[bool], ...]:
    return () if wanted is None else (column == wanted,)


def _within(moment: ColumnElement[Any], span: Span) -> tuple[ColumnElement[bool], ...]:
    return moment >= span.start, moment < span.end


def _seconds(us: ColumnElement[Any]) -> ColumnElement[Any]:
    """To the nearest whole second."""
    return ((us + SECOND_US // 2) // SECOND_US).label("seconds")


def _grouped(
    queue: ColumnElement[Any], channel: ColumnElement[Any], place: ColumnElement[Any], figures: Mapping[str, Any]
) -> Select[Any]:
    counted = [figure.label(name) for name, figure in figures.items()]
    return select(queue, channel, place, *counted).group_by(queue, channel, place)


def _counted(names: Iterable[str], counts: Iterable[Any]) -> dict[str, int]:
    return {name: int(count) for name, count in zip(names, counts, strict=True)}


def _us_of(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND
