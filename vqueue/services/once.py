"""An answer kept under its idempotency key, in the transaction of the deed it tells of."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from vqueue.domain.errors import IdempotencyKeyReused
from vqueue.ports.apps import Answered
from vqueue.ports.database import Work
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.wishing import Asked

_KEPT = timedelta(hours=48)
"""Of wall time."""


def kept_for(house: House) -> timedelta:
    """As business time."""
    return _KEPT * house.clock.speed


def found(work: Work, asked: Asked) -> Answered | None:
    """The answer given before. Raises IdempotencyKeyReused for the same key with another body."""
    answered = work.answers.find(asked.key)
    if answered is not None and answered.body_hash != asked.body_hash:
        raise IdempotencyKeyReused
    return answered


def keep(clerk: Clerk, asked: Asked, told: tuple[Mapping[str, Any], Mapping[str, str]], *, kept: timedelta) -> Answered:
    """201 with this document and these headers. Raises StaleWrite when a twin kept one meanwhile: the op runs again
    and finds it."""
    body, headers = told
    answered = Answered(
        id=asked.key,
        body_hash=asked.body_hash,
        status=201,
        answer=body,
        headers=headers,
        at=clerk.at,
        expires_at=clerk.at + kept,
    )
    clerk.work.answers.keep(answered)
    return answered
