"""Reports: one day counted by hand, and any day counted alike by both databases."""

import asyncio
import random
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.db.builders import NOON, a_promise, a_queue, a_request, a_row, after, an_agent, an_attempt
from vqueue.db import bounds
from vqueue.db.open import open_database
from vqueue.domain.agent import Presence
from vqueue.domain.attempt import Attempt, Shape
from vqueue.domain.causes import Cause
from vqueue.domain.errors import Invalid
from vqueue.domain.ids import AgentId, AttemptId, QueueId, RequestId
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.promise import Promise, Window
from vqueue.domain.report import Cell, Interval, Question, ReportName
from vqueue.domain.request import Channel, Mode, Request, State
from vqueue.domain.rules import Hours, Rules
from vqueue.ports.apps import Feedback
from vqueue.ports.database import Database, Work
from vqueue.services import reporting

HOUR = NOON.replace(minute=0, second=0, microsecond=0)
"""12:00 in London; the builders' NOON is a moment later."""


def asked(name: ReportName, **changes: object) -> Question:
    values = {"name": name, "start": HOUR, "end": HOUR + timedelta(hours=2), **changes}
    return Question(**values)  # type: ignore[arg-type]


async def rows(database: Database, question: Question) -> list[dict[str, Cell]]:
    told = await reporting.report(database, question, now=HOUR + timedelta(hours=3))
    assert all(tuple(row) == told.columns for row in told.rows)
    return [dict(row) for row in told.rows]


def request(name: str, at: float, mode: Mode, state: State, *, ended: float | None = None, rings: int = 0) -> Request:
    channel = Channel.IVR if mode is Mode.HOLD else Channel.APP
    closed = None if ended is None else after(ended)
    return a_request(name, created_at=after(at), virtual_start=after(at), mode=mode, state=state, closed_at=closed,
                     channel=channel, rings=rings)  # fmt: skip


def talk(name: str, of: str, opened: float, joined: float, closed: float, **changes: object) -> Attempt:
    values = {"request": RequestId(of), "opened_at": after(opened), "joined_at": after(joined), **changes}
    return an_attempt(name, closed_at=after(closed), outcome=Cause.TALKED, **values)


def moved(name: str, at: float, was: str, now: str, lasted_s: float, **data: str) -> JournalRow:
    told = {"was": was, "now": now, "lasted_s": lasted_s, **data}
    return a_row(name, at=after(at), fact=Fact.AGENT_MOVED, request=None, agent="a1", data=told)


def a_morning(work: Work) -> None:
    """Three holders (one served in 10 s, one in 40 s, one who gave up after 90 s; one more after 2 s), a message, and
    two callbacks: one reached at once, one at the second ring."""
    work.agents.insert(an_agent(since=after(2000), presence=Presence.READY))
    for each in (
        request("h1", 0, Mode.HOLD, State.SERVED, ended=110),
        request("h2", 60, Mode.HOLD, State.SERVED, ended=400),
        request("h3", 70, Mode.HOLD, State.ABANDONED, ended=160),
        request("h4", 80, Mode.HOLD, State.ABANDONED, ended=82),
        request("m1", 90, Mode.MESSAGE, State.WAITING),
        request("c1", 100, Mode.CALLBACK, State.SERVED, ended=700, rings=1),
        request("c2", 110, Mode.CALLBACK, State.SERVED, ended=1500, rings=2),
    ):
        work.requests.insert(each)
    for one in (
        talk("t1", "h1", 5, 10, 110, shape=Shape.HOLDER, accepted_at=after(9)),
        talk("t2", "h2", 95, 100, 400, shape=Shape.HOLDER, accepted_at=after(99)),
        talk("t3", "c1", 480, 500, 700, accepted_at=after(498)),
        an_attempt("t4", request=RequestId("c2"), opened_at=after(800), closed_at=after(830), outcome=Cause.NO_ANSWER),
        an_attempt("t5", request=RequestId("c2"), opened_at=after(900), closed_at=after(920),
                   outcome=Cause.AGENT_NO_ANSWER),
        talk("t6", "c2", 1180, 1200, 1500, accepted_at=after(1194)),
    ):  # fmt: skip
        work.attempts.insert(one)
    offer = {"offer": "offer", "call": "call-1"}
    work.journal.write(
        moved("j1", 140, "wrapping", "ready", 30),
        moved("j2", 460, "wrapping", "away", 60),
        moved("j3", 475, "away", "ready", 15, was_reason="coffee"),
        moved("j4", 730, "wrapping", "ready", 30),
        moved("j5", 1560, "wrapping", "ready", 60),
        moved("j6", 1560, "talking", "wrapping", 300),
        moved("j7", 2000, "ready", "ready", 440),
        a_row("o1", at=after(95), fact=Fact.OFFER_MADE, request=None, queue="cards", data=offer),
        a_row("o2", at=after(99), fact=Fact.OFFER_MADE, request=None, queue="cards", data=offer),
        a_row("o3", at=after(99), fact=Fact.OFFER_MADE, request=None, queue="cards", data={**offer, "offer": "short"}),
    )
    kept = a_promise("p1", request=RequestId("c1"), made_at=after(100), window=Window(after(400), after(1000)))
    late = a_promise("p2", request=RequestId("c2"), made_at=after(110), window=Window(after(400), after(700)))
    for promise in (kept.ring(after(498)), late.ring(after(1190)), a_promise("p3", request=RequestId("m1"))):
        work.promises.insert(promise)


