"""Staff who sign in, and their open browsers."""

from sqlalchemy import delete

from vqueue.db import tables
from vqueue.db.record import Record
from vqueue.db.store import Store, insert
from vqueue.ports.database import Staff, StaffSession

STAFF = Record(Staff, tables.staff)
SESSION = Record(StaffSession, tables.staff_sessions)


class StoredPeople(Store):
    """`ports.database.People`."""

    def staff(self, login: str) -> Staff | None:
        return self.one_of(STAFF, STAFF.all.where(tables.staff.c.login == login))

    def all_staff(self) -> list[Staff]:
        return self.all_of(STAFF, STAFF.all.order_by(tables.staff.c.login))

    def put_staff(self, staff: Staff) -> None:
        row = STAFF.row(staff)
        changed = {name: value for name, value in row.items() if name not in ("id", "login")}
        first = insert(self.connection, tables.staff).values(row)
        self.connection.execute(first.on_conflict_do_update(index_elements=[tables.staff.c.login], set_=changed))

    def open_session(self, session: StaffSession) -> None:
        self.add_new(SESSION, session)

    def session(self, session: str) -> tuple[StaffSession, Staff] | None:
        found = self.one_of(SESSION, SESSION.by_id, id_=session)
        if found is None:
            return None
        return found, self.named(STAFF, found.staff)

    def close_session(self, session: str) -> None:
        self.connection.execute(delete(tables.staff_sessions).where(tables.staff_sessions.c.id == session))
