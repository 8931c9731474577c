"""Push: what a browser's push service and Firebase would check is checked by servers of our own."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.notify.receiving import read
from tests.web.house import HandClock
from vqueue.clock import SystemChance
from vqueue.domain.speech import Prompt
from vqueue.domain.speech_args import Clock
from vqueue.notify.fcm import Credentials, Fcm
from vqueue.notify.push import Devices
from vqueue.notify.web_push import Subscription, WebPush, vapid_key
from vqueue.notify.webhooks import outward
from vqueue.ports.apps import DeviceKind
from vqueue.ports.notifier import Failed, Gone, Taken
from vqueue.wording import Catalogue

VAPID = base64.urlsafe_b64encode(b"\x01" * 32).decode().rstrip("=")
PROMPT = Prompt("push.missed_in_grace", {"until": Clock(datetime(2026, 3, 4, 14, 54, tzinfo=UTC), "Europe/London")})
DATA = {"request": "rq_1", "purpose": "missed_in_grace"}
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass
class Browser:
    """A subscribed browser, and the push service that keeps messages for it."""

    url: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"0123456789abcdef"
    status: int = 201
    heard: list[dict[str, Any]] = field(default_factory=list)

    @property
    def subscription(self) -> str:
        keys = {"p256dh": text(self._point), "auth": text(self.auth)}
        return json.dumps({"endpoint": f"{self.url}/push/1", "keys": keys})

    @property
    def _point(self) -> bytes:
        return self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )

    async def post(self, request: web.Request) -> web.Response:
        scheme, _, fields = request.headers["Authorization"].partition(" ")
        told = dict(part.strip().split("=", 1) for part in fields.split(","))
        raw = base64.urlsafe_b64decode(told["k"] + "=")
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
        claims = jwt.decode(told["t"], public, algorithms=["ES256"], audience=self.url)
        body = read(await request.read(), self.key, self.auth)
        self.heard.append(
            {"scheme": scheme, "claims": claims, "message": json.loads(body), "ttl": request.headers["TTL"]}
        )
        return web.Response(status=self.status)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    one = Browser()
    app = web.Application()
    app.router.add_post("/push/1", one.post)
    async with TestServer(app) as server:
        one.url = str(server.make_url("")).rstrip("/")
        yield one


@asynccontextmanager
async def devices(**ways: Any) -> AsyncIterator[Devices]:
    async with outward(private=True) as session:
        web_push = WebPush(
            session, private_key=VAPID, subject="mailto:ops@bank.example", clock=HandClock(), chance=SystemChance(),
            private=ways.pop("private", True),
        )  # fmt: skip
        yield Devices(bank="Tamarind Bank", catalogue=Catalogue.load(), web=web_push, **ways)


async def pushed(address: str, kind: DeviceKind = DeviceKind.WEB_PUSH, **ways: Any) -> object:
    async with devices(**ways) as known:
        return await known.push(kind, address, PROMPT, language="ru", data=DATA)


def test_our_browser_reads_the_example_of_the_standard() -> None:
    """RFC 8291, section 5."""

    def raw(letters: str) -> bytes:
        return base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))

    scalar = int.from_bytes(raw("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big")
    message = raw(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    found = read(message, ec.derive_private_key(scalar, ec.SECP256R1()), raw("BTBZMqHH6r4Tts7J_aSIgg"))
    assert found == b"When I grow up, I want to be a watermelon"


async def test_a_browser_can_read_what_its_push_service_cannot_and_knows_who_sent_it(browser: Browser) -> None:
    assert await pushed(browser.subscription) == Taken()
    (heard,) = browser.heard
    assert heard["message"] == {
        "title": "Tamarind Bank", "lang": "ru", "data": DATA,
        "body": "Мы звонили, но не дозвонились. Место хранится до\u00a014:54.",
    }  # fmt: skip
    assert (heard["scheme"], heard["claims"]["sub"]) == ("vapid", "mailto:ops@bank.example")
    assert 0 < heard["claims"]["exp"] - datetime.now(UTC).timestamp() <= 24 * 3600


@pytest.mark.parametrize(
    ("status", "told"), [(404, Gone()), (410, Gone()), (429, Failed("http_429")), (500, Failed("http_500"))]
)
async def test_what_a_push_service_answers(browser: Browser, status: int, told: object) -> None:
    browser.status = status
    assert await pushed(browser.subscription) == told


async def test_a_subscription_that_points_inside_is_never_posted_to(browser: Browser) -> None:
    assert await pushed(browser.subscription, private=False) == Gone()
    assert browser.heard == []


@pytest.mark.parametrize("address", ["", "{}", "token", '{"endpoint": "https://push.example", "keys": {}}', "[1]"])
def test_what_is_no_subscription_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Subscription.of(address)


def test_a_key_is_read_as_browsers_tools_and_as_openssl_write_it() -> None:
    key = vapid_key(VAPID)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    assert vapid_key(pem).private_numbers() == key.private_numbers()
    with pytest.raises(ValueError, match="32 bytes"):
        vapid_key("AAAA")


@dataclass
class Firebase:
    """Gives tokens to who proves to be the service account, and takes messages from who has one."""

    url: str = ""
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    grants: int = 0
    messages: list[dict[str, Any]] = field(default_factory=list)

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        claims = jwt.decode(
            str(form["assertion"]), RSA.public_key(), algorithms=["RS256"], audience=f"{self.url}/token"
        )
        assert claims["iss"] == "push@bank.example"
        self.grants += 1
        return web.json_response({"access_token": f"ya29.{self.grants}", "expires_in": 3600})

    async def send(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer ya29.{self.grants}"
        self.messages.append(await request.json())
        status, answer = self.answers.pop(0) if self.answers else (200, {"name": "projects/bank/messages/1"})
        return web.json_response(answer, status=status)


@pytest.fixture
async def firebase() -> AsyncIterator[Firebase]:
    one = Firebase()
    app = web.Application()
    app.router.add_post("/token", one.token)
    app.router.add_post("/v1/projects/bank/messages:send", one.send)
    async with TestServer(app) as server:
        one.url = str(server.make_url("")).rstrip("/")
        yield one


def account(firebase: Firebase) -> Credentials:
    pem = RSA.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    told = {"project_id": "bank", "client_email": "push@bank.example", "private_key": pem,
            "token_uri": f"{firebase.url}/token"}  # fmt: skip
    return Credentials.of(json.dumps(told))


UNREGISTERED = {"error": {"code": 404, "details": [{"errorCode": "UNREGISTERED"}]}}


async def test_the_app_is_told_and_one_grant_serves_many_messages(firebase: Firebase) -> None:
    async with ClientSession() as session, devices() as known:
        fcm = Fcm(session, account(firebase), HandClock(), api_url=firebase.url)
        phone = Devices(bank=known.bank, catalogue=known.catalogue, fcm=fcm)
        for _ in range(2):
            assert await phone.push(DeviceKind.FCM, "tok", PROMPT, language="en", data=DATA) == Taken()
    assert firebase.grants == 1
    message = firebase.messages[0]["message"]
    assert (message["token"], message["data"]) == ("tok", DATA)
    assert message["notification"]["body"] == "We rang and could not reach you. Your place is kept until 14:54."


async def test_an_app_that_was_removed_is_gone_and_a_refused_token_is_asked_for_anew(firebase: Firebase) -> None:
    firebase.answers = [(404, UNREGISTERED), (404, {"error": {}}), (401, {}), (200, {})]
    async with ClientSession() as session:
        fcm = Fcm(session, account(firebase), HandClock(), api_url=firebase.url)
        told = [await fcm.push("tok", title="t", body="b", data=DATA, ttl_s=60) for _ in range(4)]
    assert told == [Gone(), Failed("http_404"), Failed("http_401"), Taken()]
    assert firebase.grants == 2


async def test_a_way_that_is_not_configured_says_so() -> None:
    assert await pushed("tok", DeviceKind.FCM) == Failed("not_configured")
