"""One stream of news for several telephones of the page: a browser allows only six connections to one place."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any, Final

from aiohttp import web

from vqueue.sandbox.control import read_address
from vqueue.sandbox.numbers import from_query
from vqueue.sandbox.phones import Telephone
from vqueue.sandbox.reading import Malformed
from vqueue.sandbox.rest_frame import NETWORK

BEAT_S: Final = 5.0
MOST_PHONES: Final = 24


News = tuple[str, dict[str, Any]]
"""The id to resume from, and an event with the number of its telephone."""


def routes() -> list[web.RouteDef]:
    return [web.get("/sandbox/phone-events", events)]


async def events(request: web.Request) -> web.StreamResponse:
    """News of every telephone named by `number`, until the reader goes or a telephone is taken off the table."""
    known = request.app[NETWORK].phones
    numbers = [read_address(from_query(number)) for number in request.query.getall("number", [])]
    if not 1 <= len(numbers) <= MOST_PHONES:
        raise Malformed(f"give 1 to {MOST_PHONES} numbers")
    if not set(numbers) <= set(known):
        raise web.HTTPNotFound
    phones = [known[number] for number in numbers]
    after = read_resume(request.headers.get("Last-Event-ID", ""), len(phones))
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    with suppress(ConnectionResetError):
        await response.write(as_message(None))
        async for news in follow_all(phones, after):
            await response.write(as_message(news))
            if any(known.get(phone.number) is not phone for phone in phones):
                break
    return response


def read_resume(text: str, phones: int) -> list[int]:
    """The last event seen of each phone, from an id this stream gave; anything else means from the beginning."""
    parts = text.split(".")
    if len(parts) != phones or not all(part.isdecimal() and len(part) < 16 for part in parts):
        return [0] * phones
    return [int(part) for part in parts]


async def follow_all(phones: Sequence[Telephone], after: Sequence[int]) -> AsyncIterator[News | None]:
    """Every event of all phones after those seen, in order of time; None is a sign of life."""
    seen = list(after)
    while True:
        bells = [phone.changed for phone in phones]
        numbered = [(event, place) for place, phone in enumerate(phones) for event in phone.events]
        news = [(event, place) for event, place in numbered if event.seq > seen[place]]
        for event, place in sorted(news, key=lambda one: one[0].at):
            seen[place] = event.seq
            yield ".".join(str(seq) for seq in seen), {"number": phones[place].number, **event.as_json()}
        if not news and not await _any_rings(bells):
            yield None


async def _any_rings(bells: Sequence[asyncio.Event]) -> bool:
    """True at the first bell, False when none rang for `BEAT_S`."""
    waits = [asyncio.ensure_future(bell.wait()) for bell in bells]
    try:
        done, _ = await asyncio.wait(waits, timeout=BEAT_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
            with suppress(asyncio.CancelledError):
                await wait
    return bool(done)


def as_message(news: News | None) -> bytes:
    if news is None:
        return b": still here\n\n"
    resume, event = news
    return f"id: {resume}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n".encode()
