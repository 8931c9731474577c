"""Devices of a customer's app, where push messages go."""

import json
from datetime import datetime
from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import StringConstraints

from vqueue.domain.errors import Invalid
from vqueue.ports.apps import DeviceKind
from vqueue.services import devices
from vqueue.services.house import House
from vqueue.web.api.customer.shapes import Locale
from vqueue.web.api.operation import AppCustomer, Ask, Operation, Reply, Shape

TAG = "Devices"
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,128}={0,2}$")]


class PushKeys(Shape):
    """Of a push subscription (RFC 8291)."""

    p256dh: Key
    auth: Key


class Subscription(Shape):
    """What a browser's PushManager gives (W3C Push API)."""

    endpoint: Annotated[str, StringConstraints(min_length=12, max_length=1024)]
    expirationTime: float | None = None
    keys: PushKeys


class DevicePut(Shape):
    """`fcm` with its registration token, or `web_push` with its subscription."""

    kind: Literal["fcm", "web_push"]
    token: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{8,4096}$")] | None = None
    subscription: Subscription | None = None
    locale: Locale | None = None


class DeviceShown(Shape):
    """A device. Its address is not shown."""

    id: str
    kind: DeviceKind
    put_at: datetime


def operations(house: House) -> tuple[Operation, ...]:
    async def put(ask: Ask) -> Reply:
        body: DevicePut = ask.body
        language = (body.locale or ask.customer.locale or "en").replace("_", "-").split("-")[0].lower()
        made = await devices.put(
            house,
            ask.customer,
            ask.path["id"],
            kind=DeviceKind(body.kind),
            address=_address(body),
            language=language,
        )
        return Reply(body=DeviceShown(id=made.id, kind=made.kind, put_at=made.put_at))

    async def remove(ask: Ask) -> Reply:
        await devices.remove(house, ask.customer, ask.path["id"])
        return Reply(status=204)

    return (
        Operation(
            method="PUT", path="/v1/devices/{id}", name="put_device", summary="Where push messages go",
            tag=TAG, who=AppCustomer(), handler=put, body=DevicePut, answer=DeviceShown,
        ),
        Operation(
            method="DELETE", path="/v1/devices/{id}", name="remove_device", summary="No push messages any more",
            status=204, tag=TAG, who=AppCustomer(), handler=remove,
        ),
    )  # fmt: skip


def _address(body: DevicePut) -> str:
    """What is stored. Raises Invalid for a device without the address of its kind."""
    if (body.kind == "fcm") is not (body.token is not None) or (body.kind == "web_push") is not bool(body.subscription):
        wanted = "token" if body.kind == "fcm" else "subscription"
        raise Invalid("The address fits the kind.", errors=((f"/{wanted}", "missing"),))
    if body.subscription is None:
        return str(body.token)
    if not _outside(body.subscription.endpoint):
        raise Invalid("A push service's https address.", errors=(("/subscription/endpoint", "url"),))
    return json.dumps(body.subscription.model_dump(exclude={"expirationTime"}))


def _outside(endpoint: str) -> bool:
    """https and a name in the public tree: never an address of our own network. (Names are judged again when sent.)"""
    try:
        parts = urlsplit(endpoint)
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or "." not in host or parts.username is not None or port not in (None, 443):
        return False
    try:
        ip_address(host)
    except ValueError:
        return not host.endswith((".local", ".internal", ".localhost", ".arpa"))
    return False
