"""The provider's form fields in our own words."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from vqueue.domain.causes import Cause
from vqueue.domain.ids import CallSid
from vqueue.domain.leg import News
from vqueue.ports.voice import QueueResult, Told

STATUSES: Mapping[str, tuple[News | None, Cause | None]] = {
    "queued": (None, None),
    "initiated": (None, None),
    "ringing": (News.RINGING, None),
    "in-progress": (News.ANSWERED, None),
    "answered": (News.ANSWERED, None),
    "completed": (News.ENDED, Cause.HUNG_UP),
    "busy": (News.ENDED, Cause.BUSY),
    "no-answer": (News.ENDED, Cause.NO_ANSWER),
    "failed": (News.ENDED, Cause.FAILED),
    "canceled": (News.ENDED, Cause.CANCELED),
}
"""Every call status the provider has, and what it says about a leg."""

_MACHINES = ("machine", "fax")


def told(fields: Mapping[str, str]) -> Told:
    """Reads a verified form. After a `<Dial>` the child's outcome counts, else the call's own status."""
    status = fields.get("DialCallStatus") or fields.get("CallStatus") or ""
    news, cause = STATUSES.get(status, (None, None))
    return Told(
        call_sid=CallSid(fields.get("CallSid", "")),
        caller=fields.get("From", ""),
        called=fields.get("To", ""),
        digits=fields.get("Digits", ""),
        news=news,
        cause=cause,
        sequence=_number(fields.get("SequenceNumber")),
        parent=_sid(fields.get("ParentCallSid")),
        child=_sid(fields.get("DialCallSid")),
        bridged=fields.get("DialBridged") == "true",
        gone=STATUSES.get(fields.get("CallStatus", ""), (None, None))[0] is News.ENDED,
        queue_result=_queue_result(fields.get("QueueResult")),
        machine=fields.get("AnsweredBy", "").startswith(_MACHINES),
        recording=fields.get("RecordingUrl") or None,
        recording_s=_number(fields.get("RecordingDuration")),
        failed_url=urlsplit(fields.get("ErrorUrl", "")).path,
    )


def _sid(text: str | None) -> CallSid | None:
    return CallSid(text) if text else None


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0


def _queue_result(text: str | None) -> QueueResult | None:
    try:
        return QueueResult(text or "")
    except ValueError:
        return None
