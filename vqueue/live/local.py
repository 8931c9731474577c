"""Nudges, limits and boards of a single process."""

import asyncio
from weakref import WeakSet

from vqueue.domain.board import QueueBoard
from vqueue.ports.clock import Clock

BUCKETS_MAX = 100_000
"""Buckets kept; the one longest unused is forgotten first, and a forgotten bucket is an empty one."""
_ROUNDING = 1e-9


class Listener:
    """One reader's topics; a topic told again before it is read is read once."""

    def __init__(self, hall: "LocalBroadcast") -> None:
        self._hall = hall
        self._topics: set[str] = set()
        self._pending: dict[str, None] = {}
        self._stirred = asyncio.Event()
        self._closed = False

    def add(self, topic: str) -> None:
        """Hears this topic too from now on."""
        self._topics.add(topic)
        self._hall.by_topic.setdefault(topic, WeakSet()).add(self)

    def drop(self, topic: str) -> None:
        """Hears it no more."""
        self._topics.discard(topic)
        self._pending.pop(topic, None)
        self._hall.leave(self, topic)

    def tell(self, topic: str) -> None:
        if not self._closed:
            self._pending[topic] = None
            self._stirred.set()

    def tell_all(self) -> None:
        for topic in self._topics:
            self.tell(topic)

    def __aiter__(self) -> "Listener":
        return self

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
        for topic in list(self._topics):
            self.drop(topic)
        self._stirred.set()

    def __del__(self) -> None:
        for topic in self._topics:
            self._hall.leave(self, topic)


class LocalBroadcast:
    """Implements ports.Broadcast. A listener nobody holds any more is forgotten by itself. Telling costs as much as
    there are listeners to the topic, however many there are to others."""

    def __init__(self) -> None:
        self._listeners: WeakSet[Listener] = WeakSet()
        self.by_topic: dict[str, WeakSet[Listener]] = {}

    async def tell(self, topic: str) -> None:
        for listener in list(self.by_topic.get(topic, ())):
            listener.tell(topic)

    def tell_all(self) -> None:
        """Every listener hears each of its topics: something may have been missed."""
        for listener in list(self._listeners):
            listener.tell_all()

    def listen(self, *topics: str) -> Listener:
        """Hears what is told from this call on."""
        listener = Listener(self)
        self._listeners.add(listener)
        for topic in topics:
            listener.add(topic)
        return listener

    def leave(self, listener: Listener, topic: str) -> None:
        """A topic that nobody listens to is forgotten."""
        there = self.by_topic.get(topic)
        if there is not None:
            there.discard(listener)
            if not len(there):
                del self.by_topic[topic]


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
