"""Who may do what: every operation of the OpenAPI document with every credential, every object with every stranger.

What is allowed is written here by hand. An operation that is not in these tables, or no longer exists, fails.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from tests.api.conftest import Face, KnownTokens
from tests.db.builders import a_queue, a_request
from tests.web.house import HandClock, open_house
from vqueue.domain.phone import Phone
from vqueue.identity.passwords import Argon2Passwords
from vqueue.ports.apps import Device, DeviceKind
from vqueue.services.keys import Scope, make_key
from vqueue.web.limits import Limits
from vqueue.web.site import make_web

ANYONE, CUSTOMER = "anyone", "customer"
MAY: dict[str, str | Scope] = {
    **dict.fromkeys(("begin_phone_verification", "finish_phone_verification", "read_push_key", "list_topics"), ANYONE),
    **dict.fromkeys(
        (
            "list_queues", "read_queue", "read_availability", "list_slots", "create_support_request",
            "list_support_requests", "read_support_request", "change_support_request", "cancel_support_request",
            "call_now", "give_feedback", "read_codes", "watch_support_request", "put_device", "remove_device",
        ),
        CUSTOMER,
    ),
    **dict.fromkeys(
        (
            "list_agents", "read_agent", "put_agent", "change_agent", "remove_agent", "ask_presence", "put_pin",
            "take_pin_away",
        ),
        Scope.AGENTS_WRITE,
    ),
    **dict.fromkeys(
        ("accept_call", "decline_call", "end_wrap_up", "watch_agent", "dispose_attempt"), Scope.CALLS_REPORT
    ),
    **dict.fromkeys(
        ("list_board_queues", "read_board_queue", "read_report", "list_promises", "list_alerts"), Scope.REPORTS_READ
    ),
    **dict.fromkeys(
        (
            "put_queue", "read_rules_draft", "save_rules_draft", "discard_rules_draft", "read_rules",
            "read_rules_version", "rehearse_rules", "read_rehearsal",
        ),
        Scope.RULES_WRITE,
    ),
    **dict.fromkeys(("turn_switch", "publish_rules", "roll_back_rules"), Scope.RULES_PUBLISH),
    **dict.fromkeys(("find_requests", "read_any_request"), Scope.REQUESTS_READ),
    **dict.fromkeys(
        ("make_request", "move_request", "cancel_any_request", "resolve_request", "erase_person"), Scope.REQUESTS_WRITE
    ),
    "export_person": Scope.REQUESTS_READ_PII,
    **dict.fromkeys(("read_journal", "read_request_journal"), Scope.JOURNAL_READ),
    **dict.fromkeys(
        (
            "make_webhook", "list_webhooks", "read_webhook", "change_webhook", "remove_webhook",
            "rotate_webhook_secret", "enable_webhook", "test_webhook", "list_webhook_deliveries",
        ),
        Scope.WEBHOOKS_WRITE,
    ),
}  # fmt: skip
"""Who may call each operation. A guest may what a customer may."""

BODIES: dict[str, Any] = {
    "change_support_request": {"context": {}},
    "give_feedback": {"rating": 5},
    "put_device": {"kind": "fcm", "token": "t" * 40},
}
"""Bodies of the customer's operations on one object; others need none."""
ELSEWHERE = {"put_device"}
"""Operations that make an object of one's own where there is none by that id."""


@pytest.fixture
async def face(sqlite_database: str) -> AsyncIterator[Face]:
    """Each request may come from an address of its own, so that wrong keys are never held up here."""
    clock, tokens = HandClock(), KnownTokens()
    async with AsyncExitStack() as stack:
        house = replace(await stack.enter_async_context(open_house(sqlite_database, clock)), tokens=tokens)
        await house.database.transact(lambda work: work.queues.insert(a_queue()))
        limits = Limits(clock=clock, address=lambda request: request.headers.get("X-From", ""))
        site = make_web(house, passwords=Argon2Passwords(), secure=False, limits=limits)
        client = await stack.enter_async_context(TestClient(TestServer(site)))
        yield Face(house, client, clock, tokens)


async def operations(face: Face) -> dict[str, tuple[str, str]]:
    """operationId → (method, path with something in its braces)."""
    document = await (await face.http.get("/openapi.json")).json()
    return {
        told["operationId"]: (method.upper(), path)
        for path, item in document["paths"].items()
        for method, told in item.items()
    }


