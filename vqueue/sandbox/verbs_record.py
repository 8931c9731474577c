"""Does Record: a beep, then the caller speaks until silence, a key, the limit, or until he hangs up."""

from typing import TYPE_CHECKING

from vqueue.sandbox.calls import Call, StatusHook
from vqueue.sandbox.dialresult import recording_fields
from vqueue.sandbox.interpreter import Outcome, Stage, fetch, verb
from vqueue.sandbox.line import HungUp
from vqueue.sandbox.phones import PhoneLeg
from vqueue.sandbox.recordings import Recording
from vqueue.sandbox.source import Source
from vqueue.sandbox.twiml import BadDocument, Element

if TYPE_CHECKING:
    from vqueue.sandbox.network import Network

ANY_KEY = "1234567890*#"


def begin_recording(network: "Network", call: Call, source: str) -> Recording:
    now = network.clock.now()
    recording = Recording(network.new_sid("RE"), call.account_sid, call.sid, source, started_at=now, updated_at=now)
    network.recordings[recording.sid] = recording
    network.note("record", call, recording_sid=recording.sid)
    return recording


def record_until_end(network: "Network", call: Call, source: str, hook: StatusHook | None) -> Recording:
    """Records a leg until it ends, or until the recording is stopped."""
    recording = begin_recording(network, call, source)

    async def finish() -> None:
        await call.ended.wait()
        if recording.status == "in-progress":
            recording.finish(network.clock.now())
            if hook is not None:
                announce(network, call, recording, hook)

    network.tasks.start(finish())
    return recording


@verb("Record")
async def record(stage: Stage, element: Element) -> Outcome:
    await stage.pick_up()
    call, clock = stage.call, stage.network.clock
    silence_s = element.whole("timeout", 5, low=0, high=600)
    limit_s = element.whole("maxLength", 3600, low=1, high=14_400)
    finish = element.attributes.get("finishOnKey", ANY_KEY)
    if element.flag("playBeep", True):
        stage.network.note("tone", call, text="beep")
        stage.network.tone(call, "beep")
        await call.line.race(clock.sleep(0.5))
    recording = begin_recording(stage.network, call, "RecordVerb")
    if isinstance(call.party, PhoneLeg):
        call.party.recording(call)
    speaks_s = call.party.message_s() if call.party is not None else 0.0
    lasts_s = min(limit_s, speaks_s + silence_s)
    try:
        ended_by = await _until_stopped(stage, finish, lasts_s)
    except HungUp:
        end_recording(stage, element, recording)
        fields = recording_fields(recording, stage.network.base_url) | {"Digits": "hangup"}
        stage.network.tasks.start(_ask(stage, element, fields), quiet=(BadDocument,))
        raise
    end_recording(stage, element, recording)
    if speaks_s <= 0 and not ended_by:
        return None
    fields = recording_fields(recording, stage.network.base_url) | ({"Digits": ended_by} if ended_by else {})
    return stage.goto(element.get("action") or stage.source.url, element.method(), **fields)


async def _until_stopped(stage: Stage, finish: str, lasts_s: float) -> str:
    """The key that ended it, or nothing after silence or at the limit."""
    with stage.call.line.listening() as keypad:
        try:
            async with stage.network.clock.timeout(lasts_s):
                while (key := await stage.call.line.race(keypad.get())) not in finish:
                    pass
                return key
        except TimeoutError:
            return ""


async def _ask(stage: Stage, element: Element, fields: dict[str, str]) -> None:
    source = Source(stage.source.resolve(element.get("action") or stage.source.url), element.method(), fields)
    await fetch(stage.network, stage.call, source, stage.fields())


def end_recording(stage: Stage, element: Element, recording: Recording) -> None:
    """Completes it and tells the callback that the verb names."""
    recording.finish(stage.network.clock.now())
    callback = element.get("recordingStatusCallback")
    if callback:
        hook = StatusHook(stage.source.resolve(callback), element.method("recordingStatusCallbackMethod"))
        announce(stage.network, stage.call, recording, hook)


def announce(network: "Network", call: Call, recording: Recording, hook: StatusHook) -> None:
    """Tells the recording's callback that it is complete."""
    fields = [
        ("AccountSid", recording.account_sid),
        ("CallSid", recording.call_sid),
        *recording_fields(recording, network.base_url).items(),
        ("RecordingStatus", "completed"),
        ("RecordingChannels", str(recording.channels)),
        ("RecordingSource", recording.source),
    ]
    network.news.send(call, hook, fields)
