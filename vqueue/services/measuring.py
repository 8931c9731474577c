"""The database and the provider's interface with somebody at the door who counts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, assert_never

from vqueue.domain.errors import Refusal, Unavailable
from vqueue.domain.ids import CallSid
from vqueue.domain.speech import Target
from vqueue.ports.database import Database, Work
from vqueue.ports.metrics import Meter
from vqueue.ports.telephony import Busy, CallRecord, Doubt, NotPlaced, Order, Placed, Placing, Telephony

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredDatabase:
    """`ports.database.Database`: the same one, each op timed. `wall` reads monotonic seconds."""

    database: Database
    meter: Meter
    wall: Callable[[], float]

    async def transact(self, op: Callable[[Work], T]) -> T:
        with _Timed(self, "write"):
            return await self.database.transact(op)

    async def read(self, op: Callable[[Work], T]) -> T:
        with _Timed(self, "read"):
            return await self.database.read(op)

    async def close(self) -> None:
        await self.database.close()


class _Timed:
    """One op from being asked to its answer, waiting included. Its own exception goes on."""

    def __init__(self, measured: MeasuredDatabase, kind: str) -> None:
        self._measured, self._kind = measured, kind
        self._began = measured.wall()

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        seconds = self._measured.wall() - self._began
        self._measured.meter.transaction(self._kind, seconds=seconds, result=_result(error))


def _result(error: BaseException | None) -> str:
    if error is None:
        return "done"
    return "refused" if isinstance(error, Refusal) and not isinstance(error, Unavailable) else "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredTelephony:
    """`ports.telephony.Telephony`: the same one, the outcome of each placing counted."""

    telephony: Telephony
    meter: Meter

    async def place(self, order: Order) -> Placing:
        answer = await self.telephony.place(order)
        self.meter.placed("call", outcome(answer))
        return answer

    async def message(self, *, to: str, text: str) -> Placing:
        answer = await self.telephony.message(to=to, text=text)
        self.meter.placed("message", outcome(answer))
        return answer

    async def redirect(self, call: CallSid, to: Target) -> bool:
        return await self.telephony.redirect(call, to)

    async def hang_up(self, call: CallSid) -> bool:
        return await self.telephony.hang_up(call)

    async def look_up(self, call: CallSid) -> CallRecord | None:
        return await self.telephony.look_up(call)

    async def find(
        self, *, to: str | None = None, since: datetime | None = None, parent: CallSid | None = None
    ) -> list[CallRecord]:
        return await self.telephony.find(to=to, since=since, parent=parent)

    async def drop_queue(self, name: str) -> bool:
        return await self.telephony.drop_queue(name)


def outcome(answer: Placing) -> str:
    """The word an answer of the provider is counted under."""
    match answer:
        case Placed():
            return "placed"
        case NotPlaced():
            return "refused"
        case Busy():
            return "limited"
        case Doubt():
            return "doubtful"
        case _:
            assert_never(answer)
