"""Asks the customer's server over HTTP: time limits, retries and overrides as Twilio has them, signed to the letter."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, quote, urldefrag, urlencode, urljoin, urlsplit

import aiohttp
from yarl import URL

from vqueue.sandbox.exchanges import Exchange, Exchanges
from vqueue.sandbox.faults import Fault, Faults
from vqueue.sandbox.signing import Signer

Fields = Sequence[tuple[str, str]]

MAX_BODY: Final = 64 * 1024
MAX_REDIRECTS: Final = 10
SAFE: Final = ":/?#[]@!$&'()*+,;=%~-._"
FAILURES: Final = ("error_500_before", "error_500_after", "reset_before", "reset_after", "429")
FAULTS_AT: Final = {"status": FAILURES, "fetch": (*FAILURES, "delay", "lose", "double")}

HTTP_FAILURE: Final = 11200
CONNECTION_FAILURE: Final = 11205
TOO_MANY_REDIRECTS: Final = 11215
TOO_LARGE: Final = 11750
INVALID_URL: Final = 11100


class Unanswered(Exception):
    """No usable answer came; `code` is Twilio's error, `kind` what a retry policy calls it (ct, rt, 4xx, 5xx)."""

    def __init__(self, code: int, kind: str, url: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.kind, self.url, self.reason = code, kind, url, reason


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the URL's fragment may change; milliseconds."""

    connect_ms: int = 5_000
    read_ms: int = 15_000
    total_ms: int = 15_000
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})

    @classmethod
    def read(cls, fragment: str) -> "Overrides":
        told = dict(parse_qsl(fragment))
        policy = frozenset(part.strip() for part in told.get("rp", "ct").split(","))
        return cls(
            connect_ms=_bounded(told.get("ct"), 5_000, 100, 10_000),
            read_ms=_bounded(told.get("rt"), 15_000, 100, 15_000),
            total_ms=_bounded(told.get("tt"), 15_000, 100, 15_000),
            retries=_bounded(told.get("rc"), 1, 0, 5),
            policy=policy,
        )

    def allow(self, kind: str) -> bool:
        return "all" in self.policy or kind in self.policy


