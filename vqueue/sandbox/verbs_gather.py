"""Does Gather: speaks, listens for keys, and sends them to the action."""

import asyncio
from dataclasses import dataclass
from typing import Final

from vqueue.sandbox.interpreter import Outcome, Stage, verb
from vqueue.sandbox.line import Interruption
from vqueue.sandbox.twiml import BadDocument, Element
from vqueue.sandbox.verbs_speech import pause, play, say

PROMPTS: Final = {"Say": say, "Play": play, "Pause": pause}
KEYS: Final = frozenset("0123456789*#")


@dataclass(slots=True)
class Entry:
    """Keys collected so far and, when it was pressed, the key that ended it."""

    digits: str = ""
    finished_on: str = ""
    complete: bool = False


@verb("Gather")
async def gather(stage: Stage, element: Element) -> Outcome:
    await stage.pick_up()
    most = element.whole("numDigits", 0, low=1, high=1000, code=13314)
    timeout_s = element.whole("timeout", 5, low=0, high=600, code=13313)
    finish = element.attributes.get("finishOnKey", "#")
    if finish and finish not in KEYS:
        raise BadDocument(13310, "Gather: finishOnKey must be one key or empty")
    entry = Entry()
    with stage.call.line.listening() as keypad:
        await _prompt(stage, element, keypad, entry, finish, most)
        while not entry.complete:
            try:
                async with stage.network.clock.timeout(timeout_s):
                    digit = await stage.call.line.race(keypad.get())
            except TimeoutError:
                break
            _take(entry, digit, finish, most)
    return _submit(stage, element, entry)


async def _prompt(
    stage: Stage, element: Element, keypad: "asyncio.Queue[str]", entry: Entry, finish: str, most: int
) -> None:
    """Speaks until done or until the first key, which cuts it short."""

    async def speak() -> None:
        for child in element.children:
            await PROMPTS[child.name](stage, child)

    speaking = asyncio.ensure_future(speak())
    first_key = asyncio.ensure_future(keypad.get())
    try:
        await asyncio.wait({speaking, first_key}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (speaking, first_key):
            if not task.done():
                task.cancel()
        await asyncio.gather(speaking, first_key, return_exceptions=True)
    if not first_key.cancelled():
        _take(entry, first_key.result(), finish, most)
    if not speaking.cancelled():
        error = speaking.exception()
        if isinstance(error, Interruption) or (error is not None and first_key.cancelled()):
            raise error


def _take(entry: Entry, digit: str, finish: str, most: int) -> None:
    if digit == finish:
        entry.finished_on, entry.complete = digit, True
        return
    entry.digits += digit
    entry.complete = bool(most) and len(entry.digits) >= most


def _submit(stage: Stage, element: Element, entry: Entry) -> Outcome:
    if not entry.digits and not element.flag("actionOnEmptyResult", False):
        return None
    action = element.get("action") or stage.source.url
    extra = {"Digits": entry.digits, "msg": "Gather End"}
    if entry.finished_on:
        extra["FinishedOnKey"] = entry.finished_on
    return stage.goto(action, element.method(), **extra)
