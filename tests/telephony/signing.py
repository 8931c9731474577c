"""Signs forms as the provider's documentation describes it, without the provider's library."""

import base64
import hashlib
import hmac
from collections.abc import Sequence

from vqueue.ports.voice import SignedForm

FORM = "application/x-www-form-urlencoded"


def signature(url: str, fields: Sequence[tuple[str, str]], *, token: str, digest: str = "sha1") -> str:
    """HMAC over the URL followed by the sorted, distinct name-value pairs, in Base64."""
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), getattr(hashlib, digest)).digest()).decode()


def form(
    raw_path: str,
    fields: Sequence[tuple[str, str]],
    *,
    signed_with: str | None,
    content_type: str | None = FORM,
    settings: str | None = None,
) -> SignedForm:
    headers = {"X-Twilio-Signature": signed_with, "Content-Type": content_type}
    headers["X-Twilio-Webhooks-Signature-Settings"] = settings
    present = {name: value for name, value in headers.items() if value is not None}
    return SignedForm(raw_path=raw_path, fields=fields, headers=present)
