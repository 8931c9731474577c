"""Staff who sign in, the names their issuer has for them, and their open browsers."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, delete, select, update

from vqueue.db import tables
from vqueue.db.record import Record
from vqueue.db.store import Store, insert
from vqueue.db.tables_bank import staff_identities
from vqueue.domain.errors import StaleWrite
from vqueue.ports.people import Staff, StaffSession

STAFF = Record(Staff, tables.staff)
SESSION = Record(StaffSession, tables.staff_sessions)
_s = tables.staff_sessions.c
_these: BindParameter[list[str]] = bindparam("these_", expanding=True)
SESSIONS = SESSION.all.where(_s.id.in_(_these))
OWNERS = STAFF.all.where(tables.staff.c.id.in_(_these))


class StoredPeople(Store):
    """`ports.people.People`."""

    def staff(self, login: str) -> Staff | None:
        return self.one_of(STAFF, STAFF.all.where(tables.staff.c.login == login))

    def member(self, staff: str) -> Staff:
        return self.named(STAFF, staff)

    def all_staff(self) -> list[Staff]:
        return self.all_of(STAFF, STAFF.all.order_by(tables.staff.c.login))

    def add(self, staff: Staff) -> None:
        self.add_new(STAFF, staff)

    def change(self, before: Staff, after: Staff) -> None:
        c = tables.staff.c
        still = (c.id == before.id, c.name == before.name, c.role == before.role,
                 c.password == before.password, c.disabled == before.disabled)  # fmt: skip
        row = {name: value for name, value in STAFF.row(after).items() if name not in ("id", "login")}
        if self.connection.execute(update(tables.staff).where(*still).values(row)).rowcount != 1:
            raise StaleWrite

    def known_as(self, issuer: str, subject: str) -> Staff | None:
        c = staff_identities.c
        whose = select(c.staff).where(c.issuer == issuer, c.subject == subject)
        return self.one_of(STAFF, STAFF.all.where(tables.staff.c.id.in_(whose)))

    def bind(self, issuer: str, subject: str, staff: str, *, at: datetime) -> None:
        row = {"issuer": issuer, "subject": subject, "staff": staff, "bound_at": at}
        first = insert(self.connection, staff_identities).values(row).on_conflict_do_nothing()
        if self.connection.execute(first).rowcount != 1:
            raise StaleWrite


class StoredSessions(Store):
    """`ports.people.Sessions`."""

    def open(self, session: StaffSession) -> None:
        self.add_new(SESSION, session)

    def find(self, session: str) -> tuple[StaffSession, Staff] | None:
        return self.those([session]).get(session)

    def those(self, sessions: Collection[str]) -> dict[str, tuple[StaffSession, Staff]]:
        found = self.all_of(SESSION, SESSIONS, these_=list(sessions))
        owners = {one.id: one for one in self.all_of(STAFF, OWNERS, these_=list({each.staff for each in found}))}
        return {each.id: (each, owners[each.staff]) for each in found}

    def of_staff(self, staff: str) -> list[StaffSession]:
        return self.all_of(SESSION, SESSION.all.where(_s.staff == staff).order_by(_s.created_at.desc(), _s.id))

    def all(self) -> list[StaffSession]:
        return self.all_of(SESSION, SESSION.all.order_by(_s.created_at.desc(), _s.id))

    def touch(self, session: str, *, at: datetime) -> None:
        self.connection.execute(update(tables.staff_sessions).where(_s.id == session).values(seen_at=at))

    def close(self, session: str) -> None:
        self.connection.execute(delete(tables.staff_sessions).where(_s.id == session))

    def close_all(self, staff: str, *, but: str | None = None) -> int:
        those = delete(tables.staff_sessions).where(_s.staff == staff)
        return self.connection.execute(those if but is None else those.where(_s.id != but)).rowcount
