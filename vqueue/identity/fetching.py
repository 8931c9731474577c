"""Documents of an issuer, fetched with bounds: one address, no redirects, so much time, so many bytes."""

import aiohttp

from vqueue.domain.errors import Unavailable

TIMEOUT = aiohttp.ClientTimeout(total=5, connect=3)
SIZE_MAX = 64 * 1024


async def fetched(session: aiohttp.ClientSession, url: str) -> bytes:
    """The document at `url`. Raises Unavailable."""
    try:
        async with session.get(url, timeout=TIMEOUT, allow_redirects=False) as answer:
            return await body_of(answer)
    except (aiohttp.ClientError, TimeoutError, OSError):
        raise Unavailable("The issuer does not answer.") from None


async def body_of(answer: aiohttp.ClientResponse) -> bytes:
    """What a 200 holds, within SIZE_MAX. Raises Unavailable."""
    if answer.status != 200:
        raise Unavailable(f"The issuer answers with {answer.status}.")
    body = b""
    async for piece in answer.content.iter_chunked(SIZE_MAX):
        body += piece
        if len(body) > SIZE_MAX:
            raise Unavailable("The issuer's answer is too large.")
    return body
