"""Redis may be emptied, cut off or gone at any instant: nothing raises, nothing is let through."""

import asyncio
from contextlib import suppress

import pytest
from redis import Redis
from structlog.testing import capture_logs

from tests.live.boards import queue_board
from tests.servers.process import ServerProcess
from vqueue.live.redis import BUCKETS, RedisBoard, RedisBroadcast, RedisThrottle

WITHIN_S = 20


def fill(redis: Redis, key: str) -> None:
    """A bucket that was last used long ago."""
    redis.hset(BUCKETS + key, mapping={"tokens": 0, "at": 0})


async def test_redis_flushed_and_stopped_in_the_middle(mortal_redis: tuple[str, ServerProcess]) -> None:
    url, server = mortal_redis
    broadcast, throttle, board = RedisBroadcast(url), RedisThrottle(url), RedisBoard(url)
    with Redis.from_url(url) as redis:
        fill(redis, "calls")
        await board.publish(queue_board())
        assert await throttle.take("calls", rate=1, burst=5)

        redis.flushall()
        redis.script_flush()
        assert not await throttle.take("calls", rate=0.001, burst=5), "an emptied bucket is an empty one"
        assert await board.read("cards") is None
        assert await board.read_all() == []
        fill(redis, "calls")

    server.stop()
    with capture_logs() as entries:
        assert not await throttle.take("calls", rate=1, burst=5)
        assert not await throttle.take("calls", rate=1, burst=5)
        await board.publish(queue_board())
        assert await board.read("cards") is None
        assert await board.read_all() == []
        await broadcast.tell("dispatch")
    assert [entry["event"] for entry in entries] == ["redis_lost"] * 3, "each part tells its loss once"
    for part in (broadcast, throttle, board):
        await part.aclose()


async def test_this_process_hears_itself_while_redis_is_away(unused_tcp_port: int) -> None:
    broadcast = RedisBroadcast(f"redis://127.0.0.1:{unused_tcp_port}/0")
    listener = broadcast.listen("dispatch")
    await broadcast.tell("dispatch")
    assert await asyncio.wait_for(anext(listener), WITHIN_S) == "dispatch"
    await broadcast.aclose()


async def test_a_cut_subscription_is_made_again_and_tells_that_something_may_be_missed(redis_url: str) -> None:
    broadcast = RedisBroadcast(redis_url, listen_again_s=0.01)
    listener = broadcast.listen("dispatch")
    running = asyncio.create_task(broadcast.run())
    assert await asyncio.wait_for(anext(listener), WITHIN_S) == "dispatch"
    with Redis.from_url(redis_url) as redis:
        redis.client_kill_filter(_type="pubsub")
    assert await asyncio.wait_for(anext(listener), WITHIN_S) == "dispatch"
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await broadcast.aclose()


async def test_two_processes_hear_each_other(redis_url: str) -> None:
    here, there = RedisBroadcast(redis_url), RedisBroadcast(redis_url)
    listener = there.listen("dispatch")
    running = asyncio.create_task(there.run())
    assert await asyncio.wait_for(anext(listener), WITHIN_S) == "dispatch"
    await here.tell("dispatch")
    assert await asyncio.wait_for(anext(listener), WITHIN_S) == "dispatch"
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await here.aclose()
    await there.aclose()


async def test_two_processes_share_one_bucket(redis_url: str) -> None:
    here, there = RedisThrottle(redis_url), RedisThrottle(redis_url)
    with Redis.from_url(redis_url) as redis:
        fill(redis, "calls")
        takes = [throttle.take("calls", rate=0.001, burst=4) for throttle in (here, there) for _ in range(10)]
        assert sum(await asyncio.gather(*takes)) == 4
        assert 0 < redis.ttl(f"{BUCKETS}calls") <= 2 * 86_400
    await here.aclose()
    await there.aclose()


@pytest.mark.parametrize("rate", [0.0, 0.001])
async def test_a_rate_of_nothing_gives_nothing(redis_url: str, rate: float) -> None:
    throttle = RedisThrottle(redis_url)
    assert [await throttle.take("calls", rate=rate, burst=5) for _ in range(3)] == [False] * 3
    await throttle.aclose()
