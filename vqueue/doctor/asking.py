"""One question over HTTP, and why there was no answer."""

from email.utils import parsedate_to_datetime

import aiohttp

from vqueue.clock import BusinessClock
from vqueue.doctor.facts import Answer

WITHIN_S = 10.0


async def ask(http: aiohttp.ClientSession, url: str, *, auth: tuple[str, str] | None = None) -> Answer:
    """One GET, redirects not followed."""
    headers = {} if auth is None else {"Authorization": aiohttp.encode_basic_auth(*auth)}
    limit = aiohttp.ClientTimeout(total=WITHIN_S)
    try:
        async with http.get(url, headers=headers, timeout=limit, allow_redirects=False) as answer:
            told = (await answer.content.read(1_000_000)).decode(errors="replace")
            return Answer(status=answer.status, text=told, skew_s=_skew_s(answer.headers.get("Date", "")))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as failure:
        return Answer(reason=reason_of(failure))


def reason_of(failure: BaseException) -> str:
    """What kind of failure, without what was being asked: an address may hold a password."""
    match failure:
        case TimeoutError():
            return f"no answer within {WITHIN_S:g} s"
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return "its certificate is not accepted"
        case aiohttp.ClientConnectorDNSError():
            return "its name is not known"
        case aiohttp.ClientConnectorError():
            return "nobody answers there"
        case _:
            return type(failure).__name__


def _skew_s(date: str) -> float | None:
    """Its clock minus ours; a Date header tells whole seconds, so half of one is added."""
    try:
        told = parsedate_to_datetime(date)
    except ValueError:
        return None
    if told.tzinfo is None:
        return None
    skew = (told - BusinessClock().now()).total_seconds() + 0.5
    return 0.0 if abs(skew) <= 0.5 else skew
