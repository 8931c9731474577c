"""Does Enqueue: holds the caller in line, plays what waitUrl says, connects, and reports how it ended."""

import asyncio
from dataclasses import dataclass
from typing import Final

from vqueue.sandbox.bridge import Bridge
from vqueue.sandbox.calls import Call
from vqueue.sandbox.interpreter import Ending, Goto, Outcome, Scope, Stage, follow, tell_action, verb
from vqueue.sandbox.line import HungUp, Redirected
from vqueue.sandbox.queues import CallQueue, Handshake, Member, QueueResult
from vqueue.sandbox.source import Source
from vqueue.sandbox.tasks import first_of
from vqueue.sandbox.twiml import BadDocument, Element
from vqueue.sandbox.verbs_speech import MUSIC_S

LONGEST_NAME: Final = 64
TRANSPORT_ERRORS: Final = (11200, 11205, 11215)
SHORTEST_LOOP_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Left:
    """How the caller left the line, and the interruption that made him, if one did."""

    result: QueueResult
    interruption: HungUp | Redirected | None = None
    wants_hangup: bool = False


@verb("Enqueue")
async def enqueue(stage: Stage, element: Element) -> Outcome:
    if element.get("workflowSid"):
        raise BadDocument(12200, "Enqueue: workflowSid needs TaskRouter, which this network does not have")
    if not element.text or len(element.text) > LONGEST_NAME:
        raise BadDocument(12200, f"Enqueue: the queue's name must have 1 to {LONGEST_NAME} characters")
    await stage.pick_up()
    network = stage.network
    queue = open_queue(stage, element)
    if queue.is_full:
        return await _report(stage, element, queue, Left(QueueResult.QUEUE_FULL), waited_s=0)
    member = queue.join(stage.call, network.clock.now())
    network.note("enqueued", stage.call, queue=queue.friendly_name)
    try:
        left = await _until_left(stage, element, queue, member)
    finally:
        queue.leave(member, network.clock.now())
    stage.call.queue_time_s = member.wait_s(network.clock.now())
    return await _report(stage, element, queue, left, waited_s=stage.call.queue_time_s)


def open_queue(stage: Stage, element: Element) -> CallQueue:
    """Twilio makes a queue of that name when there is none."""
    network = stage.network
    queue = network.queue_named(element.text)
    if queue is None:
        now = network.clock.now()
        size = element.whole("maxQueueSize", 1000, low=1, high=5000)
        queue = CallQueue(network.new_sid("QU"), element.text, now, now, size)
        network.queues[queue.sid] = queue
    return queue


async def _until_left(stage: Stage, element: Element, queue: CallQueue, member: Member) -> Left:
    waiting = asyncio.ensure_future(_wait(stage, element, queue, member))
    try:
        await first_of(waiting, member.taken)
    finally:
        if not waiting.done():
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
    if member.taken.done():
        return await _be_connected(stage, queue, member, member.taken.result())
    return waiting.result()


async def _wait(stage: Stage, element: Element, queue: CallQueue, member: Member) -> Left:
    """Plays the wait document over and over."""
    try:
        while True:
            ending = await _play_once(stage, element, queue, member)
            if ending is Ending.LEAVE:
                return Left(QueueResult.LEAVE)
            if ending is Ending.HANGUP:
                stage.network.hang_up(stage.call, by="bank")
                return Left(QueueResult.HANGUP, HungUp("hung up in the line"))
    except HungUp as gone:
        return Left(QueueResult.HANGUP, gone)
    except Redirected as redirected:
        return Left(QueueResult.REDIRECTED, redirected)
    except BadDocument as failure:
        stage.network.note("error", stage.call, code=failure.code, reason=failure.reason, url=failure.url or None)
        lost = failure.code in TRANSPORT_ERRORS
        return Left(QueueResult.SYSTEM_ERROR if lost else QueueResult.ERROR)


