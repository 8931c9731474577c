"""A customer of the app asks for support: once, whatever happens, within limits, and told nothing but the truth."""

import asyncio
import json
import os
from dataclasses import replace

import pytest

from tests.api.conftest import Face, opened
from tests.api.lines import a_line, asked, kept, ruled, stored
from vqueue.domain.context import ContextField, FieldKind
from vqueue.domain.request import Channel, Mode, State
from vqueue.domain.rules import Caps, Condition, Offer, Route, Rules, Switches

OTHER = "+447700900002"
TWINS = int(os.environ.get("VQUEUE_TEST_TWINS", "200"))
"""How many ask at once; a campaign sets 1000."""


async def test_a_callback_is_kept_and_promised(face: Face) -> None:
    await a_line(face)
    answer = await asked(face, face.customer(segment="gold", name="Ann"), notify={"push": True})
    told = await answer.json()
    assert answer.status == 201 and answer.headers["Location"] == f"/v1/support-requests/{told['id']}"
    assert answer.headers["ETag"] == f'"{told["version"]}"' and answer.headers["Cache-Control"] == "no-store"
    assert (told["state"], told["mode"], told["channel"], told["position"], told["ahead"]) == (
        "waiting", "callback", "app", 9, 8,
    )  # fmt: skip
    assert told["window"]["from"] < told["window"]["to"] and told["window"] == told["promised"]["window"]
    assert told["phone_number"].endswith("001") and "447700" not in told["phone_number"]
    row = await stored(face, told["id"])
    assert row.verified and row.segment == "gold" and row.notify == ("push", "sms") and row.channel is Channel.APP
    assert row.version == told["version"]


async def test_the_same_key_gives_the_same_answer_and_another_body_is_refused(face: Face) -> None:
    await a_line(face)
    ann = face.customer()
    first = await (await asked(face, ann, "k1")).read()
    face.clock.move(600)
    assert await (await asked(face, ann, '"k1"')).read() == first
    reused = await asked(face, ann, "k1", mode="message")
    assert reused.status == 422 and (await reused.json())["code"] == "idempotency_key_reused"
    without = await face.http.post("/v1/support-requests", json={"queue": "cards", "mode": "callback"}, headers=ann)
    assert without.status == 400 and (await without.json())["code"] == "idempotency_key_missing"


async def test_a_refusal_is_not_the_answer_for_ever(face: Face) -> None:
    await a_line(face)
    closed = replace(Rules(), offer=Offer(max_open=0))
    await ruled(face, closed)
    full = await asked(face, face.customer())
    assert full.status == 409 and (await full.json())["code"] == "queue_full"
    await ruled(face, Rules())
    assert (await asked(face, face.customer())).status == 201


async def test_hundreds_at_once_make_one_row_and_get_one_answer(fresh_url: str) -> None:
    async for face in opened(fresh_url):
        for name, mode in (("ann", "callback"), ("bob", "call_in")):
            await a_line(face)
            who = face.customer(name, phone=f"+4477009000{len(name)}{len(mode)}")
            answers = await asyncio.gather(*(asked(face, who, "k1", mode=mode) for _ in range(TWINS)))
            assert {answer.status for answer in answers} == {201}
            assert len({await answer.read() for answer in answers}) == 1
        assert len(await face.house.database.read(lambda work: work.requests.search())) == 2


async def test_a_second_one_names_the_first_to_its_owner_alone(face: Face) -> None:
    await a_line(face)
    first = await kept(face, face.customer("ann"))
    again = await asked(face, face.customer("ann"), "k2")
    assert again.status == 409 and (await again.json())["code"] == "already_open"
    assert (await again.json())["request"] == first["id"]
    somebody = await asked(face, face.customer("bob", phone="+447700900001"), "k3")
    assert somebody.status == 409 and "request" not in await somebody.json()
    waits = await asked(face, face.customer("ann"), "k4", mode="call_in")
    assert (await waits.json())["code"] == "already_open"


@pytest.mark.parametrize(
    ("wish", "pointer", "code"),
    [
        ({"queue": "nowhere"}, "/queue", "unknown"),
        ({"queue": None}, "/queue", "missing"),
        ({"queue": None, "topic": "nothing"}, "/topic", "unknown"),
        ({"mode": "hold"}, "/mode", "literal_error"),
        ({"mode": "scheduled"}, "/slot_start", "missing"),
        ({"mode": "message"}, "/context", "missing"),
        ({"phone_number": "12"}, "/phone_number", "short"),
        ({"phone_number": "+449098790879"}, "/phone_number", "kind_not_allowed"),
        ({"phone_number": "+442079460100"}, "/phone_number", "bank_number"),
        ({"context": {"colour": "red"}}, "/context/colour", "extra_forbidden"),
        ({"context": {"text": 5}}, "/context/text", "string_type"),
        ({"locale": "!"}, "/locale", "string_pattern_mismatch"),
        ({"colour": "red"}, "/colour", "extra_forbidden"),
    ],
)
async def test_what_is_wrong_is_said_by_pointer(face: Face, wish: dict[str, object], pointer: str, code: str) -> None:
    await a_line(face)
    answer = await asked(face, face.customer(), **wish)
    assert answer.status == 422
    assert {"pointer": pointer, "code": code} in (await answer.json())["errors"]


