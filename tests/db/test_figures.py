"""Figures for the estimator and the board, computed from the rows."""

import pytest

from tests.db.builders import a_queue, a_request, a_row, after, an_attempt, with_request
from vqueue.db import figures
from vqueue.domain.causes import Cause
from vqueue.domain.ids import AttemptId, QueueId, RequestId
from vqueue.domain.journal import Fact
from vqueue.domain.request import Mode, State
from vqueue.domain.rules import Rules
from vqueue.ports.database import Database, History

WRAP_S = Rules().agents.wrap_up_s


def agent_moved(name: str, *, at: float, was: str, now: str, lasted_s: float) -> object:
    data = {"was": was, "now": now, "lasted_s": lasted_s}
    return a_row(name, at=after(at), fact=Fact.AGENT_MOVED, request=None, agent="a1", data=data)


async def told(database: Database, *, since: float) -> History:
    """What the history of the queue `cards` says."""
    return (await database.read(lambda work: work.figures.histories(since=after(since))))["cards"]


async def with_talks(database: Database) -> None:
    """One agent: a talk 0-100 s with a wrap-up till 150 s, a missed call, a talk 200-260 s whose wrap-up goes on."""
    await with_request(database, *(a_request(f"r{n}", state=State.SERVED, closed_at=after(99 * n)) for n in (1, 2, 3)))
    talks = [
        an_attempt("t1", joined_at=after(10), closed_at=after(100), outcome=Cause.TALKED),
        an_attempt(
            "t2",
            request=RequestId("r2"),
            opened_at=after(200),
            joined_at=after(215),
            closed_at=after(260),
            outcome=Cause.TALKED,
        ),
        an_attempt("t3", request=RequestId("r3"), opened_at=after(170), closed_at=after(190), outcome=Cause.NO_ANSWER),
    ]
    moves = [
        agent_moved("m1", at=100, was="talking", now="wrapping", lasted_s=90),
        agent_moved("m2", at=150, was="wrapping", now="ready", lasted_s=50),
        agent_moved("m3", at=200, was="ready", now="reserved", lasted_s=50),
        agent_moved("m4", at=260, was="talking", now="wrapping", lasted_s=45),
    ]
    await database.transact(lambda work: [work.attempts.insert(each) for each in talks])
    await database.transact(lambda work: work.journal.write(*moves))  # type: ignore[arg-type]


async def test_handling_lasts_from_the_seat_reserved_to_the_agent_ready_again(database: Database) -> None:
    await with_talks(database)
    history = await told(database, since=0)
    assert history.handling_samples == (60.0 + WRAP_S, 150.0)
    assert (history.handled, history.handling_s) == (2, 210.0 + WRAP_S)


async def test_a_history_looks_back_only_so_far(database: Database) -> None:
    await with_talks(database)
    recent = await told(database, since=101)
    assert recent.handling_samples == (60.0 + WRAP_S,)
    assert await told(database, since=9999) == History()


async def test_every_queue_has_a_history_of_its_own(database: Database) -> None:
    await database.transact(lambda work: work.queues.insert(a_queue("loans")))
    await with_talks(database)
    loan = a_request("l1", queue=QueueId("loans"), state=State.SERVED, closed_at=after(300))
    talk = an_attempt(
        "lt",
        request=loan.id,
        queue=loan.queue,
        opened_at=after(270),
        joined_at=after(280),
        closed_at=after(300),
        outcome=Cause.TALKED,
    )
    await database.transact(lambda work: work.requests.insert(loan))
    await database.transact(lambda work: work.attempts.insert(talk))
    histories = await database.read(lambda work: work.figures.histories(since=after(0)))
    assert {queue: each.handling_samples for queue, each in histories.items()} == {
        "cards": (60.0 + WRAP_S, 150.0),
        "loans": (30.0 + WRAP_S,),
    }


async def test_a_history_samples_the_newest_talks(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "SAMPLES", 1)
    await with_talks(database)
    assert (await told(database, since=0)).handling_samples == (60.0 + WRAP_S,)


async def test_a_wrap_up_whose_end_was_not_read_lasts_as_usual(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not until some later wrap-up of the same agent."""
    monkeypatch.setattr(figures, "MOVES", 1)
    await with_talks(database)
    later = agent_moved("m5", at=9000, was="wrapping", now="ready", lasted_s=10)
    await database.transact(lambda work: work.journal.write(later))  # type: ignore[arg-type]
    assert (await told(database, since=0)).handling_samples == (60.0 + WRAP_S, 100.0 + WRAP_S)


async def test_patience_is_read_from_those_who_held(database: Database) -> None:
    hold = {"mode": Mode.HOLD}
    await with_request(
        database,
        a_request("gone", state=State.ABANDONED, closed_at=after(70), **hold),
        a_request("r1", state=State.SERVED, closed_at=after(400), **hold),
        a_request("still", state=State.HOLDING, **hold),
        a_request("callback", state=State.ABANDONED, closed_at=after(80)),
        a_request("before", state=State.ABANDONED, closed_at=after(-10), created_at=after(-50), **hold),
    )
    talk = an_attempt(opened_at=after(20), joined_at=after(30), closed_at=after(400), outcome=Cause.TALKED)
    await database.transact(lambda work: work.attempts.insert(talk))
    history = await told(database, since=0)
    assert (history.abandoned, history.queued_s) == (2, 70.0 + 30.0)


async def test_the_time_agents_spent_by_presence(database: Database) -> None:
    await with_talks(database)
    times = await database.read(lambda work: work.figures.agent_times(since=after(150)))
    assert times == {"wrapping": 50.0, "ready": 50.0, "talking": 45.0}


async def test_the_board_of_today(database: Database) -> None:
    await with_request(
        database,
        a_request("r1", state=State.SERVED, closed_at=after(90)),
        a_request("r2", mode=Mode.HOLD, state=State.TALKING),
        a_request("r3", mode=Mode.SCHEDULED, state=State.BOOKED),
        a_request("r4", mode=Mode.HOLD, state=State.ABANDONED, closed_at=after(60)),
        a_request("r5", state=State.UNREACHED, created_at=after(-50), closed_at=after(5)),
        a_request("r6", state=State.SERVED, created_at=after(-50), closed_at=after(-5)),
    )
    slow = an_attempt("t1", joined_at=after(20.5), closed_at=after(90), outcome=Cause.TALKED)
    quick = an_attempt(AttemptId("t2"), request=RequestId("r2"), joined_at=after(20))
    await database.transact(lambda work: [work.attempts.insert(each) for each in (slow, quick)])
    assert await database.read(lambda work: work.figures.today(queue="cards", since=after(0))) == {
        "offered": 4,
        "answered": 2,
        "answered_in_20": 1,
        "abandoned": 1,
        "callbacks": 2,
        "unreached": 1,
    }


@pytest.mark.parametrize("queue", ["cards"])
async def test_an_empty_day_has_figures_too(database: Database, queue: str) -> None:
    today = await database.read(lambda work: work.figures.today(queue=queue, since=after(0)))
    assert set(today.values()) == {0}
