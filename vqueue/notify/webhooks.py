"""Webhooks by the Standard Webhooks specification: signed, posted once, never followed elsewhere."""

import asyncio
import base64
import binascii
import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
from aiohttp.abc import AbstractResolver

from vqueue import __version__
from vqueue.notify import addresses
from vqueue.notify.addresses import AddressRefused
from vqueue.ports.clock import Clock
from vqueue.ports.notifier import Failed, Gone, Post, Taken, Told

TIMEOUT_S = 15.0
"""For the whole exchange, wall seconds."""
_ANSWER_MAX = 4096
"""Bytes of an answer that are read, so that the connection can be used again; what it says is of no interest."""
_PREFIX = "whsec_"


class WebhookPoster:
    """Implements `ports.notifier.Poster`. `private`: addresses that are not public may be used (local development)."""

    def __init__(
        self, session: aiohttp.ClientSession, clock: Clock, *, private: bool = False, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._session, self._clock, self._private = session, clock, private
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)

    def fault(self, url: str) -> str | None:
        return addresses.fault(url, private=self._private)

    async def post(self, post: Post) -> Told:
        if self.fault(post.url) is not None:
            return Failed("address_refused")
        stamp = int(self._clock.calendar().timestamp())
        try:
            async with self._session.post(
                post.url,
                data=post.body,
                headers=signed(post, stamp),
                timeout=self._timeout,
                allow_redirects=False,
            ) as answer:
                await answer.content.read(_ANSWER_MAX)
                return _told(answer.status, answer.headers)
        except TimeoutError:
            return Failed("timeout")
        except (aiohttp.ClientError, OSError, ValueError) as wrong:
            return Failed(_word(wrong))


def signed(post: Post, stamp: int) -> dict[str, str]:
    """The headers: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, once for each secret."""
    content = b".".join((post.id.encode(), str(stamp).encode(), post.body))
    signatures = [
        base64.b64encode(hmac.new(key(secret), content, hashlib.sha256).digest()).decode() for secret in post.secrets
    ]
    return {
        "Content-Type": "application/json",
        "User-Agent": f"vqueue/{__version__}",
        "webhook-id": post.id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def key(secret: str) -> bytes:
    """The bytes of a `whsec_…`. Raises ValueError for anything else."""
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("a secret is base64 after whsec_") from None


def _told(status: int, headers: Mapping[str, str]) -> Told:
    if 200 <= status < 300:
        return Taken()
    if status == 410:
        return Gone()
    wish = headers.get("Retry-After", "")
    return Failed(f"http_{status}", float(wish) if wish.isascii() and wish.isdigit() and len(wish) < 7 else None)


def _word(wrong: Exception) -> str:
    """What went wrong, without an address in it."""
    if isinstance(wrong, AddressRefused) or isinstance(getattr(wrong, "os_error", None), AddressRefused):
        return "address_refused"
    if isinstance(wrong, aiohttp.ClientConnectorDNSError):
        return "no_such_name"
    if isinstance(wrong, aiohttp.ClientSSLError):
        return "tls"
    return "no_connection"


@asynccontextmanager
async def outward(*, private: bool, resolver: AbstractResolver | None = None) -> AsyncIterator[aiohttp.ClientSession]:
    """A session that keeps nothing: no cookies, no unpacking, no proxies, connections to public addresses alone."""
    session = aiohttp.ClientSession(
        connector=addresses.connector(private=private, resolver=resolver),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
    )
    try:
        yield session
    finally:
        await session.close()
        await asyncio.sleep(0)
