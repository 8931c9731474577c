"""Joins two legs so that their people hear each other, until one of them leaves."""

import asyncio
from typing import TYPE_CHECKING

from vqueue.sandbox.calls import Call

if TYPE_CHECKING:
    from vqueue.sandbox.network import Network


class Bridge:
    """`over` tells which leg left first."""

    def __init__(self, network: "Network", first: Call, second: Call) -> None:
        self.network = network
        self.legs = (first, second)
        self.started_at = network.clock.now()
        self.over: asyncio.Future[Call] = asyncio.get_running_loop().create_future()
        for leg, other in ((first, second), (second, first)):
            leg.bridge = self
            network.note("bridged", leg, with_call_sid=other.sid, **{"with": other.telephone})
        for leg, other in ((first, second), (second, first)):
            if leg.party is not None:
                leg.party.bridged(leg, other)

    def other(self, leg: Call) -> Call:
        return self.legs[1] if leg is self.legs[0] else self.legs[0]

    def leave(self, leg: Call) -> None:
        """Ends the bridge; the second one to leave changes nothing."""
        if self.over.done():
            return
        self.over.set_result(leg)
        for one in self.legs:
            if one.bridge is self:
                one.bridge = None
            if one.party is not None:
                one.party.unbridged(one)

    async def until_over(self) -> Call:
        return await asyncio.shield(self.over)

    def duration_s(self) -> int:
        return max(0, round((self.network.clock.now() - self.started_at).total_seconds()))
