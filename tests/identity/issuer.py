"""An issuer of tokens on localhost: keys it publishes, tokens it signs, and how often it was asked."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from vqueue.clock import SystemChance
from vqueue.db.vault import KeyVault
from vqueue.identity.app_tokens import CustomerTokens, Issuer
from vqueue.identity.guest_tokens import GuestTokens
from vqueue.identity.published_keys import PublishedKeys

NAME = "https://id.tamarind.example"
AUDIENCE = "vqueue-app"
DATA_KEYS = (base64.b64encode(b"n" * 32).decode(), base64.b64encode(b"o" * 32).decode())
RSA_KEYS = tuple(rsa.generate_private_key(65537, 2048) for _ in range(2))
"""Made once: they are dear."""
SHORT_KEY = rsa.generate_private_key(65537, 1024)  # noqa: S505 - what must be refused
READERS = {"RS256": RSAAlgorithm, "PS256": RSAAlgorithm, "ES256": ECAlgorithm, "ES384": ECAlgorithm,
           "EdDSA": OKPAlgorithm}  # fmt: skip
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@dataclass
class MovedClock:
    """Both clocks stand still until they are moved."""

    at: datetime = NOON
    speed: float = 1.0

    def now(self) -> datetime:
        return self.at

    def calendar(self) -> datetime:
        return self.at

    def wall(self) -> float:
        return (self.at - NOON).total_seconds() + 1000.0

    async def sleep(self, seconds: float) -> None:
        self.move(seconds)

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def jwk(key: Any, name: str | None = "k1", algorithm: str = "RS256", **more: Any) -> dict[str, Any]:
    """The public half, as it is published."""
    shown = json.loads(READERS[algorithm].to_jwk(key.public_key()))
    shown.pop("key_ops", None)
    return {**shown, **({"kid": name} if name else {}), **more}


@dataclass
class KeyServer:
    """Publishes `keys`, or whatever `answer` is."""

    keys: list[dict[str, Any]] = field(default_factory=lambda: [jwk(RSA_KEYS[0])])
    asked: int = 0
    down: bool = False
    answer: bytes | None = None
    url: str = ""

    async def publish(self, _: web.Request) -> web.Response:
        self.asked += 1
        if self.down:
            return web.Response(status=503)
        return web.Response(body=self.answer or json.dumps({"keys": self.keys}).encode())


def claims(now: datetime = NOON, **changes: Any) -> dict[str, Any]:
    """Of a good token; None takes a claim out."""
    seconds = int(now.timestamp())
    said = {"iss": NAME, "aud": AUDIENCE, "sub": "c-1", "iat": seconds, "exp": seconds + 300, **changes}
    return {name: value for name, value in said.items() if value is not None}


def signed(said: dict[str, Any] | None = None, key: Any = RSA_KEYS[0], algorithm: str = "RS256", **header: Any) -> str:
    """A token; `kid` is k1 unless told, None takes it out."""
    headers = {"kid": "k1", **header}
    kept = {name: value for name, value in headers.items() if value is not None}
    return jwt.encode(said or claims(), key, algorithm=algorithm, headers=kept)


def part(content: Any) -> str:
    """One part of a token made by hand."""
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


@dataclass
class Desk:
    """Where tokens are read."""

    server: KeyServer
    clock: MovedClock
    tokens: CustomerTokens


@asynccontextmanager
async def open_desk() -> AsyncIterator[Desk]:
    server, clock = KeyServer(), MovedClock()
    app = web.Application()
    app.router.add_get("/jwks", server.publish)
    async with TestServer(app) as listening, aiohttp.ClientSession() as session:
        server.url = str(listening.make_url("/jwks"))
        vault = KeyVault(DATA_KEYS, chance=SystemChance())
        guests = GuestTokens(DATA_KEYS, vault=vault, clock=clock)
        proof = PublishedKeys(session, server.url, clock)
        issuer = Issuer(name=NAME, audience=AUDIENCE, proof=proof, segment_claim="tier")
        yield Desk(server, clock, CustomerTokens(guests=guests, clock=clock, issuer=issuer))


def elliptic(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve or ec.SECP256R1())


def edwards() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()
