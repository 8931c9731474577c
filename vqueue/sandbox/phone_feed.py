"""One stream of news for several telephones of the page: a browser allows only six connections to one place."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any, Final

from vqueue.sandbox.phones import Telephone

BEAT_S: Final = 5.0
MOST_PHONES: Final = 24


News = tuple[str, dict[str, Any]]
"""The id to resume from, and an event with the number of its telephone."""


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
