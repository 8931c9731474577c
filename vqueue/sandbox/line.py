"""Lets whoever runs a leg be interrupted: the telephone is hung up, or the leg is sent to another document."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from vqueue.sandbox.source import Source

T = TypeVar("T")


class Interruption(Exception):
    """Something happened to the leg that its document must give way to."""


class HungUp(Interruption):
    """The leg has ended; it stays ended."""


class Redirected(Interruption):
    """The leg was sent to another document."""

    def __init__(self, source: Source) -> None:
        super().__init__("redirected")
        self.source = source


class Line:
    """One leg's interruptions and its keypad."""

    def __init__(self) -> None:
        self._pending: Interruption | None = None
        self._bell = asyncio.Event()
        self._keypads: list[asyncio.Queue[str]] = []

    @property
    def is_dead(self) -> bool:
        return isinstance(self._pending, HungUp)

    def interrupt(self, what: Interruption) -> None:
        """A hang-up outlasts everything; a newer redirection replaces one not yet taken."""
        if not self.is_dead:
            self._pending = what
            self._bell.set()

    async def race(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, unless an interruption comes first, which is raised then and `work` is cancelled."""
        if self._pending is not None:
            work.close()
            raise self._take()
        task = asyncio.ensure_future(work)
        bell = asyncio.ensure_future(self._bell.wait())
        try:
            await asyncio.wait({task, bell}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            bell.cancel()
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        if task.cancelled():
            raise self._take() if self._pending is not None else asyncio.CancelledError
        return task.result()

    def _take(self) -> Interruption:
        pending = self._pending
        assert pending is not None, "nothing interrupted"
        if isinstance(pending, Redirected):
            self._pending = None
            self._bell.clear()
            return pending
        return HungUp("hung up")

    def check(self) -> None:
        """Raises a pending interruption."""
        if self._pending is not None:
            raise self._take()

    def key(self, digit: str) -> bool:
        """True when somebody was listening for keys."""
        if self._keypads:
            self._keypads[-1].put_nowait(digit)
        return bool(self._keypads)

    @contextmanager
    def listening(self) -> Iterator["asyncio.Queue[str]"]:
        """Keys pressed meanwhile; the innermost listener gets them, keys nobody listens for are lost."""
        keypad: asyncio.Queue[str] = asyncio.Queue()
        self._keypads.append(keypad)
        try:
            yield keypad
        finally:
            self._keypads.remove(keypad)