async def test_a_morning_by_the_hour(database: Database) -> None:
    await database.transact(a_morning)
    (row,) = await rows(database, asked(ReportName.INTERVALS))
    assert row == {
        "queue": "cards", "start": "2026-03-04T12:00:00+00:00",
        "offered": 6, "answered": 4, "abandoned": 1, "abandoned_short": 1, "messages": 1,
        "service_level": 0.3333, "asa_s": 25.0, "asa_all_s": 385.0,
        "handled": 4, "talk_s": 900.0, "wrap_s": 180.0, "aht_s": 270.0,
        "callbacks_offered": 1, "callbacks_accepted": 2, "called_back": 2, "reached_first_time": 1,
        "second_hold_p50_s": 2, "second_hold_p95_s": 6,
    }  # fmt: skip


async def test_by_channel_and_all_together(database: Database) -> None:
    await database.transact(a_morning)
    told = await rows(database, asked(ReportName.QUEUES, within_s=40, short_s=0))
    assert [(row["channel"], row["offered"], row["handled"], row["service_level"]) for row in told] == [
        ("all", 6, 4, 0.5),
        ("app", 2, 2, None),
        ("ivr", 4, 2, 0.5),
    ]


@pytest.mark.parametrize(
    ("name", "only", "told"),
    [
        (ReportName.QUEUES, {"channel": "app"}, {"offered": 2, "handled": 2, "wrap_s": 90.0, "callbacks_offered": 0}),
        (ReportName.QUEUES, {"agent": "a1"}, {"offered": 4, "answered": 4, "handled": 4, "callbacks_offered": 0}),
        (ReportName.QUEUES, {"agent": "a2"}, {"offered": 0, "answered": 0, "handled": 0, "wrap_s": 0.0}),
        (ReportName.PROMISES, {"channel": "app", "agent": "a1"}, {"made": 2, "kept": 1, "late": 1}),
        (ReportName.ATTEMPTS, {"channel": "ivr"}, {"shape": "holder", "attempts": 2, "share": 1.0}),
        (ReportName.AGENTS, {"channel": "ivr"}, {"handled": 2, "talk_s": 400.0, "away_s": 15.0}),
        (ReportName.FEEDBACK, {"agent": "a1"}, {"rated": 1, "csat_mean": 5.0}),
        (ReportName.SAVINGS, {"agent": "a1"}, {}),
        (ReportName.ATTEMPTS, {"agent": "a2"}, {}),
        (ReportName.FEEDBACK, {"channel": "ivr"}, {}),
    ],
)
async def test_of_one_channel_or_one_agent(
    database: Database, name: ReportName, only: dict[str, str], told: dict[str, Cell]
) -> None:
    await database.transact(a_morning)
    for of, rating in (("c1", 5), ("m1", 1)):
        said = Feedback(request=RequestId(of), at=after(1000), rating=rating)
        await database.transact(lambda work, said=said: work.feedback.put(said))
    found = await rows(database, asked(name, **only))
    assert [row | told == row for row in found[:1]] == [True] * bool(told)


async def test_the_ledger_is_of_each_queue_channel_and_hour(database: Database) -> None:
    await database.transact(a_morning)
    by_phone = a_promise("p4", request=RequestId("h1"), made_at=after(4000), channel=Channel.IVR)
    await database.transact(lambda work: work.promises.insert(by_phone))
    told = await rows(database, asked(ReportName.LEDGER))
    assert [(row["channel"], str(row["start"])[11:16], row["made"], row["coverage"], row["late"]) for row in told] == [
        ("app", "12:00", 3, 0.5, 1),
        ("ivr", "13:00", 1, None, 0),
    ]


