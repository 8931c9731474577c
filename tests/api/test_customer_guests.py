"""Guests prove a number by a code; devices are put by their owner; neither tells anybody anything."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.api.conftest import Face
from tests.api.lines import a_line, kept
from vqueue.domain.phone import Phone
from vqueue.domain.speech import Prompt
from vqueue.ports.telephony import Placed, Placing
from vqueue.services import proving
from vqueue.services.house import House

GUEST = "+447700900050"


@dataclass
class Post:
    """Messages as their receivers see them."""

    sent: list[tuple[str, Prompt, str]] = field(default_factory=list)

    async def tell(self, to: Phone, prompt: Prompt, language: str) -> Placing:
        self.sent.append((to.e164, prompt, language))
        return Placed("SM1")  # type: ignore[arg-type]

    def code(self) -> str:
        return str(self.sent[-1][1].args["code"].value)  # type: ignore[union-attr]


@pytest.fixture
def post() -> Post:
    return Post()


async def begun(house: House, text: str = GUEST, *, address: str = "192.0.2.1") -> str:
    return (await proving.begin(house, text, address=address, locale="ru-RU")).id


async def test_the_code_brings_a_token_that_asks_for_support(face: Face, post: Post) -> None:
    house = replace(face.house, notifier=post)
    proof = await begun(house)
    await face.clock.sleep(0)
    assert (post.sent[0][0], post.sent[0][2], post.sent[0][1].key) == (GUEST, "ru", "sms.verification")
    answer = await face.http.put(f"/v1/phone-verifications/{proof}", json={"code": post.code()})
    told = await answer.json()
    assert answer.status == 200 and told["expires_at"] > "2026"
    await a_line(face)
    guest = {"Authorization": f"Bearer {told['token']}"}
    made = await kept(face, guest)
    assert made["channel"] == "web" and made["phone_number"].endswith("050")
    again = await face.http.put(f"/v1/phone-verifications/{proof}", json={"code": post.code()})
    assert again.status == 404


async def test_a_wrong_code_is_counted_and_five_are_enough(face: Face, post: Post) -> None:
    house = replace(face.house, notifier=post)
    proof = await begun(house)
    await face.clock.sleep(0)
    wrong = "000000" if post.code() != "000000" else "000001"
    for _ in range(proving.TRIES):
        answer = await face.http.put(f"/v1/phone-verifications/{proof}", json={"code": wrong})
        assert (await answer.json())["errors"] == [{"pointer": "/code", "code": "wrong"}]
    assert (await face.http.put(f"/v1/phone-verifications/{proof}", json={"code": post.code()})).status == 404


async def test_a_code_is_over_after_ten_minutes(face: Face, post: Post) -> None:
    house = replace(face.house, notifier=post)
    proof = await begun(house)
    await face.clock.sleep(0)
    face.clock.move(proving.LIFE_S)
    assert (await face.http.put(f"/v1/phone-verifications/{proof}", json={"code": post.code()})).status == 404


async def test_so_many_codes_a_number_an_address_and_over_all(face: Face) -> None:
    async def statuses(*numbers: str) -> list[int]:
        asked = [await face.http.post("/v1/phone-verifications", json={"phone_number": number}) for number in numbers]
        return [answer.status for answer in asked]

    assert await statuses(*[GUEST] * proving.PER_NUMBER_DAY, GUEST) == [201] * proving.PER_NUMBER_DAY + [429]
    left = proving.PER_ADDRESS_HOUR - proving.PER_NUMBER_DAY
    others = [f"+4477009001{turn:02d}" for turn in range(left + 1)]
    assert await statuses(*others) == [201] * left + [429]


async def test_a_number_that_is_not_called_gets_no_code(face: Face) -> None:
    for number in ("+449098790879", "112", "hello", "+12025550100"[:5]):
        answer = await face.http.post("/v1/phone-verifications", json={"phone_number": number})
        assert answer.status == 422 and (await answer.json())["code"] == "number_refused"


KEYS = {"p256dh": "B" * 87, "auth": "a" * 22}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "fcm", "token": "token-of-a-device"}, 200),
        ({"kind": "web_push", "subscription": {"endpoint": "https://push.example/x", "keys": KEYS}}, 200),
        ({"kind": "fcm"}, 422),
        ({"kind": "fcm", "token": "short"}, 422),
        (
            {"kind": "fcm", "token": "token-of-a-device", "subscription": {"endpoint": "https://a.b/c", "keys": KEYS}},
            422,
        ),
        ({"kind": "web_push", "subscription": {"endpoint": "http://push.example/x", "keys": KEYS}}, 422),
        ({"kind": "web_push", "subscription": {"endpoint": "https://10.0.0.1/x", "keys": KEYS}}, 422),
        ({"kind": "web_push", "subscription": {"endpoint": "https://localhost/x", "keys": KEYS}}, 422),
        ({"kind": "web_push", "subscription": {"endpoint": "https://push.example:8443/x", "keys": KEYS}}, 422),
        ({"kind": "web_push", "subscription": {"endpoint": "https://push.example/x", "keys": {"p256dh": "!"}}}, 422),
        ({"kind": "pigeon", "token": "token-of-a-device"}, 422),
    ],
)
async def test_a_device_has_the_address_of_its_kind(face: Face, body: dict[str, Any], status: int) -> None:
    answer = await face.http.put("/v1/devices/phone-1", json=body, headers=face.customer())
    assert answer.status == status
    if status == 200:
        (device,) = await face.house.database.read(lambda work: work.devices.of_customer("https://bank.example|ann"))
        assert device.kind == body["kind"] and "token" not in device.address.cipher
        assert "token-of" not in await answer.text() and "push.example" not in await answer.text()


async def test_a_device_is_its_owners_and_there_are_not_too_many(face: Face) -> None:
    ann, body = face.customer("ann"), {"kind": "fcm", "token": "token-of-a-device"}
    for turn in range(12):
        face.clock.move(1)
        assert (await face.http.put(f"/v1/devices/phone-{turn}", json=body, headers=ann)).status == 200
    kept_devices = await face.house.database.read(lambda work: work.devices.of_customer("https://bank.example|ann"))
    assert {device.id for device in kept_devices} == {f"phone-{turn}" for turn in range(2, 12)}
    bob = face.customer("bob")
    assert (await face.http.put("/v1/devices/phone-5", json=body, headers=bob)).status == 404
    assert (await face.http.delete("/v1/devices/phone-5", headers=bob)).status == 404
    assert (await face.http.delete("/v1/devices/phone-5", headers=ann)).status == 204
    assert (await face.http.put("/v1/devices/no%20device", json=body, headers=ann)).status == 404
