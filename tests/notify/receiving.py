"""What a subscribed browser does with a push message (RFC 8291 over RFC 8188), written from the standards alone."""

import hashlib
import hmac

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SALT, SIZE, LENGTH = 16, 4, 1


def read(message: bytes, key: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """The words of a message of one record. Raises InvalidTag when it was not made for this browser."""
    salt, size = message[:SALT], int.from_bytes(message[SALT : SALT + SIZE], "big")
    begin = SALT + SIZE + LENGTH
    sender = message[begin : begin + message[begin - 1]]
    record = message[begin + len(sender) :]
    assert len(record) <= size, "one record is enough for a push message"
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
    own = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    material = _derived(_mac(auth, shared), b"WebPush: info\x00" + own + sender, 32)
    secret = _mac(salt, material)
    opened = AESGCM(_derived(secret, b"Content-Encoding: aes128gcm\x00", 16)).decrypt(
        _derived(secret, b"Content-Encoding: nonce\x00", 12), record, None
    )
    words, last, _ = opened.rstrip(b"\x00").rpartition(b"\x02")
    assert last, "the last record ends in 2"
    return words


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()


def _derived(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF's expansion to one block (RFC 5869)."""
    return _mac(key, info + b"\x01")[:length]