async def test_a_quarter_holds_what_began_in_it(database: Database) -> None:
    await database.transact(a_morning)
    told = await rows(database, asked(ReportName.INTERVALS, interval=Interval.QUARTER))
    assert [(str(row["start"])[11:16], row["offered"], row["handled"]) for row in told] == [
        ("12:00", 6, 3),
        ("12:15", 0, 1),
    ]


async def test_promises_by_the_hour(database: Database) -> None:
    await database.transact(a_morning)
    (row,) = await rows(database, asked(ReportName.PROMISES))
    assert row == {
        "queue": "cards", "start": "2026-03-04T12:00:00+00:00", "made": 3, "kept": 1, "broken": 1, "open": 1,
        "withdrawn": 0, "coverage": 0.5, "early": 0, "late": 1, "failed": 0, "width_p50_s": 600,
    }  # fmt: skip


async def test_an_agents_time_is_cut_to_the_span_and_goes_on_till_now(database: Database) -> None:
    await database.transact(a_morning)
    (row,) = await rows(database, asked(ReportName.AGENTS, end=after(3000), start=after(1400)))
    assert (row["agent"], row["name"], row["handled"], row["missed"]) == ("a1", "Avi", 1, 0)
    assert (row["ready_s"], row["busy_s"], row["occupancy"]) == (1440.0, 220.0, 0.1325)
    (whole,) = await rows(database, asked(ReportName.AGENTS))
    assert (whole["away_s"], whole["away_reasons_s"], whole["missed"]) == (15.0, {"coffee": 15.0}, 1)
    assert (whole["handled"], whole["wrap_s"], whole["aht_s"]) == (4, 180.0, 270.0)


async def test_how_attempts_ended(database: Database) -> None:
    await database.transact(a_morning)
    told = await rows(database, asked(ReportName.ATTEMPTS))
    assert [(row["shape"], row["outcome"], row["attempts"], row["share"], row["talk_s"]) for row in told] == [
        ("agent_first", "agent_no_answer", 1, 0.1667, 0.0),
        ("agent_first", "no_answer", 1, 0.1667, 0.0),
        ("agent_first", "talked", 2, 0.3333, 500.0),
        ("holder", "talked", 2, 0.3333, 400.0),
    ]


