"""Tokens for guests who proved a number by a code: ours, short, worth nothing anywhere else."""

from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import jwt
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vqueue.domain.phone import Phone, Sealed
from vqueue.identity.claims import believed, subject
from vqueue.identity.jws import BadToken, take_apart
from vqueue.ports.clock import Clock
from vqueue.ports.identity import Customer
from vqueue.ports.vault import Vault

ISSUER = "vqueue:guest"
AUDIENCE = "vqueue"
LIFE = timedelta(minutes=30)
_ALGORITHM = "HS256"


@dataclass(frozen=True, slots=True)
class _Key:
    name: str
    secret: bytes = field(repr=False)


class GuestTokens:
    """Signs with a key derived from the newest data key, reads what any of them signed. The number travels sealed."""

    def __init__(self, data_keys: Iterable[str], *, vault: Vault, clock: Clock) -> None:
        keys = [_key(b64decode(key)) for key in data_keys]
        self._newest, self._keys = keys[0], {key.name: key for key in keys}
        self._vault, self._clock = vault, clock

    def give(self, phone: Phone, *, proof: str) -> tuple[str, datetime]:
        """The token and its end (wall time). `proof` is the id of the verification."""
        now = self._clock.calendar().replace(microsecond=0)
        ends = now + LIFE
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": self._vault.index(phone.e164),
            "iat": int(now.timestamp()),
            "exp": int(ends.timestamp()),
            "proof": proof,
            "number": self._vault.seal_phone(phone).cipher,
        }
        headers = {"kid": self._newest.name}
        return jwt.encode(claims, self._newest.secret, algorithm=_ALGORITHM, headers=headers), ends

    def read(self, token: str) -> Customer:
        """Raises BadToken."""
        unproven = take_apart(token, algorithms=frozenset({_ALGORITHM}))
        key = self._keys.get(unproven.key_name or "")
        if key is None:
            raise BadToken
        claims = unproven.prove(key.secret)
        ends = believed(claims, issuer=ISSUER, audience=AUDIENCE, now=self._clock.calendar())
        try:
            phone = self._vault.open_phone(Sealed(str(claims.get("number"))))
        except ValueError:
            raise BadToken from None
        return Customer(
            id=f"{ISSUER}|{subject(claims)}",
            phone=phone,
            name=None,
            locale=None,
            segment=None,
            expires_at=ends,
            guest=True,
        )


def _key(secret: bytes) -> _Key:
    return _Key(_derived(secret, "guest key name")[:4].hex(), _derived(secret, "guest tokens"))


def _derived(secret: bytes, purpose: str) -> bytes:
    """A key for one purpose (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"vqueue {purpose}".encode()).derive(secret)
