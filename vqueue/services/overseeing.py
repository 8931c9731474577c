"""The live board of the whole bank: what each part shows is read once for everybody who looks, each as often as it
changes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from vqueue.domain.alert import Alert
from vqueue.services import alerting, coming, trending
from vqueue.services.coming import Ahead
from vqueue.services.house import House
from vqueue.services.reading import Boards
from vqueue.services.trending import Trends
from vqueue.services.views import BoardView, QueueView

HOURS = 6
"""Of the coming time that the board shows."""
ALERTS_FRESH_S = 1.0
AHEAD_FRESH_S = 3.0
TRENDS_FRESH_S = 60.0
"""For so long (wall) each part is shared by everybody."""

T = TypeVar("T")


@dataclass(kw_only=True)
class _Part(Generic[T]):
    """Something that is read again when it is older than `fresh_s`."""

    fresh_s: float
    read: Callable[[], Awaitable[T]]
    known: tuple[float, T] | None = None
    """When it was read last, and what was found."""

    async def at(self, wall: float) -> T:
        if self.known is None or self.is_old(wall):
            self.known = (wall, await self.read())
        return self.known[1]

    def is_old(self, wall: float) -> bool:
        return self.known is None or wall - self.known[0] >= self.fresh_s

    def forget(self) -> None:
        self.known = None


@dataclass(kw_only=True)
class Overview:
    """The board with its alerts, the last hours and the coming ones."""

    house: House
    boards: Boards = field(init=False)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _alerts: _Part[tuple[Alert, ...]] = field(init=False)
    _ahead: _Part[tuple[Ahead, ...]] = field(init=False)
    _trends: _Part[Trends | None] = field(init=False)
    _walking: bool = False

    def __post_init__(self) -> None:
        house = self.house
        self.boards = Boards(house=house)
        self._alerts = _Part(fresh_s=ALERTS_FRESH_S, read=lambda: alerting.now(house))
        self._ahead = _Part(fresh_s=AHEAD_FRESH_S, read=lambda: coming.everywhere(house, HOURS))
        self._trends = _Part(fresh_s=TRENDS_FRESH_S, read=lambda: trending.trends(house))

    async def now(self) -> BoardView:
        """Raises Unavailable without the database."""
        async with self._lock:
            wall = self.house.clock.wall()
            alerts, ahead = await self._alerts.at(wall), await self._ahead.at(wall)
            trends = await self._past(wall)
        return together(await self.boards.now(), alerts, ahead, trends)

    async def _past(self, wall: float) -> Trends | None:
        """Only whoever looks first waits for it: it is a walk through hours."""
        known = self._trends.known
        if known is None:
            return await self._trends.at(wall)
        if self._trends.is_old(wall) and not self._walking:
            self._walking = True
            self.house.spawn(self._walk(wall))
        return known[1]

    async def _walk(self, wall: float) -> None:
        try:
            await self._trends.at(wall)
        finally:
            self._walking = False

    async def forget(self) -> None:
        """Something was done here: whoever looks next sees it."""
        async with self._lock:
            self._alerts.forget()
            self._ahead.forget()
        await self.boards.forget()


def together(board: BoardView, alerts: tuple[Alert, ...], ahead: tuple[Ahead, ...], trends: Trends | None) -> BoardView:
    """The board with all its parts."""
    soon = {each.queue: each for each in ahead}

    def whole(view: QueueView) -> QueueView:
        name = view.queue.id
        return replace(
            view,
            alerts=tuple(alert for alert in alerts if alert.queue == name),
            trend=trends.queues.get(name) if trends is not None else None,
            ahead=soon.get(name),
        )

    return replace(
        board,
        queues=tuple(whole(view) for view in board.queues),
        alerts=tuple(alert for alert in alerts if alert.queue is None),
        trend=trends.bank if trends is not None else None,
    )
