"""Staff, their sessions and keys, as both databases keep them."""

from dataclasses import replace
from functools import partial

import pytest

from tests.db.builders import NOON, after
from vqueue.domain.errors import NotFound, StaleWrite
from vqueue.ports.bank import ApiKey
from vqueue.ports.database import Database, Work
from vqueue.ports.people import Staff, StaffSession

DANA = Staff(id="s1", login="dana", name="Dana", role="supervisor", password="hash")


def a_session(name: str, minute: int = 0, staff: str = "s1") -> StaffSession:
    return StaffSession(
        id=name, staff=staff, csrf="c", created_at=after(60 * minute), expires_at=after(3600), browser="Firefox"
    )


def _open(work: Work, session: StaffSession) -> None:
    work.sessions.open(session)


async def test_a_person_is_changed_only_as_he_was_read(database: Database) -> None:
    await database.transact(lambda work: work.people.add(DANA))
    disabled, promoted = replace(DANA, disabled=True), replace(DANA, role="admin")
    await database.transact(lambda work: work.people.change(DANA, disabled))
    with pytest.raises(StaleWrite):
        await database.transact(lambda work: work.people.change(DANA, promoted))
    assert await database.read(lambda work: work.people.member("s1")) == disabled
    with pytest.raises(NotFound):
        await database.read(lambda work: work.people.member("s2"))


async def test_an_issuers_subject_is_one_person(database: Database) -> None:
    await database.transact(lambda work: work.people.add(DANA))
    await database.transact(lambda work: work.people.bind("https://sso.example", "7", "s1", at=NOON))
    assert await database.read(lambda work: work.people.known_as("https://sso.example", "7")) == DANA
    assert await database.read(lambda work: work.people.known_as("https://sso.example", "8")) is None
    assert await database.read(lambda work: work.people.known_as("https://other.example", "7")) is None
    with pytest.raises(StaleWrite):
        await database.transact(lambda work: work.people.bind("https://sso.example", "7", "s1", at=NOON))


async def test_sessions_are_listed_touched_and_ended(database: Database) -> None:
    await database.transact(lambda work: work.people.add(DANA))
    await database.transact(lambda work: work.people.add(replace(DANA, id="s2", login="sam")))
    for session in (a_session("a", 1), a_session("b", 2), a_session("c", 3), a_session("d", 4, "s2")):
        await database.transact(partial(_open, session=session))
    await database.transact(lambda work: work.sessions.touch("a", at=after(90)))
    found = await database.read(lambda work: work.sessions.of_staff("s1"))
    assert [(each.id, each.last_seen) for each in found] == [("c", after(180)), ("b", after(120)), ("a", after(90))]
    assert await database.transact(lambda work: work.sessions.close_all("s1", but="b")) == 2
    assert [each.id for each in await database.read(lambda work: work.sessions.all())] == ["d", "b"]
    assert await database.transact(lambda work: work.sessions.close_all("s1")) == 1
    assert await database.read(lambda work: work.sessions.find("b")) is None


async def test_a_key_is_revoked_once_and_keeps_that_time(database: Database) -> None:
    key = ApiKey(id="k1", name="lake", secret="h", hint="vq_1", scopes=("a", "b"), made_at=NOON, made_by="dana")
    await database.transact(lambda work: work.keys.insert(key))
    await database.transact(lambda work: work.keys.revoke("k1", at=after(60)))
    await database.transact(lambda work: work.keys.revoke("k1", at=after(120)))
    assert await database.read(lambda work: work.keys.by_secret("h")) == replace(key, revoked_at=after(60))
    with pytest.raises(NotFound):
        await database.transact(lambda work: work.keys.revoke("k2", at=NOON))
