"""Seals personal data: AES-256-GCM under versioned keys, found again by a keyed index."""

import hashlib
import hmac
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vqueue.domain.phone import Phone, Sealed
from vqueue.ports.clock import Chance

SCHEME = "v1"
KEY_BYTES = 32
NONCE_BYTES = 12
INDEX_CHARACTERS = 32


@dataclass(frozen=True, slots=True)
class _Key:
    """One data key: its public name, and what is derived from it."""

    name: str
    cipher: AESGCM = field(repr=False)
    nonces: bytes = field(repr=False)


class KeyVault:
    """`ports.vault.Vault`. `keys` are base64, newest first, each at least 32 bytes: the first seals, all of them open.

    To rotate, put a new key before the others. The index key is derived from the *last* (oldest) one, so that equal
    numbers are still found after a rotation: that key stays in the list for as long as indexes made with it are in use.
    Raises ValueError for a key that is too short or no base64, and for an empty list.
    """

    def __init__(self, keys: Iterable[str], *, chance: Chance) -> None:
        secrets = [_decoded(key) for key in keys]
        if not secrets:
            raise ValueError("at least one data key is needed")
        derived = [_key(secret) for secret in secrets]
        self._newest = derived[0]
        self._keys = {key.name: key for key in derived}
        self._index_key = _derived(secrets[-1], "index")
        self._chance = chance

    def seal_phone(self, phone: Phone) -> Sealed:
        return Sealed(self._sealed(phone.e164), self.index(phone.e164), phone.masked)

    def open_phone(self, sealed: Sealed) -> Phone:
        return Phone(self.open(sealed))

    def seal(self, text: str, *, hint: str = "") -> Sealed:
        """Without an index: equal texts cannot be told from their seals."""
        return Sealed(self._sealed(text), "", hint)

    def open(self, sealed: Sealed) -> str:
        try:
            scheme, name, body = sealed.cipher.split(".")
            key, secret = self._keys[name], urlsafe_b64decode(body)
            clear = key.cipher.decrypt(secret[:NONCE_BYTES], secret[NONCE_BYTES:], _bound(scheme, name))
        except (InvalidTag, KeyError, ValueError, NotBase64):
            raise ValueError("this was not sealed with a key we have, or it was changed") from None
        return clear.decode()

    def index(self, text: str) -> str:
        return hmac.new(self._index_key, text.encode(), hashlib.sha256).hexdigest()[:INDEX_CHARACTERS]

    def _sealed(self, text: str) -> str:
        key = self._newest
        # Chance and text together make the nonce: even chance that repeats never seals two texts under one.
        seed = self._chance.token().encode() + b"\x00" + text.encode()
        nonce = hmac.new(key.nonces, seed, hashlib.sha256).digest()[:NONCE_BYTES]
        secret = key.cipher.encrypt(nonce, text.encode(), _bound(SCHEME, key.name))
        return f"{SCHEME}.{key.name}.{urlsafe_b64encode(nonce + secret).decode()}"


def _decoded(key: str) -> bytes:
    try:
        secret = b64decode(key, validate=True)
    except NotBase64:
        raise ValueError("a data key is not base64") from None
    if len(secret) < KEY_BYTES:
        raise ValueError(f"a data key has {len(secret)} bytes, at least {KEY_BYTES} are needed")
    return secret


def _key(secret: bytes) -> _Key:
    return _Key(
        name=_derived(secret, "name")[:4].hex(),
        cipher=AESGCM(_derived(secret, "seal")),
        nonces=_derived(secret, "nonce"),
    )


def _derived(secret: bytes, purpose: str) -> bytes:
    """A key for one purpose (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"vqueue {purpose}".encode()).derive(secret)


def _bound(scheme: str, name: str) -> bytes:
    return f"{scheme}.{name}".encode()
