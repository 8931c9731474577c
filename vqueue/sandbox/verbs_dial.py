"""Does Dial: rings whom the nouns name, joins the parties, and tells the action how it went."""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Final

from vqueue.sandbox.bridge import Bridge
from vqueue.sandbox.calls import Call, Detection, Direction, Status, StatusHook
from vqueue.sandbox.dialled import DialledLeg
from vqueue.sandbox.dialresult import DialResult
from vqueue.sandbox.interpreter import Outcome, Stage, tell_action, verb
from vqueue.sandbox.line import HungUp
from vqueue.sandbox.numbers import SENTINELS, normal_form
from vqueue.sandbox.source import Source
from vqueue.sandbox.tasks import first_of
from vqueue.sandbox.twiml import BadDocument, Element
from vqueue.sandbox.verbs_conference import dial_conference
from vqueue.sandbox.verbs_dequeue import dial_queue
from vqueue.sandbox.verbs_record import begin_recording, end_recording

INVALID_CALLER_ID: Final = 13214
INVALID_NUMBER: Final = 13223
EVENTS: Final = frozenset({"initiated", "ringing", "answered", "completed"})
MOST_NUMBERS: Final = 10


@verb("Dial")
async def dial(stage: Stage, element: Element) -> Outcome:
    nouns = element.children or (Element("Number", {}, element.text),)
    element.method()
    if {noun.name for noun in nouns} & {"Queue", "Conference"} and len(nouns) > 1:
        raise BadDocument(12200, "Dial: Queue and Conference stand alone")
    if len(nouns) > MOST_NUMBERS:
        raise BadDocument(12200, f"Dial: at most {MOST_NUMBERS} numbers")
    result = DialResult("no-answer")
    try:
        match nouns[0].name:
            case "Queue":
                await dial_queue(stage, element, nouns[0], result)
            case "Conference":
                await dial_conference(stage, nouns[0], result)
            case _:
                await _dial_telephones(stage, element, nouns, result)
    except HungUp:
        await tell_action(stage, element, result.fields(stage.network.base_url))
        raise
    action = element.get("action")
    if action:
        return stage.goto(action, element.method(), **result.fields(stage.network.base_url))
    return None


async def _dial_telephones(stage: Stage, element: Element, nouns: Sequence[Element], result: DialResult) -> None:
    caller_id = _caller_id(stage, element)
    if not element.flag("answerOnBridge", False):
        await stage.pick_up()
    ring_s = element.whole("timeout", 30, low=1, high=600)
    if element.flag("sequential", False):
        for noun in nouns:
            await _dial_at_once(stage, element, [_leg(stage, noun, caller_id, ring_s)], result)
            if result.bridged:
                return
        return
    await _dial_at_once(stage, element, [_leg(stage, noun, caller_id, ring_s) for noun in nouns], result)


async def _dial_at_once(stage: Stage, element: Element, legs: list[DialledLeg], result: DialResult) -> None:
    """Rings all; the first to answer is the one, the others stop ringing."""
    for leg in legs:
        stage.network.tasks.start(leg.live())
    winner: DialledLeg | None = None
    try:
        winner = await stage.call.line.race(_first_answer(legs))
        for leg in legs:
            if leg is not winner:
                stage.network.hang_up(leg.call, by="network", status=Status.CANCELED)
        if winner is not None:
            result.take(winner.call)
            await stage.call.line.race(_either(winner.accepted, winner.over))
            if winner.accepted.is_set() and not winner.over.is_set():
                stage.network.answer(stage.call)
                await _converse(stage, element, winner, result)
    finally:
        for leg in legs:
            leg.released.set()
            if not leg.over.is_set():
                stage.network.hang_up(leg.call, by="peer", status=Status.CANCELED)
        result.take((winner or legs[0]).call)


async def _first_answer(legs: list[DialledLeg]) -> DialledLeg | None:
    """None when nobody answered."""
    while True:
        for leg in legs:
            if leg.answered.is_set():
                return leg
        ringing = [leg for leg in legs if not leg.over.is_set()]
        if not ringing:
            return None
        await _either(*(event for leg in ringing for event in (leg.answered, leg.over)))


async def _either(*events: asyncio.Event) -> None:
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


