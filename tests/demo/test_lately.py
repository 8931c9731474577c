"""What the demo's bank remembers: of yesterday a whole day, of today the morning with the line it left, told alike by
every part of the database; of the four weeks before how many came, as the service counts them."""

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
from vqueue.demo.demand import Demand
from vqueue.demo.lately import WAITING, Lately, Visit, lately
from vqueue.demo.records import Records, records
from vqueue.demo.weeks import LOOKS, weeks
from vqueue.domain.outlook import HALF_HOUR, Measured, Seen
from vqueue.domain.past_day import PastDay
from vqueue.domain.replay import Replayed
from vqueue.domain.request import Mode, State
from vqueue.engine.outlook import outlook
from vqueue.ports.database import Database, Work
from vqueue.services.ledger import entries
from vqueue.services.rehearsing import recorded
from vqueue.services.setting_up import set_up

OPENING = cast.opening(date(2026, 3, 3))
MEASURED = Measured(at=OPENING, handling_s=190.0, patience_s=480.0, answered=0.9, calls=1000)
LAW = Demand(OPENING)
KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture(scope="module")
def remembered() -> Lately:
    return lately(LAW, seed=3)


@pytest.fixture
async def bank(sqlite_database: str, remembered: Lately) -> AsyncIterator[tuple[Database, Records]]:
    """The demo's bank with its yesterday and this morning."""
    chance = SystemChance()
    database, vault = open_database(sqlite_database), KeyVault([KEY], chance=chance)
    await set_up(database, vault, cast.bank(), at=OPENING - timedelta(days=30), chance=chance)
    written = records(remembered, vault=vault, chance=chance)
    await database.transact(written.write)
    await database.transact(weeks(LAW, remembered, seed=3).write)
    yield database, written
    await database.close()


def of_day(told: Lately, day: int) -> list[Visit]:
    begins, ends = told.shifts[day]
    return [visit for visit in told.visits if begins <= visit.caller.arrived < ends]


def test_the_day_before_is_a_busy_one_and_the_same_under_a_seed(remembered: Lately) -> None:
    again, yesterday = lately(LAW, seed=3), of_day(remembered, 0)
    assert [each.caller.arrived for each in again.visits] == [each.caller.arrived for each in remembered.visits]
    assert len(yesterday) > 1000
    assert {visit.queue for visit in yesterday} == {queue.id for queue in cast.QUEUES}
    assert {visit.caller.mode for visit in yesterday} == {Mode.HOLD, Mode.CALLBACK}
    assert {visit.outcome for visit in yesterday} >= {"served", "abandoned"}
    assert len(yesterday) + len(of_day(remembered, 1)) == len(remembered.visits)


def test_a_good_bank_has_a_rush_at_the_cards_as_the_demo_begins(remembered: Lately) -> None:
    morning = of_day(remembered, 1)
    waiting = [visit for visit in morning if visit.outcome == WAITING]
    gave_up = sum(visit.outcome == "abandoned" for visit in morning)
    due = [visit for visit in morning if visit.caller.window is not None and visit.outcome != WAITING]
    kept = sum(_rang_in_time(visit) for visit in due)
    assert len(waiting) >= 5 and {visit.queue for visit in waiting} == {"cards"}
    assert gave_up <= 0.08 * len(morning)
    assert kept >= 0.9 * len(due) > 0
    assert all(visit.closed <= OPENING.timestamp() for visit in morning)


def _rang_in_time(visit: Visit) -> bool:
    window = visit.caller.window
    return (
        visit.rang is not None
        and window is not None
        and window.start.timestamp() <= visit.rang <= window.end.timestamp()
    )


async def test_only_who_waits_to_be_called_back_is_open_and_the_chain_of_its_journal_holds(
    bank: tuple[Database, Records],
) -> None:
    database, written = bank
    known = await database.read(lambda work: work.requests.search(limit=100_000))
    waiting = [one for one in known if one.is_open]
    assert len(known) == len(written.requests)
    assert {one.state for one in waiting} == {State.WAITING}
    assert len(waiting) == len({who.number for who in written.waiting}) == len(written.waiting)
    assert await database.read(lambda work: work.attempts.open()) == []
    open_still = await database.read(lambda work: work.promises.open_before(OPENING + timedelta(days=9)))
    assert {one.request for one in open_still} == {one.id for one in waiting}
    sealed = await database.transact(lambda work: work.journal.seal(limit=100_000))
    assert sealed == len(written.journal) + len(cast.QUEUES)  # and the rules each queue was founded with
    assert await database.read(verify) is None


async def test_each_queue_is_rehearsed_on_it(bank: tuple[Database, Records], remembered: Lately) -> None:
    database, _ = bank
    for known in await database.read(lambda work: work.queues.all()):
        days = await recorded(database, known, (), now=OPENING, calls_per_second=4)
        visits = [visit for day in days for visit in day.visits]
        mine = [visit for visit in of_day(remembered, 0) if visit.queue == known.id]
        assert len(visits) == len(mine)
        assert _served(days) == sum(visit.outcome == "served" for visit in mine)
        assert {stay.agent for day in days for stay in day.stays} == {agent.id for agent in cast.CREW}


def _served(days: tuple[PastDay, ...]) -> int:
    return sum(visit.handling_s is not None for day in days for visit in day.visits)


async def test_its_promises_are_judged_by_the_first_ring(bank: tuple[Database, Records], remembered: Lately) -> None:
    database, written = bank
    kept = sum(bool(one.kept) for one in written.promises)
    settled = sum(one.settled_at is not None for one in written.promises)
    assert await database.read(lambda work: work.promises.kept(since=OPENING - timedelta(days=2))) == (settled, kept)
    called = [visit for visit in remembered.visits if visit.caller.window is not None]
    assert len(called) == len(written.promises)
    assert kept == sum(_rang_in_time(visit) for visit in called)
    ledger = entries(written.promises, written.journal)
    assert {each.replay.verdict for each in ledger} == {Replayed.INCOMPLETE}


async def test_its_weeks_are_half_hours_as_the_service_counts_them_and_foresee_those_to_come(
    bank: tuple[Database, Records],
) -> None:
    database, _ = bank
    midnight = OPENING - timedelta(hours=10)
    yesterday = midnight - timedelta(days=1)
    counted = await database.read(lambda work: work.outlooks.arrivals(since=yesterday, until=midnight))
    assert await database.read(lambda work: work.outlooks.newest()) == OPENING - HALF_HOUR
    before_training = staff = 0.0
    for known in await database.read(lambda work: work.queues.all()):
        seen = await database.read(partial(_seen, queue=known.id))
        told = {(known.id, each.start): each.arrivals for each in seen if yesterday <= each.start < midnight}
        assert {place: count for place, count in told.items() if count} == {
            place: count for place, count in counted.items() if place[0] == known.id
        }
        assert {each.samples for each in seen} == {LOOKS}
        before_training += seen[-2].staff
        staff += seen[-1].staff
        made = outlook(known.id, known.rules, seen=seen, measured=MEASURED, now=OPENING, days=3)
        assert made.reasons == ()
        assert made.half_hours[0].start == OPENING
        assert all(half.mean > 1 and half.staffed for half in made.half_hours)
    assert before_training == pytest.approx(LOOKS * len(cast.CREW))
    assert staff == pytest.approx(LOOKS * (len(cast.CREW) - len(cast.TRAINEES)))


def _seen(work: Work, *, queue: str) -> list[Seen]:
    return work.outlooks.seen(queue, since=OPENING - timedelta(days=56))
