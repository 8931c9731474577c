"""What the customer's app brings with it, stored: answers given before, codes, devices, proofs, feedback, links."""

from datetime import datetime

from sqlalchemy import delete, func, select, text, update

from vqueue.db import tables_apps as tables
from vqueue.db.exact import many
from vqueue.db.record import Record
from vqueue.db.store import Store, insert
from vqueue.db.tables import attempts, requests
from vqueue.domain.errors import NotFound
from vqueue.domain.ids import RequestId
from vqueue.ports.apps import Answered, CallInCode, Device, Feedback, PageLink, Told, Verification
from vqueue.ports.reports import Span

ANSWERED = Record(Answered, tables.answers)
CODE = Record(CallInCode, tables.call_in_codes)
TOLD = Record(Told, tables.tellings)
DEVICE = Record(Device, tables.devices)
VERIFICATION = Record(Verification, tables.verifications)
FEEDBACK = Record(Feedback, tables.feedback)
LINK = Record(PageLink, tables.page_links)


class StoredAnswers(Store):
    """`ports.apps.Answers`."""

    def find(self, known: str) -> Answered | None:
        return self.one_of(ANSWERED, ANSWERED.by_id, id_=known)

    def keep(self, answered: Answered) -> None:
        self.add_new(ANSWERED, answered)

    def purge(self, *, before: datetime, limit: int = 500) -> int:
        old = select(tables.answers.c.id).where(tables.answers.c.expires_at < before).limit(limit)
        gone = delete(tables.answers).where(tables.answers.c.id.in_(old.scalar_subquery()))
        return self.connection.execute(gone).rowcount


class StoredCodes(Store):
    """`ports.apps.Codes`."""

    def insert(self, code: CallInCode) -> None:
        former = delete(tables.call_in_codes).where(tables.call_in_codes.c.request == code.request)
        self.connection.execute(former)
        self.add_new(CODE, code)

    def of_request(self, request: RequestId) -> CallInCode | None:
        return self.one_of(CODE, CODE.all.where(tables.call_in_codes.c.request == request))

    def by_index(self, index: str) -> CallInCode | None:
        live = CODE.all.where(tables.call_in_codes.c.index == index, text("used_at IS NULL"))
        return self.one_of(CODE, live)

    def use(self, code: CallInCode, *, at: datetime) -> bool:
        c = tables.call_in_codes.c
        unused = update(tables.call_in_codes).where(c.request == code.request, c.index == code.index)
        return self.connection.execute(unused.where(text("used_at IS NULL")).values(used_at=at)).rowcount == 1


class StoredTellings(Store):
    """`ports.apps.Tellings`."""

    def find(self, request: RequestId) -> Told | None:
        return self.one_of(TOLD, TOLD.by_id, id_=request)

    def insert(self, told: Told) -> None:
        self.add_new(TOLD, told)

    def replace(self, told: Told) -> Told:
        return self.swap(TOLD, told)


class StoredDevices(Store):
    """`ports.apps.Devices`."""

    def get(self, device: str) -> Device:
        return self.named(DEVICE, device)

    def put(self, device: Device) -> None:
        row = DEVICE.row(device)
        changed = {name: value for name, value in row.items() if name not in ("id", "customer")}
        first = insert(self.connection, tables.devices).values(row)
        own = first.on_conflict_do_update(
            index_elements=[tables.devices.c.id], set_=changed, where=tables.devices.c.customer == device.customer
        )
        if self.connection.execute(own).rowcount != 1:
            raise NotFound("There is no such device.")

    def of_customer(self, customer: str) -> list[Device]:
        return self.all_of(
            DEVICE, DEVICE.all.where(tables.devices.c.customer == customer).order_by(tables.devices.c.id)
        )

    def remove(self, device: str) -> None:
        self.connection.execute(delete(tables.devices).where(tables.devices.c.id == device))


class StoredVerifications(Store):
    """`ports.apps.Verifications`."""

    def get(self, verification: str) -> Verification:
        return self.named(VERIFICATION, verification)

    def insert(self, verification: Verification) -> None:
        self.add_new(VERIFICATION, verification)

    def replace(self, verification: Verification) -> Verification:
        return self.swap(VERIFICATION, verification)


class StoredFeedbacks(Store):
    """`ports.apps.Feedbacks`."""

    def put(self, feedback: Feedback) -> None:
        row = FEEDBACK.row(feedback)
        changed = {name: value for name, value in row.items() if name != "request"}
        first = insert(self.connection, tables.feedback).values(row)
        self.connection.execute(first.on_conflict_do_update(index_elements=[tables.feedback.c.request], set_=changed))

    def of_request(self, request: RequestId) -> Feedback | None:
        return self.one_of(FEEDBACK, FEEDBACK.all.where(tables.feedback.c.request == request))

    def counts(self, span: Span) -> list[tuple[str, str, dict[str, int]]]:
        c, r = tables.feedback.c, requests.c
        asked = [r.queue.in_(span.queues), c.at >= span.start, c.at < span.end]
        if span.channel is not None:
            asked.append(r.channel == span.channel)
        if span.agent is not None:
            talks = select(attempts.c.request).where(attempts.c.agent == span.agent, attempts.c.joined_at.is_not(None))
            asked.append(r.id.in_(talks))
        figures = {
            "rated": func.count(c.rating),
            "ratings": func.coalesce(func.sum(c.rating), 0),
            "content": many(c.rating >= 4),
            "asked": func.count(c.nps),
            "promoters": many(c.nps >= 9),
            "detractors": many(c.nps <= 6),
            "judged": func.count(c.solved),
            "solved": many(c.solved.is_(True)),
        }
        query = (
            select(r.queue, r.channel, *figures.values())
            .join(requests, r.id == c.request)
            .where(*asked)
            .group_by(r.queue, r.channel)
            .order_by(r.queue, r.channel)
        )
        rows = self.connection.execute(query)
        return [
            (str(queue), str(channel), dict(zip(figures, map(int, told), strict=True)))
            for queue, channel, *told in rows
        ]


class StoredPageLinks(Store):
    """`ports.apps.PageLinks`."""

    def insert(self, link: PageLink) -> None:
        self.add_new(LINK, link)

    def find(self, known: str) -> PageLink | None:
        return self.one_of(LINK, LINK.by_id, id_=known)
