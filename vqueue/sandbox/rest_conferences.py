"""REST: conferences and who takes part in them."""

from typing import Any

from aiohttp import web

from vqueue.sandbox.callform import read_call
from vqueue.sandbox.calls import Call, StatusHook
from vqueue.sandbox.conferences import LARGEST, Conference, Participant, Wishes
from vqueue.sandbox.interpreter import Scope, Stage, follow
from vqueue.sandbox.line import HungUp
from vqueue.sandbox.network import Network
from vqueue.sandbox.rest_calls import ROOT, place
from vqueue.sandbox.rest_frame import NETWORK, VERSION, Form, Refusal, date, not_found, page, path
from vqueue.sandbox.source import Source
from vqueue.sandbox.twiml import BadDocument
from vqueue.sandbox.verbs_conference import room, take_part


def routes() -> list[web.RouteDef]:
    here = f"{ROOT}/Conferences/{{sid}}"
    return [
        web.get(f"{ROOT}/Conferences.json", listed),
        web.get(f"{here}.json", fetched),
        web.post(f"{here}.json", updated),
        web.get(f"{here}/Participants.json", participants),
        web.post(f"{here}/Participants.json", invite),
        web.get(f"{here}/Participants/{{call}}.json", participant),
        web.post(f"{here}/Participants/{{call}}.json", change),
        web.delete(f"{here}/Participants/{{call}}.json", kick),
    ]


def _known(request: web.Request) -> Conference:
    """By sid; the name of one under way does too."""
    network, sid = request.app[NETWORK], request.match_info["sid"]
    conference = network.conferences.get(sid) or network.conference_named(sid)
    if conference is None:
        raise not_found(request)
    return conference


def _one(request: web.Request, conference: Conference) -> Participant:
    one = conference.of(request.match_info["call"])
    if one is None:
        raise not_found(request)
    return one


async def listed(request: web.Request) -> web.Response:
    network, query = request.app[NETWORK], request.query
    wanted = [
        conference
        for conference in network.conferences.values()
        if query.get("FriendlyName", conference.friendly_name) == conference.friendly_name
        and query.get("Status", conference.status) == conference.status
    ]
    wanted.reverse()
    return page(request, "conferences", wanted, lambda conference: show(network, conference))


async def fetched(request: web.Request) -> web.Response:
    return web.json_response(show(request.app[NETWORK], _known(request)))


async def updated(request: web.Request) -> web.Response:
    network, conference, form = request.app[NETWORK], _known(request), await Form.of(request)
    status, url = form.get("Status"), form.url("AnnounceUrl")
    if status not in (None, "completed"):
        raise Refusal(400, 20001, "Status must be completed")
    if status == "completed":
        conference.end("conference-ended-via-api")
    elif url is not None:
        for one in conference.participants:
            network.tasks.start(_announce(network, one.call, url, form.method("AnnounceMethod")))
    return web.json_response(show(network, conference))


async def _announce(network: Network, call: Call, url: str, method: str) -> None:
    try:
        await follow(Stage(network, call, Scope.ROOM, Source(url, method)))
    except BadDocument as failure:
        network.note("error", call, code=failure.code, reason=failure.reason)
    except HungUp:
        return


async def participants(request: web.Request) -> web.Response:
    network, conference, query = request.app[NETWORK], _known(request), request.query
    wanted = [
        one
        for one in conference.participants
        if query.get("Muted", str(one.muted).lower()).lower() == str(one.muted).lower()
        and query.get("Hold", str(one.hold).lower()).lower() == str(one.hold).lower()
    ]
    return page(request, "participants", wanted, lambda one: show_participant(network, conference, one))


async def participant(request: web.Request) -> web.Response:
    conference = _known(request)
    return web.json_response(show_participant(request.app[NETWORK], conference, _one(request, conference)))


