"""The line as the dispatcher, the board and the customer's app read it."""

from dataclasses import replace

import pytest

from tests.db.builders import a_number, a_queue, a_request, after
from tests.db.past_the_stores import plan_of
from vqueue.domain.ids import CallSid, QueueId
from vqueue.domain.request import Mode, Request, State
from vqueue.ports.database import Database


async def standing(database: Database, *requests: Request) -> None:
    await database.transact(lambda work: work.queues.insert(a_queue("loans")))
    await database.transact(lambda work: [work.requests.insert(each) for each in requests])


def names(requests: list[Request] | tuple[Request, ...]) -> list[str]:
    return [request.id for request in requests]


async def test_heads_are_read_class_by_class_in_the_order_of_arrival(database: Database) -> None:
    await standing(
        database,
        a_request("r3", virtual_start=after(30)),
        a_request("r1", virtual_start=after(10)),
        a_request("r4", virtual_start=after(40)),
        a_request("r2b", virtual_start=after(20)),
        a_request("r2a", virtual_start=after(20)),
        a_request("b1", credit_class="booked", virtual_start=after(5)),
        a_request("he", bucket="cards/he", virtual_start=after(1), mode=Mode.HOLD, state=State.HOLDING),
        a_request("he2", bucket="cards/he", credit_class="rescued"),
        a_request("loan", queue=QueueId("loans")),
    )
    heads = await database.read(lambda work: work.requests.heads(queue="cards", limit=3))
    assert [(head.bucket, head.credit_class, names(head.places)) for head in heads] == [
        ("cards/en", "booked", ["b1"]),
        ("cards/en", "standard", ["r1", "r2a", "r2b"]),
        ("cards/he", "rescued", ["he2"]),
        ("cards/he", "standard", ["he"]),
    ]
    assert {head.queue for head in heads} == {"cards"}


async def test_only_who_may_be_connected_now_stands_in_line(database: Database) -> None:
    await standing(
        database,
        a_request("ready"),
        a_request("parked", ready=False, parked="retry"),
        a_request("booked", state=State.BOOKED),
        a_request("connecting", state=State.CONNECTING),
        a_request("served", state=State.SERVED),
    )
    heads = await database.read(lambda work: work.requests.heads(queue="cards", limit=10))
    assert [names(head.places) for head in heads] == [["ready"]]
    assert await database.read(lambda work: work.requests.heads(queue="nobody", limit=10)) == []


async def test_ties_are_broken_alike_on_both_databases(database: Database) -> None:
    """Byte by byte, as Python sorts: no language of the machine has a say."""
    ids = ["a_1", "B1", "a1", "A_1", "aa", "Z"]
    await standing(database, *(a_request(name) for name in ids))
    heads = await database.read(lambda work: work.requests.heads(queue="cards", limit=10))
    assert names(heads[0].places) == sorted(ids)


async def test_counts_by_minute_of_everybody_open(database: Database) -> None:
    minute = int(after(0).timestamp()) // 60
    await standing(
        database,
        a_request("r1"),
        a_request("r2", virtual_start=after(59)),
        a_request("r3", virtual_start=after(60)),
        a_request("r4", virtual_start=after(-1)),
        a_request("hold", mode=Mode.HOLD, state=State.HOLDING, credit_class="vip"),
        a_request("parked", ready=False),
        a_request("booked", state=State.BOOKED, mode=Mode.SCHEDULED, bucket="cards/he"),
        a_request("served", state=State.SERVED),
        a_request("loan", queue=QueueId("loans")),
    )
    counts = await database.read(lambda work: work.requests.counts(queue="cards"))
    assert counts == {
        ("waiting", "callback", "cards/en", "standard", True): [(minute - 1, 1), (minute, 2), (minute + 1, 1)],
        ("waiting", "callback", "cards/en", "standard", False): [(minute, 1)],
        ("holding", "hold", "cards/en", "vip", True): [(minute, 1)],
        ("booked", "scheduled", "cards/he", "standard", True): [(minute, 1)],
    }


async def test_who_is_due_comes_in_the_order_of_his_time(database: Database) -> None:
    await standing(
        database,
        a_request("retry", ready=False, not_before=after(20)),
        a_request("booked", state=State.BOOKED, not_before=after(10)),
        a_request("later", ready=False, not_before=after(21.000001)),
        a_request("waiting", not_before=after(5)),
        a_request("forever", ready=False),
        a_request("over", state=State.EXPIRED, ready=False, not_before=after(1)),
    )
    assert names(await database.read(lambda work: work.requests.due(now=after(21)))) == ["booked", "retry"]
    assert names(await database.read(lambda work: work.requests.due(now=after(21), limit=1))) == ["booked"]


