"""What an OpenID provider says about itself (OpenID Connect Discovery 1.0): read each hour, kept while it is down."""

import asyncio
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from vqueue.domain.errors import Unavailable
from vqueue.identity.fetching import fetched
from vqueue.identity.published_keys import PublishedKeys
from vqueue.ports.clock import Clock

FRESH_S = 3600
STALE_S = 24 * 3600
AGAIN_S = 5
"""After a failed try nothing makes us ask again for so long, wall seconds."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Where things are done there."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    takes_basic: bool
    says_who_answers: bool
    """Its answers name the issuer (RFC 9207), so one that does not is not its."""
    end_session_endpoint: str | None = None
    """Where somebody signs out there (OpenID Connect RP-Initiated Logout 1.0)."""


class Discovery:
    """One provider's document and keys. Raises Unavailable while they cannot be had."""

    def __init__(self, session: aiohttp.ClientSession, issuer: str, clock: Clock) -> None:
        self._session, self._issuer, self._clock = session, issuer, clock
        self._known: Provider | None = None
        self._keys: PublishedKeys | None = None
        self._fetched_at = self._tried_at = float("-inf")
        self._turn = asyncio.Lock()

    async def provider(self) -> Provider:
        async with self._turn:
            now = self._clock.wall()
            if now - self._fetched_at >= FRESH_S and now - self._tried_at >= AGAIN_S:
                await self._fetch()
        if self._known is None or self._clock.wall() - self._fetched_at >= STALE_S:
            raise Unavailable("The issuer does not answer.")
        return self._known

    def keys(self, provider: Provider) -> PublishedKeys:
        if self._keys is None or self._keys.url != provider.jwks_uri:
            self._keys = PublishedKeys(self._session, provider.jwks_uri, self._clock)
        return self._keys

    async def _fetch(self) -> None:
        self._tried_at = self._clock.wall()
        try:
            text = await fetched(self._session, f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
            self._known = _read(text, self._issuer)
        except Unavailable:
            if self._known is None:
                raise
            return
        except asyncio.CancelledError:
            self._tried_at = float("-inf")  # whoever asked went away: the next one may ask at once
            raise
        self._fetched_at = self._clock.wall()


def _read(text: bytes, issuer: str) -> Provider:
    """The provider in its document. Raises Unavailable for one that speaks for another issuer, or leads elsewhere than
    over TLS."""
    try:
        said = json.loads(text)
        found = Provider(
            issuer=said["issuer"],
            authorization_endpoint=said["authorization_endpoint"],
            token_endpoint=said["token_endpoint"],
            jwks_uri=said["jwks_uri"],
            takes_basic="client_secret_basic"
            in said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]),
            says_who_answers=said.get("authorization_response_iss_parameter_supported") is True,
            end_session_endpoint=said.get("end_session_endpoint"),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Unavailable("What the issuer says about itself is not understood.") from None
    if found.issuer != issuer:
        raise Unavailable("The issuer speaks for another one.")
    ends = (found.end_session_endpoint,) if found.end_session_endpoint is not None else ()
    if not all(map(_private, (found.authorization_endpoint, found.token_endpoint, found.jwks_uri, *ends))):
        raise Unavailable("The issuer leads to an address that is not private.")
    return found


def _private(url: object) -> bool:
    if not isinstance(url, str):
        return False
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
