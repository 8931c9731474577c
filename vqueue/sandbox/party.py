"""Plays whoever is at the far end of a leg: virtual people, answering machines, fax machines."""

import asyncio
import random
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from vqueue.sandbox.calls import Call
from vqueue.sandbox.people import Answers, KeyRule, Manner, Program
from vqueue.sandbox.speech import speech_s

if TYPE_CHECKING:
    from vqueue.sandbox.network import Network

PATIENCE_OF_A_FAX_S = 20.0


class Answer(Enum):
    """How the far end met the ringing."""

    ANSWERED = "answered"
    BUSY = "busy"
    FAILED = "failed"


class Party(Protocol):
    """The far end of one leg, told what happens there."""

    manner: Manner
    verdict: str | None
    beeped: asyncio.Event

    async def answer(self, call: Call) -> Answer: ...
    def begin(self, call: Call) -> None: ...
    def hears(self, call: Call, text: str, language: str, by: str) -> None: ...
    def heard(self, call: Call, text: str) -> None: ...
    def tone(self, call: Call, text: str) -> None: ...
    def bridged(self, call: Call, other: Call) -> None: ...
    def unbridged(self, call: Call) -> None: ...
    def pressed(self, call: Call, digits: str) -> None: ...
    def ended(self, call: Call) -> None: ...
    def message_s(self) -> float: ...


class VirtualPerson:
    """Follows a program: answers, presses keys at what is heard, loses patience, talks, hangs up."""

    def __init__(self, network: "Network", program: Program, way: Answers, chance: random.Random) -> None:
        self.network, self.program, self.way, self._chance = network, program, way, chance
        self.manner = way.manner
        self.verdict = way.verdict
        self.beeped = asyncio.Event()
        self._spent: set[int] = set()
        self._timers: dict[str, asyncio.Task[Any]] = {}

    async def answer(self, call: Call) -> Answer:
        match self.manner:
            case Manner.BUSY | Manner.DECLINES:
                if self.manner is Manner.DECLINES:
                    await self.network.clock.sleep(self.way.after.draw(self._chance))
                return Answer.BUSY
            case Manner.FAILED:
                return Answer.FAILED
            case Manner.NEVER:
                await asyncio.Event().wait()
            case Manner.PERSON | Manner.MACHINE | Manner.FAX:
                await self.network.clock.sleep(self.way.after.draw(self._chance))
        if self.network.is_talking(call.telephone, but=call) and not self.program.call_waiting:
            await asyncio.Event().wait()
        return Answer.ANSWERED

    def begin(self, call: Call) -> None:
        if self.manner is Manner.PERSON:
            if self.program.total is not None:
                self._after("total", self.program.total.draw(self._chance), call, "total")
            self._wait_patiently(call)
        elif self.manner is Manner.MACHINE:
            self._timers["machine"] = self.network.tasks.start(self._greet(call))
        else:
            self._after("machine", PATIENCE_OF_A_FAX_S, call, "fax")

    def _wait_patiently(self, call: Call) -> None:
        if self.program.patience is not None and self.manner is Manner.PERSON:
            self._after("patience", self.program.patience.draw(self._chance), call, "patience")

    def _after(self, name: str, seconds: float, call: Call, cause: str) -> None:
        async def hang_up() -> None:
            await self.network.clock.sleep(seconds)
            self.network.hang_up(call, by="person", cause=cause)

        self._stop(name)
        self._timers[name] = self.network.tasks.start(hang_up())

    def _stop(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None and timer is not asyncio.current_task():
            timer.cancel()

    async def _greet(self, call: Call) -> None:
        clock = self.network.clock
        await self.network.talk(call, self.way.greeting, self.program.language)
        self.network.note("tone", call, text="beep")
        self.beeped.set()
        await clock.sleep(self.way.records.draw(self._chance))
        self.network.hang_up(call, by="person", cause="machine")

    def hears(self, call: Call, text: str, language: str, by: str) -> None:
        """Captions are for telephones of the page; a virtual person waits until it has been said."""

    def heard(self, call: Call, text: str) -> None:
        thinking = self._timers.get("keys")
        if self.manner is not Manner.PERSON or (thinking is not None and not thinking.done()):
            return
        for number, rule in enumerate(self.program.keys):
            if number not in self._spent and rule.heard.search(text):
                if rule.once:
                    self._spent.add(number)
                self._timers["keys"] = self.network.tasks.start(self._react(call, rule))
                return

    async def _react(self, call: Call, rule: KeyRule) -> None:
        await self.network.clock.sleep(rule.after.draw(self._chance))
        for digit in rule.press:
            if digit in "wW":
                await self.network.clock.sleep(0.5 if digit == "w" else 1.0)
            else:
                self.network.press(call, digit)
                await self.network.clock.sleep(0.2)
        if rule.say:
            await self.network.talk(call, rule.say, self.program.language)
        if rule.hang_up:
            self.network.hang_up(call, by="person", cause="heard")

    def tone(self, call: Call, text: str) -> None:
        """Tones tell a virtual person nothing."""

    def pressed(self, call: Call, digits: str) -> None:
        """It knows what it pressed."""

    def bridged(self, call: Call, other: Call) -> None:
        self._stop("patience")
        if self.program.talk is not None and self.manner is Manner.PERSON:
            self._after("talk", self.program.talk.draw(self._chance), call, "talked")

    def unbridged(self, call: Call) -> None:
        self._stop("talk")
        if not call.is_over:
            self._wait_patiently(call)

    def ended(self, call: Call) -> None:
        for name in list(self._timers):
            self._stop(name)

    def message_s(self) -> float:
        if self.manner is Manner.PERSON:
            return self.program.message.draw(self._chance)
        return speech_s(self.way.greeting)