async def test_nobody_is_called_without_a_number(face: Face) -> None:
    await a_line(face)
    answer = await asked(face, face.customer(phone=None))
    assert (await answer.json())["errors"] == [{"pointer": "/phone_number", "code": "missing"}]


async def test_switched_off_closed_and_not_offered_are_told_apart(face: Face) -> None:
    await a_line(face)
    ann = face.customer()
    off = Switches(registering=False, reason="storm")
    await face.house.database.transact(lambda work: work.queues.switch("cards", off))
    assert (await (await asked(face, ann)).json())["code"] == "switched_off"
    await face.house.database.transact(lambda work: work.queues.switch("cards", Switches()))
    face.clock.move(8 * 3600)
    assert (await (await asked(face, ann)).json())["code"] == "window_closed"
    later = await asked(face, ann, mode="scheduled")
    told = await later.json()
    assert later.status == 201 and told["state"] == "booked" and told["window"] is not None
    await ruled(face, replace(Rules(), offer=Offer(modes=(Mode.HOLD,))))
    refused = await asked(face, ann, "k2", mode="message", context={"text": "hello"})
    assert (await refused.json())["errors"] == [{"pointer": "/mode", "code": "not_offered"}]


async def test_the_context_is_sealed_and_routes(face: Face) -> None:
    fields = (ContextField(id="reason", kind=FieldKind.CHOICE, choices=("lost", "limit")), ContextField(id="text"))
    lost = Route(when=(Condition(attribute="context.reason", value="lost"),), skills=("fraud",), credit="urgent")
    gold = Route(when=(Condition(attribute="segment", value="gold"),), credit="gold")
    credits = {"standard": 0, "urgent": 300, "gold": 100}
    await ruled(face, replace(Rules(), context=fields, routing=(lost, gold), credits=credits, topics=("stolen",)))
    await a_line(face)
    words = "my card 4111 1111 1111 1111"
    made = await kept(
        face, face.customer(segment="gold"), queue=None, topic="stolen", context={"reason": "lost", "text": words}
    )
    row = await stored(face, made["id"])
    assert (row.skills, row.credit_class, row.bucket, row.topic) == (("fraud",), "urgent", "fraud/en", "stolen")
    assert row.context is not None and "lost" not in row.context.cipher
    assert json.loads(face.house.vault.open(row.context)) == {"reason": "lost", "text": "my card •••• •••• •••• 1111"}


async def test_a_number_nobody_vouches_for_is_marked_and_bounded(face: Face) -> None:
    await a_line(face)
    caps = replace(Rules(), caps=Caps(asked_unproven_day=2, asked_per_customer_hour=4))
    await ruled(face, caps)
    made = await kept(face, face.customer("ann"), phone_number=OTHER)
    row = await stored(face, made["id"])
    assert not row.verified and not row.proven and "unproven_number" in made["reasons"]
    codes = []
    for name in ("bob", "cid", "dan"):
        await face.http.delete(f"/v1/support-requests/{made['id']}", headers=face.customer("ann"))
        answer = await asked(face, face.customer(name, phone="+447700900009"), phone_number=OTHER)
        codes.append(answer.status)
        if answer.status == 201:
            await face.http.delete(answer.headers["Location"], headers=face.customer(name))
    assert codes == [201, 429, 429]


async def test_whoever_tries_the_numbers_of_others_is_stopped_as_one_who_asks(face: Face) -> None:
    await a_line(face)
    await ruled(face, replace(Rules(), caps=Caps(asked_unproven_day=2)))
    await kept(face, face.customer("ann", phone=OTHER))
    tries = [await asked(face, face.customer("bob"), f"t{n}", phone_number=OTHER) for n in range(4)]
    assert [one.status for one in tries] == [409, 409, 429, 429]


async def test_one_customer_asks_so_often_an_hour_and_a_guest_less(face: Face) -> None:
    await a_line(face)
    await ruled(face, replace(Rules(), caps=Caps(asked_per_customer_hour=4)))
    for who, most in (({"name": "ann"}, 4), ({"name": "guest", "guest": True, "phone": OTHER}, 1)):
        customer = face.customer(**who)  # type: ignore[arg-type]
        for turn in range(most):
            made = await kept(face, customer, f"k{turn}")
            assert made["channel"] == ("web" if "guest" in who else "app")
            await face.http.delete(f"/v1/support-requests/{made['id']}", headers=customer)
        refused = await asked(face, customer, "one more")
        assert refused.status == 429 and int(refused.headers["Retry-After"]) > 0


async def test_a_place_is_kept_for_whoever_will_ring_himself(face: Face) -> None:
    await a_line(face)
    made = await kept(face, face.customer(), mode="call_in")
    assert (made["mode"], made["state"], made["position"]) == ("call_in", "waiting", 9)
    assert made["reasons"] == ["call_in"] and made["window"] is not None
    row = await stored(face, made["id"])
    assert not row.ready and not row.dialable and row.not_before is not None
    assert row.state is State.WAITING
