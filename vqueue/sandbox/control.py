"""The sandbox's own API: people, incoming calls, the ledger, faults, routing, voices, the clock."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Final

from aiohttp import web

from vqueue.sandbox import exchange
from vqueue.sandbox.access import json_body
from vqueue.sandbox.calls import Call
from vqueue.sandbox.config import Route
from vqueue.sandbox.faults import Fault
from vqueue.sandbox.numbers import WITHHELD, from_query, normal_form
from vqueue.sandbox.people import Program, read_keys
from vqueue.sandbox.reading import Malformed, object_of, text_of
from vqueue.sandbox.rest_frame import NETWORK

HEARTBEAT_S: Final = 10.0
MOST_PEOPLE: Final = 20_000


def routes() -> list[web.RouteDef]:
    return [
        web.get("/sandbox/people", people),
        web.put("/sandbox/people", put_people),
        web.get("/sandbox/people/{number}", person),
        web.put("/sandbox/people/{number}", put_person),
        web.delete("/sandbox/people/{number}", delete_person),
        web.post("/sandbox/calls", dial_in),
        web.get("/sandbox/calls/{sid}", call_state),
        web.get("/sandbox/ledger", ledger),
        web.get("/sandbox/events", events),
        web.get("/sandbox/exchanges/{token}", exchanges),
        web.get("/sandbox/faults", faults),
        web.put("/sandbox/faults", put_faults),
        web.get("/sandbox/numbers", numbers),
        web.put("/sandbox/numbers/{number}", put_number),
        web.put("/sandbox/voices", put_voices),
        web.put("/sandbox/countries", put_countries),
        web.get("/sandbox/clock", clock),
    ]


def read_address(text: Any, name: str = "number") -> str:
    address = normal_form(text_of(text, name, longest=300))
    if address is None:
        raise Malformed(f"{name} must be an E.164 number, client:name or sip:address")
    return address


async def people(request: web.Request) -> web.Response:
    programs = request.app[NETWORK].people
    return web.json_response({"people": {number: program.as_json() for number, program in programs.items()}})


async def put_people(request: web.Request) -> web.Response:
    """All or none."""
    told = await json_body(request)
    if not isinstance(told, dict) or len(told) > MOST_PEOPLE:
        raise Malformed(f"expected an object of at most {MOST_PEOPLE} numbers with their programs")
    read = {read_address(number): Program.read(program) for number, program in told.items()}
    for number, program in read.items():
        request.app[NETWORK].set_person(number, program)
    return web.json_response({"people": len(read)})


async def person(request: web.Request) -> web.Response:
    number = read_address(request.match_info["number"])
    program = request.app[NETWORK].people.get(number)
    if program is None:
        raise web.HTTPNotFound
    return web.json_response(program.as_json())


async def put_person(request: web.Request) -> web.Response:
    number = read_address(request.match_info["number"])
    program = Program.read(await json_body(request))
    request.app[NETWORK].set_person(number, program)
    return web.json_response(program.as_json())


async def delete_person(request: web.Request) -> web.Response:
    if not request.app[NETWORK].set_person(read_address(request.match_info["number"]), None):
        raise web.HTTPNotFound
    return web.Response(status=204)


async def dial_in(request: web.Request) -> web.Response:
    """`keys` and `program` hold for this call alone; `withheld` hides the number from the bank."""
    network = request.app[NETWORK]
    known = frozenset({"from", "to", "keys", "program", "withheld"})
    told = object_of(await json_body(request), "a call", known)
    telephone, to = read_address(told.get("from"), "from"), read_address(told.get("to"), "to")
    if to not in network.numbers:
        raise Malformed("to is not a number of the bank")
    program = Program.read(told["program"]) if told.get("program") is not None else None
    if told.get("keys") is not None:
        program = (program or network.program_of(telephone)).with_keys(read_keys(told["keys"]))
    withheld = told.get("withheld", False)
    shown = withheld if isinstance(withheld, str) else WITHHELD if withheld is True else telephone
    call = exchange.dial_in(network, telephone=telephone, shown=shown, to=to, program=program)
    return web.json_response({"call_sid": call.sid}, status=201)


async def call_state(request: web.Request) -> web.Response:
    call = request.app[NETWORK].calls.get(request.match_info["sid"])
    if call is None:
        raise web.HTTPNotFound
    return web.json_response(show_call(call))


def show_call(call: Call) -> dict[str, Any]:
    times = {"created_at": call.created_at, "answered_at": call.answered_at, "ended_at": call.ended_at}
    return {
        "call_sid": call.sid,
        "parent_call_sid": call.parent_sid,
        "state": call.status.value,
        "direction": call.direction.value,
        "from": call.from_,
        "to": call.to,
        "answered_by": call.answered_by,
        "bridged": call.bridge is not None,
        "cause": call.cause,
        "ended_by": call.ended_by,
        "duration_s": call.duration_s() if call.is_over else None,
        **{name: at.isoformat(timespec="milliseconds") if at else None for name, at in times.items()},
        "transcript": [line.as_json() for line in call.transcript],
    }


def _count(request: web.Request, name: str, default: int | None) -> int | None:
    text = request.query.get(name)
    if text is None or text == "":
        return default
    if not text.isdigit():
        raise Malformed(f"{name} must be a whole number")
    return int(text)


async def ledger(request: web.Request) -> web.Response:
    network = request.app[NETWORK]
    number = request.query.get("number")
    found = network.ledger.entries(
        after=_count(request, "after", 0) or 0,
        number=from_query(number) if number else None,
        limit=_count(request, "limit", None),
    )
    return web.json_response({"entries": [entry.as_json() for entry in found], "last_seq": network.ledger.last_seq})


async def stream(request: web.Request, lines: AsyncIterator[tuple[int, str, dict[str, Any]]]) -> web.StreamResponse:
    """Server-sent events of (id, event, data), with a heartbeat, until the reader goes."""
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    await response.write(b": open\n\n")
    pending: asyncio.Future[tuple[int, str, dict[str, Any]]] | None = None
    try:
        while True:
            pending = pending or asyncio.ensure_future(anext(lines))
            done, _ = await asyncio.wait({pending}, timeout=HEARTBEAT_S)
            if not done:
                await response.write(b": beat\n\n")
                continue
            seq, event, data = pending.result()
            pending = None
            text = json.dumps(data, ensure_ascii=False)
            await response.write(f"id: {seq}\nevent: {event}\ndata: {text}\n\n".encode())
    except (ConnectionResetError, StopAsyncIteration):
        return response
    finally:
        if pending is not None:
            pending.cancel()


def last_event_id(request: web.Request, default: int) -> int:
    text = request.headers.get("Last-Event-ID") or request.query.get("after") or ""
    return int(text) if text.isdigit() else default


async def events(request: web.Request) -> web.StreamResponse:
    """The whole ledger as it is written; from the beginning unless Last-Event-ID or `after` says otherwise."""
    book = request.app[NETWORK].ledger

    async def lines() -> AsyncIterator[tuple[int, str, dict[str, Any]]]:
        async for entry in book.follow(last_event_id(request, 0)):
            yield entry.seq, entry.event, entry.as_json()

    return await stream(request, lines())


async def exchanges(request: web.Request) -> web.Response:
    """The tries of one request to the bank, whole; the ledger names it by `exchange`."""
    tries = request.app[NETWORK].webhooks.exchanges.of(request.match_info["token"])
    if not tries:
        raise web.HTTPNotFound
    return web.json_response({"tries": [each.as_json() for each in tries]})


async def faults(request: web.Request) -> web.Response:
    return web.json_response({"faults": [fault.as_json() for fault in request.app[NETWORK].faults.faults]})


async def put_faults(request: web.Request) -> web.Response:
    told = object_of(await json_body(request), "the body", frozenset({"faults"}))
    listed = told.get("faults")
    if not isinstance(listed, list) or len(listed) > 100:
        raise Malformed("faults must be a list of at most 100 faults")
    request.app[NETWORK].faults.faults = [Fault.read(fault) for fault in listed]
    return await faults(request)


async def numbers(request: web.Request) -> web.Response:
    routed = request.app[NETWORK].numbers
    return web.json_response({"numbers": {number: _show(route) for number, route in routed.items()}})


def _show(route: Route) -> dict[str, Any]:
    urls = {"voice_url": route.voice_url, "fallback_url": route.fallback_url, "status_url": route.status_url}
    return urls | {"name": route.name}


async def put_number(request: web.Request) -> web.Response:
    number = read_address(request.match_info["number"])
    known = frozenset({"voice_url", "fallback_url", "status_url", "name"})
    told = object_of(await json_body(request), "a route", known)
    route = Route(
        text_of(told.get("voice_url"), "voice_url", longest=4000),
        None if told.get("fallback_url") is None else text_of(told["fallback_url"], "fallback_url", longest=4000),
        None if told.get("status_url") is None else text_of(told["status_url"], "status_url", longest=4000),
        name=str(told.get("name") or "")[:100],
    )
    request.app[NETWORK].numbers[number] = route
    return web.json_response(_show(route))


async def put_voices(request: web.Request) -> web.Response:
    """A <Say> in one of these languages or voices is an error, as with a provider that lacks them."""
    network = request.app[NETWORK]
    known = frozenset({"unsupported_languages", "unsupported_voices"})
    told = object_of(await json_body(request), "the body", known)
    for name in known:
        if not all(isinstance(value, str) for value in told.get(name, [])):
            raise Malformed(f"{name} must be a list of texts")
    network.unsupported_languages = set(told.get("unsupported_languages", []))
    network.unsupported_voices = set(told.get("unsupported_voices", []))
    return web.json_response(told)


async def put_countries(request: web.Request) -> web.Response:
    """The countries (two letters each) this account may not dial; calls to them are placed all the same."""
    told = object_of(await json_body(request), "the body", frozenset({"closed"}))
    closed = told.get("closed", [])
    if not isinstance(closed, list) or not all(isinstance(code, str) and len(code) == 2 for code in closed):
        raise Malformed("closed must be a list of country codes")
    request.app[NETWORK].closed_countries = {code.upper() for code in closed}
    return web.json_response({"closed": sorted(request.app[NETWORK].closed_countries)})


async def clock(request: web.Request) -> web.Response:
    network = request.app[NETWORK]
    told = {"now": network.clock.now(), "started": network.started_at}
    shown = {name: at.isoformat(timespec="milliseconds") for name, at in told.items()}
    return web.json_response({"now": shown["now"], "speed": network.clock.speed, "started": shown["started"]})
