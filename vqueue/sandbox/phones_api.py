"""The telephones of the browser page over HTTP: put on the table, dial, answer, press, speak, hang up."""

from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from vqueue.sandbox import exchange
from vqueue.sandbox.access import json_body, problem
from vqueue.sandbox.control import last_event_id, read_address, stream
from vqueue.sandbox.party import Answer
from vqueue.sandbox.phones import Telephone
from vqueue.sandbox.reading import Malformed, object_of, text_of
from vqueue.sandbox.rest_frame import NETWORK

KEYS = frozenset("0123456789*#wW")


def routes() -> list[web.RouteDef]:
    here = "/sandbox/phones/{number}"
    return [
        web.get("/sandbox/phones", listed),
        web.get(here, shown),
        web.put(here, put),
        web.delete(here, remove),
        web.get(f"{here}/events", events),
        web.post(f"{here}/dial", dial),
        web.post(f"{here}/answer", answer),
        web.post(f"{here}/decline", decline),
        web.post(f"{here}/press", press),
        web.post(f"{here}/hangup", hang_up),
        web.post(f"{here}/say", say),
    ]


def _known(request: web.Request) -> Telephone:
    phone = request.app[NETWORK].phones.get(read_address(request.match_info["number"]))
    if phone is None:
        raise web.HTTPNotFound
    return phone


async def listed(request: web.Request) -> web.Response:
    return web.json_response({"phones": [phone.as_json() for phone in request.app[NETWORK].phones.values()]})


async def shown(request: web.Request) -> web.Response:
    return web.json_response(_known(request).as_json())


async def put(request: web.Request) -> web.Response:
    number = read_address(request.match_info["number"])
    told = object_of(await json_body(request), "a telephone", frozenset({"name", "role"}))
    role = told.get("role", "customer")
    if role not in ("customer", "agent"):
        raise Malformed("role must be customer or agent")
    phones = request.app[NETWORK].phones
    name = text_of(told.get("name", number), "name", longest=100)
    status = 200 if number in phones else 201
    phone = phones.setdefault(number, Telephone(number, name, role))
    phone.name, phone.role = name, role
    return web.json_response(phone.as_json(), status=status)


async def remove(request: web.Request) -> web.Response:
    network, phone = request.app[NETWORK], _known(request)
    for call in list(network.legs_of(phone.number)):
        network.hang_up(call, by="person")
    del network.phones[phone.number]
    return web.Response(status=204)


async def events(request: web.Request) -> web.StreamResponse:
    phone = _known(request)

    async def lines() -> AsyncIterator[tuple[int, str, dict[str, Any]]]:
        async for event in phone.follow(last_event_id(request, 0)):
            yield event.seq, event.event, event.as_json()

    return await stream(request, lines())


async def _told(request: web.Request, *known: str) -> dict[str, Any]:
    return object_of(await json_body(request), "the body", frozenset(known))


async def dial(request: web.Request) -> web.Response:
    network, phone = request.app[NETWORK], _known(request)
    to = read_address((await _told(request, "to")).get("to"), "to")
    if to not in network.numbers:
        raise Malformed("to is not a number of the bank")
    if phone.call is not None:
        return problem(409, "engaged", "This telephone is in a call.")
    call = exchange.dial_in(network, telephone=phone.number, shown=phone.number, to=to)
    return web.json_response({"call_sid": call.sid}, status=201)


async def answer(request: web.Request) -> web.Response:
    return await _meet(request, Answer.ANSWERED)


async def decline(request: web.Request) -> web.Response:
    return await _meet(request, Answer.BUSY)


async def _meet(request: web.Request, how: Answer) -> web.Response:
    """The call named, or the one that rings."""
    phone = _known(request)
    sid = (await _told(request, "call_sid")).get("call_sid") or next(iter(phone.ringing), "")
    ringing = phone.ringing.get(sid)
    if ringing is None or ringing.done():
        return problem(409, "not_ringing", "That call does not ring here.")
    ringing.set_result(how)
    return web.json_response({"call_sid": sid})


async def press(request: web.Request) -> web.Response:
    network, phone = request.app[NETWORK], _known(request)
    digits = text_of((await _told(request, "digits")).get("digits"), "digits", longest=64)
    if not set(digits) <= KEYS:
        raise Malformed("digits must be made of 0-9, * and #")
    if phone.call is None:
        return problem(409, "not_in_call", "This telephone is not in a call.")
    network.press(phone.call, digits)
    return web.json_response({"call_sid": phone.call.sid})


async def hang_up(request: web.Request) -> web.Response:
    network, phone = request.app[NETWORK], _known(request)
    await _told(request)
    if phone.call is None:
        return problem(409, "not_in_call", "This telephone is not in a call.")
    sid = phone.call.sid
    network.hang_up(phone.call, by="person", cause="hung-up")
    return web.json_response({"call_sid": sid})


async def say(request: web.Request) -> web.Response:
    """What a person says: in both captions when connected, in a recording when one runs."""
    network, phone = request.app[NETWORK], _known(request)
    text = text_of((await _told(request, "text")).get("text"), "text", longest=1000)
    call = phone.call
    if call is None:
        return problem(409, "not_in_call", "This telephone is not in a call.")
    phone.add(network.clock.now(), "said", call, text=text, by="self")
    network.tasks.start(network.talk(call, text, network.program_of(phone.number).language))
    return web.json_response({"call_sid": call.sid})
