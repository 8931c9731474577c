"""Collects what the action of a <Dial> hears."""

from dataclasses import dataclass

from vqueue.sandbox.calls import Call
from vqueue.sandbox.recordings import Recording


@dataclass(slots=True)
class DialResult:
    """`status` is DialCallStatus; `duration_s` counts the conversation once the parties were joined."""

    status: str
    call_sid: str | None = None
    duration_s: int | None = None
    bridged: bool = False
    recording: Recording | None = None

    def take(self, call: Call) -> None:
        """What became of a dialled leg. One that was joined and then sent elsewhere counts as completed."""
        self.call_sid = call.sid
        self.status = call.status.value if call.is_over and not self.bridged else "completed"
        if call.is_over and self.duration_s is None:
            self.duration_s = call.duration_s()

    def fields(self, base_url: str) -> dict[str, str]:
        told = {"DialCallStatus": self.status, "DialBridged": str(self.bridged).lower()}
        if self.call_sid:
            told["DialCallSid"] = self.call_sid
        if self.duration_s is not None:
            told["DialCallDuration"] = str(self.duration_s)
        if self.recording is not None:
            told |= recording_fields(self.recording, base_url)
        return told


def recording_fields(recording: Recording, base_url: str) -> dict[str, str]:
    return {
        "RecordingSid": recording.sid,
        "RecordingUrl": f"{base_url}/2010-04-01/Accounts/{recording.account_sid}/Recordings/{recording.sid}",
        "RecordingDuration": str(recording.duration_s or 0),
    }