async def invite(request: web.Request) -> web.Response:
    """Calls somebody into the room; a room of that name is made when there is none."""
    network, form = request.app[NETWORK], await Form.of(request)
    name = request.match_info["sid"]
    known = network.conferences.get(name) or network.conference_named(name)
    if (known is not None and known.is_over) or (known is None and name.startswith("CF")):
        raise not_found(request)
    conference = known or room(network, name)
    wishes = _wishes(form)
    call = read_call(network, Form({**form.fields, "Twiml": ["<Response/>"], "Url": []}))

    async def join(answered: Call) -> None:
        try:
            await take_part(network, answered, conference, wishes)
        except HungUp:
            return

    call.join = join
    place(network, call)
    now = network.clock.now()
    one = Participant(call, wishes, now, now, muted=wishes.muted, end_on_exit=wishes.end_on_exit)
    return web.json_response(show_participant(network, conference, one), status=201)


def _wishes(form: Form) -> Wishes:
    url = form.url("ConferenceStatusCallback")
    events = frozenset(" ".join(form.all("ConferenceStatusCallbackEvent")).split())
    start = form.flag("StartConferenceOnEnter")
    return Wishes(
        muted=form.flag("Muted") is True,
        start_on_enter=start is not False,
        end_on_exit=form.flag("EndConferenceOnExit") is True,
        wait_url=form.url("WaitUrl"),
        wait_method=form.method("WaitMethod"),
        largest=form.whole("MaxParticipants", LARGEST, low=2, high=LARGEST),
        label=form.get("Label"),
        coached=form.get("CallSidToCoach") if form.flag("Coaching") else None,
        hook=StatusHook(url, form.method("ConferenceStatusCallbackMethod"), events) if url else None,
    )


async def change(request: web.Request) -> web.Response:
    network, conference, form = request.app[NETWORK], _known(request), await Form.of(request)
    one = _one(request, conference)
    one.hold_url, one.hold_method = form.url("HoldUrl") or one.hold_url, form.method("HoldMethod")
    if form.flag("EndConferenceOnExit") is not None:
        one.end_on_exit = form.flag("EndConferenceOnExit") is True
    if form.flag("Coaching") is not None:
        one.coaching = form.flag("Coaching") is True
        one.coached = form.get("CallSidToCoach") if one.coaching else None
    announced = form.url("AnnounceUrl")
    if announced is not None:
        network.tasks.start(_announce(network, one.call, announced, form.method("AnnounceMethod")))
    conference.change(one, muted=form.flag("Muted"), hold=form.flag("Hold"))
    return web.json_response(show_participant(network, conference, one))


async def kick(request: web.Request) -> web.Response:
    conference = _known(request)
    conference.leave(_one(request, conference), kicked=True)
    return web.Response(status=204)


def show(network: Network, conference: Conference) -> dict[str, Any]:
    here = path(network, "Conferences", conference.sid)
    return {
        "sid": conference.sid,
        "account_sid": network.config.account_sid,
        "friendly_name": conference.friendly_name,
        "status": conference.status,
        "region": "us1",
        "date_created": date(conference.created_at),
        "date_updated": date(conference.updated_at),
        "api_version": VERSION,
        "reason_conference_ended": conference.reason,
        "call_sid_ending_conference": conference.ended_by,
        "uri": f"{here}.json",
        "subresource_uris": {
            "participants": f"{here}/Participants.json",
            "recordings": f"{here}/Recordings.json",
        },
    }


def show_participant(network: Network, conference: Conference, one: Participant) -> dict[str, Any]:
    in_room = one in conference.participants
    return {
        "account_sid": network.config.account_sid,
        "call_sid": one.call.sid,
        "conference_sid": conference.sid,
        "label": one.wishes.label,
        "call_sid_to_coach": one.coached,
        "coaching": one.coaching,
        "date_created": date(one.joined_at),
        "date_updated": date(one.updated_at),
        "end_conference_on_exit": one.end_on_exit,
        "start_conference_on_enter": one.wishes.start_on_enter,
        "muted": one.muted,
        "hold": one.hold,
        "status": "connected" if in_room else "queued",
        "queue_time": str(one.call.queue_time_s),
        "uri": path(network, "Conferences", conference.sid, "Participants", f"{one.call.sid}.json"),
    }
