"""Web push: a message only the subscribed browser can read (RFC 8291), vouched for by our key (VAPID, RFC 8292)."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from yarl import URL

from vqueue.notify import addresses
from vqueue.ports.clock import Chance, Clock
from vqueue.ports.notifier import Failed, Gone, Taken, Told

TIMEOUT_S = 15.0
_CURVE = ec.SECP256R1()
_RECORD = 4096
_LIFE = timedelta(hours=12)
"""How long a vouching token is good; the standard allows a day."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a browser gave: where to post, its public key, and a secret shared with us."""

    endpoint: str
    public: bytes
    auth: bytes

    @classmethod
    def of(cls, text: str) -> "Subscription":
        """From the JSON of `PushSubscription`. Raises ValueError."""
        try:
            told = json.loads(text)
            found = cls(str(told["endpoint"]), _bytes(told["keys"]["p256dh"]), _bytes(told["keys"]["auth"]))
        except (TypeError, KeyError) as wrong:
            raise ValueError("no push subscription") from wrong
        if len(found.public) != 65 or len(found.auth) != 16:
            raise ValueError("no push subscription")
        return found

    def __repr__(self) -> str:
        return "Subscription(…)"


class WebPush:
    """Posts to the push services of browsers. `subject` is how they reach us: `mailto:` or https."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        private_key: str,
        subject: str,
        clock: Clock,
        chance: Chance,
        private: bool = False,
    ) -> None:
        self._session, self._clock, self._chance, self._private = session, clock, chance, private
        self._key, self._subject = vapid_key(private_key), subject

    @property
    def public_key(self) -> str:
        """What a browser subscribes with (`applicationServerKey`)."""
        return _text(_point(self._key.public_key()))

    async def push(self, address: str, content: Mapping[str, object], *, ttl_s: int) -> Told:
        """Sends once; never raises."""
        try:
            subscription = Subscription.of(address)
            if addresses.fault(subscription.endpoint, private=self._private) is not None:
                return Gone()
            body = sealed(json.dumps(content, ensure_ascii=False).encode(), subscription, salt=self._salt())
        except ValueError:
            return Gone()
        try:
            async with self._session.post(
                subscription.endpoint,
                data=body,
                headers=self._headers(subscription.endpoint, ttl_s),
                timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
                allow_redirects=False,
            ) as answer:
                return told(answer.status)
        except TimeoutError:
            return Failed("timeout")
        except (aiohttp.ClientError, OSError, ValueError):
            return Failed("no_connection")

    def _headers(self, endpoint: str, ttl_s: int) -> dict[str, str]:
        now = self._clock.calendar()
        claims = {"aud": str(URL(endpoint).origin()), "exp": int((now + _LIFE).timestamp()), "sub": self._subject}
        token = jwt.encode(claims, self._key, algorithm="ES256")
        return {
            "Authorization": f"vapid t={token}, k={self.public_key}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(ttl_s),
            "Urgency": "high",
        }

    def _salt(self) -> bytes:
        return _bytes(self._chance.token())[:16]


def told(status: int) -> Told:
    """What a push service's answer means: 404 and 410 say that the device is gone."""
    if 200 <= status < 300:
        return Taken()
    return Gone() if status in (404, 410) else Failed(f"http_{status}")


def sealed(message: bytes, to: Subscription, *, salt: bytes) -> bytes:
    """One record of `aes128gcm` for this subscription (RFC 8188, RFC 8291). Raises ValueError for a bad key."""
    ours = ec.generate_private_key(_CURVE)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, to.public)
    point = _point(ours.public_key())
    shared = ours.exchange(ec.ECDH(), theirs)
    secret = _derived(shared, salt=to.auth, info=b"WebPush: info\0" + to.public + point, length=32)
    key = _derived(secret, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16)
    nonce = _derived(secret, salt=salt, info=b"Content-Encoding: nonce\0", length=12)
    head = salt + _RECORD.to_bytes(4, "big") + bytes([len(point)]) + point
    return head + AESGCM(key).encrypt(nonce, message + b"\x02", None)


def vapid_key(text: str) -> ec.EllipticCurvePrivateKey:
    """From base64url of the 32 bytes, or PEM. Raises ValueError for anything else."""
    if text.lstrip().startswith("-----BEGIN"):
        key = serialization.load_pem_private_key(text.encode(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != _CURVE.name:
            raise ValueError("a VAPID key is one of P-256")
        return key
    raw = _bytes(text.strip())
    if len(raw) != 32:
        raise ValueError("a VAPID key is base64url of 32 bytes")
    return ec.derive_private_key(int.from_bytes(raw, "big"), _CURVE)


def _derived(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise ValueError("not base64url") from None
