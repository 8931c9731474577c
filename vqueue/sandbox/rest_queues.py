"""REST: queues and the callers in them."""

from typing import Any

from aiohttp import web

from vqueue.sandbox.line import Redirected
from vqueue.sandbox.network import Network
from vqueue.sandbox.queues import DEFAULT_SIZE, LARGEST_SIZE, CallQueue, Member
from vqueue.sandbox.rest_calls import ROOT
from vqueue.sandbox.rest_frame import NETWORK, Form, Refusal, date, not_found, page, path
from vqueue.sandbox.source import Source

NAME_TAKEN = 22003
NOT_EMPTY = 22002


def routes() -> list[web.RouteDef]:
    return [
        web.get(f"{ROOT}/Queues.json", listed),
        web.post(f"{ROOT}/Queues.json", create),
        web.get(f"{ROOT}/Queues/{{sid}}.json", fetched),
        web.post(f"{ROOT}/Queues/{{sid}}.json", updated),
        web.delete(f"{ROOT}/Queues/{{sid}}.json", deleted),
        web.get(f"{ROOT}/Queues/{{sid}}/Members.json", members),
        web.get(f"{ROOT}/Queues/{{sid}}/Members/{{call}}.json", member_fetched),
        web.post(f"{ROOT}/Queues/{{sid}}/Members/{{call}}.json", dequeue),
    ]


def _known(request: web.Request) -> CallQueue:
    queue = request.app[NETWORK].queues.get(request.match_info["sid"])
    if queue is None:
        raise not_found(request)
    return queue


def _name(network: Network, form: Form, own: CallQueue | None = None) -> str | None:
    name = form.get("FriendlyName")
    if name is not None and len(name) > 64:
        raise Refusal(400, 20001, "FriendlyName must have at most 64 characters")
    namesake = network.queue_named(name) if name else None
    if namesake is not None and namesake is not own:
        raise Refusal(400, NAME_TAKEN, f"A queue named {name} exists already")
    return name


async def create(request: web.Request) -> web.Response:
    network, form = request.app[NETWORK], await Form.of(request)
    name = _name(network, form)
    if name is None:
        raise Refusal(400, 20001, "FriendlyName is required")
    now = network.clock.now()
    size = form.whole("MaxSize", DEFAULT_SIZE, low=1, high=LARGEST_SIZE)
    queue = CallQueue(network.new_sid("QU"), name, now, now, size)
    network.queues[queue.sid] = queue
    return web.json_response(show(network, queue), status=201)


async def listed(request: web.Request) -> web.Response:
    network = request.app[NETWORK]
    return page(request, "queues", list(network.queues.values()), lambda queue: show(network, queue))


async def fetched(request: web.Request) -> web.Response:
    return web.json_response(show(request.app[NETWORK], _known(request)))


async def updated(request: web.Request) -> web.Response:
    network, queue, form = request.app[NETWORK], _known(request), await Form.of(request)
    queue.friendly_name = _name(network, form, queue) or queue.friendly_name
    queue.max_size = form.whole("MaxSize", queue.max_size, low=1, high=LARGEST_SIZE)
    queue.updated_at = network.clock.now()
    return web.json_response(show(network, queue))


async def deleted(request: web.Request) -> web.Response:
    queue = _known(request)
    if queue.members:
        raise Refusal(400, NOT_EMPTY, "The queue is not empty and cannot be deleted")
    del request.app[NETWORK].queues[queue.sid]
    return web.Response(status=204)


async def members(request: web.Request) -> web.Response:
    network, queue = request.app[NETWORK], _known(request)
    return page(request, "queue_members", list(queue.members), lambda one: show_member(network, queue, one))


def _member(request: web.Request, queue: CallQueue) -> Member:
    member = queue.member_of(request.match_info["call"])
    if member is None:
        raise not_found(request)
    return member


async def member_fetched(request: web.Request) -> web.Response:
    queue = _known(request)
    return web.json_response(show_member(request.app[NETWORK], queue, _member(request, queue)))


async def dequeue(request: web.Request) -> web.Response:
    """The caller leaves the line and hears the document at Url."""
    network, queue, form = request.app[NETWORK], _known(request), await Form.of(request)
    member = _member(request, queue)
    url = form.url("Url")
    if url is None:
        raise Refusal(400, 21205, "Url parameter is required.")
    told = show_member(network, queue, member)
    member.call.line.interrupt(Redirected(Source(url, form.method())))
    queue.members.remove(member)
    return web.json_response(told)


def show(network: Network, queue: CallQueue) -> dict[str, Any]:
    here = path(network, "Queues", queue.sid)
    return {
        "sid": queue.sid,
        "account_sid": network.config.account_sid,
        "friendly_name": queue.friendly_name,
        "current_size": len(queue.members),
        "max_size": queue.max_size,
        "average_wait_time": queue.average_wait_s(network.clock.now()),
        "date_created": date(queue.created_at),
        "date_updated": date(queue.updated_at),
        "uri": f"{here}.json",
    }


def show_member(network: Network, queue: CallQueue, member: Member) -> dict[str, Any]:
    return {
        "call_sid": member.call.sid,
        "queue_sid": queue.sid,
        "date_enqueued": date(member.enqueued_at),
        "position": queue.position(member),
        "wait_time": member.wait_s(network.clock.now()),
        "uri": path(network, "Queues", queue.sid, "Members", f"{member.call.sid}.json"),
    }
