"""Nudges, limits and boards of a single process."""

import asyncio
from collections.abc import AsyncIterator
from weakref import WeakSet

from vqueue.domain.board import QueueBoard
from vqueue.ports.clock import Clock

BUCKETS_MAX = 100_000
"""Buckets kept; the one longest unused is forgotten first, and a forgotten bucket is an empty one."""
_ROUNDING = 1e-9


class Listener(AsyncIterator[str]):
    """One reader's topics; a topic told again before it is read is read once."""

    def __init__(self, topics: tuple[str, ...]) -> None:
        self._topics = topics
        self._pending: dict[str, None] = {}
        self._stirred = asyncio.Event()
        self._closed = False

    def tell(self, topic: str) -> None:
        if topic in self._topics and not self._closed:
            self._pending[topic] = None
            self._stirred.set()

    def tell_all(self) -> None:
        for topic in self._topics:
            self.tell(topic)

    async def __anext__(self) -> str:
        while not self._pending:
            if self._closed:
                raise StopAsyncIteration
            self._stirred.clear()
            await self._stirred.wait()
        topic = next(iter(self._pending))
        del self._pending[topic]
        return topic

    async def aclose(self) -> None:
        """Ends the iteration, also for a reader who waits at this moment."""
        self._closed = True
        self._pending.clear()
        self._stirred.set()


class LocalBroadcast:
    """Implements ports.Broadcast. A listener nobody holds any more is forgotten by itself."""

    def __init__(self) -> None:
        self._listeners: WeakSet[Listener] = WeakSet()

    async def tell(self, topic: str) -> None:
        for listener in list(self._listeners):
            listener.tell(topic)

    def tell_all(self) -> None:
        """Every listener hears each of its topics: something may have been missed."""
        for listener in list(self._listeners):
            listener.tell_all()

    def listen(self, *topics: str) -> Listener:
        """Hears what is told from this call on."""
        listener = Listener(topics)
        self._listeners.add(listener)
        return listener


class LocalThrottle:
    """Implements ports.Throttle: token buckets on wall time that begin empty, fill at `rate` a second up to `burst`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    async def take(self, key: str, *, rate: float, burst: int, count: int = 1) -> bool:
        now = self._clock.wall()
        held, at = self._buckets.pop(key, (0.0, now))
        tokens = min(float(burst), held + max(0.0, now - at) * rate)
        enough = tokens + _ROUNDING >= count
        self._buckets[key] = (tokens - count if enough else tokens, now)
        if len(self._buckets) > BUCKETS_MAX:
            del self._buckets[next(iter(self._buckets))]
        return enough


class LocalBoard:
    """Implements ports.Board."""

    def __init__(self) -> None:
        self._boards: dict[str, QueueBoard] = {}

    async def publish(self, board: QueueBoard) -> None:
        self._boards[board.queue] = board

    async def read(self, queue: str) -> QueueBoard | None:
        return self._boards.get(queue)

    async def read_all(self) -> list[QueueBoard]:
        """In the order of the queues' names."""
        return [self._boards[queue] for queue in sorted(self._boards)]
