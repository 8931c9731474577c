"""Remembers, in order, everything that happened on the network: the judge of who was called and how often."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vqueue.sandbox.clock import Clock

MAX_ENTRIES = 500_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact. `numbers` are the telephones concerned, which a withheld caller's `from_` does not show."""

    seq: int
    at: datetime
    event: str
    call_sid: str | None = None
    parent_call_sid: str | None = None
    from_: str | None = None
    to: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()

    def as_json(self) -> dict[str, Any]:
        return {
            "seq": self.seq,
            "at": self.at.isoformat(timespec="milliseconds"),
            "event": self.event,
            "call_sid": self.call_sid,
            "parent_call_sid": self.parent_call_sid,
            "from": self.from_,
            "to": self.to,
            "detail": self.detail,
        }


class Ledger:
    """Append only; the oldest entries go first when `MAX_ENTRIES` is reached."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=MAX_ENTRIES)
        self._seq = 0
        self._changed = asyncio.Event()

    @property
    def last_seq(self) -> int:
        return self._seq

    def record(
        self,
        event: str,
        *,
        call_sid: str | None = None,
        parent_call_sid: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        numbers: Iterable[str] = (),
        detail: dict[str, Any] | None = None,
    ) -> Entry:
        self._seq += 1
        known = frozenset(number for number in (from_, to, *numbers) if number)
        entry = Entry(self._seq, self._clock.now(), event, call_sid, parent_call_sid, from_, to, detail or {}, known)
        self._entries.append(entry)
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        return entry

    def entries(self, *, after: int = 0, number: str | None = None, limit: int | None = None) -> list[Entry]:
        """Entries with a higher `seq` than `after`, oldest first; the first `limit` of them."""
        found: list[Entry] = []
        for entry in self._newer(after):
            if number is None or number in entry.numbers:
                found.append(entry)
                if limit is not None and len(found) >= limit:
                    break
        return found

    def _newer(self, after: int) -> Iterable[Entry]:
        if not self._entries:
            return ()
        skip = max(0, after - self._entries[0].seq + 1)
        if skip >= len(self._entries):
            return ()
        if skip > len(self._entries) // 2:
            return [self._entries[index - len(self._entries)] for index in range(skip, len(self._entries))]
        return [entry for entry in self._entries if entry.seq > after]

    async def follow(self, after: int = 0) -> AsyncIterator[Entry]:
        """Every entry after `after`, for ever."""
        while True:
            changed = self._changed
            for entry in self._newer(after):
                after = entry.seq
                yield entry
            if changed is self._changed:
                await changed.wait()

    async def wait_for(self, wanted: Callable[[Entry], bool], *, after: int = 0, timeout_s: float = 10.0) -> Entry:
        """The first entry after `after` that is `wanted`; raises TimeoutError after `timeout_s` wall seconds."""
        async with asyncio.timeout(timeout_s):
            async for entry in self.follow(after):
                if wanted(entry):
                    return entry
        raise AssertionError("a ledger never ends")
