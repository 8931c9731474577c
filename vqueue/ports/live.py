"""What may be lost at any instant: nudges, shared limits, boards."""

from collections.abc import AsyncIterator
from typing import Protocol

from vqueue.domain.board import QueueBoard


class Broadcast(Protocol):
    """'Something changed' messages: they carry no truth, receivers read again; slow polls are the fallback."""

    async def tell(self, topic: str) -> None:
        """Never raises, never waits for receivers."""
        ...

    def listen(self, *topics: str) -> AsyncIterator[str]:
        """Topics as they are told, merged while the reader is slow. Ends when the iterator is closed."""
        ...


class Throttle(Protocol):
    """Shared token buckets on wall time. A missing bucket counts as an empty one."""

    async def take(self, key: str, *, rate: float, burst: int, count: int = 1) -> bool:
        """Whether `count` tokens were there and are now taken."""
        ...


class Board(Protocol):
    """The queues' boards, published by the dispatcher at most once a second."""

    async def publish(self, board: QueueBoard) -> None: ...

    async def read(self, queue: str) -> QueueBoard | None: ...

    async def read_all(self) -> list[QueueBoard]: ...