def filled(path: str, name: str = "nobody") -> str:
    values = {"queue": "cards", "v": "1", "name": "intervals", "person": "%2B447700900999"}
    return re.sub(r"{(\w+)}", lambda found: values.get(found[1], name), path)


_addresses = count()


async def status(face: Face, method: str, path: str, headers: dict[str, str], body: Any = None) -> int:
    sent = {"X-From": str(next(_addresses)), "If-Match": "*", "Idempotency-Key": "k", **headers}
    async with face.http.request(method, path, headers=sent, json=body if body is not None else {}) as answer:
        return answer.status


async def bad_keys(face: Face) -> dict[str, dict[str, str]]:
    """Credentials that are worth nothing anywhere."""
    house, now = face.house, face.clock.now()
    made = {
        name: await make_key(house.database, house.chance, name=name, scopes=list(Scope), by="test", at=now,
                             expires_at=now + timedelta(hours=1) if name == "expired" else None)
        for name in ("revoked", "expired")
    }  # fmt: skip
    await house.database.transact(lambda work: work.keys.revoke(made["revoked"].key.id, at=now))
    tokens = {"wrong": "vq_" + "0" * 70, "revoked": made["revoked"].token}
    face.clock.move(3600)
    tokens["expired"] = made["expired"].token
    return {"none": {}, **{name: {"Authorization": f"Bearer {token}"} for name, token in tokens.items()}}


async def test_every_operation_is_in_the_table(face: Face) -> None:
    known = set(await operations(face))
    assert known - set(MAY) == set(), "who may call these?"
    assert set(MAY) - known == set(), "these are gone"


async def test_each_operation_lets_in_exactly_those_who_may(face: Face) -> None:
    worthless = await bad_keys(face)
    keys = {scope: await face.key(scope) for scope in Scope}
    guest, _ = face.tokens.for_guest(Phone("+447700900001"), proof="g")
    people = {"customer": face.customer(), "guest": {"Authorization": f"Bearer {guest}"}}
    wrong = []
    for name, (method, path) in (await operations(face)).items():
        may = MAY[name]
        credentials = {**worthless, **people, **{str(scope): headers for scope, headers in keys.items()}}
        for who, headers in credentials.items():
            expected = _expected(may, who)
            found = await status(face, method, filled(path), headers)
            seen = {401: "unknown", 403: "forbidden"}.get(found, "in")
            if seen != expected or found >= 500:
                wrong.append(f"{name}: {who} is {seen} ({found}), not {expected}")
    assert wrong == []


def _expected(may: str | Scope, who: str) -> str:
    """401 for who is not known here, 403 for a key that lacks the scope."""
    if may == ANYONE:
        return "in"
    if may == CUSTOMER:
        return "in" if who in ("customer", "guest") else "unknown"
    if who not in set(Scope):
        return "unknown"
    return "in" if who == may else "forbidden"


async def test_nobody_learns_of_anothers_object(face: Face) -> None:
    """Another customer's object, a guest's and one that does not exist are answered alike, byte for byte."""
    vault, at = face.house.vault, face.clock.now()
    phone = vault.seal_phone(Phone("+447700900101"))
    ann = a_request("hers", customer="https://bank.example|ann", phone=phone)
    guests = a_request("guests", customer="vqueue:guest|g", phone=replace(phone, index="other"))
    device = Device(id="hers", customer=ann.customer or "", kind=DeviceKind.FCM, address=vault.seal("t"),
                    language="en", put_at=at)  # fmt: skip
    await face.house.database.transact(lambda work: [work.requests.insert(one) for one in (ann, guests)])
    await face.house.database.transact(lambda work: work.devices.put(device))
    boris, checked = face.customer("boris", "+447700900102"), 0
    for name, (method, path) in (await operations(face)).items():
        if MAY[name] != CUSTOMER or "{id}" not in path:
            continue
        told = set()
        for object_ in ("hers", "guests", "nobody"):
            if name in ELSEWHERE and object_ != "hers":
                continue
            sent = {**boris, "If-Match": "*", "Idempotency-Key": object_}
            body = BODIES.get(name)
            async with face.http.request(method, filled(path, object_), headers=sent, json=body) as answer:
                told.add((answer.status, await answer.text()))
        ((found, _),) = told
        assert found == 404, f"{name}: {told}"
        checked += 1
    assert checked >= 8
