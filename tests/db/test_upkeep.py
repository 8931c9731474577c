"""What is forgotten and what is kept, and the totals that the journal tells."""

from datetime import timedelta

from tests.db.builders import NOON, a_conversation, a_notice, a_row, after
from vqueue.domain.journal import Fact
from vqueue.ports.database import Database, Work
from vqueue.ports.people import Staff, StaffSession
from vqueue.ports.upkeep import Perishable, Tallies

MONTH = timedelta(days=30)


async def purged(database: Database, what: Perishable, *, limit: int = 500) -> int:
    return await database.transact(lambda work: work.upkeep.purge(what, before=NOON, limit=limit))


async def test_expired_and_empty_counters_go_and_those_that_still_count_stay(database: Database) -> None:
    def counted(work: Work) -> None:
        work.counters.take("over", limit=9, at=NOON, expires_at=after(-1))
        work.counters.take("on", limit=9, at=NOON, expires_at=after(1))
        work.counters.take("for_ever", limit=9, at=NOON)
        work.counters.take("empty", limit=9, at=NOON)
        work.counters.give("empty")

    await database.transact(counted)
    assert await purged(database, Perishable.COUNTERS) == 2
    assert await database.read(lambda work: work.counters.values(["on", "for_ever"])) == {"on": 1, "for_ever": 1}


async def test_a_session_that_is_over_goes(database: Database) -> None:
    def opened(work: Work) -> None:
        work.people.add(Staff(id="st_1", login="dana", name="Dana", role="supervisor", password="hash"))
        for name, end in (("old", -1), ("new", 1)):
            work.sessions.open(
                StaffSession(id=name, staff="st_1", csrf="c", created_at=after(-10), expires_at=after(end))
            )

    await database.transact(opened)
    assert await purged(database, Perishable.SESSIONS) == 1
    assert await database.read(lambda work: work.sessions.find("new")) is not None


async def test_only_conversations_that_ended_long_ago_go(database: Database) -> None:
    rows = (
        a_conversation("old", ended_at=after(-1)),
        a_conversation("late", ended_at=after(1)),
        a_conversation("going_on", started_at=after(-99)),
    )
    await database.transact(lambda work: [work.conversations.insert(row) for row in rows])
    assert await purged(database, Perishable.CONVERSATIONS) == 1
    left = await database.read(lambda work: [work.conversations.by_call(row.call_sid) for row in rows])
    assert [row.id if row else None for row in left] == [None, "late", "going_on"]


async def test_a_notice_that_was_sent_or_given_up_goes_and_one_that_waits_stays(database: Database) -> None:
    def added(work: Work) -> None:
        for name in ("sent", "dead", "waits"):
            work.outbox.add(a_notice(name, not_before=after(-60)))
        work.outbox.done("sent", at=after(-50))
        work.outbox.later("dead", not_before=after(-40), dead=True)

    await database.transact(added)
    assert await database.read(lambda work: work.upkeep.outbox()) == (1, after(-60))
    assert await purged(database, Perishable.NOTICES) == 2
    assert await database.read(lambda work: work.upkeep.outbox()) == (1, after(-60))


async def test_what_else_has_an_end_can_be_forgotten(database: Database) -> None:
    for what in Perishable:
        assert await purged(database, what) == 0


async def test_a_batch_is_no_larger_than_asked(database: Database) -> None:
    rows = [a_conversation(f"c{i}", ended_at=NOON - MONTH) for i in range(5)]
    await database.transact(lambda work: [work.conversations.insert(row) for row in rows])
    assert [await purged(database, Perishable.CONVERSATIONS, limit=2) for _ in range(4)] == [2, 2, 1, 0]


FACTS = (
    a_row("1", fact=Fact.QUEUE_ENTERED, queue="cards", data={"mode": "callback"}),
    a_row("2", fact=Fact.QUEUE_ENTERED, queue="cards", data={"mode": "callback"}),
    a_row("3", fact=Fact.ATTEMPT_CLOSED, queue="cards", data={"outcome": "busy"}),
    a_row("4", fact=Fact.PROMISE_SETTLED, queue="cards", data={"kept": True}),
    a_row("5", fact=Fact.PROMISE_SETTLED, queue="cards", data={"kept": False}),
    a_row("6", fact=Fact.PROMISE_SETTLED, queue="cards", data={"outcome": "not_needed"}),
    a_row("7", fact=Fact.LEG_NEWS, data={"role": "customer", "now": "ended", "cause": "busy"}),
    a_row("8", fact=Fact.LEG_NEWS, data={"role": "customer", "now": "ringing"}),
    a_row("9", fact=Fact.NEWS_IGNORED, data={"cause": "busy"}),
)
TOLD = Tallies(
    len(FACTS),
    True,
    requests={("cards", "callback"): 2},
    attempts={("cards", "busy"): 1},
    promises={("cards", "kept"): 1, ("cards", "broken"): 1, ("cards", "withdrawn"): 1},
    legs={("customer", "busy"): 1},
)


async def test_the_journal_tells_the_totals_once_its_rows_are_sealed(database: Database) -> None:
    await database.transact(lambda work: work.journal.write(*FACTS))
    assert await database.read(lambda work: work.upkeep.tallies()) == Tallies(whole=True)
    await database.transact(lambda work: work.journal.seal())
    assert await database.read(lambda work: work.upkeep.tallies()) == TOLD


async def test_totals_read_in_pieces_are_the_same(database: Database) -> None:
    await database.transact(lambda work: work.journal.write(*FACTS))
    await database.transact(lambda work: work.journal.seal())
    told = Tallies()
    while not told.whole:
        told = told.plus(await database.read(lambda work, seen=told: work.upkeep.tallies(after=seen.position, rows=2)))
    assert told == TOLD
