"""Lives the life of a leg that <Dial> made: rings, is screened, is joined, may be sent elsewhere."""

import asyncio
from typing import TYPE_CHECKING

from vqueue.sandbox import exchange, interpreter
from vqueue.sandbox.bridge import Bridge
from vqueue.sandbox.calls import Call
from vqueue.sandbox.interpreter import Ending, Scope, Stage
from vqueue.sandbox.line import HungUp, Redirected
from vqueue.sandbox.source import Source
from vqueue.sandbox.twiml import BadDocument

if TYPE_CHECKING:
    from vqueue.sandbox.network import Network


class DialledLeg:
    """One child leg. `answered` and `accepted` are set in that order; `over` when it can no longer be joined."""

    def __init__(self, network: "Network", call: Call, screen: Source | None) -> None:
        self.network, self.call, self.screen = network, call, screen
        self.answered = asyncio.Event()
        self.accepted = asyncio.Event()
        self.over = asyncio.Event()
        self.released = asyncio.Event()
        self.bridge: Bridge | None = None

    async def live(self) -> None:
        """From the first ring to the end, or to the document it is redirected to."""
        try:
            if await exchange.ring_out(self.network, self.call):
                self.answered.set()
                await self._talk()
        except Redirected as redirected:
            self._part()
            await interpreter.run(self.network, self.call, redirected.source)
        except HungUp:
            self._part()
        finally:
            self.over.set()

    async def _talk(self) -> None:
        await exchange.after_answer(self.network, self.call)
        if self.screen is not None and not await self._passes(self.screen):
            self.network.hang_up(self.call, by="bank", cause="screened")
            return
        self.accepted.set()
        await self.call.line.race(self.released.wait())
        self.call.line.check()
        self._part()
        self.network.hang_up(self.call, by="peer")

    async def _passes(self, screen: Source) -> bool:
        """A screen that merely ends connects; one that hangs up, or cannot be run, does not."""
        try:
            return await interpreter.follow(Stage(self.network, self.call, Scope.SCREEN, screen)) is Ending.END
        except BadDocument as failure:
            self.network.note("error", self.call, code=failure.code, reason=failure.reason, url=failure.url or None)
            return False

    def _part(self) -> None:
        if self.bridge is not None:
            self.bridge.leave(self.call)
        self.over.set()
