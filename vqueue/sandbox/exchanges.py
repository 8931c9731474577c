"""Keeps the last requests to the bank whole, each with its answers, so that an engineer can read and repeat them."""

import shlex
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

KEPT: Final = 2000
LONGEST_ANSWER: Final = 16_000
SHOWN_HEADERS: Final = ("X-Twilio-Signature", "X-Twilio-Webhooks-Signature-Settings", "I-Twilio-Idempotency-Token")


@dataclass(slots=True)
class Exchange:
    """One try: what was sent, and the status with the body that came back, or why none came."""

    method: str
    url: str
    headers: dict[str, str]
    body: str | None
    status: int | None = None
    answer: str = ""
    failed: str | None = None

    def came(self, status: int, body: bytes) -> None:
        self.status, self.answer = status, body[:LONGEST_ANSWER].decode(errors="replace")

    def curl(self) -> str:
        """The same request for a terminal; the signature holds as long as URL and fields stay as they are."""
        parts = ["curl", "-i", "-X", self.method]
        for name, value in self.headers.items():
            parts += ["-H", f"{name}: {value}"]
        if self.body is not None:
            parts += ["--data", self.body]
        return shlex.join([*parts, self.url])

    def as_json(self) -> dict[str, Any]:
        told = {"method": self.method, "url": self.url, "headers": self.headers, "body": self.body}
        return told | {"status": self.status, "answer": self.answer, "failed": self.failed, "curl": self.curl()}


@dataclass(slots=True)
class Exchanges:
    """By idempotency token, the tries of one question in order; the oldest question goes first."""

    _kept: OrderedDict[str, list[Exchange]] = field(default_factory=OrderedDict)

    def begin(self, token: str, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Exchange:
        shown = {name: headers[name] for name in SHOWN_HEADERS if name in headers}
        if body is not None:
            shown["Content-Type"] = headers["Content-Type"]
        exchange = Exchange(method, url, shown, None if body is None else body.decode())
        self._kept.setdefault(token, []).append(exchange)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return exchange

    def of(self, token: str) -> list[Exchange]:
        """Empty when nothing was asked under that token or it is too long ago."""
        return self._kept.get(token, [])
