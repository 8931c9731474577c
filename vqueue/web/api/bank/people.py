"""A person's rights: everything that is held of somebody, and erasing it."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from vqueue.domain.request import State
from vqueue.services import forgetting
from vqueue.services.forgetting import Export, Told
from vqueue.services.house import House
from vqueue.services.keys import Scope
from vqueue.web.api.bank.revealing import by
from vqueue.web.api.operation import Ask, Bank, Operation, Reply, Shape

TAG = "People"
ONE = "/v1/admin/people/{person}"


class HeldPromise(Shape):
    """What was promised."""

    made_at: datetime
    start: datetime
    end: datetime
    kept: bool | None


class HeldRequest(Shape):
    """One of his requests, in the clear."""

    id: str
    queue: str
    mode: str
    channel: str
    state: State
    created_at: datetime
    closed_at: datetime | None
    slot_start: datetime | None
    topic: str | None
    language: str
    phone_number: str | None
    customer: str | None
    name: str | None
    context: Mapping[str, Any] | None
    recording: str | None
    promises: tuple[HeldPromise, ...]
    attempts: tuple[Mapping[str, Any], ...]
    feedback: Mapping[str, Any] | None
    dispositions: tuple[Mapping[str, Any], ...]


class HeldDevice(Shape):
    """A device of his; its address is a secret of the push network and is not shown."""

    id: str
    kind: str
    put_at: datetime


class HeldNotice(Shape):
    """Something he was, or is to be, told."""

    kind: str
    prompt: str
    due_at: datetime
    sent_at: datetime | None


class HeldCall(Shape):
    """A call he made to the bank."""

    call: str
    began_at: datetime
    ended_at: datetime | None


class PersonHeld(Shape):
    """Everything held of one person."""

    requests: tuple[HeldRequest, ...]
    devices: tuple[HeldDevice, ...]
    verifications: tuple[datetime, ...]
    """When codes were asked for to prove the number."""
    notices: tuple[HeldNotice, ...]
    calls: tuple[HeldCall, ...]


class PersonErased(Shape):
    """What was emptied."""

    requests: int
    cancelled: int
    """Of them waited for a call."""
    recordings: tuple[str, ...]
    """Lie at the provider and are to be deleted there."""


def operations(house: House) -> tuple[Operation, ...]:
    return (
        Operation(
            method="GET", path=ONE, name="export_person", summary="Everything held of a person, in the clear",
            description="By a phone number in E.164 or a customer's id, percent-encoded. It is journalled.",
            tag=TAG, who=Bank(Scope.REQUESTS_READ_PII), handler=partial(_export, house), answer=PersonHeld,
        ),
        Operation(
            method="DELETE", path=ONE, name="erase_person", summary="Forget a person; what happened stays told",
            description="What waits for a call is cancelled first; refused while he is on the line or being called.",
            tag=TAG, who=Bank(Scope.REQUESTS_WRITE), handler=partial(_erase, house), answer=PersonErased,
            problems=("not_possible", "already_dialing"),
        ),
    )  # fmt: skip


async def _export(house: House, ask: Ask) -> Reply:
    who = forgetting.subject(house, ask.path["person"])
    return Reply(body=shown(await forgetting.export(house, who, by=by(ask))))


async def _erase(house: House, ask: Ask) -> Reply:
    who = forgetting.subject(house, ask.path["person"])
    done = await forgetting.forget(house, who, by=by(ask))
    return Reply(body=PersonErased(requests=done.requests, cancelled=done.cancelled, recordings=done.recordings))


def shown(found: Export) -> PersonHeld:
    """The export as it goes out."""
    held = found.held
    return PersonHeld(
        requests=tuple(_request(found, told) for told in found.requests),
        devices=tuple(HeldDevice(id=one.id, kind=one.kind, put_at=one.put_at) for one in held.devices),
        verifications=tuple(one.made_at for one in held.verifications),
        notices=tuple(
            HeldNotice(kind=kind, prompt=prompt, due_at=due, sent_at=sent) for kind, prompt, due, sent in held.notices
        ),
        calls=tuple(HeldCall(call=call, began_at=began, ended_at=ended) for call, began, ended in held.calls),
    )


def _request(found: Export, told: Told) -> HeldRequest:
    request, clear = told.request, found.opened[told.request.id]
    return HeldRequest(
        id=request.id,
        queue=request.queue,
        mode=request.mode,
        channel=request.channel,
        state=request.state,
        created_at=request.created_at,
        closed_at=request.closed_at,
        slot_start=request.slot_start,
        topic=request.topic,
        language=request.language,
        phone_number=clear.phone_number,
        customer=request.customer,
        name=clear.name,
        context=clear.context,
        recording=request.recording,
        promises=tuple(
            HeldPromise(made_at=one.made_at, start=one.window.start, end=one.window.end, kept=one.kept)
            for one in told.promises
        ),
        attempts=told.attempts,
        feedback=_feedback(found, told),
        dispositions=tuple(
            {"attempt": one.attempt, "code": one.code, "note": found.said.get(f"disposition:{one.attempt}")}
            for one in told.dispositions
        ),
    )


def _feedback(found: Export, told: Told) -> Mapping[str, Any] | None:
    said = told.feedback
    if said is None:
        return None
    comment = found.said.get(f"feedback:{told.request.id}")
    return {"rating": said.rating, "nps": said.nps, "solved": said.solved, "comment": comment}
