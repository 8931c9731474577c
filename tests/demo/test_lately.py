"""What the demo's bank remembers: of yesterday a whole day, over, told alike by every part of the database; of the four
weeks before how many came, as the service counts them."""

import base64
from collections.abc import AsyncIterator
from datetime import date, timedelta
from functools import partial

import pytest

from vqueue.clock import SystemChance
from vqueue.db.journal_check import verify
from vqueue.db.open import open_database
from vqueue.db.vault import KeyVault
from vqueue.demo import cast
from vqueue.demo.lately import Lately, lately
from vqueue.demo.records import Records, records
from vqueue.demo.weeks import LOOKS, weeks
from vqueue.domain.outlook import HALF_HOUR, Measured, Seen
from vqueue.domain.past_day import PastDay
from vqueue.domain.request import Mode
from vqueue.engine.outlook import outlook
from vqueue.ports.database import Database, Work
from vqueue.services.rehearsing import recorded
from vqueue.services.setting_up import set_up

OPENING = cast.opening(date(2026, 3, 3))
MEASURED = Measured(at=OPENING, handling_s=190.0, patience_s=480.0, answered=0.9, calls=1000)
KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture(scope="module")
def yesterday() -> Lately:
    return lately(OPENING.date(), seed=3)


@pytest.fixture
async def bank(sqlite_database: str, yesterday: Lately) -> AsyncIterator[tuple[Database, Records]]:
    """The demo's bank with its yesterday."""
    chance = SystemChance()
    database, vault = open_database(sqlite_database), KeyVault([KEY], chance=chance)
    await set_up(database, vault, cast.bank(), at=OPENING - timedelta(days=30), chance=chance)
    written = records(yesterday, vault=vault, chance=chance)
    await database.transact(written.write)
    await database.transact(weeks(OPENING, yesterday, seed=3).write)
    yield database, written
    await database.close()


def test_the_day_before_is_a_busy_one_and_the_same_under_a_seed(yesterday: Lately) -> None:
    again = lately(OPENING.date(), seed=3)
    assert [each.caller.arrived for each in again.visits] == [each.caller.arrived for each in yesterday.visits]
    assert len(yesterday.visits) > 1000
    assert {visit.queue for visit in yesterday.visits} == {queue.id for queue in cast.QUEUES}
    assert {visit.caller.mode for visit in yesterday.visits} == {Mode.HOLD, Mode.CALLBACK}
    assert {visit.outcome for visit in yesterday.visits} >= {"served", "abandoned"}
    opened, closed = yesterday.shifts[0]
    assert all(opened <= visit.caller.arrived < closed for visit in yesterday.visits)


async def test_nothing_of_it_is_open_and_the_chain_of_its_journal_holds(bank: tuple[Database, Records]) -> None:
    database, written = bank
    known = await database.read(lambda work: work.requests.search(limit=100_000))
    assert len(known) == len(written.requests)
    assert not any(one.is_open for one in known)
    assert await database.read(lambda work: work.attempts.open()) == []
    assert await database.read(lambda work: work.promises.open_before(OPENING + timedelta(days=9))) == []
    sealed = await database.transact(lambda work: work.journal.seal(limit=100_000))
    assert sealed == len(written.journal) + len(cast.QUEUES)  # and the rules each queue was founded with
    assert await database.read(verify) is None


async def test_each_queue_is_rehearsed_on_it(bank: tuple[Database, Records], yesterday: Lately) -> None:
    database, _ = bank
    for known in await database.read(lambda work: work.queues.all()):
        days = await recorded(database, known, (), now=OPENING, calls_per_second=4)
        visits = [visit for day in days for visit in day.visits]
        mine = [visit for visit in yesterday.visits if visit.queue == known.id]
        assert len(visits) == len(mine)
        assert _served(days) == sum(visit.outcome == "served" for visit in mine)
        assert {stay.agent for day in days for stay in day.stays} == {agent.id for agent in cast.CREW}


def _served(days: tuple[PastDay, ...]) -> int:
    return sum(visit.handling_s is not None for day in days for visit in day.visits)


async def test_its_promises_are_judged_by_the_first_ring(bank: tuple[Database, Records], yesterday: Lately) -> None:
    database, written = bank
    kept = sum(bool(one.kept) for one in written.promises)
    assert await database.read(lambda work: work.promises.kept(since=OPENING - timedelta(days=2))) == (
        len(written.promises),
        kept,
    )
    called = [visit for visit in yesterday.visits if visit.caller.window is not None]
    assert len(called) == len(written.promises)
    assert kept == sum(
        visit.rang is not None and visit.caller.window.start.timestamp() <= visit.rang
        <= visit.caller.window.end.timestamp()
        for visit in called if visit.caller.window is not None
    )  # fmt: skip


async def test_its_weeks_are_half_hours_as_the_service_counts_them_and_foresee_those_to_come(
    bank: tuple[Database, Records],
) -> None:
    database, _ = bank
    midnight = OPENING - timedelta(hours=10)
    yesterday = midnight - timedelta(days=1)
    counted = await database.read(lambda work: work.outlooks.arrivals(since=yesterday, until=midnight))
    assert await database.read(lambda work: work.outlooks.newest()) == OPENING - HALF_HOUR
    staff = 0.0
    for known in await database.read(lambda work: work.queues.all()):
        seen = await database.read(partial(_seen, queue=known.id))
        told = {(known.id, each.start): each.arrivals for each in seen if yesterday <= each.start < midnight}
        assert {place: count for place, count in told.items() if count} == {
            place: count for place, count in counted.items() if place[0] == known.id
        }
        assert {each.samples for each in seen} == {LOOKS}
        staff += seen[-1].staff
        made = outlook(known.id, known.rules, seen=seen, measured=MEASURED, now=OPENING, days=3)
        assert made.reasons == ()
        assert made.half_hours[0].start == OPENING
        assert all(half.mean > 1 and half.staffed for half in made.half_hours)
    assert staff == pytest.approx(LOOKS * len(cast.CREW))


def _seen(work: Work, *, queue: str) -> list[Seen]:
    return work.outlooks.seen(queue, since=OPENING - timedelta(days=56))
