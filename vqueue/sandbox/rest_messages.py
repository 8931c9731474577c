"""REST: text messages are taken, kept, reported as delivered, and shown by the telephones of the page."""

from typing import Any

from aiohttp import web

from vqueue.sandbox.calls import StatusHook
from vqueue.sandbox.network import Network
from vqueue.sandbox.numbers import normal_form
from vqueue.sandbox.rest_calls import ROOT
from vqueue.sandbox.rest_frame import NETWORK, VERSION, Form, Refusal, date, not_found, page, path
from vqueue.sandbox.webhooks import Question, Unanswered

LONGEST_BODY = 1600


def routes() -> list[web.RouteDef]:
    return [
        web.post(f"{ROOT}/Messages.json", create),
        web.get(f"{ROOT}/Messages.json", listed),
        web.get(f"{ROOT}/Messages/{{sid}}.json", fetched),
    ]


async def create(request: web.Request) -> web.Response:
    network, form = request.app[NETWORK], await Form.of(request)
    body = form.get("Body") or ""
    sender = form.get("From") or form.get("MessagingServiceSid")
    to = normal_form(form.get("To") or "")
    if form.get("To") is None:
        raise Refusal(400, 21604, "A 'To' phone number is required.")
    if sender is None:
        raise Refusal(400, 21603, "A 'From' phone number is required.")
    if to is None:
        raise Refusal(400, 21211, "Invalid 'To' Phone Number")
    if not body and not form.all("MediaUrl") and not form.get("ContentSid"):
        raise Refusal(400, 21602, "Message body is required.")
    if len(body) > LONGEST_BODY:
        raise Refusal(400, 21617, f"The concatenated message body exceeds the {LONGEST_BODY} character limit")
    message = _message(network, form, to=to, body=body)
    network.messages[message["sid"]] = message
    network.ledger.record("message", from_=message["from"], to=to, detail={"sid": message["sid"], "body": body})
    phone = network.phones.get(to)
    if phone is not None:
        phone.add(network.clock.now(), "message", None, text=body)
    url = form.url("StatusCallback", code=21609)
    if url is not None:
        network.tasks.start(_deliver(network, message, StatusHook(url)))
    else:
        message["status"] = "delivered"
    return web.json_response(message | {"status": "queued"}, status=201)


def _message(network: Network, form: Form, *, to: str, body: str) -> dict[str, Any]:
    sid, now = network.new_sid("SM"), date(network.clock.now())
    here = path(network, "Messages", sid)
    return {
        "sid": sid,
        "account_sid": network.config.account_sid,
        "messaging_service_sid": form.get("MessagingServiceSid"),
        "from": form.get("From"),
        "to": to,
        "body": body,
        "status": "queued",
        "direction": "outbound-api",
        "num_segments": str(max(1, -(-len(body) // (160 if body.isascii() else 70)))),
        "num_media": str(len(form.all("MediaUrl"))),
        "date_created": now,
        "date_updated": now,
        "date_sent": None,
        "error_code": None,
        "error_message": None,
        "price": None,
        "price_unit": "USD",
        "api_version": VERSION,
        "uri": f"{here}.json",
        "subresource_uris": {"media": f"{here}/Media.json"},
    }


async def _deliver(network: Network, message: dict[str, Any], hook: StatusHook) -> None:
    for status in ("sent", "delivered"):
        await network.clock.sleep(1.0)
        message["status"] = status
        message["date_updated"] = message["date_sent"] = date(network.clock.now())
        fields = [
            ("MessageSid", message["sid"]),
            ("MessageStatus", status),
            ("AccountSid", message["account_sid"]),
            ("From", message["from"] or ""),
            ("To", message["to"]),
            ("ApiVersion", VERSION),
        ]
        try:
            await network.webhooks.ask(Question(hook.url, hook.method, fields, place="status"))
        except Unanswered as failure:
            network.ledger.record("error", to=message["to"], detail={"code": failure.code, "reason": failure.reason})


async def listed(request: web.Request) -> web.Response:
    network, query = request.app[NETWORK], request.query
    wanted = [
        message
        for message in network.messages.values()
        if query.get("To", message["to"]) == message["to"] and query.get("From", message["from"]) == message["from"]
    ]
    wanted.reverse()
    return page(request, "messages", wanted, lambda message: message)


async def fetched(request: web.Request) -> web.Response:
    message = request.app[NETWORK].messages.get(request.match_info["sid"])
    if message is None:
        raise not_found(request)
    return web.json_response(message)
