"""Nudges, limits and boards shared by many processes; without Redis they fall silent, and nothing else changes."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from vqueue.domain.board import QueueBoard
from vqueue.live.local import Listener, LocalBroadcast
from vqueue.live.plain import from_json, to_json

TOPICS = "vqueue:told:"
BUCKETS = "vqueue:bucket:"
BOARDS = "vqueue:board:"
BOARD_NAMES = "vqueue:boards"
ANSWER_WITHIN_S = 1.0
LISTEN_AGAIN_S = 1.0
BOARD_KEPT_S = 600
BUCKET_KEPT_S = 86_400
"""A bucket unused for a day longer than it takes to fill is forgotten, and so empty again."""

T = TypeVar("T")
_log = structlog.get_logger(__name__)

_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local rate, burst, count, kept_s = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(bucket[1]) or 0, tonumber(bucket[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - at) / 1000000 * rate)
local enough = 0
if tokens + 0.000001 >= count then
  tokens = math.max(0, tokens - count)
  enough = 1
end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.9f', tokens), 'at', string.format('%.0f', now))
redis.call('EXPIRE', KEYS[1], kept_s)
return enough
"""


class Link:
    """A client whose loss is an answer; told in the log when it is lost and when it is back, not in between."""

    def __init__(self, url: str, *, answer_within_s: float | None = ANSWER_WITHIN_S) -> None:
        self.redis: Redis = Redis.from_url(
            url,
            decode_responses=True,
            encoding_errors="replace",
            socket_timeout=answer_within_s,
            socket_connect_timeout=ANSWER_WITHIN_S,
            socket_keepalive=True,
            retry=Retry(NoBackoff(), 0),
        )
        self._lost = False

    async def ask(self, question: Awaitable[T], *, otherwise: T) -> T:
        """The answer, or `otherwise` when Redis gives none."""
        try:
            answer = await question
        except (RedisError, OSError) as failure:
            self.lost(failure)
            return otherwise
        self.found()
        return answer

    def lost(self, failure: Exception) -> None:
        if not self._lost:
            said = "Redis does not answer; going on without."
            _log.warning("redis_lost", message=said, failure=type(failure).__name__)
        self._lost = True

    def found(self) -> None:
        if self._lost:
            _log.info("redis_back", message="Redis answers again.")
        self._lost = False


class RedisBroadcast:
    """Implements ports.Broadcast. Hears other processes, and its own words, while `run` runs."""

    def __init__(self, url: str, *, listen_again_s: float = LISTEN_AGAIN_S) -> None:
        self._telling = Link(url)
        self._hearing = Link(url, answer_within_s=None)
        self._heard = LocalBroadcast()
        self._listen_again_s = listen_again_s

    async def tell(self, topic: str) -> None:
        if await self._telling.ask(self._telling.redis.publish(TOPICS + topic, ""), otherwise=None) is None:
            await self._heard.tell(topic)

    def listen(self, *topics: str) -> Listener:
        """Each topic is also told whenever Redis is heard (again): something may have been missed before."""
        return self._heard.listen(*topics)

    async def run(self) -> None:
        """Passes on what is told through Redis, one connection for all listeners, until it is cancelled."""
        while True:
            try:
                await self._hear()
            except (RedisError, OSError) as failure:
                self._hearing.lost(failure)
            await asyncio.sleep(self._listen_again_s)

    async def _hear(self) -> None:
        async with self._hearing.redis.pubsub() as channel:
            await channel.psubscribe(f"{TOPICS}*")
            async for message in channel.listen():
                if message["type"] == "psubscribe":
                    self._hearing.found()
                    self._heard.tell_all()
                elif message["type"] == "pmessage":
                    await self._heard.tell(str(message["channel"]).removeprefix(TOPICS))

    async def aclose(self) -> None:
        await self._telling.redis.aclose()
        await self._hearing.redis.aclose()


class RedisThrottle:
    """Implements ports.Throttle on Redis' own clock: buckets that begin empty, and give nothing while Redis is away."""

    def __init__(self, url: str) -> None:
        self._link = Link(url)
        self._script: Any = self._link.redis.register_script(_TAKE)

    async def take(self, key: str, *, rate: float, burst: int, count: int = 1) -> bool:
        kept_s = BUCKET_KEPT_S + (round(burst / rate) if rate > 0 else 0)
        taking: Awaitable[int] = self._script(keys=[BUCKETS + key], args=[rate, burst, count, kept_s])
        return await self._link.ask(taking, otherwise=0) == 1

    async def aclose(self) -> None:
        await self._link.redis.aclose()


class RedisBoard:
    """Implements ports.Board: the boards as JSON; one that nobody publishes any more is gone after ten minutes."""

    def __init__(self, url: str) -> None:
        self._link = Link(url)

    async def publish(self, board: QueueBoard) -> None:
        async with self._link.redis.pipeline(transaction=False) as pipe:
            pipe.set(BOARDS + board.queue, to_json(board), ex=BOARD_KEPT_S)
            pipe.sadd(BOARD_NAMES, board.queue)
            await self._link.ask(pipe.execute(), otherwise=[])

    async def read(self, queue: str) -> QueueBoard | None:
        return _board(await self._link.ask(self._link.redis.get(BOARDS + queue), otherwise=None))

    async def read_all(self) -> list[QueueBoard]:
        """In the order of the queues' names."""
        names = sorted(map(str, await self._link.ask(self._link.redis.smembers(BOARD_NAMES), otherwise=set())))
        if not names:
            return []
        texts = await self._link.ask(self._link.redis.mget([BOARDS + name for name in names]), otherwise=[])
        return [board for board in map(_board, texts) if board is not None]

    async def answers(self) -> bool:
        """Whether Redis answers now."""
        pinged: Awaitable[bool] = self._link.redis.ping()
        return bool(await self._link.ask(pinged, otherwise=False))

    async def aclose(self) -> None:
        await self._link.redis.aclose()


def _board(text: str | bytes | None) -> QueueBoard | None:
    """None for what another version wrote and this one cannot read."""
    if text is None:
        return None
    try:
        return from_json(QueueBoard, text)
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        _log.warning("board_unreadable", message="A board in Redis could not be read.", fault=type(fault).__name__)
        return None
