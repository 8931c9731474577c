"""Firebase Cloud Messaging, HTTP v1: messages to the bank's app on Android and iOS."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp
import jwt

from vqueue.notify import web_push
from vqueue.ports.clock import Clock
from vqueue.ports.notifier import Failed, Gone, Taken, Told

API_URL = "https://fcm.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFE_S = 3600
_EARLY_S = 120
"""A token is renewed so long before its end, wall seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A service account, as its JSON file says."""

    project: str
    email: str
    key: str = field(repr=False)
    token_url: str

    @classmethod
    def of(cls, text: str) -> "Credentials":
        """Raises ValueError for a file that is none."""
        try:
            told = json.loads(text)
            return cls(
                project=str(told["project_id"]),
                email=str(told["client_email"]),
                key=str(told["private_key"]),
                token_url=str(told.get("token_uri", "https://oauth2.googleapis.com/token")),
            )
        except (KeyError, TypeError, AttributeError) as wrong:
            raise ValueError("a service account's JSON has project_id, client_email and private_key") from wrong


class Fcm:
    """Sends to registration tokens; keeps its own access token while it is good."""

    def __init__(
        self, session: aiohttp.ClientSession, credentials: Credentials, clock: Clock, *, api_url: str = API_URL
    ) -> None:
        self._session, self._credentials, self._clock = session, credentials, clock
        self._url = f"{api_url}/v1/projects/{credentials.project}/messages:send"
        self._timeout = aiohttp.ClientTimeout(total=web_push.TIMEOUT_S)
        self._token, self._until = "", float("-inf")
        self._renewing = asyncio.Lock()

    async def push(self, address: str, *, title: str, body: str, data: Mapping[str, str], ttl_s: int) -> Told:
        """Sends once; never raises."""
        message = {
            "token": address,
            "notification": {"title": title, "body": body},
            "data": dict(data),
            "android": {"priority": "high", "ttl": f"{ttl_s}s"},
            "apns": {"headers": {"apns-priority": "10"}},
        }
        try:
            token = await self._access()
            async with self._session.post(
                self._url,
                json={"message": message},
                headers={"Authorization": f"Bearer {token}"},
                timeout=self._timeout,
                allow_redirects=False,
            ) as answer:
                return await self._told(answer)
        except TimeoutError:
            return Failed("timeout")
        except (aiohttp.ClientError, OSError, ValueError, KeyError):
            return Failed("no_connection")

    async def _told(self, answer: aiohttp.ClientResponse) -> Told:
        if answer.status == 200:
            return Taken()
        if answer.status == 401:
            self._until = float("-inf")
        if answer.status in (400, 404) and _unregistered(await answer.text()):
            return Gone()
        return Failed(f"http_{answer.status}")

    async def _access(self) -> str:
        """The access token. Raises ClientError, ValueError, KeyError."""
        async with self._renewing:
            if self._clock.wall() >= self._until:
                await self._renew()
            return self._token

    async def _renew(self) -> None:
        now = int(self._clock.calendar().timestamp())
        claims = {
            "iss": self._credentials.email,
            "scope": SCOPE,
            "aud": self._credentials.token_url,
            "iat": now,
            "exp": now + _LIFE_S,
        }
        form = {"grant_type": _GRANT, "assertion": jwt.encode(claims, self._credentials.key, algorithm="RS256")}
        async with self._session.post(
            self._credentials.token_url, data=form, timeout=self._timeout, allow_redirects=False
        ) as answer:
            answer.raise_for_status()
            told = await answer.json(content_type=None)
        self._token = str(told["access_token"])
        self._until = self._clock.wall() + max(0, int(told.get("expires_in", _LIFE_S)) - _EARLY_S)


def _unregistered(text: str) -> bool:
    """Whether the answer says that this app is not on that device any more, or that its token is none."""
    try:
        details = json.loads(text)["error"].get("details", [])
        words = {str(each.get("errorCode", "")) for each in details}
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    return "UNREGISTERED" in words
