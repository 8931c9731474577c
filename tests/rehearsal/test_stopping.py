"""A rehearsal that nobody waits for any more ends, and its processes with it."""

import asyncio
import multiprocessing
from contextlib import aclosing, closing

from tests.rehearsal.days import a_day, rules
from vqueue.rehearser import PoolRehearser


async def test_closing_a_rehearsal_ends_its_processes() -> None:
    """Two hundred long days are asked for; it is closed as soon as it runs."""
    days, draft = (a_day(),) * 10, rules(enabled=False)
    with closing(PoolRehearser(processes=1)) as rehearser:
        work = rehearser.findings(days, in_force=rules(), draft=draft, repetitions=20)
        async with aclosing(work) as shares:
            async for share in shares:
                if isinstance(share, float) and multiprocessing.active_children():
                    break
        for child in multiprocessing.active_children():
            await asyncio.to_thread(child.join, 60)
        assert not multiprocessing.active_children()
