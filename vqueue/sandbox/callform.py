"""Reads the form that creates a call and refuses it with Twilio's codes."""

from typing import Final

from vqueue.sandbox.calls import Call, Detection, Direction, StatusHook
from vqueue.sandbox.network import Network
from vqueue.sandbox.numbers import normal_form
from vqueue.sandbox.rest_frame import Form, Refusal
from vqueue.sandbox.source import Source

LONGEST_TWIML: Final = 4000
EVENTS: Final = frozenset({"initiated", "ringing", "answered", "completed"})
SEND_DIGITS: Final = frozenset("0123456789ABCDabcd#*wW")


def read_call(network: Network, form: Form) -> Call:
    """Raises Refusal when the call cannot be made."""
    to, shown = _addresses(network, form)
    if form.get("Url") is None and form.get("Twiml") is None:
        raise Refusal(400, 21205, "Url parameter is required.")
    twiml = form.get("Twiml") if form.get("Url") is None else None
    if twiml is not None and len(twiml) > LONGEST_TWIML:
        raise Refusal(400, 21205, f"Twiml must not exceed {LONGEST_TWIML} characters")
    fallback = form.url("FallbackUrl")
    return Call(
        sid=network.new_sid("CA"),
        account_sid=network.config.account_sid,
        direction=Direction.API,
        from_=shown,
        to=to,
        telephone=to,
        created_at=network.clock.now(),
        source=Source(form.url("Url") or "", form.method(), twiml=twiml),
        fallback=Source(fallback, form.method("FallbackMethod")) if fallback else None,
        hook=read_hook(form),
        detection=_detection(form),
        send_digits=_send_digits(form),
        ring_s=form.whole("Timeout", 60, low=1, high=600, code=21208),
        limit_s=form.whole("TimeLimit", 14_400, low=1, high=86_400),
        record=form.flag("Record") is True,
        recording_hook=_recording_hook(form),
    )


def _addresses(network: Network, form: Form) -> tuple[str, str]:
    """Whom to call, and what that person sees."""
    to, shown = form.get("To"), form.get("From")
    if to is None:
        raise Refusal(400, 21201, "No 'To' number is specified")
    if shown is None:
        raise Refusal(400, 21213, "'From' phone number is required")
    address, caller = normal_form(to), normal_form(shown)
    if address is None:
        raise Refusal(400, 21211, "The phone number you are attempting to call, specified in 'To', is not valid.")
    if caller is None:
        raise Refusal(400, 21212, "The source phone number provided, specified in 'From', is not valid.")
    refused = network.way_of(address, take=False).error
    if refused is not None:
        network.way_of(address)
        raise Refusal(400, refused, "The call to this number is refused")
    return address, caller


def read_hook(form: Form, name: str = "StatusCallback") -> StatusHook | None:
    """Without events only `completed` is told. Several may come as repeated fields or in one, apart by spaces."""
    url = form.url(name)
    if url is None:
        return None
    events = frozenset(" ".join(form.all(f"{name}Event")).split()) & EVENTS
    return StatusHook(url, form.method(f"{name}Method"), events or frozenset({"completed"}))


def _recording_hook(form: Form) -> StatusHook | None:
    url = form.url("RecordingStatusCallback")
    return StatusHook(url, form.method("RecordingStatusCallbackMethod")) if url else None


def _send_digits(form: Form) -> str:
    digits = form.get("SendDigits") or ""
    if len(digits) > 32 or not set(digits) <= SEND_DIGITS:
        raise Refusal(400, 21206, "SendDigits is not valid")
    return digits


def _detection(form: Form) -> Detection | None:
    kind = form.get("MachineDetection")
    if kind is None:
        return None
    if kind not in ("Enable", "DetectMessageEnd"):
        raise Refusal(400, 20001, "MachineDetection must be Enable or DetectMessageEnd")
    asynchronous = form.flag("AsyncAmd") is True
    return Detection(
        message_end=kind == "DetectMessageEnd",
        callback=form.url("AsyncAmdStatusCallback") if asynchronous else None,
        callback_method=form.method("AsyncAmdStatusCallbackMethod"),
        asynchronous=asynchronous,
    )
