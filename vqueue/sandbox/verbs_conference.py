"""Does <Dial><Conference>: enters the room, waits until it starts, talks, is put on hold, and leaves."""

import asyncio
from typing import TYPE_CHECKING

from vqueue.sandbox.calls import Call, StatusHook
from vqueue.sandbox.conferences import LARGEST, Conference, Participant, Wishes
from vqueue.sandbox.dialresult import DialResult
from vqueue.sandbox.interpreter import Ending, Scope, Stage, follow
from vqueue.sandbox.source import Source
from vqueue.sandbox.twiml import BadDocument, Element
from vqueue.sandbox.verbs_speech import MUSIC_S

if TYPE_CHECKING:
    from vqueue.sandbox.network import Network


async def dial_conference(stage: Stage, noun: Element, result: DialResult) -> None:
    if not noun.text or len(noun.text) > 128:
        raise BadDocument(12200, "Conference: the name must have 1 to 128 characters")
    wishes = _wishes(stage, noun)
    await stage.pick_up()
    conference = room(stage.network, noun.text)
    if len(conference.participants) >= wishes.largest:
        result.status = "failed"
        return
    result.status, result.bridged = "answered", True
    await take_part(stage.network, stage.call, conference, wishes)


def room(network: "Network", name: str) -> Conference:
    """The conference of that name under way, or a new one."""
    conference = network.conference_named(name)
    if conference is None:
        now = network.clock.now()
        conference = Conference(network.new_sid("CF"), name, network, now, now)
        network.conferences[conference.sid] = conference
    return conference


async def take_part(network: "Network", call: Call, conference: Conference, wishes: Wishes) -> None:
    """Until the leg is let go, or an interruption takes it away."""
    one = conference.enter(call, wishes)
    try:
        while not one.removed:
            if conference.status == "init":
                await _meanwhile(network, one, wishes.wait_url, wishes.wait_method)
            elif one.hold:
                await _meanwhile(network, one, one.hold_url, one.hold_method)
            else:
                await call.line.race(one.changed.wait())
            call.line.check()
    finally:
        conference.leave(one)


async def _meanwhile(network: "Network", one: Participant, url: str | None, method: str) -> None:
    """Music or a document until something about the participant changes."""
    call, changed = one.call, one.changed
    waiting = asyncio.ensure_future(_play(network, call, url, method))
    change = asyncio.ensure_future(changed.wait())
    try:
        await asyncio.wait({waiting, change}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        change.cancel()
        if not waiting.done():
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
    if not waiting.cancelled():
        waiting.result()


async def _play(network: "Network", call: Call, url: str | None, method: str) -> None:
    if not url:
        await call.line.race(network.clock.sleep(MUSIC_S))
        return
    try:
        ending = await follow(Stage(network, call, Scope.ROOM, Source(url, method)))
        await call.line.race(network.clock.sleep(1.0 if ending is Ending.END else MUSIC_S))
    except BadDocument as failure:
        network.note("error", call, code=failure.code, reason=failure.reason, url=failure.url or None)
        await call.line.race(network.clock.sleep(MUSIC_S))


def _wishes(stage: Stage, noun: Element) -> Wishes:
    wait_url, callback = noun.get("waitUrl"), noun.get("statusCallback")
    events = frozenset((noun.get("statusCallbackEvent") or "").replace(",", " ").split())
    hook = None
    if callback:
        hook = StatusHook(stage.source.resolve(callback), noun.method("statusCallbackMethod"), events)
    return Wishes(
        muted=noun.flag("muted", False),
        start_on_enter=noun.flag("startConferenceOnEnter", True),
        end_on_exit=noun.flag("endConferenceOnExit", False),
        wait_url=stage.source.resolve(wait_url) if wait_url else None,
        wait_method=noun.method("waitMethod"),
        largest=noun.whole("maxParticipants", LARGEST, low=2, high=LARGEST),
        label=noun.get("participantLabel"),
        coached=noun.get("coach"),
        hook=hook,
    )