def _bounded(text: str | None, default: int, low: int, high: int) -> int:
    return min(high, max(low, int(text))) if text and text.isdigit() else default


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said; `url` is where it was said, after redirects."""

    status: int
    body: bytes
    content_type: str
    url: str


@dataclass(frozen=True, slots=True)
class Question:
    """One request to be asked, as often as the overrides allow; `place` is where faults may hit it, `struck` hears of
    one that did. All tries bear the same `token`."""

    url: str
    method: str
    fields: Fields
    place: str = "fetch"
    number: str | None = None
    largest: int = MAX_BODY
    struck: Callable[[Fault], object] = lambda fault: None
    token: str = field(default_factory=lambda: str(uuid.uuid4()))


class Webhooks:
    """Asks questions; every try of one question bears the same `I-Twilio-Idempotency-Token`."""

    def __init__(self, *, signer: Signer, faults: Faults, sign_fragment: bool = False) -> None:
        self._signer = signer
        self._faults = faults
        self._sign_fragment = sign_fragment
        self._session: aiohttp.ClientSession | None = None
        self.exchanges = Exchanges()

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=True,
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def ask(self, question: Question) -> Answer:
        """Raises Unanswered when every try failed."""
        url, fragment = urldefrag(question.url)
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise Unanswered(INVALID_URL, "url", url, "the URL is neither http nor https")
        overrides = Overrides.read(fragment)
        deadline = asyncio.get_running_loop().time() + overrides.total_ms / 1000
        token = question.token
        tries = overrides.retries
        while True:
            try:
                left_s = deadline - asyncio.get_running_loop().time()
                async with asyncio.timeout(max(0.001, left_s)):
                    return await self._faulty_try(question, url, fragment, overrides, token)
            except TimeoutError:
                raise Unanswered(HTTP_FAILURE, "rt", url, "no answer in time") from None
            except Unanswered as failure:
                if tries <= 0 or not overrides.allow(failure.kind):
                    raise
                tries -= 1

    async def _faulty_try(
        self, question: Question, url: str, fragment: str, overrides: Overrides, token: str
    ) -> Answer:
        fault = self._faults.draw(question.place, number=question.number, among=FAULTS_AT[question.place])
        if fault is None:
            return await self._try(question, url, fragment, overrides, token)
        question.struck(fault)
        return await self._suffer(fault, question, url, fragment, overrides, token)

    async def _suffer(
        self, fault: Fault, question: Question, url: str, fragment: str, overrides: Overrides, token: str
    ) -> Answer:
        if fault.do == "delay":
            await asyncio.sleep(fault.seconds)
            return await self._try(question, url, fragment, overrides, token)
        if fault.do == "double":
            await self._try(question, url, fragment, overrides, token)
            return await self._try(question, url, fragment, overrides, token)
        if fault.do in ("error_500_after", "reset_after"):
            await self._try(question, url, fragment, overrides, token)
        if fault.do == "lose":
            raise Unanswered(HTTP_FAILURE, "rt", url, "no answer in time")
        if fault.do == "429":
            raise Unanswered(HTTP_FAILURE, "4xx", url, "the answer was 429")
        if fault.do.startswith("reset"):
            raise Unanswered(CONNECTION_FAILURE, "ct", url, "the connection was reset")
        raise Unanswered(HTTP_FAILURE, "5xx", url, "the answer was 500")

    async def _try(self, question: Question, url: str, fragment: str, overrides: Overrides, token: str) -> Answer:
        method, fields = question.method, question.fields
        for _ in range(MAX_REDIRECTS):
            answer, moved = await self._once(method, url, fragment, fields, overrides, token, question.largest)
            if moved is None:
                return answer
            if answer.status not in (307, 308):
                method, fields = "GET", ()
            url, fragment = urldefrag(urljoin(url, moved))
        raise Unanswered(TOO_MANY_REDIRECTS, "redirect", url, "too many redirects")

    async def _once(
        self, method: str, url: str, fragment: str, fields: Fields, overrides: Overrides, token: str, largest: int
    ) -> tuple[Answer, str | None]:
        assert self._session is not None, "the network is not open"
        exact, body = request_shape(method, url, fields)
        signed = exact + (f"#{fragment}" if fragment and self._sign_fragment else "")
        headers = self._signer.headers(signed, fields if body is not None else ()) | {
            "I-Twilio-Idempotency-Token": token,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        limits = aiohttp.ClientTimeout(
            total=None, sock_connect=overrides.connect_ms / 1000, sock_read=overrides.read_ms / 1000
        )
        exchange = self.exchanges.begin(token, method, exact, headers, body)
        try:
            target = URL(exact, encoded=True)
            async with self._session.request(
                method, target, data=body, headers=headers, timeout=limits, allow_redirects=False
            ) as response:
                return await _read(response, exchange, largest)
        except (aiohttp.ServerTimeoutError, aiohttp.ConnectionTimeoutError) as error:
            kind = "ct" if isinstance(error, aiohttp.ConnectionTimeoutError) else "rt"
            exchange.failed = "timed out"
            raise Unanswered(HTTP_FAILURE if kind == "rt" else CONNECTION_FAILURE, kind, exact, "timed out") from None
        except (aiohttp.InvalidURL, ValueError):
            raise Unanswered(INVALID_URL, "url", exact, "the URL is not valid") from None
        except (aiohttp.ClientError, OSError):
            exchange.failed = "the connection failed"
            raise Unanswered(CONNECTION_FAILURE, "ct", exact, "the connection failed") from None


async def _read(response: aiohttp.ClientResponse, exchange: Exchange, largest: int) -> tuple[Answer, str | None]:
    url, body = exchange.url, bytearray()
    async for piece in response.content.iter_chunked(MAX_BODY):
        body += piece
        if len(body) > largest:
            break
    exchange.came(response.status, bytes(body))
    kind = response.content_type if "Content-Type" in response.headers else ""
    answer = Answer(response.status, bytes(body), kind, url)
    if response.status in (301, 302, 303, 307, 308) and "Location" in response.headers:
        return answer, response.headers["Location"]
    if response.status >= 400 or response.status < 200 or 300 <= response.status < 400:
        kind = "5xx" if response.status >= 500 else "4xx"
        raise Unanswered(HTTP_FAILURE, kind, url, f"the answer was {response.status}")
    if len(body) > largest:
        raise Unanswered(TOO_LARGE, "body", url, f"the answer is larger than {largest // 1024} kB")
    return answer, None


def request_shape(method: str, url: str, fields: Fields) -> tuple[str, bytes | None]:
    """The exact URL asked and the body sent with it: GET carries its fields in the query."""
    exact = quote(url, safe=SAFE)
    if method == "GET":
        query = urlencode(list(fields))
        return (exact + ("&" if urlsplit(exact).query else "?") + query if query else exact), None
    return exact, urlencode(list(fields)).encode()