async def test_a_persons_open_requests_and_those_within_their_grace(database: Database) -> None:
    anna = a_number("anna")
    unreached = a_request("grace", state=State.UNREACHED, phone=anna, grace_until=after(100))
    await standing(
        database,
        a_request("now", phone=anna, virtual_start=after(5)),
        replace(unreached, virtual_start=after(1)),
        replace(unreached, id="over", grace_until=after(50)),
        a_request("served", state=State.SERVED, phone=anna),
        a_request("app", customer="bank/1", queue=QueueId("loans"), virtual_start=after(9)),
        a_request("line", mode=Mode.HOLD, state=State.HOLDING, call_sid=CallSid("CA1"), virtual_start=after(7)),
        a_request("other", phone=a_number("boris")),
        a_request("unknown"),
    )

    async def whose(**asked: str) -> list[str]:
        return names(await database.read(lambda work: work.requests.open_of(now=after(50), **asked)))  # type: ignore[arg-type]

    assert await whose(phone_index="anna") == ["grace", "now"]
    assert await whose(customer="bank/1") == ["app"]
    assert await whose(call_sid="CA1") == ["line"]
    assert await whose(phone_index="anna", customer="bank/1") == ["grace", "now", "app"]
    assert await whose() == []
    assert await whose(phone_index="") == []


async def test_a_search_shows_the_newest_first(database: Database) -> None:
    await standing(
        database,
        a_request("r1", created_at=after(1), phone=a_number("anna")),
        a_request("r2", created_at=after(2), state=State.SERVED),
        a_request("r3", created_at=after(3), mode=Mode.MESSAGE),
        a_request("r4", created_at=after(4), queue=QueueId("loans")),
    )

    async def found(**asked: object) -> list[str]:
        return names(await database.read(lambda work: work.requests.search(**asked)))  # type: ignore[arg-type]

    assert await found() == ["r4", "r3", "r2", "r1"]
    assert await found(limit=2) == ["r4", "r3"]
    assert await found(queue="cards", states=("waiting",)) == ["r3", "r1"]
    assert await found(states=(State.SERVED, State.EXPIRED)) == ["r2"]
    assert await found(mode="message") == ["r3"]
    assert await found(phone_index="anna") == ["r1"]


async def test_the_oldest_expire_first(database: Database) -> None:
    await standing(
        database,
        a_request("r3", created_at=after(30)),
        a_request("r1", created_at=after(10), ready=False),
        a_request("r2", created_at=after(20), state=State.BOOKED, mode=Mode.SCHEDULED, slot_start=after(59)),
        a_request("in time", created_at=after(60)),
        a_request("slot to come", created_at=after(1), state=State.BOOKED, mode=Mode.SCHEDULED, slot_start=after(60)),
        a_request("talking", created_at=after(1), state=State.TALKING),
        a_request("holding", created_at=after(1), mode=Mode.HOLD, state=State.HOLDING),
        a_request("over", created_at=after(1), state=State.EXPIRED),
        a_request("loan", created_at=after(1), queue=QueueId("loans")),
    )

    async def stale(**limit: int) -> list[str]:
        return names(
            await database.read(lambda work: work.requests.expirable(queue="cards", before=after(60), **limit))
        )

    assert await stale() == ["r1", "r2", "r3"]
    assert await stale(limit=2) == ["r1", "r2"]


@pytest.mark.parametrize(
    ("states", "of_the_open_alone"),
    [((State.WAITING, State.BOOKED), True), ((State.WAITING, State.SERVED), False), ((), False)],
)
async def test_searching_the_open_ones_walks_past_no_closed_one(
    database: Database, states: tuple[State, ...], of_the_open_alone: bool
) -> None:
    plan = await database.read(
        lambda work: plan_of(work, lambda work: work.requests.search(queue="cards", states=states))
    )
    assert ("ix_requests_open_created" in plan) is of_the_open_alone, plan


async def test_the_oldest_are_found_without_a_walk_through_history(database: Database) -> None:
    plan = await database.read(
        lambda work: plan_of(work, lambda work: work.requests.expirable(queue="cards", before=after(0)))
    )
    assert "ix_requests_open_created" in plan, plan
