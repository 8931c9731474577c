"""Staff sign-in at an OpenID provider: authorisation code with PKCE (RFC 7636), the ID token read strictly."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from vqueue.domain.errors import Unauthenticated, Unavailable
from vqueue.identity.claims import believed, subject
from vqueue.identity.discovery import Discovery, Provider
from vqueue.identity.fetching import TIMEOUT, body_of
from vqueue.identity.jws import PUBLIC_ALGORITHMS, BadToken, take_apart
from vqueue.ports.clock import Clock
from vqueue.ports.identity import Errand, StaffClaims

HIGHEST_FIRST = ("admin", "supervisor", "viewer", "agent")
"""Where the issuer's words mean several roles, the first of these counts."""
_CODE_MAX = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What the provider knows this service as. `roles` says what the values of `role_claim` mean."""

    id: str
    secret: str = field(repr=False)
    redirect_uri: str
    role_claim: str
    roles: Mapping[str, str]
    name: str
    signed_out_uri: str = ""
    """Where it sends the browser after a sign-out; registered there as well."""


class OidcIssuer:
    """`ports.identity.StaffIssuer`."""

    def __init__(self, session: aiohttp.ClientSession, discovery: Discovery, *, client: Client, clock: Clock) -> None:
        self._session, self._discovery, self._client, self._clock = session, discovery, client, clock

    @property
    def name(self) -> str:
        return self._client.name

    async def send_to(self, errand: Errand) -> str:
        provider = await self._discovery.provider()
        asked = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": self._client.redirect_uri,
            "scope": "openid profile email",
            "state": errand.state,
            "nonce": errand.nonce,
            "code_challenge": _challenge(errand.verifier),
            "code_challenge_method": "S256",
        }
        return _with(provider.authorization_endpoint, asked)

    async def send_out(self, *, id_token: str, state: str) -> str | None:
        """OpenID Connect RP-Initiated Logout 1.0, 2."""
        provider = await self._discovery.provider()
        if provider.end_session_endpoint is None:
            return None
        asked = {
            "id_token_hint": id_token,
            "client_id": self._client.id,
            "post_logout_redirect_uri": self._client.signed_out_uri,
            "state": state,
        }
        return _with(provider.end_session_endpoint, asked)

    async def fetch(self, errand: Errand, *, code: str, issuer: str | None) -> StaffClaims:
        provider = await self._discovery.provider()
        # Another provider's answer must not make us hand its code to this one (RFC 9207).
        if issuer != provider.issuer and (issuer is not None or provider.says_who_answers):
            raise Unauthenticated("The answer is from another issuer.")
        token = await self._exchanged(provider, errand, code)
        claims = await self._proven(provider, token)
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(errors="replace"), errand.nonce.encode()):
            raise BadToken("The token is for another sign-in.")
        return StaffClaims(
            issuer=provider.issuer,
            subject=subject(claims),
            login=_first(claims, "preferred_username", "email"),
            name=_first(claims, "name", "preferred_username", "email"),
            roles=self._roles(claims),
            id_token=token if provider.end_session_endpoint is not None else "",
        )

    async def _exchanged(self, provider: Provider, errand: Errand, code: str) -> str:
        """The ID token for the code. Raises Unauthenticated when the provider does not take the code."""
        if len(code) > _CODE_MAX:
            raise Unauthenticated
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.redirect_uri,
            "client_id": self._client.id,
            "code_verifier": errand.verifier,
        }
        headers = {}
        if self._client.secret and provider.takes_basic:
            headers["Authorization"] = aiohttp.encode_basic_auth(_quoted(self._client.id), _quoted(self._client.secret))
        elif self._client.secret:
            form["client_secret"] = self._client.secret
        try:
            answering = self._session.post(
                provider.token_endpoint, data=form, headers=headers, timeout=TIMEOUT, allow_redirects=False
            )
            async with answering as answer:
                if 400 <= answer.status < 500:
                    raise Unauthenticated("The issuer does not take this code.")
                said = json.loads(await body_of(answer))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, RecursionError):
            raise Unavailable("The issuer does not answer.") from None
        token = said.get("id_token") if isinstance(said, dict) else None
        if not isinstance(token, str):
            raise Unauthenticated("The issuer gave no ID token.")
        return token

    async def _proven(self, provider: Provider, token: str) -> Mapping[str, Any]:
        """OpenID Connect Core 1.0, 3.1.3.7."""
        unproven = take_apart(token, algorithms=PUBLIC_ALGORITHMS)
        claims = await self._discovery.keys(provider).prove(unproven)
        believed(claims, issuer=provider.issuer, audience=self._client.id, now=self._clock.calendar())
        party, audience = claims.get("azp"), claims["aud"]
        several = isinstance(audience, list) and len(audience) > 1
        if party != self._client.id and (party is not None or several):
            raise BadToken("The token was given to another party.")
        return claims

    def _roles(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        """The claim may hold a text or a list, and may lie inside others (`realm_access.roles`)."""
        found: Any = claims.get(self._client.role_claim)
        if found is None:
            found = claims
            for part in self._client.role_claim.split("."):
                found = found.get(part) if isinstance(found, dict) else None
        values = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        mine = {self._client.roles[value] for value in values if isinstance(value, str) and value in self._client.roles}
        return tuple(role for role in HIGHEST_FIRST if role in mine)


def _with(address: str, asked: Mapping[str, str]) -> str:
    """The address may have a query of its own."""
    return f"{address}{'&' if URL(address).query_string else '?'}{urlencode(asked)}"


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _quoted(text: str) -> str:
    """As RFC 6749, 2.3.1 writes a client's name and secret into the header."""
    return urlencode({"": text})[1:]


def _first(claims: Mapping[str, Any], *names: str) -> str:
    """The first of the claims that is a text; empty when none is."""
    return next((claims[name] for name in names if isinstance(claims.get(name), str) and claims[name]), "")