async def _converse(stage: Stage, element: Element, leg: DialledLeg, result: DialResult) -> None:
    """Both talk until one leaves, the time limit passes, or the caller presses * where that hangs up."""
    limit_s = element.whole("timeLimit", 14_400, low=1, high=86_400)
    by_star = element.flag("hangupOnStar", False)
    recorded = element.get("record") not in (None, "do-not-record")
    recording = begin_recording(stage.network, stage.call, "DialVerb") if recorded else None
    with stage.call.line.listening() if by_star else nullcontext() as keys:
        leg.bridge = bridge = Bridge(stage.network, stage.call, leg.call)
        result.bridged = True
        try:
            await _until_over(stage, bridge, keys, limit_s)
        finally:
            bridge.leave(stage.call)
            result.duration_s = bridge.duration_s()
            if recording is not None:
                end_recording(stage, element, recording)
                result.recording = recording


async def _until_over(stage: Stage, bridge: Bridge, keys: "asyncio.Queue[str] | None", limit_s: int) -> None:
    over = bridge.until_over() if keys is None else _star_or_over(keys, bridge)
    try:
        async with stage.network.clock.timeout(limit_s):
            await stage.call.line.race(over)
        stage.call.line.check()
    except TimeoutError:
        stage.network.note("time_limit", stage.call, seconds=limit_s)


async def _star_or_over(keys: "asyncio.Queue[str]", bridge: Bridge) -> None:
    async def star() -> None:
        while await keys.get() != "*":
            pass

    pressed, over = asyncio.ensure_future(star()), asyncio.ensure_future(bridge.until_over())
    try:
        await first_of(pressed, over)
    finally:
        pressed.cancel()
        over.cancel()


def _caller_id(stage: Stage, element: Element) -> str:
    """Raises BadDocument(13214) when what would be shown is no telephone number."""
    given = element.get("callerId")
    shown = given or stage.call.from_
    if shown in SENTINELS or normal_form(shown) is None or (given is None and shown.startswith("client:")):
        raise BadDocument(INVALID_CALLER_ID, "Dial: callerId is not a telephone number")
    return shown


def _address(noun: Element) -> str:
    if noun.name == "Client":
        identity = next((child.text for child in noun.children if child.name == "Identity"), noun.text)
        text = identity if identity.startswith("client:") else f"client:{identity}"
    elif noun.name == "Sip":
        text = noun.text if noun.text.lower().startswith("sip") else f"sip:{noun.text}"
    else:
        text = noun.text
    address = normal_form(text)
    if address is None:
        raise BadDocument(INVALID_NUMBER, f"Dial: {noun.name} holds no address that can be called")
    return address


def _leg(stage: Stage, noun: Element, caller_id: str, ring_s: int) -> DialledLeg:
    network, address = stage.network, _address(noun)
    url = noun.get("url")
    screen = Source(stage.source.resolve(url), noun.method()) if url else None
    call = Call(
        sid=network.new_sid("CA"),
        account_sid=network.config.account_sid,
        direction=Direction.DIAL,
        from_=caller_id,
        to=address,
        telephone=address,
        created_at=network.clock.now(),
        source=screen or Source(),
        parent=stage.call,
        hook=_hook(stage, noun),
        detection=_detection(stage, noun),
        send_digits=noun.get("sendDigits") or "",
        ring_s=ring_s,
    )
    return DialledLeg(network, network.add_call(call), screen)


def _hook(stage: Stage, noun: Element) -> StatusHook | None:
    url = noun.get("statusCallback")
    if not url:
        return None
    events = frozenset((noun.get("statusCallbackEvent") or "completed").replace(",", " ").split()) & EVENTS
    return StatusHook(stage.source.resolve(url), noun.method("statusCallbackMethod"), events)


def _detection(stage: Stage, noun: Element) -> Detection | None:
    """A dialled number's verdict never holds up the connection; it goes to amdStatusCallback."""
    kind = noun.get("machineDetection")
    if kind is None:
        return None
    if kind not in ("Enable", "DetectMessageEnd"):
        raise BadDocument(12200, "Number: machineDetection must be Enable or DetectMessageEnd")
    callback = noun.get("amdStatusCallback")
    return Detection(
        message_end=kind == "DetectMessageEnd",
        callback=stage.source.resolve(callback) if callback else None,
        callback_method=noun.method("amdStatusCallbackMethod"),
        asynchronous=True,
    )
