"""A person's rights: everything that is held of him in the clear, and forgetting him while what happened stays told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from vqueue.domain.errors import Invalid, NotFound, NotPossible
from vqueue.domain.ids import RequestId
from vqueue.domain.journal import Fact
from vqueue.domain.phone import Phone, Sealed
from vqueue.domain.promise import Promise
from vqueue.domain.request import Request, State
from vqueue.ports.apps import Feedback
from vqueue.ports.bank import Disposition
from vqueue.ports.database import Work
from vqueue.ports.subjects import Held, Subject
from vqueue.services import looking_up, requesting
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.looking_up import Opened

_BUSY = (State.CONNECTING, State.TALKING, State.HOLDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One of his requests with all that hangs on it."""

    request: Request
    promises: tuple[Promise, ...]
    attempts: tuple[Mapping[str, Any], ...]
    feedback: Feedback | None
    dispositions: tuple[Disposition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Everything held of a person, opened."""

    held: Held
    requests: tuple[Told, ...]
    opened: Mapping[str, Opened] = field(repr=False)
    """By request."""
    said: Mapping[str, str] = field(repr=False)
    """Comments and notes by `feedback:<request>` and `disposition:<attempt>`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was emptied. Recordings lie at the provider and are to be deleted there."""

    requests: int
    cancelled: int
    recordings: tuple[str, ...]


def subject(house: House, person: str) -> Subject:
    """By an E.164 number, else by a customer's id. Raises Invalid for nothing."""
    named = person.strip()
    if not named:
        raise Invalid("Name a number or a customer.", errors=(("/person", "missing"),))
    try:
        return Subject(phone_index=house.vault.index(Phone(named).e164))
    except ValueError:
        return Subject(customer=named)


async def export(house: House, who: Subject, *, by: str) -> Export:
    """Everything held, journalled as read by `by`. Raises NotFound where nothing is."""
    held, told = await house.database.read(partial(_held, who=who))
    _some(held)
    await house.act(partial(_noted, ids=[one.id for one in held.requests], by=by))
    return Export(
        held=held,
        requests=told,
        opened={one.id: looking_up.opened(house, one) for one in held.requests},
        said={key: house.vault.open(sealed) for key, sealed in _said(told)},
    )


async def forget(house: House, who: Subject, *, by: str) -> Forgotten:
    """Empties all that says who he is or what he said; what waits for a call is cancelled first.

    Raises NotFound where nothing is held, and NotPossible, AlreadyDialing while he is on the line or being rung.
    """
    return await house.act(partial(_forgotten, who=who, by=by))


def _held(work: Work, who: Subject) -> tuple[Held, tuple[Told, ...]]:
    held = work.subjects.held(who)
    return held, tuple(_told(work, request) for request in held.requests)


def _told(work: Work, request: Request) -> Told:
    attempts = tuple(
        {"id": one.id, "opened_at": one.opened_at, "joined_at": one.joined_at, "outcome": one.outcome}
        for one in work.attempts.of_request(request.id)
    )
    return Told(
        request=request,
        promises=tuple(work.promises.of_request(request.id)),
        attempts=attempts,
        feedback=work.feedback.of_request(request.id),
        dispositions=tuple(work.dispositions.of_request(request.id)),
    )


def _said(told: Sequence[Told]) -> list[tuple[str, Sealed]]:
    found: list[tuple[str, Sealed]] = []
    for one in told:
        if one.feedback is not None and one.feedback.comment is not None:
            found.append((f"feedback:{one.request.id}", one.feedback.comment))
        found += [(f"disposition:{each.attempt}", each.note) for each in one.dispositions if each.note is not None]
    return found


def _some(held: Held) -> None:
    if not (held.requests or held.devices or held.verifications or held.calls):
        raise NotFound("Nothing is held of this person.")


def _noted(clerk: Clerk, ids: Sequence[RequestId], by: str) -> None:
    clerk.note(Fact.PERSONAL_DATA_READ, what="export", requests=list(ids), by=by)


def _forgotten(clerk: Clerk, who: Subject, by: str) -> Forgotten:
    held = clerk.work.subjects.held(who)
    _some(held)
    waiting = [one for one in held.requests if one.is_open]
    if any(one.state in _BUSY for one in waiting) or any(ended is None for _, _, ended in held.calls):
        raise NotPossible("He is on the line or being called: ask again when that is over.")
    for one in waiting:
        requesting.cancel(clerk, one.id, reason="erased")
    recordings = tuple(one.recording for one in held.requests if one.recording is not None)
    ids = [one.id for one in held.requests]
    clerk.work.subjects.forget(who, ids)
    clerk.note(Fact.STAFF_ACTED, act="erased_person", requests=list(ids), recordings=len(recordings), by=by)
    return Forgotten(requests=len(ids), cancelled=len(waiting), recordings=recordings)
