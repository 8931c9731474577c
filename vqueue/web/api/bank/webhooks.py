"""The bank's webhook subscriptions, by Standard Webhooks."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from vqueue.ports.bank import Webhook
from vqueue.ports.database import Notice
from vqueue.services import delivering, subscribing
from vqueue.services.house import House
from vqueue.services.keys import Scope
from vqueue.services.subscribing import Made
from vqueue.services.telling import Event
from vqueue.web.api import cursor
from vqueue.web.api.bank.revealing import by
from vqueue.web.api.mounting import etag
from vqueue.web.api.operation import Ask, Bank, Id, Moment, Operation, Page, Reply, Shape, ShortPage

TAG = "Webhooks"
WHO = Bank(Scope.WEBHOOKS_WRITE)
BASE = "/v1/admin/webhooks"
Url = Annotated[str, Field(min_length=1, max_length=2048)]
Events = Annotated[tuple[Event, ...], Field(max_length=40)]
Queues = Annotated[tuple[Id, ...], Field(max_length=100)]


class WebhookWanted(Shape):
    """A subscription to make."""

    url: Url
    """https, port 443 or 8443, a public address."""
    events: Events = ()
    """Empty: all."""
    queues: Queues = ()
    """Only what belongs to these queues; empty: all. Agents belong to no queue."""


class WebhookChange(Shape):
    """Merge-patch: what is not named stays; null means all."""

    url: Url | None = None
    events: Events | None = None
    queues: Queues | None = None


class WebhookShown(Shape):
    """One subscription; its secret is never shown again."""

    id: str
    url: str
    events: tuple[str, ...]
    queues: tuple[str, ...]
    state: Literal["active", "failing", "disabled"]
    reason: str | None
    """Why it is disabled: `gone` (it answered 410) or `failing` (it took nothing for days)."""
    failures: int
    """Failed tries since the last delivery that was taken."""
    failing_since: Moment | None
    retry_at: Moment | None
    former_until: Moment | None
    """Until then the former secret signs too."""
    made_at: Moment
    version: int


class WebhookMade(WebhookShown):
    """With its secret: keep it, it is shown this once."""

    secret: str


class WebhookList(Shape):
    """All subscriptions."""

    items: tuple[WebhookShown, ...]
    next_cursor: str | None = None


class Delivery(Shape):
    """One event on its way."""

    id: str
    """The `webhook-id` it is sent with."""
    event: str
    request: str | None
    at: Moment
    """When it happened."""
    state: Literal["waiting", "delivered", "given_up"]
    tries: int
    outcome: str | None
    """How the last try went: `taken`, `http_500`, `timeout`, `no_connection`, `address_refused` …"""
    next_try_at: Moment | None
    delivered_at: Moment | None


class DeliveryList(Shape):
    """Newest first."""

    items: tuple[Delivery, ...]
    next_cursor: str | None = None


class TestSent(Shape):
    """The event is on its way; read `deliveries` for what became of it."""

    delivery: str


def operations(house: House) -> tuple[Operation, ...]:
    return (*_subscribing(house), *_changing(house), *_delivering(house))


def _subscribing(house: House) -> tuple[Operation, ...]:
    async def make(ask: Ask) -> Reply:
        wanted: WebhookWanted = ask.body
        made = await subscribing.make(house, url=wanted.url, events=wanted.events, queues=wanted.queues, by=by(ask))
        return _made(made, {"Location": f"{BASE}/{made.webhook.id}"})

    async def every(ask: Ask) -> Reply:
        page, more = cursor.cut([shown(one) for one in await subscribing.every(house)], ask.query)
        return Reply(body=WebhookList(items=page, next_cursor=more))

    async def read(ask: Ask) -> Reply:
        return _shown(await subscribing.one(house, ask.path["id"]))

    return (
        Operation(
            method="POST", path=BASE, name="make_webhook", summary="Subscribe to events", tag=TAG, who=WHO,
            handler=make, status=201, body=WebhookWanted, answer=WebhookMade, headers=("Location", "ETag"),
            problems=("not_possible",), description="The secret (`whsec_…`) is in this answer and nowhere else.",
        ),
        Operation(
            method="GET", path=BASE, name="list_webhooks", summary="All subscriptions", tag=TAG, who=WHO,
            handler=every, query=ShortPage, answer=WebhookList,
        ),
        Operation(
            method="GET", path=f"{BASE}/{{id}}", name="read_webhook", summary="One subscription", tag=TAG, who=WHO,
            handler=read, answer=WebhookShown, headers=("ETag",),
        ),
    )  # fmt: skip


def _changing(house: House) -> tuple[Operation, ...]:
    async def change(ask: Ask) -> Reply:
        body: WebhookChange = ask.body
        changes = {name: getattr(body, name) or () for name in body.model_fields_set if name != "url"}
        if body.url is not None:
            changes["url"] = body.url
        changed = await subscribing.change(house, ask.path["id"], version=ask.version, changes=changes, by=by(ask))
        return _shown(changed)

    async def remove(ask: Ask) -> Reply:
        await subscribing.remove(house, ask.path["id"], by=by(ask))
        return Reply()

    async def rotate(ask: Ask) -> Reply:
        return _made(await subscribing.rotate(house, ask.path["id"], by=by(ask)), {})

    return (
        Operation(
            method="PATCH", path=f"{BASE}/{{id}}", name="change_webhook", summary="Change address, events or queues",
            tag=TAG, who=WHO, handler=change, body=WebhookChange, body_type="application/merge-patch+json",
            answer=WebhookShown, headers=("ETag",), conditional=True,
        ),
        Operation(
            method="DELETE", path=f"{BASE}/{{id}}", name="remove_webhook", summary="End a subscription", tag=TAG,
            who=WHO, handler=remove, status=204,
        ),
        Operation(
            method="POST", path=f"{BASE}/{{id}}/rotate", name="rotate_webhook_secret", summary="A new secret", tag=TAG,
            who=WHO, handler=rotate, answer=WebhookMade, headers=("ETag",),
            description="The former secret signs too for 24 hours.",
        ),
    )  # fmt: skip


def _delivering(house: House) -> tuple[Operation, ...]:
    async def enable(ask: Ask) -> Reply:
        return _shown(await subscribing.enable(house, ask.path["id"], by=by(ask)))

    async def test(ask: Ask) -> Reply:
        return Reply(body=TestSent(delivery=await subscribing.try_out(house, ask.path["id"], by=by(ask))))

    async def deliveries(ask: Ask) -> Reply:
        page: Page = ask.query
        place = cursor.read(page.cursor, parts=1)
        before = place[0] if place else None
        found = await subscribing.deliveries(house, ask.path["id"], limit=page.limit + 1, before=before)
        items = found[: page.limit]
        onward = cursor.written(items[-1].id) if len(found) > page.limit else None
        return Reply(body=DeliveryList(items=tuple(_delivery(each) for each in items), next_cursor=onward))

    return (
        Operation(
            method="POST", path=f"{BASE}/{{id}}/enable", name="enable_webhook", summary="Deliver again", tag=TAG,
            who=WHO, handler=enable, answer=WebhookShown, headers=("ETag",),
        ),
        Operation(
            method="POST", path=f"{BASE}/{{id}}/test", name="test_webhook", summary="Send `webhook.test`", tag=TAG,
            who=WHO, handler=test, status=202, answer=TestSent, problems=("not_possible",),
        ),
        Operation(
            method="GET", path=f"{BASE}/{{id}}/deliveries", name="list_webhook_deliveries",
            summary="What became of recent events", tag=TAG, who=WHO, handler=deliveries, query=Page,
            answer=DeliveryList,
        ),
    )  # fmt: skip


def shown(webhook: Webhook) -> WebhookShown:
    return WebhookShown(**_fields(webhook))


def _shown(webhook: Webhook) -> Reply:
    return Reply(body=shown(webhook), headers=etag(webhook.version))


def _made(made: Made, headers: dict[str, str]) -> Reply:
    body = WebhookMade(**_fields(made.webhook), secret=made.secret)
    return Reply(body=body, headers=headers | etag(made.webhook.version))


def _fields(webhook: Webhook) -> dict[str, object]:
    disabled = webhook.disabled_at is not None
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": webhook.events,
        "queues": webhook.queues,
        "state": "disabled" if disabled else "failing" if webhook.failures else "active",
        "reason": webhook.reason,
        "failures": webhook.failures,
        "failing_since": webhook.failing_since,
        "retry_at": webhook.retry_at,
        "former_until": webhook.former_until,
        "made_at": webhook.made_at,
        "version": webhook.version,
    }


def _delivery(notice: Notice) -> Delivery:
    told = notice.document or {}
    waiting = notice.done_at is None and not notice.dead
    return Delivery(
        id=delivering.message_id(notice),
        event=notice.prompt,
        request=notice.request,
        at=datetime.fromisoformat(str(told.get("timestamp"))),
        state="waiting" if waiting else "given_up" if notice.dead else "delivered",
        tries=notice.tries,
        outcome=notice.outcome,
        next_try_at=notice.not_before if waiting else None,
        delivered_at=notice.done_at,
    )
