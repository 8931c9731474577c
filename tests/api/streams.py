"""A client of the API's event streams: reads them as they come, breaks off, and goes on where it was."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from tests.api.conftest import Face

PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One event, or a comment (`name` is empty)."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    id: str | None = None


async def heard(face: Face, path: str, who: dict[str, str], *, last: str | None = None) -> AsyncIterator[Heard]:
    """The events of a stream until it ends; leaving the loop breaks the connection."""
    headers = {**who, **({"Last-Event-ID": last} if last is not None else {})}
    async with face.http.get(path, headers=headers) as answer:
        assert answer.status == 200 and answer.content_type == "text/event-stream", await answer.text()
        block: list[str] = []
        async for raw in answer.content:
            line = raw.decode().rstrip("\n")
            if line:
                block.append(line)
                continue
            event = _event(block)
            block = []
            if event is not None:
                yield event


def _event(block: list[str]) -> Heard | None:
    fields = dict(line.split(": ", 1) for line in block if not line.startswith(":"))
    if "data" not in fields:
        return Heard("") if any(line.startswith(":") for line in block) else None
    return Heard(fields.get("event", "message"), json.loads(fields["data"]), fields.get("id"))


async def first(face: Face, path: str, who: dict[str, str], *, last: str | None = None, name: str = "request") -> Heard:
    """The next event of that name; then the connection is broken."""
    async with asyncio.timeout(PATIENCE_S):
        async with aclosing(heard(face, path, who, last=last)) as events:
            async for event in events:
                if event.name == name:
                    return event
    raise AssertionError(f"the stream ended without {name}")