async def _play_once(stage: Stage, element: Element, queue: CallQueue, member: Member) -> Ending:
    network, url = stage.network, element.get("waitUrl")
    if not url:
        await stage.call.line.race(network.clock.sleep(MUSIC_S))
        return Ending.END

    def fields() -> dict[str, str]:
        now = network.clock.now()
        return {
            "QueueSid": queue.sid,
            "QueuePosition": str(queue.position(member)),
            "QueueTime": str(member.wait_s(now)),
            "AvgQueueTime": str(queue.average_wait_s(now)),
            "CurrentQueueSize": str(len(queue.members)),
            "MaxQueueSize": str(queue.max_size),
        }

    source = Source(stage.source.resolve(url), element.method("waitUrlMethod"))
    began = network.clock.now()
    ending = await follow(Stage(network, stage.call, Scope.WAIT, source, fields))
    lasted_s = (network.clock.now() - began).total_seconds()
    if ending is Ending.END and lasted_s < SHORTEST_LOOP_S:
        await stage.call.line.race(network.clock.sleep(SHORTEST_LOOP_S))
    return ending


async def _be_connected(stage: Stage, queue: CallQueue, member: Member, handshake: Handshake) -> Left:
    """Hears the announcement, is joined with whoever dialled the queue, and talks until one of them leaves."""
    call = stage.call
    try:
        if handshake.announcement is not None:
            await call.line.race(_announce(stage, queue, member, handshake))
        handshake.caller_is_ready(True)

        async def connected() -> Bridge | None:
            return await asyncio.shield(handshake.bridge)

        bridge = await call.line.race(connected())
    except (HungUp, Redirected) as gone:
        return Left(QueueResult.BRIDGING, gone)
    except BadDocument as failure:
        stage.network.note("error", call, code=failure.code, reason=failure.reason, url=failure.url or None)
        return Left(QueueResult.ERROR)
    finally:
        handshake.caller_is_ready(False)
    return Left(QueueResult.BRIDGING) if bridge is None else await _talk(call, bridge)


async def _announce(stage: Stage, queue: CallQueue, member: Member, handshake: Handshake) -> None:
    announcement = handshake.announcement
    assert announcement is not None, "nothing to announce"
    waited = str(member.wait_s(stage.network.clock.now()))
    told = {"QueueSid": queue.sid, "QueueTime": waited, "DequeingCallSid": handshake.dialler.sid}
    source = Source(announcement.url, announcement.method)
    hearing = asyncio.ensure_future(follow(Stage(stage.network, stage.call, Scope.DEQUEUE, source, lambda: told)))
    try:
        await first_of(hearing, handshake.bridge)
    finally:
        if not hearing.done():
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)
    if not hearing.cancelled():
        hearing.result()


async def _talk(call: Call, bridge: Bridge) -> Left:
    try:
        await call.line.race(bridge.until_over())
        call.line.check()
    except HungUp as gone:
        return Left(QueueResult.BRIDGED, gone)
    except Redirected as redirected:
        return Left(QueueResult.REDIRECTED_FROM_BRIDGED, redirected)
    finally:
        bridge.leave(call)
    return Left(QueueResult.BRIDGED)


async def _report(stage: Stage, element: Element, queue: CallQueue, left: Left, *, waited_s: int) -> Outcome:
    """Asks the action. A caller who has gone is reported; one redirected obeys whichever document is set to win."""
    extra = {"QueueResult": left.result.value, "QueueSid": queue.sid, "QueueTime": str(waited_s)}
    stage.network.note("dequeued", stage.call, queue=queue.friendly_name, result=left.result.value)
    action = element.get("action")
    if left.interruption is None:
        return stage.goto(action, element.method(), **extra) if action else None
    if isinstance(left.interruption, Redirected) and action and stage.network.config.redirect_winner == "action":
        return Goto(Source(stage.source.resolve(action), element.method(), extra))
    await tell_action(stage, element, extra)
    raise left.interruption
