"""Requests by anything, and the people behind them: what is held of somebody, and forgetting it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, Text, and_, cast, delete, func, literal, or_, select, tuple_, update

from vqueue.db import tables, tables_apps, tables_bank
from vqueue.db.apps import DEVICE, VERIFICATION
from vqueue.db.requests import RECORD
from vqueue.db.store import Store
from vqueue.domain.ids import RequestId
from vqueue.domain.request import Request
from vqueue.ports.subjects import Held, Subject, Wanted

_r = tables.requests.c
_ATTEMPTS, _LEGS = tables.attempts.c, tables.legs.c
_NEWEST = (_r.created_at.desc(), _r.id.desc())
_CODE_AT = (25, 5)
"""Where a drawn id has its last random characters; what may follow tells requests of one call apart."""
_TOLD_TO_HIM = ("sms", "push")


class StoredSubjects(Store):
    """`ports.subjects.Subjects`."""

    def find(self, wanted: Wanted, *, before: tuple[datetime, str] | None, limit: int) -> list[Request]:
        query = RECORD.all.where(*_conditions(wanted))
        if before is not None:
            place = tuple_(literal(before[0], _r.created_at.type), literal(before[1]))
            query = query.where(tuple_(_r.created_at, _r.id) < place)
        return self.all_of(RECORD, query.order_by(*_NEWEST).limit(limit))

    def held(self, subject: Subject) -> Held:
        found = self.all_of(RECORD, RECORD.all.where(_whose(subject)).order_by(_r.created_at, _r.id))
        ids = [request.id for request in found]
        customers = _customers(subject, found)
        devices, proofs = tables_apps.devices.c, tables_apps.verifications.c
        outbox, calls = tables.outbox.c, tables.conversations.c
        return Held(
            requests=tuple(found),
            devices=tuple(self.all_of(DEVICE, DEVICE.all.where(devices.customer.in_(customers)).order_by(devices.id))),
            verifications=tuple(
                self.all_of(VERIFICATION, VERIFICATION.all.where(_number(proofs.phone_index, subject)))
            ),
            notices=tuple(
                (row[0], row[1], row[2], row[3])
                for row in self.connection.execute(
                    select(outbox.kind, outbox.prompt, outbox.not_before, outbox.done_at)
                    .where(outbox.request.in_(ids), outbox.kind.in_(_TOLD_TO_HIM))
                    .order_by(outbox.not_before, outbox.id)
                )
            ),
            calls=tuple(
                (row[0], row[1], row[2])
                for row in self.connection.execute(
                    select(calls.call_sid, calls.started_at, calls.ended_at)
                    .where(or_(_number(calls.caller_index, subject), calls.request.in_(ids)))
                    .order_by(calls.started_at, calls.id)
                )
            ),
        )

    def forget(self, subject: Subject, requests: Collection[RequestId]) -> None:
        ids = list(requests)
        known = self.all_of(RECORD, RECORD.all.where(_r.id.in_(ids)))
        customers = _customers(subject, known)
        for table, mine in self._gone(subject, ids, customers):
            self.connection.execute(delete(table).where(mine))
        for table, mine, emptied in self._emptied(subject, ids):
            self.connection.execute(update(table).where(mine).values(**emptied))

    def _gone(
        self, subject: Subject, ids: list[RequestId], customers: Collection[str]
    ) -> list[tuple[Table, ColumnElement[bool]]]:
        """Rows that are nothing but personal."""
        apps, outbox, calls = tables_apps, tables.outbox.c, tables.conversations.c
        answers = [cast(apps.answers.c.answer, Text).contains(each, autoescape=True) for each in ids]
        return [
            (apps.call_in_codes, apps.call_in_codes.c.request.in_(ids)),
            (apps.page_links, apps.page_links.c.request.in_(ids)),
            (apps.devices, apps.devices.c.customer.in_(customers)),
            (apps.verifications, _number(apps.verifications.c.phone_index, subject)),
            (apps.answers, or_(literal(False), *answers)),
            (tables.outbox, and_(outbox.request.in_(ids), outbox.kind.in_(_TOLD_TO_HIM))),
            (tables.conversations, or_(_number(calls.caller_index, subject), calls.request.in_(ids))),
        ]

    def _emptied(
        self, subject: Subject, ids: list[RequestId]
    ) -> list[tuple[Table, ColumnElement[bool], dict[str, Any]]]:
        """Columns of rows that stay."""
        attempts = select(_ATTEMPTS.id).where(_ATTEMPTS.request.in_(ids))
        feedback, said = tables_apps.feedback.c, tables_bank.dispositions.c
        own: dict[str, Any] = {
            **_unsealed("phone"), **_unsealed("name"), **_unsealed("context"), "customer": None, "recording": None,
            "call_sid": None, "session": None, "segment": None, "zone": "", "country": "",
        }  # fmt: skip
        legs = or_(_LEGS.attempt.in_(attempts), _number(_LEGS.to_index, subject))
        return [
            (tables.requests, _r.id.in_(ids), {**own, "version": _r.version + 1}),
            (tables.legs, legs, {**_unsealed("to"), "phone_index": "", "version": _LEGS.version + 1}),
            (tables_apps.feedback, feedback.request.in_(ids), _unsealed("comment")),
            (tables_bank.dispositions, said.request.in_(ids), _unsealed("note")),
        ]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    same = {
        _r.queue: wanted.queue, _r.mode: wanted.mode, _r.channel: wanted.channel, _r.customer: wanted.customer,
        _r.phone_index: wanted.phone_index,
    }  # fmt: skip
    found: list[ColumnElement[bool]] = [column == value for column, value in same.items() if value is not None]
    if wanted.states:
        found.append(_r.state.in_(list(wanted.states)))
    if wanted.agent is not None:
        found.append(_r.id.in_(select(_ATTEMPTS.request).where(_ATTEMPTS.agent == wanted.agent)))
    if wanted.phone_ends is not None:
        found.append(_r.phone_hint.endswith(wanted.phone_ends, autoescape=True))
    if wanted.code is not None:
        found.append(or_(func.substr(_r.id, *_CODE_AT) == wanted.code, _r.id.endswith(wanted.code, autoescape=True)))
    if wanted.since is not None:
        found.append(_r.created_at >= wanted.since)
    if wanted.until is not None:
        found.append(_r.created_at < wanted.until)
    return found


def _whose(subject: Subject) -> ColumnElement[bool]:
    if subject.customer is not None:
        return _r.customer == subject.customer
    return _number(_r.phone_index, subject)


def _number(column: ColumnElement[Any], subject: Subject) -> ColumnElement[bool]:
    return literal(False) if not subject.phone_index else column == subject.phone_index


def _customers(subject: Subject, requests: Collection[Request]) -> set[str]:
    """A number's owner is a customer whose token vouched for it; one who merely typed it is somebody else."""
    found = {request.customer for request in requests if request.customer is not None and request.verified}
    return found | ({subject.customer} if subject.customer is not None else set())


def _unsealed(name: str) -> dict[str, None]:
    return {f"{name}_{part}": None for part in ("cipher", "index", "hint")}
