"""Half hours as they were counted, and the outlook that is kept of each queue."""

from datetime import UTC, datetime, timedelta

from tests.db.builders import a_leg, a_queue, a_request, after, an_attempt, with_request
from vqueue.domain.causes import Cause
from vqueue.domain.ids import AttemptId, QueueId, RequestId, Token
from vqueue.domain.leg import LegState, Role, Way
from vqueue.domain.outlook import HALF_HOUR, HalfHour, Measured, Outlook, Seen
from vqueue.domain.request import Mode, State
from vqueue.ports.database import Database

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


async def test_who_books_a_time_or_leaves_a_message_comes_at_no_half_hour(database: Database) -> None:
    await database.transact(lambda work: work.queues.insert(a_queue("loans")))
    await with_request(
        database,
        a_request("r1", mode=Mode.HOLD, state=State.SERVED, created_at=after(10)),
        a_request("r2", created_at=after(1798)),
        a_request("r3", created_at=after(1801), queue=QueueId("loans")),
        a_request("r4", mode=Mode.MESSAGE, created_at=after(30), state=State.SERVED),
        a_request("r5", mode=Mode.SCHEDULED, state=State.BOOKED, created_at=after(40), slot_start=after(7200)),
        a_request("r6", mode=Mode.HOLD, state=State.ABANDONED, created_at=after(4000)),
    )
    came = await database.read(lambda work: work.outlooks.arrivals(since=NOON, until=NOON + 2 * HALF_HOUR))
    assert came == {("cards", NOON): 2, ("loans", NOON + HALF_HOUR): 1}


async def test_arrivals_are_noted_anew_and_looks_at_the_staff_add_up(database: Database) -> None:
    first = Seen(queue="cards", start=NOON, arrivals=3, staff=4.0, samples=1)
    second = Seen(queue="cards", start=NOON, arrivals=5, staff=2.5, samples=1)
    later = Seen(queue="cards", start=NOON + HALF_HOUR, arrivals=1)
    await database.transact(lambda work: work.outlooks.note([first]))
    await database.transact(lambda work: work.outlooks.note([later, second]))
    seen, newest = await database.read(lambda work: (work.outlooks.seen("cards", since=NOON), work.outlooks.newest()))
    assert seen == [Seen(queue="cards", start=NOON, arrivals=5, staff=6.5, samples=2), later]
    assert newest == later.start


async def test_the_last_outlook_of_a_queue_counts(database: Database) -> None:
    half = HalfHour(start=NOON, mean=4.25, p50=4, p80=6, needed=3, staffed=5.0, sure=4.2)
    measured = Measured(at=NOON, handling_s=240.0, patience_s=None, answered=0.9, calls=12)
    first = Outlook(queue="cards", made_at=NOON, measured=None, reasons=("little_history",))
    second = Outlook(queue="cards", made_at=NOON + timedelta(minutes=1), measured=measured, half_hours=(half,))
    for each in (first, second):
        await database.transact(lambda work, outlook=each: work.outlooks.put(outlook))
    assert await database.read(lambda work: work.outlooks.find("cards")) == second
    assert await database.read(lambda work: work.outlooks.find("loans")) is None


async def test_the_ring_time_is_from_dialling_to_the_key_of_customers_who_were_called(database: Database) -> None:
    attempts = {"t1": (20.0, 32.0), "t2": (100.0, 109.5), "t3": (200.0, None)}
    await with_request(database, *(a_request(f"r{n}", state=State.SERVED) for n in (1, 2, 3)))
    for n, (name, (dialled, key)) in enumerate(attempts.items(), start=1):
        pressed = None if key is None else after(key)
        made = an_attempt(
            name, request=RequestId(f"r{n}"), closed_at=after(dialled + 60), joined_at=pressed, accepted_at=pressed,
            outcome=Cause.TALKED,
        )  # fmt: skip
        leg = a_leg(
            f"{name}.c", attempt=AttemptId(name), role=Role.CUSTOMER, way=Way.DIALED, state=LegState.ENDED,
            created_at=after(dialled), token=Token(name), agent=None,
        )  # fmt: skip
        await database.transact(lambda work, made=made: work.attempts.insert(made))
        await database.transact(lambda work, leg=leg: work.legs.insert(leg))
    found = await database.read(lambda work: work.outlooks.ring_times("cards", since=after(0)))
    assert sorted(found) == [9.5, 12.0]
    assert await database.read(lambda work: work.outlooks.ring_times("cards", since=after(900))) == []
