"""Connects telephones: people dial in, the bank's calls ring out and are answered or not."""

import asyncio
from typing import TYPE_CHECKING, Final

from vqueue.sandbox import interpreter
from vqueue.sandbox.calls import Call, Detection, Direction, Status, StatusHook
from vqueue.sandbox.line import HungUp
from vqueue.sandbox.party import Answer, Party, VirtualPerson
from vqueue.sandbox.people import Answers, Manner, Program
from vqueue.sandbox.phones import PhoneLeg
from vqueue.sandbox.source import Source
from vqueue.sandbox.verbs_record import record_until_end
from vqueue.sandbox.verbs_speech import send_digits

if TYPE_CHECKING:
    from vqueue.sandbox.network import Network

SETUP_S: Final = 0.5
FIRST_RING_S: Final = 0.5
HUMAN_S: Final = 2.0
MACHINE_S: Final = 3.5
LONGEST_DETECTION_S: Final = 30.0
DIALS: Final = Answers(manner=Manner.PERSON)


def party_of(network: "Network", call: Call, program: Program | None = None) -> Party:
    """Whoever holds the telephone at the far end: a telephone of the page, or a virtual person."""
    phone = network.phones.get(call.telephone)
    if phone is not None and program is None:
        return PhoneLeg(network, phone)
    who = program or network.program_of(call.telephone)
    dials = call.direction is Direction.INBOUND
    return VirtualPerson(network, who, DIALS if dials else network.way_of(call.telephone), network.chance)


def dial_in(network: "Network", *, telephone: str, shown: str, to: str, program: Program | None = None) -> Call:
    """A person calls one of the bank's numbers; `shown` is what the bank sees of the caller's number."""
    route = network.numbers[to]
    call = network.add_call(
        Call(
            sid=network.new_sid("CA"),
            account_sid=network.config.account_sid,
            direction=Direction.INBOUND,
            from_=shown,
            to=to,
            telephone=telephone,
            created_at=network.clock.now(),
            source=Source(route.voice_url, route.voice_method),
            fallback=Source(route.fallback_url) if route.fallback_url else None,
            hook=StatusHook(route.status_url) if route.status_url else None,
        )
    )
    call.party = party_of(network, call, program)
    network.note("calling", call)
    if isinstance(call.party, PhoneLeg):
        call.party.calling(call)
    network.tasks.start(_run_inbound(network, call))
    return call


async def _run_inbound(network: "Network", call: Call) -> None:
    network.move(call, Status.RINGING)
    network.tasks.start(_limit(network, call))
    await interpreter.run(network, call, call.source)


async def _limit(network: "Network", call: Call) -> None:
    """No call lasts longer than its time limit."""
    try:
        async with network.clock.timeout(call.limit_s):
            await call.ended.wait()
    except TimeoutError:
        network.hang_up(call, by="network", cause="time-limit")


async def run_created(network: "Network", call: Call, *, delay_s: float = 0.0) -> None:
    """The life of a call made by REST: its turn, its ringing, its document."""
    await asyncio.sleep(network.start_slot_s(asyncio.get_running_loop().time()))
    if call.is_over or not await ring_out(network, call, delay_s=delay_s):
        return
    network.tasks.start(_limit(network, call))
    if call.record:
        record_until_end(network, call, "OutboundAPI", call.recording_hook)
    try:
        await after_answer(network, call)
    except HungUp:
        return
    if call.join is not None:
        await call.join(call)
        network.hang_up(call, by="bank")
        return
    await interpreter.run(network, call, call.source)


async def ring_out(network: "Network", call: Call, *, delay_s: float = 0.0) -> bool:
    """True when the far end answered; otherwise the leg has its final status."""
    call.party = party_of(network, call)
    network.move(call, Status.INITIATED)
    try:
        await call.line.race(network.clock.sleep(SETUP_S + delay_s))
        answer = await _meet(network, call, call.party)
    except HungUp:
        return False
    match answer:
        case Answer.ANSWERED:
            network.answer(call)
            return not call.is_over
        case Answer.BUSY:
            network.hang_up(call, by="network", status=Status.BUSY)
        case Answer.FAILED:
            network.hang_up(call, by="network", status=Status.FAILED)
        case None:
            network.hang_up(call, by="network", status=Status.NO_ANSWER)
    return False


async def _meet(network: "Network", call: Call, party: Party) -> Answer | None:
    """How the far end meets the call; None when the ring time-out passes first."""
    if party.manner is Manner.FAILED:
        return Answer.FAILED
    program = network.program_of(call.telephone)
    if party.manner is Manner.BUSY or (network.is_engaged(call.telephone, but=call) and not program.call_waiting):
        network.note("ring", call, engaged=True)
        return Answer.BUSY
    network.note("ring", call)
    network.move(call, Status.RINGING)
    try:
        async with network.clock.timeout(call.ring_s):
            return await call.line.race(party.answer(call))
    except TimeoutError:
        return None


async def after_answer(network: "Network", call: Call) -> None:
    """What happens between the answer and the first document: keys sent, machine detected. May raise HungUp."""
    if call.send_digits:
        stage = interpreter.Stage(network, call, interpreter.Scope.MAIN, call.source)
        await send_digits(stage, call.send_digits)
    detection = call.detection
    if detection is None:
        return
    if detection.asynchronous:
        network.tasks.start(_report_verdict(network, call, detection))
        return
    call.answered_by = await call.line.race(_verdict(network, call, detection))
    network.note("detected", call, answered_by=call.answered_by)


async def _verdict(network: "Network", call: Call, detection: Detection) -> str:
    party = call.party
    if party is None:
        return "unknown"
    machine = party.manner is Manner.MACHINE
    if machine and detection.message_end:
        try:
            async with network.clock.timeout(LONGEST_DETECTION_S):
                await party.beeped.wait()
        except TimeoutError:
            return party.verdict or "machine_end_other"
        return party.verdict or "machine_end_beep"
    await network.clock.sleep(HUMAN_S if party.manner is Manner.PERSON else MACHINE_S)
    return party.verdict or {Manner.MACHINE: "machine_start", Manner.FAX: "fax"}.get(party.manner, "human")


async def _report_verdict(network: "Network", call: Call, detection: Detection) -> None:
    began = network.clock.now()
    try:
        verdict = await call.line.race(_verdict(network, call, detection))
    except HungUp:
        verdict = "unknown"
    call.answered_by = call.answered_by or verdict
    network.note("detected", call, answered_by=verdict)
    if detection.callback:
        spent_ms = round((network.clock.now() - began).total_seconds() * 1000)
        fields = [
            ("CallSid", call.sid),
            ("AccountSid", call.account_sid),
            ("AnsweredBy", verdict),
            ("MachineDetectionDuration", str(spent_ms)),
        ]
        network.news.send(call, StatusHook(detection.callback, detection.callback_method), fields)
