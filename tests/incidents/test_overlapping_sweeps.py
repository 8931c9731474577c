"""Overlapping sweeps that dialled one customer 51 times."""

import asyncio

from tests.stories.bank import CUSTOMER, Bank
from tests.stories.scenes import ACCEPTS, attempts, keeps_a_place, rung
from vqueue.domain.causes import Cause
from vqueue.domain.request import State
from vqueue.services import dispatching
from vqueue.services.dispatching import Lease

SWEEPS = 51
AGENTS = [f"+4420794602{number:02d}" for number in range(1, 7)]


async def test_overlapping_sweeps_dial_a_customer_once(bank: Bank) -> None:
    """A callback job ran every few seconds, took longer than that, and each round found the customer still waiting:
    he was dialled 51 times.

    Here 51 rounds run at once beside the service's own, under a lease of their own, with six agents free. The guard:
    the reservation of request, attempt and agent is one transaction over rows that can be won once (guarded updates,
    one open attempt for a request), and a call is posted by whoever claimed its stored intent.
    """
    for number in AGENTS:
        await bank.agent(f"agent-{number[-2:]}", number, answers={"after_s": 1}, keys=[ACCEPTS], talk_s=10)
    epoch = await bank.house.database.transact(
        lambda work: work.leases.acquire(shard="overlapping", holder="sweeps", ttl_s=60)
    )
    request = await keeps_a_place(bank, talk_s=5)
    lease = Lease("overlapping", epoch)
    await asyncio.gather(*(dispatching.tick(bank.house, lease) for _ in range(SWEEPS)))
    await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    assert await rung(bank, CUSTOMER) == 1
    assert sum([await rung(bank, number) for number in AGENTS]) == 1
    assert [one.outcome for one in await attempts(bank, request)] == [Cause.TALKED]
