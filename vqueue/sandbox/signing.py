"""Signs webhooks as Twilio does: a keyed hash over the exact URL and the sorted form fields."""

import base64
import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum

SIGNATURE_HEADER = "X-Twilio-Signature"
SETTINGS_HEADER = "X-Twilio-Webhooks-Signature-Settings"
SHARED_KEY_NAME = "webhooks_sharedkey_sandbox"


class Signing(StrEnum):
    """Which form is sent; BOTH alternates between them, request by request."""

    SHA1 = "sha1"
    SHA256 = "sha256"
    BOTH = "both"


def signature(url: str, fields: Iterable[tuple[str, str]], secret: str, *, algorithm: str = "sha1") -> str:
    """Base64 of HMAC(secret, URL + every name and value), names sorted, equal pairs counted once."""
    values: dict[str, set[str]] = defaultdict(set)
    for name, value in fields:
        values[name].add(value)
    text = url + "".join(name + value for name in sorted(values) for value in sorted(values[name]))
    digest = hmac.new(secret.encode(), text.encode(), getattr(hashlib, algorithm)).digest()
    return base64.b64encode(digest).decode()


class Signer:
    """Makes the headers of one request after another."""

    def __init__(self, secret: str, signing: Signing = Signing.SHA1) -> None:
        self._secret = secret
        self._signing = signing
        self._count = 0

    def headers(self, url: str, fields: Sequence[tuple[str, str]]) -> dict[str, str]:
        self._count += 1
        newer = self._signing is Signing.SHA256 or (self._signing is Signing.BOTH and self._count % 2 == 0)
        if not newer:
            return {SIGNATURE_HEADER: signature(url, fields, self._secret)}
        return {
            SIGNATURE_HEADER: signature(url, fields, self._secret, algorithm="sha256"),
            SETTINGS_HEADER: f"key={SHARED_KEY_NAME},algorithm=HMAC_SHA256",
        }
