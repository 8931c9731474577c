"""Token buckets: never more than the rate and the burst allow, and nothing out of a bucket that is missing."""

import asyncio

from tests.live.conftest import MovedClock, Tap
from vqueue.live.local import BUCKETS_MAX, LocalThrottle

SLOW = 0.001
"""Tokens a second: what real time adds while a test runs does not matter."""


async def taken(tap: Tap, tries: int, *, burst: int = 5, rate: float = SLOW) -> int:
    return sum([await tap.throttle.take("calls", rate=rate, burst=burst) for _ in range(tries)])


async def test_a_missing_bucket_is_empty(tap: Tap) -> None:
    assert not await tap.throttle.take("calls", rate=SLOW, burst=5)


async def test_a_bucket_fills_at_its_rate(tap: Tap) -> None:
    assert await taken(tap, 1) == 0
    await tap.after("calls", 2.5 / SLOW)
    assert await taken(tap, 5) == 2
    await tap.after("calls", 0.6 / SLOW)
    assert await taken(tap, 5) == 1


async def test_a_bucket_never_holds_more_than_its_burst(tap: Tap) -> None:
    assert await taken(tap, 1) == 0
    await tap.after("calls", 1_000 / SLOW)
    assert await taken(tap, 50) == 5


async def test_several_are_taken_together_or_not_at_all(tap: Tap) -> None:
    assert await taken(tap, 1) == 0
    await tap.after("calls", 3.2 / SLOW)
    assert not await tap.throttle.take("calls", rate=SLOW, burst=5, count=4)
    assert await tap.throttle.take("calls", rate=SLOW, burst=5, count=3)
    assert not await tap.throttle.take("calls", rate=SLOW, burst=5)


async def test_more_than_the_burst_is_never_there(tap: Tap) -> None:
    assert await taken(tap, 1) == 0
    await tap.after("calls", 1_000 / SLOW)
    assert not await tap.throttle.take("calls", rate=SLOW, burst=5, count=6)


async def test_one_bucket_does_not_fill_another(tap: Tap) -> None:
    assert await taken(tap, 1) == 0
    await tap.after("calls", 5 / SLOW)
    assert not await tap.throttle.take("messages", rate=SLOW, burst=5)


async def test_many_at_once_get_no_more_than_there_is(tap: Tap) -> None:
    assert await taken(tap, 1) == 0
    await tap.after("calls", 100 / SLOW)
    answers = await asyncio.gather(*(tap.throttle.take("calls", rate=SLOW, burst=5) for _ in range(20)))
    assert sum(answers) == 5


async def test_buckets_of_one_process_are_bounded() -> None:
    clock = MovedClock()
    throttle = LocalThrottle(clock)
    await throttle.take("first", rate=1, burst=1)
    for number in range(BUCKETS_MAX):
        await throttle.take(str(number), rate=1, burst=1)
    clock.seconds += 10
    assert not await throttle.take("first", rate=1, burst=1)
    assert await throttle.take(str(BUCKETS_MAX - 1), rate=1, burst=1)
