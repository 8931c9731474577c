"""What the provider's answers mean: placed, certainly not placed, try again, or nobody knows."""

import re
from datetime import datetime
from typing import Any

from twilio.base.exceptions import TwilioRestException, TwilioServiceException

from vqueue.domain.ids import CallSid
from vqueue.ports.telephony import Busy, CallRecord, Doubt, NotPlaced, Placed, Placing
from vqueue.telephony.wire import RETRY_AFTER_S, Limited

RATE_LIMITED = 20429
DETAIL_MAX = 200
_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}\Z")
_SECONDS = re.compile(r"[0-9]{1,9}\Z")
_SECRET = re.compile(r"(https?://|sips?:|client:)\S+|\+?[0-9][0-9\s().-]{3,}[0-9]")


def is_sid(text: object) -> bool:
    """Whether this is a name the provider gives: two capitals and 32 hexadecimal digits."""
    return isinstance(text, str) and _SID.match(text) is not None


def placed(sid: object) -> Placing:
    """What a 2xx answer with this name means: without a proper one nobody knows what was placed."""
    return Placed(CallSid(str(sid))) if is_sid(sid) else Doubt("an answer without a name")


def not_placed(failure: Exception) -> Placing:
    """What a failure means. Only a 4xx is certain, and of these a 408 says that something waited too long."""
    if isinstance(failure, Limited):
        return Busy(failure.retry_after_s)
    if not isinstance(failure, TwilioRestException | TwilioServiceException):
        return Doubt(type(failure).__name__)
    if RATE_LIMITED in (failure.code, failure.status):
        return Busy(RETRY_AFTER_S)
    if not 400 <= failure.status < 500 or failure.status == 408:
        return Doubt(f"answered {failure.status}")
    code = failure.code if isinstance(failure.code, int) else failure.status
    return NotPlaced(code, masked(str(getattr(failure, "msg", "") or getattr(failure, "title", ""))))


def masked(text: str) -> str:
    """The provider's words without the numbers and addresses they quote."""
    return _SECRET.sub("…", text)[:DETAIL_MAX]


def status_of(failure: Exception) -> int | None:
    """The HTTP status of a refusal; None when there was no answer."""
    known = isinstance(failure, TwilioRestException | TwilioServiceException)
    return int(failure.status) if known else None  # type: ignore[attr-defined]


def call_record(call: Any) -> CallRecord:
    """One call as the library reads it. Raises ValueError when it has no name."""
    if not is_sid(call.sid):
        raise ValueError("a call without a name")
    return CallRecord(
        call_sid=CallSid(call.sid),
        status=str(call.status or ""),
        to=str(call.to or ""),
        started_at=call.start_time if isinstance(call.start_time, datetime) else None,
        parent=CallSid(call.parent_call_sid) if call.parent_call_sid else None,
        from_=str(call._from or ""),
        duration_s=int(call.duration) if _SECONDS.match(str(call.duration)) else None,
    )
