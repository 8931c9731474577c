"""REST: recordings, their lists, their sound, and starting one on a call."""

from typing import Any

from aiohttp import web

from vqueue.sandbox.calls import StatusHook
from vqueue.sandbox.network import Network
from vqueue.sandbox.recordings import Recording, tone_wav
from vqueue.sandbox.rest_calls import NOT_IN_PROGRESS, ROOT, known
from vqueue.sandbox.rest_frame import NETWORK, VERSION, Form, Refusal, date, not_found, page, path
from vqueue.sandbox.verbs_record import record_until_end


def routes() -> list[web.RouteDef]:
    return [
        web.get(f"{ROOT}/Recordings.json", listed),
        web.get(f"{ROOT}/Recordings/{{sid:RE[0-9a-f]+}}.json", fetched),
        web.delete(f"{ROOT}/Recordings/{{sid:RE[0-9a-f]+}}.json", deleted),
        web.get(f"{ROOT}/Recordings/{{sid:RE[0-9a-f]+}}{{form:(\\.wav|\\.mp3)?}}", sound),
        web.get(f"{ROOT}/Calls/{{call}}/Recordings.json", of_call),
        web.post(f"{ROOT}/Calls/{{call}}/Recordings.json", start),
        web.post(f"{ROOT}/Calls/{{call}}/Recordings/{{sid}}.json", updated),
    ]


def _known(request: web.Request) -> Recording:
    recording = request.app[NETWORK].recordings.get(request.match_info["sid"])
    if recording is None:
        raise not_found(request)
    return recording


async def listed(request: web.Request) -> web.Response:
    network, call_sid = request.app[NETWORK], request.query.get("CallSid")
    wanted = [one for one in network.recordings.values() if call_sid in (None, one.call_sid)]
    wanted.reverse()
    return page(request, "recordings", wanted, lambda one: show(network, one))


async def of_call(request: web.Request) -> web.Response:
    network, call = request.app[NETWORK], known(request, "call")
    wanted = [one for one in network.recordings.values() if one.call_sid == call.sid]
    return page(request, "recordings", wanted, lambda one: show_of_call(network, one))


async def fetched(request: web.Request) -> web.Response:
    return web.json_response(show(request.app[NETWORK], _known(request)))


async def deleted(request: web.Request) -> web.Response:
    del request.app[NETWORK].recordings[_known(request).sid]
    return web.Response(status=204)


async def sound(request: web.Request) -> web.Response:
    recording = _known(request)
    return web.Response(body=tone_wav(recording.duration_s or 1), content_type="audio/x-wav")


async def start(request: web.Request) -> web.Response:
    """Records the call until it ends."""
    network, call, form = request.app[NETWORK], known(request, "call"), await Form.of(request)
    if call.is_over or call.answered_at is None:
        raise Refusal(400, NOT_IN_PROGRESS, "The call is not in progress and cannot be recorded")
    url = form.url("RecordingStatusCallback")
    hook = StatusHook(url, form.method("RecordingStatusCallbackMethod")) if url else None
    recording = record_until_end(network, call, "StartCallRecordingAPI", hook)
    return web.json_response(show_of_call(network, recording), status=201)


async def updated(request: web.Request) -> web.Response:
    network, recording, form = request.app[NETWORK], _known(request), await Form.of(request)
    status = form.get("Status")
    if status not in ("in-progress", "paused", "stopped"):
        raise Refusal(400, 20001, "Status must be in-progress, paused or stopped")
    if status == "stopped":
        recording.finish(network.clock.now())
    return web.json_response(show_of_call(network, recording))


def show(network: Network, one: Recording) -> dict[str, Any]:
    here = path(network, "Recordings", one.sid)
    return show_of_call(network, one) | {
        "media_url": network.base_url + here,
        "uri": f"{here}.json",
        "subresource_uris": {"transcriptions": f"{here}/Transcriptions.json"},
    }


def show_of_call(network: Network, one: Recording) -> dict[str, Any]:
    return {
        "sid": one.sid,
        "account_sid": one.account_sid,
        "call_sid": one.call_sid,
        "conference_sid": one.conference_sid,
        "status": one.status,
        "source": one.source,
        "channels": one.channels,
        "track": one.track,
        "duration": None if one.duration_s is None else str(one.duration_s),
        "start_time": date(one.started_at),
        "date_created": date(one.started_at),
        "date_updated": date(one.updated_at),
        "price": None,
        "price_unit": "USD",
        "error_code": None,
        "encryption_details": None,
        "api_version": VERSION,
        "uri": path(network, "Calls", one.call_sid, "Recordings", f"{one.sid}.json"),
    }
