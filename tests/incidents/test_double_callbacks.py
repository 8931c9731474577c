"""Double callbacks for one request."""

import asyncio
from functools import partial

from tests.stories.bank import AGENT, CUSTOMER, OTHER, Bank
from tests.stories.callers import another_is_served
from tests.stories.scenes import ACCEPTS, SCREEN, rung, wish
from vqueue.domain.errors import AlreadyOpen
from vqueue.domain.request import Request, State
from vqueue.services import requesting


async def test_asking_twenty_times_at_once_brings_one_call(bank: Bank) -> None:
    """A customer tapped "call me" again while the first answer was on its way, and on the telephone too: two places,
    two agents, two calls.

    The guard: one open request to dial for each number and queue, kept by the database, so that asking at the same
    instant cannot slip past a look beforehand.
    """
    await bank.network.person(CUSTOMER, answers={"after_s": 2}, keys=[SCREEN], talk_s=5)

    async def asks() -> Request | None:
        try:
            asked: Request = await bank.house.act(
                partial(requesting.request_callback, wish=wish(bank, CUSTOMER), quote=None)
            )
        except AlreadyOpen:
            return None
        return asked

    kept = [one for one in await asyncio.gather(*(asks() for _ in range(20))) if one is not None]
    assert len(kept) == 1
    await bank.agent("omer", AGENT, answers={"after_s": 1}, keys=[ACCEPTS], talk_s=20)
    await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    # A holder who is served afterwards shows that no second callback was waiting before him.
    await another_is_served(bank, OTHER)
    assert len(await bank.requests()) == 2
    assert await rung(bank, CUSTOMER) == 1
