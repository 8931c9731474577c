"""A small OpenID provider on localhost: it sends people back with codes and gives ID tokens for them, once."""

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from tests.identity.issuer import RSA_KEYS, jwk

CLIENT, SECRET = "vqueue", "s p&ce"


@dataclass
class Provider:
    """`claims` are added to the next ID tokens, `answer` to the next answers in the browser."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, str] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    key: Any = RSA_KEYS[0]
    down: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    ended: list[dict[str, str]] = field(default_factory=list)
    """The sign-outs it was asked for."""

    async def discover(self, _: web.Request) -> web.Response:
        if self.down:
            return web.Response(status=503)
        at = f"{self.url}/"
        said = {
            "issuer": self.url,
            "authorization_endpoint": f"{at}authorize?tenant=bank",
            "token_endpoint": f"{at}token",
            "jwks_uri": f"{at}jwks",
            "authorization_response_iss_parameter_supported": True,
        }
        return web.json_response(said | self.document)

    async def keys(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": [jwk(RSA_KEYS[0])]})

    async def authorize(self, request: web.Request) -> web.Response:
        """The person signs in here and is sent back at once."""
        asked = dict(request.query)
        assert (asked["tenant"], asked["response_type"], asked["client_id"]) == ("bank", "code", CLIENT)
        assert asked["code_challenge_method"] == "S256" and "openid" in asked["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.url, **self.answer}
        told = {name: value for name, value in back.items() if value}
        return web.Response(status=302, headers={"Location": str(URL(asked["redirect_uri"]).with_query(told))})

    async def end_session(self, request: web.Request) -> web.Response:
        """Ends the person's session there, whose ID token it knows again, and sends the browser back."""
        asked = dict(request.query)
        jwt.decode(asked["id_token_hint"], self.key.public_key(), algorithms=["RS256"], audience=CLIENT)
        assert asked["client_id"] == CLIENT and asked["flow"] == "out"
        self.ended.append(asked)
        back = URL(asked["post_logout_redirect_uri"]).with_query(state=asked["state"])
        return web.Response(status=302, headers={"Location": str(back)})

    async def token(self, request: web.Request) -> web.Response:
        form, asked = await request.post(), self.codes.get(str((await request.post()).get("code")))
        words = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode().split(":")
        assert [unquote_plus(word) for word in words] == [CLIENT, SECRET]
        fits = asked is not None and form["redirect_uri"] == asked["redirect_uri"] and self._shown(form, asked)
        if not fits or form["code"] in self.used:
            return web.json_response({"error": "invalid_grant"}, status=400)
        self.used.append(str(form["code"]))
        return web.json_response({"token_type": "Bearer", "access_token": "x", "id_token": self.id_token(asked or {})})

    def _shown(self, form: Any, asked: dict[str, str]) -> bool:
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(datetime.now(UTC).timestamp())
        said = {"iss": self.url, "aud": CLIENT, "sub": "u-7", "iat": now, "exp": now + 300, "nonce": asked["nonce"],
                "preferred_username": "Vera.Stone", "name": "Vera Stone", "roles": ["everyone", "leads"]}  # fmt: skip
        kept = {name: value for name, value in (said | self.claims).items() if value is not None}
        return jwt.encode(kept, self.key, algorithm="RS256", headers={"kid": "k1"})


@asynccontextmanager
async def open_provider() -> AsyncIterator[Provider]:
    provider, app = Provider(), web.Application()
    app.router.add_get("/.well-known/openid-configuration", provider.discover)
    app.router.add_get("/jwks", provider.keys)
    app.router.add_get("/authorize", provider.authorize)
    app.router.add_post("/token", provider.token)
    app.router.add_get("/end", provider.end_session)
    async with TestServer(app) as server:
        provider.url = str(server.make_url("/")).rstrip("/")
        yield provider
