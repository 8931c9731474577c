"""Does <Dial><Queue>: waits for the first in line, lets him hear the announcement, and joins the two."""

import asyncio
from datetime import datetime, timedelta

from vqueue.sandbox.bridge import Bridge
from vqueue.sandbox.dialresult import DialResult
from vqueue.sandbox.interpreter import Stage
from vqueue.sandbox.line import Interruption
from vqueue.sandbox.queues import Announcement, CallQueue, Handshake
from vqueue.sandbox.twiml import Element


async def dial_queue(stage: Stage, element: Element, noun: Element, result: DialResult) -> None:
    """A queue that does not exist is an error; an empty one waits out the Dial's time-out."""
    network = stage.network
    queue = network.queue_named(noun.text)
    if queue is None:
        network.note("error", stage.call, code=13247, reason="Dial: the queue does not exist")
        result.status = "failed"
        return
    await stage.pick_up()
    url = noun.get("url")
    announcement = Announcement(stage.source.resolve(url), noun.method()) if url else None
    wait_s = element.whole("timeout", 30, low=1, high=600)
    deadline = network.clock.now() + timedelta(seconds=wait_s)
    while not result.bridged:
        handshake = await _take(stage, queue, announcement, deadline)
        if handshake is None:
            result.status = "no-answer"
            return
        await _join(stage, element, queue, handshake, result)


async def _take(
    stage: Stage, queue: CallQueue, announcement: Announcement | None, deadline: datetime
) -> Handshake | None:
    """The first in line, or None at the deadline; nobody taken at that very moment is forgotten."""
    taken: list[Handshake] = []
    left_s = max(0.0, (deadline - stage.network.clock.now()).total_seconds())

    async def take() -> None:
        taken.append(await queue.take(stage.call, announcement))

    try:
        async with stage.network.clock.timeout(left_s):
            await stage.call.line.race(take())
    except TimeoutError:
        pass
    except Interruption:
        for handshake in taken:
            handshake.connect(None)
        raise
    return taken[0] if taken else None


async def _join(stage: Stage, element: Element, queue: CallQueue, handshake: Handshake, result: DialResult) -> None:
    """Nothing is joined when the caller went away while being connected: then the next in line is taken."""

    async def ready() -> bool:
        return await asyncio.shield(handshake.ready)

    try:
        if not await stage.call.line.race(ready()):
            return
        stage.call.line.check()
        bridge = Bridge(stage.network, stage.call, handshake.caller)
        handshake.connect(bridge)
    finally:
        handshake.connect(None)
    result.bridged, result.status, result.call_sid = True, "completed", handshake.caller.sid
    limit_s = element.whole("timeLimit", 14_400, low=1, high=86_400)
    try:
        async with stage.network.clock.timeout(limit_s):
            await stage.call.line.race(bridge.until_over())
        stage.call.line.check()
    except TimeoutError:
        stage.network.note("time_limit", stage.call, seconds=limit_s)
    finally:
        bridge.leave(stage.call)
        result.duration_s = bridge.duration_s()
