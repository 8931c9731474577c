"""What may be lost at any instant: nudges, shared limits, boards."""

from typing import Protocol

from vqueue.domain.board import QueueBoard


class Listening(Protocol):
    """Topics as they are told, merged while the reader is slow. Ends when it is closed."""

    def __aiter__(self) -> "Listening": ...

    async def __anext__(self) -> str: ...

    def add(self, topic: str) -> None:
        """Hears this topic too from now on."""
        ...

    def drop(self, topic: str) -> None:
        """Hears it no more."""
        ...

    async def aclose(self) -> None: ...


class Broadcast(Protocol):
    """'Something changed' messages: they carry no truth, receivers read again; slow polls are the fallback."""

    async def tell(self, topic: str) -> None:
        """Never raises, never waits for receivers."""
        ...

    def listen(self, *topics: str) -> Listening:
        """Hears what is told on these topics from now on."""
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
