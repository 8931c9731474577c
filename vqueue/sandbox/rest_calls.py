"""REST: calls are created, looked up, listed, sent elsewhere, ended and deleted."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from vqueue.sandbox import exchange
from vqueue.sandbox.callform import read_call
from vqueue.sandbox.calls import Call, Status
from vqueue.sandbox.faults import Fault
from vqueue.sandbox.line import Redirected
from vqueue.sandbox.network import Network
from vqueue.sandbox.rest_frame import NETWORK, VERSION, Form, Refusal, date, not_found, page, path
from vqueue.sandbox.source import Source

ROOT: Final = f"/{VERSION}/Accounts/{{account}}"
NOT_IN_PROGRESS: Final = 21220
SHOWN: Final = {Status.INITIATED: "queued"}


def routes() -> list[web.RouteDef]:
    return [
        web.post(f"{ROOT}/Calls.json", create),
        web.get(f"{ROOT}/Calls.json", listed),
        web.get(f"{ROOT}/Calls/{{sid}}.json", fetched),
        web.post(f"{ROOT}/Calls/{{sid}}.json", updated),
        web.delete(f"{ROOT}/Calls/{{sid}}.json", deleted),
    ]


async def create(request: web.Request) -> web.StreamResponse:
    """Nothing makes this idempotent: each POST that gets through is one more call."""
    network = request.app[NETWORK]
    form = await Form.of(request)
    fault = network.faults.draw("create_call", number=form.get("To"))
    deed = fault.do if fault else ""
    if fault is not None:
        network.ledger.record("fault", to=form.get("To"), detail={"on": "create_call", "do": deed})
    _fail_before(request, fault)
    call = place(network, read_call(network, form), fault)
    if deed == "double":
        place(network, read_call(network, form), fault)
    if fault is not None and deed == "delay":
        await asyncio.sleep(fault.seconds)
    if deed == "error_500_after":
        raise Refusal(500, 20500, "Internal Server Error")
    if deed == "reset_after":
        return _reset(request)
    return web.json_response(show(network, call), status=201)


def _fail_before(request: web.Request, fault: Fault | None) -> None:
    if fault is None:
        return
    match fault.do:
        case "error_500_before":
            raise Refusal(500, 20500, "Internal Server Error")
        case "429":
            raise Refusal(429, 20429, "Too Many Requests", headers={"Retry-After": str(fault.retry_after)})
        case "reset_before":
            _reset(request)
            raise Refusal(500, 20500, "the connection is reset")


def _reset(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def place(network: Network, call: Call, fault: Fault | None = None) -> Call:
    """The network takes the call on; it starts when its turn comes. A lost one never does."""
    network.add_call(call)
    network.note("created", call)
    if fault is None or fault.do != "lose":
        delay_s = fault.seconds if fault is not None and fault.do == "delay_ring" else 0.0
        network.tasks.start(exchange.run_created(network, call, delay_s=delay_s))
    return call


def known(request: web.Request, name: str = "sid") -> Call:
    call = request.app[NETWORK].calls.get(request.match_info[name])
    if call is None:
        raise not_found(request)
    return call


async def fetched(request: web.Request) -> web.Response:
    return web.json_response(show(request.app[NETWORK], known(request)))


async def listed(request: web.Request) -> web.Response:
    """Newest first; StartTime and EndTime filter by day, as Twilio does."""
    network = request.app[NETWORK]
    calls = [call for call in network.calls.values() if _matches(request, call)]
    calls.reverse()
    return page(request, "calls", calls, lambda call: show(network, call))


def _matches(request: web.Request, call: Call) -> bool:
    query = request.query
    wanted = {"To": call.to, "From": call.from_, "ParentCallSid": call.parent_sid, "Status": _status(call)}
    for name, value in wanted.items():
        asked = query.get(name)
        if asked and asked.replace(" ", "+", 1) != value and asked != value:
            return False
    return _in_days(request, "StartTime", call.started_at) and _in_days(request, "EndTime", call.ended_at)


def _in_days(request: web.Request, name: str, moment: datetime | None) -> bool:
    tests: dict[str, Callable[[str, str], bool]] = {
        name: lambda day, bound: day == bound,
        f"{name}<": lambda day, bound: day <= bound,
        f"{name}>": lambda day, bound: day >= bound,
    }
    for key, test in tests.items():
        bound = request.query.get(key)
        if bound and (moment is None or not test(moment.strftime("%Y-%m-%d"), bound[:10])):
            return False
    return True


async def updated(request: web.Request) -> web.Response:
    network, call = request.app[NETWORK], known(request)
    form = await Form.of(request)
    status, url, twiml = form.get("Status"), form.url("Url"), form.get("Twiml")
    if status not in (None, "canceled", "completed"):
        raise Refusal(400, 20001, "Status must be canceled or completed")
    if status is not None:
        _end(network, call, status)
    elif url is not None or twiml is not None:
        if call.status is not Status.IN_PROGRESS:
            raise Refusal(400, NOT_IN_PROGRESS, "Call is not in-progress. Cannot redirect.")
        source = Source(url or call.source.url, form.method(), twiml=twiml if url is None else None)
        network.note("redirected", call, url=url)
        call.line.interrupt(Redirected(source))
    elif not form.has("TimeLimit"):
        raise Refusal(400, 20001, "Nothing to update: give Status, Url or Twiml")
    return web.json_response(show(network, call))


def _end(network: Network, call: Call, status: str) -> None:
    if call.is_over:
        raise Refusal(400, NOT_IN_PROGRESS, "Call is not in-progress. Cannot redirect.")
    if status == "completed" or call.answered_at is None:
        network.hang_up(call, by="bank", status=Status.CANCELED, cause=None)


async def deleted(request: web.Request) -> web.Response:
    network, call = request.app[NETWORK], known(request)
    if not call.is_over:
        raise Refusal(409, 20409, "The call is in progress and cannot be deleted")
    del network.calls[call.sid]
    return web.Response(status=204)


def _status(call: Call) -> str:
    return SHOWN.get(call.status, call.status.value)


def show(network: Network, call: Call) -> dict[str, Any]:
    here = path(network, "Calls", call.sid)
    parts = ("Events", "Notifications", "Payments", "Recordings", "Siprec", "Streams", "Transcriptions")
    return {
        "sid": call.sid,
        "account_sid": call.account_sid,
        "parent_call_sid": call.parent_sid,
        "phone_number_sid": None,
        "group_sid": None,
        "trunk_sid": None,
        "to": call.to,
        "to_formatted": call.to,
        "from": call.from_,
        "from_formatted": call.from_,
        "status": _status(call),
        "direction": call.direction.value,
        "start_time": date(call.started_at),
        "end_time": date(call.ended_at),
        "duration": str(call.duration_s()) if call.is_over else None,
        "date_created": date(call.created_at),
        "date_updated": date(call.updated_at),
        "price": None,
        "price_unit": "USD",
        "answered_by": call.answered_by,
        "forwarded_from": None,
        "caller_name": None,
        "queue_time": str(call.queue_time_s),
        "api_version": VERSION,
        "uri": f"{here}.json",
        "subresource_uris": {part.lower(): f"{here}/{part}.json" for part in parts},
    }
