"""Customers who follow their requests: one reader for all of them, who hands each what has changed for him.

Rows that were told of are read at once, all together; rows that changed without a word are found by their versions
every few seconds. A new board costs one reading of the queues, and then arithmetic. What a follower is told is kept
before he hears it, as for anybody who asks.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from vqueue.domain.errors import NotFound, Refusal, StaleWrite, Unavailable
from vqueue.domain.ids import RequestId
from vqueue.domain.rules import Queue
from vqueue.ports.apps import Known, Mark
from vqueue.ports.database import Work
from vqueue.ports.live import Listening
from vqueue.services import quoting, showing
from vqueue.services.house import House
from vqueue.services.quoting import Grounds
from vqueue.services.showing import Shown

POLL_S = 4.0
"""A change nobody was told of is found this soon (wall)."""
ROUND_S = 1.0
"""New boards are looked at no more often than this (wall)."""
SHARE = 4.0
"""And so seldom that at least this many times as long as it takes is left to everything else."""
READ_MOST, WRITE_MOST, AT_ONCE = 500, 100, 50
"""Requests in one reading, in one transaction, and between two breaths of the event loop."""
_BOARDS = "boards"
_REQUEST = "request:"


@dataclass(eq=False)
class Follower:
    """One who follows. `shown` is what he is to see; `news` is set when that changed or something ended."""

    shown: Shown
    news: asyncio.Event
    ended: Refusal | None = None
    """Why nothing follows any more."""

    def end(self, why: Refusal) -> None:
        self.ended = why
        self.news.set()


@dataclass(eq=False)
class Followers:
    """All who follow something in this process."""

    house: House
    _of: dict[RequestId, set[Follower]] = field(default_factory=dict, init=False)
    _known: dict[RequestId, Known] = field(default_factory=dict, init=False)
    _queues: dict[str, Queue] = field(default_factory=dict, init=False)
    _stirred: set[RequestId] = field(default_factory=set, init=False)
    _boards: bool = field(default=False, init=False)
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _heard: Listening | None = field(default=None, init=False)
    _poll_at: float = field(default=0.0, init=False)
    _round_at: float = field(default=0.0, init=False)

    @contextmanager
    def follow(self, shown: Shown, news: asyncio.Event) -> Iterator[Follower]:
        """Follows from what he has just been shown; it is read once more, so that nothing falls between."""
        follower, request = Follower(shown, news), shown.request.id
        there = self._of.setdefault(request, set())
        there.add(follower)
        self._listening().add(_REQUEST + request)
        self._stir(request)
        try:
            yield follower
        finally:
            there.discard(follower)
            if not there:
                self._leave(request)

    def _leave(self, request: RequestId) -> None:
        self._of.pop(request, None)
        self._known.pop(request, None)
        if self._heard is not None:
            self._heard.drop(_REQUEST + request)
        self._news.set()

    def _stir(self, request: RequestId) -> None:
        self._stirred.add(request)
        self._news.set()

    def _listening(self) -> Listening:
        """The one listener; the reader begins with the first who follows and ends with the last."""
        if self._heard is None:
            self._heard = heard = self.house.broadcast.listen(_BOARDS)
            self.house.spawn(self._hear(heard))
            self.house.spawn(self._go_on(heard))
        return self._heard

    async def _hear(self, heard: Listening) -> None:
        async for topic in heard:
            if topic == _BOARDS:
                self._boards = True
            else:
                self._stirred.add(RequestId(topic.removeprefix(_REQUEST)))
            self._news.set()

    async def _go_on(self, heard: Listening) -> None:
        self._poll_at = self.house.clock.wall() + POLL_S
        try:
            while self._of:
                await self._something()
                await self._round()
        finally:
            self._heard = None
            self._end(self._of, Unavailable())
            await heard.aclose()

    async def _something(self) -> None:
        """Until there is something to read, or it is time to look whether there is."""
        while self._of and not self._stirred:
            self._news.clear()
            due = min(self._poll_at, self._round_at) if self._boards else self._poll_at
            left = due - self.house.clock.wall()
            if left <= 0:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._news.wait()

    async def _round(self) -> None:
        began = self.house.clock.wall()
        polls = began >= self._poll_at
        whole = polls or (self._boards and began >= self._round_at)
        stirred, self._stirred = self._stirred & self._of.keys(), set()
        try:
            if polls:
                stirred |= await self._moved()
                self._poll_at = began + POLL_S
            if whole:
                self._boards = False
                self._queues = await self.house.database.read(partial(_queues, names=tuple(self._queues)))
            await self._read(stirred)
            await self._tell(list(self._of) if whole else stirred)
        except Refusal as refusal:
            self._end(list(self._of) if whole else stirred, refusal)
        if whole:
            now = self.house.clock.wall()
            self._round_at = now + max(ROUND_S, SHARE * (now - began))

    async def _moved(self) -> set[RequestId]:
        """What changed without a word."""
        moved: set[RequestId] = set()
        for some in _pieces(list(self._of), READ_MOST):
            marks = await self.house.database.read(partial(_marks, requests=some))
            moved.update(one for one in some if one not in self._known or marks.get(one) != self._known[one].mark)
        return moved & self._of.keys()

    async def _read(self, requests: Iterable[RequestId]) -> None:
        for some in _pieces(requests, READ_MOST):
            found = await self.house.database.read(partial(showing.look, requests=some))
            for request in some:
                if request not in found:
                    self._end([request], NotFound("There is no such request."))
                elif request in self._of:
                    self._known[request], queue = found[request]
                    self._queues[queue.id] = queue

    async def _tell(self, requests: Iterable[RequestId]) -> None:
        """What each is shown by now: handed on, or first kept where it is worse or better than before."""
        grounds = {name: await quoting.grounds_of(self.house, queue) for name, queue in self._queues.items()}
        keep: dict[RequestId, Grounds] = {}
        for some in _pieces(requests, AT_ONCE):
            for request in some:
                found = self._known.get(request)
                if found is None:
                    continue
                seen = grounds[found.request.queue]
                last, shown = showing.reckoned(found, seen)
                if showing.is_news(found, last):
                    keep[request] = seen
                else:
                    self._hand(request, shown, seen)
            await asyncio.sleep(0)
        for these in _pieces(keep, WRITE_MOST):
            await self._keep({request: keep[request] for request in these})

    async def _keep(self, these: Mapping[RequestId, Grounds]) -> None:
        try:
            told = await self.house.database.transact(partial(showing.tell_all, these=these))
        except StaleWrite:
            self._stirred.update(these)  # somebody else is telling them; what he told is read next
            return
        for request, (found, shown) in told.items():
            if request in self._of:
                self._known[request] = found
                self._hand(request, shown, these[request])

    def _hand(self, request: RequestId, shown: Shown, seen: Grounds) -> None:
        over = not showing.may_go_on(shown.request, seen.now)
        for follower in self._of.get(request, ()):
            if shown.request.customer != follower.shown.request.customer:
                follower.end(NotFound("There is no such request."))
            elif over or showing.differs(follower.shown, shown, seen.now):
                follower.shown = shown
                follower.news.set()

    def _end(self, requests: Iterable[RequestId], why: Refusal) -> None:
        for request in list(requests):
            for follower in self._of.get(request, ()):
                follower.end(why)


def _pieces(requests: Iterable[RequestId], most: int) -> Iterator[list[RequestId]]:
    rest = iter(requests)
    while piece := list(islice(rest, most)):
        yield piece


def _marks(work: Work, requests: list[RequestId]) -> dict[RequestId, Mark]:
    return work.looks.marks(requests)


def _queues(work: Work, names: tuple[str, ...]) -> dict[str, Queue]:
    return {name: work.queues.get(name) for name in names}
