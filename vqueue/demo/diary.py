"""Times that customers of the demo's bank have booked already, made through the bank's own API when it opens."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import structlog

from vqueue.demo.cast import Customer

log = structlog.get_logger(__name__)

TODAY_MIN = (45, 75, 120, 165, 180, 240, 255, 300, 345, 405, 480, 525)
"""Minutes after ten."""
TOMORROW_MIN = (1350, 1380, 1440, 1500, 1530, 1620, 1755)
QUEUES = ("cards", "payments", "cards", "general", "payments")


def bookings(ten: datetime, people: Iterator[Customer]) -> Iterator[dict[str, Any]]:
    """One after the other, as the API takes them."""
    for turn, minutes in enumerate((*TODAY_MIN, *TOMORROW_MIN)):
        who = next(people)
        yield {
            "queue": QUEUES[turn % len(QUEUES)],
            "mode": "scheduled",
            "phone_number": who.number,
            "name": who.name,
            "slot_start": (ten + timedelta(minutes=minutes)).isoformat(),
        }


async def book(http: aiohttp.ClientSession, api: str, key: str, wishes: Iterator[dict[str, Any]]) -> None:
    """A time that has no room stays free."""
    for turn, wish in enumerate(wishes):
        told = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"demo-{turn}"}
        async with http.post(f"{api}/v1/admin/support-requests", json=wish, headers=told) as answer:
            if answer.status >= 400:
                log.info("a time could not be booked", reason=(await answer.json()).get("code"))
