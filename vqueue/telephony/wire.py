"""One request to the provider, one answer: no retry, no redirect, a time-out that holds, and the headers kept."""

import logging
import re
from collections.abc import Mapping
from typing import Any

import aiohttp
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from yarl import URL

_SECONDS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?\Z")
_LOOPBACK = re.compile(r"localhost\Z|127(\.[0-9]{1,3}){3}\Z|::1\Z")
RETRY_AFTER_S = 1.0
"""Waited where the provider does not say how long."""


class Limited(Exception):
    """The provider did not process the request (429). `retry_after_s` is its wish, wall seconds."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__("too many requests")
        self.retry_after_s = retry_after_s


def checked_api_url(api_url: str) -> URL:
    """The provider's address. Raises ValueError where the account's token would cross a network in the clear."""
    url = URL(api_url)
    if url.scheme == "https" and url.host:
        return url
    if url.scheme == "http" and _LOOPBACK.match(url.host or ""):
        return url
    raise ValueError(f"TWILIO_API_URL: expected https, or http on loopback; found {url.scheme or 'no'} to {url.host}")


class OneRequest(AsyncHttpClient):  # type: ignore[misc]  # the library carries no types
    """The library's client on our session. `timeout_s` is wall seconds from first byte out to last byte in.

    The library logs whole requests by itself; this one does not, for they hold phone numbers.
    """

    def __init__(self, session: aiohttp.ClientSession, *, api_url: URL, timeout_s: float) -> None:
        super().__init__(logging.getLogger(__name__), True, timeout_s)
        self._session = session
        self._origin = api_url.origin()
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)

    async def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature; the client's own time-out holds
        allow_redirects: bool = False,
    ) -> Response:
        """The provider's answer. Raises Limited, and what aiohttp raises when there is no whole answer."""
        url = URL(uri)
        if url.origin() != self._origin:  # a listing names its next page; the token goes nowhere else
            raise ValueError("the provider pointed at another host")
        signed_in = dict(headers or {})
        if auth is not None:
            signed_in["Authorization"] = aiohttp.encode_basic_auth(*auth)
        async with self._session.request(
            method.upper(),
            url,
            params=params,
            data=data,
            headers=signed_in,
            timeout=self._timeout,
            allow_redirects=False,
        ) as answer:
            text = await answer.text()
            if answer.status == 429:
                raise Limited(_retry_after_s(answer.headers.get("Retry-After", "")))
            return Response(answer.status, text, answer.headers)


def _retry_after_s(header: str) -> float:
    return float(header) if _SECONDS.match(header) else RETRY_AFTER_S
