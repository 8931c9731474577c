"""Requests as the bank's systems look them up: found by anything, shown masked, opened only with a journal fact."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from vqueue.domain.attempt import Attempt
from vqueue.domain.errors import Invalid
from vqueue.domain.ids import RequestId
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.phone import Phone
from vqueue.domain.promise import Promise
from vqueue.domain.request import Request
from vqueue.ports.bank import Disposition
from vqueue.ports.database import Work
from vqueue.ports.subjects import Wanted
from vqueue.services.clerk import Clerk
from vqueue.services.disposing import DRAFT
from vqueue.services.house import House

Place = tuple[datetime, str]
"""(made at, id): where a list goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What is personal in a request, in the clear."""

    phone_number: str | None = field(repr=False)
    name: str | None = field(repr=False)
    context: Mapping[str, Any] | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One request with all that is known of it."""

    request: Request
    promise: Promise | None
    attempts: tuple[Attempt, ...]
    dispositions: tuple[Disposition, ...]
    opened: Opened | None = None


async def find(
    house: House, wanted: Wanted, *, before: Place | None, limit: int
) -> list[tuple[Request, Promise | None]]:
    """Newest first, each with its promise."""
    return await house.database.read(partial(_find, wanted=wanted, before=before, limit=limit))


def index_of(house: House, phone_number: str) -> str:
    """The keyed index by which requests of a number are found. Raises Invalid for what is no number."""
    try:
        return house.vault.index(Phone(phone_number.strip()).e164)
    except ValueError:
        raise Invalid("E.164 is wanted: +447700900101.", errors=(("/phone_number", "not_a_number"),)) from None


async def newest_of(house: House, phone_number: str, *, by: str) -> Request | None:
    """The newest request with this number; that `by` looked for it is journalled, found or not. Spaces, hyphens and
    brackets between the digits do not count. Raises Invalid for what is no number."""
    digits = "".join(each for each in phone_number if each in "+0123456789")
    wanted = Wanted(phone_index=index_of(house, digits))
    found = await house.database.read(lambda work: work.subjects.find(wanted, before=None, limit=1))
    await house.act(partial(_looked_for, hint=Phone(digits).masked, found=bool(found), by=by))
    return found[0] if found else None


async def whole(house: House, request_id: RequestId) -> Whole:
    """Raises NotFound."""
    return await house.database.read(partial(_whole, request_id=request_id))


async def revealed(house: House, found: Whole, *, by: str) -> Whole:
    """With number, name and context in the clear, journalled as read by `by`."""
    await house.act(partial(_read, request=found.request, by=by))
    return Whole(
        request=found.request,
        promise=found.promise,
        attempts=found.attempts,
        dispositions=found.dispositions,
        opened=opened(house, found.request),
    )


def opened(house: House, request: Request) -> Opened:
    """Opened by the vault; whoever calls this has journalled it."""
    vault = house.vault
    context = json.loads(vault.open(request.context)) if request.context is not None else None
    return Opened(
        phone_number=vault.open_phone(request.phone).e164 if request.phone is not None else None,
        name=vault.open(request.name) if request.name is not None else None,
        context=context if isinstance(context, dict) else None,
    )


async def journal(house: House, request_id: RequestId) -> list[JournalRow]:
    """What happened to a request, in the order of time. Raises NotFound."""
    return await house.database.read(partial(_journal, request_id=request_id))


def _find(work: Work, wanted: Wanted, before: Place | None, limit: int) -> list[tuple[Request, Promise | None]]:
    found = work.subjects.find(wanted, before=before, limit=limit)
    return [(one, work.promises.get(one.promise) if one.promise is not None else None) for one in found]


def _whole(work: Work, request_id: RequestId) -> Whole:
    request = work.requests.get(request_id)
    return Whole(
        request=request,
        promise=work.promises.get(request.promise) if request.promise is not None else None,
        attempts=tuple(work.attempts.of_request(request_id)),
        dispositions=tuple(one for one in work.dispositions.of_request(request_id) if one.code != DRAFT),
    )


def _journal(work: Work, request_id: RequestId) -> list[JournalRow]:
    work.requests.get(request_id)
    return work.journal.of_request(request_id)


def _looked_for(clerk: Clerk, hint: str, found: bool, by: str) -> None:
    clerk.note(Fact.PERSONAL_DATA_READ, what="number_looked_for", number=hint, found=found, by=by)


def _read(clerk: Clerk, request: Request, by: str) -> None:
    clerk.note(Fact.PERSONAL_DATA_READ, request=request, what="request", by=by)