async def test_the_hour_that_a_clock_shows_twice_is_two_rows(database: Database) -> None:
    berlin = Rules(hours=Hours(zone="Europe/Berlin"))
    await database.transact(lambda work: work.queues.insert(a_queue("night", rules=berlin)))
    twice = HOUR.replace(month=10, day=25, hour=0, minute=30)
    for n in range(3):
        at = twice + timedelta(hours=n)
        one = a_request(f"n{n}", queue=QueueId("night"), created_at=at, virtual_start=at)
        await database.transact(lambda work, one=one: work.requests.insert(one))
    span = {"start": twice - timedelta(hours=3), "end": twice + timedelta(hours=9), "queue": "night"}
    told = await rows(database, asked(ReportName.INTERVALS, **span))
    assert [str(row["start"])[11:] for row in told] == ["02:00:00+02:00", "02:00:00+01:00", "03:00:00+01:00"]
    (day,) = await rows(database, asked(ReportName.INTERVALS, **span, interval=Interval.DAY))
    assert (day["start"], day["offered"]) == ("2026-10-25T00:00:00+02:00", 3)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"end": HOUR}, ("/to", "not_after_from")),
        ({"end": HOUR + timedelta(days=32)}, ("/from", "too_long")),
        ({"end": HOUR + timedelta(days=8), "interval": Interval.QUARTER}, ("/from", "too_long")),
    ],
)
async def test_a_span_is_bounded(database: Database, changes: dict[str, object], fault: tuple[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        await rows(database, asked(ReportName.INTERVALS, **changes))
    assert refused.value.errors == (fault,)


async def test_more_rows_than_allowed_are_refused(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await database.transact(a_morning)
    monkeypatch.setattr(bounds.BoundedStore.bounded, "__kwdefaults__", {"rows": 1})
    with pytest.raises(Invalid, match="shorter time"):
        await rows(database, asked(ReportName.ATTEMPTS))


# Any day: whatever chance makes of it, both databases count the same.


def any_day(chance: random.Random) -> Iterator[Request | Attempt | Promise | JournalRow]:
    def moment(most: float = 7000) -> float:
        return round(chance.uniform(0, most), 6)

    for n in range(60):
        came = moment()
        state = chance.choice([State.SERVED, State.ABANDONED, State.UNREACHED, State.HOLDING])
        closed = None if state is State.HOLDING else after(came + moment(600))
        yield a_request(f"r{n}", queue=QueueId(chance.choice(["cards", "loans"])), created_at=after(came), state=state,
                        virtual_start=after(came), mode=chance.choice(list(Mode)), channel=chance.choice(list(Channel)),
                        closed_at=closed, rings=chance.randrange(3))  # fmt: skip
        yield any_attempt(chance, n, moment)
        start, made = after(moment()), after(came)
        window = Window(start, start + timedelta(seconds=moment(1800)))
        promise = a_promise(f"p{n}", request=RequestId(f"r{n}"), queue="cards", made_at=made, window=window)
        yield chance.choice([promise, promise.ring(after(moment())), promise.lapse(after(9000)),
                             promise.withdraw(after(8000), "cancelled"), promise.fail(made, "unreached")])  # fmt: skip
        was, now = chance.sample([str(presence) for presence in Presence], 2)
        data = {"was": was, "now": now, "lasted_s": round(moment(900), 3), "was_reason": chance.choice(["lunch", ""])}
        yield a_row(f"j{n}", at=after(moment()), fact=Fact.AGENT_MOVED, request=None,
                    agent=chance.choice(["a1", "a2"]), data=data)  # fmt: skip


def any_attempt(chance: random.Random, n: int, moment: object) -> Attempt:
    opened = round(chance.uniform(0, 7000), 6)
    accepted, joined, closed = sorted(opened + round(chance.uniform(0, 500), 6) for _ in range(3))
    talked = chance.random() < 0.6
    return an_attempt(
        f"t{n}", request=RequestId(f"r{n}"), agent=AgentId(chance.choice(["a1", "a2"])), id=AttemptId(f"t{n}"),
        queue=QueueId(chance.choice(["cards", "loans"])), shape=chance.choice(list(Shape)), opened_at=after(opened),
        accepted_at=after(accepted) if talked else None, joined_at=after(joined) if talked else None,
        closed_at=after(closed), outcome=Cause.TALKED if talked else chance.choice(list(Cause)),
    )  # fmt: skip


def kept(work: Work, things: list[Request | Attempt | Promise | JournalRow]) -> None:
    work.queues.insert(a_queue("cards"))
    work.queues.insert(a_queue("loans"))
    work.agents.insert(an_agent("a1", since=after(6000)))
    work.agents.insert(an_agent("a2", since=after(100), presence=Presence.AWAY, reason="lunch"))
    for thing in things:
        match thing:
            case Request():
                work.requests.insert(thing)
            case Attempt():
                work.attempts.insert(thing)
            case Promise():
                work.promises.insert(thing)
            case JournalRow():
                work.journal.write(thing)


NOT_OF_ANY_DAY = {ReportName.SAVINGS, ReportName.FEEDBACK}
"""On an invented day nobody is left out by lot, and nobody says how it was: these reports have tests of their own."""


@pytest.mark.parametrize("seed", range(4))
async def test_both_databases_report_the_same(seed: int, sqlite_database: str, postgres_database: str) -> None:
    things = list(any_day(random.Random(seed)))
    told = []
    for url in (sqlite_database, postgres_database):
        database = open_database(url)
        await database.transact(lambda work: kept(work, things))
        questions = [asked(name, interval=Interval.QUARTER, start=after(500)) for name in ReportName]
        told.append(await asyncio.gather(*(rows(database, question) for question in questions)))
        await database.close()
    assert told[0] == told[1]
    silent = {name for name, found in zip(ReportName, told[0], strict=True) if not found}
    assert silent == NOT_OF_ANY_DAY


async def test_who_was_rung_and_held_at_the_head_has_his_second_hold_counted(database: Database) -> None:
    """He pressed the key at 100 s, the agent was there at 116 s; a caller's own hold is no second one."""

    def op(work: Work) -> None:
        work.agents.insert(an_agent())
        work.requests.insert(request("early", 0, Mode.HOLD, State.SERVED, ended=300, rings=1))
        work.requests.insert(request("caller", 0, Mode.HOLD, State.SERVED, ended=600))
        work.attempts.insert(talk("t1", "early", 112, 116, 300, shape=Shape.HOLDER, accepted_at=after(100)))
        work.attempts.insert(talk("t2", "caller", 400, 410, 600, shape=Shape.HOLDER, accepted_at=after(405)))

    await database.transact(op)
    (every, *_) = await rows(database, asked(ReportName.QUEUES))
    assert (every["second_hold_p50_s"], every["second_hold_p95_s"]) == (16, 16)
