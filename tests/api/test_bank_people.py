"""A person's rights: everything held of him is told, and can be forgotten without a trace of who he was."""

from dataclasses import replace
from urllib.parse import quote

import pytest
from sqlalchemy import Connection, text

from tests.api.conftest import Face
from tests.api.test_bank_requests import ANNA, BORIS, kept, stored
from tests.db.builders import a_conversation, a_customer_leg, a_notice, an_agent, an_attempt
from vqueue.db.columns import metadata
from vqueue.domain.ids import AttemptId, RequestId
from vqueue.domain.journal import Fact
from vqueue.domain.leg import LegState
from vqueue.domain.phone import Phone
from vqueue.domain.request import State
from vqueue.ports.apps import Device, DeviceKind, Feedback, Verification
from vqueue.ports.bank import Disposition
from vqueue.ports.database import Work
from vqueue.services.keys import Scope

ANN = "https://bank.example|ann"
SECRETS = (ANNA, ANN, "Anna Karlin", "wears red", "liked it", "is angry", "rec-1", "token-of-device")


def path(person: str) -> str:
    return f"/v1/admin/people/{quote(person, safe='')}"


async def lived(face: Face) -> None:
    """Anna has asked, was called, talked, and said how it was; she waits again. Boris waits too."""
    vault, at = face.house.vault, face.clock.now()
    hers = {"customer": ANN, "verified": True, "name": vault.seal("Anna Karlin"), "recording": "rec-1"}
    await kept(face, "r1", state=State.SERVED, context=vault.seal('{"text": "wears red"}'), **hers)
    await kept(face, "r2", minutes_ago=1, **{**hers, "recording": None})
    await kept(face, "r3", BORIS)
    number = vault.seal_phone(Phone(ANNA))

    def op(work: Work) -> None:
        work.agents.insert(an_agent())
        work.attempts.insert(an_attempt(closed_at=at, joined_at=at))
        work.legs.insert(a_customer_leg(state=LegState.ENDED, to=number, phone_index=number.index))
        said = Disposition(attempt=AttemptId("t1"), request=RequestId("r1"), code="done", at=at, by="dana",
                           note=vault.seal("is angry"))  # fmt: skip
        work.dispositions.put(said)
        work.feedback.put(Feedback(request=RequestId("r1"), at=at, rating=5, comment=vault.seal("liked it")))
        device = Device(id="d1", customer=ANN, kind=DeviceKind.FCM, address=vault.seal("token-of-device"),
                        language="en", put_at=at)  # fmt: skip
        work.devices.put(device)
        work.verifications.insert(Verification(id="v1", phone=number, code="c", made_at=at, expires_at=at))
        work.outbox.add(a_notice(request=RequestId("r2"), body=vault.seal(f"call {ANNA}")))
        work.conversations.insert(a_conversation(caller=number, ended_at=at, request=RequestId("r1"),
                                                 session=vault.seal(ANNA)))  # fmt: skip

    await face.house.database.transact(op)


def everything(connection: Connection) -> list[str]:
    """Every text of every row of every table."""
    found = []
    for table in metadata.sorted_tables:
        for row in connection.execute(text(f'SELECT * FROM "{table.name}"')):
            found += [value for value in row if isinstance(value, str)]
    return found


async def test_everything_held_is_told_in_the_clear_and_that_is_journalled(face: Face) -> None:
    await lived(face)
    keys = await face.key(Scope.REQUESTS_READ_PII)
    for person in (ANNA, ANN):
        answer = await face.http.get(path(person), headers=keys)
        told, whole = await answer.json(), await answer.text()
        assert [one["id"] for one in told["requests"]] == ["r1", "r2"]
        assert [secret for secret in SECRETS[:-1] if secret not in whole] == []
        assert (len(told["devices"]), len(told["notices"]), len(told["calls"])) == (1, 1, 1)
    rows = await face.house.database.read(lambda work: work.journal.recent(facts=(Fact.PERSONAL_DATA_READ,)))
    assert [row.data["requests"] for row in rows] == [["r1", "r2"]] * 2
    assert (await face.http.get(path("+447700900777"), headers=keys)).status == 404


@pytest.mark.parametrize("person", [ANNA, ANN], ids=["by number", "by customer"])
async def test_after_erasing_nothing_says_who_he_was_and_others_stay(face: Face, person: str) -> None:
    await lived(face)
    opened = [face.house.vault.open(sealed) for sealed in await _sealed(face)]
    assert ANNA in opened
    done = await face.http.delete(path(person), headers=await face.key(Scope.REQUESTS_WRITE))
    assert (done.status, await done.json()) == (200, {"requests": 2, "cancelled": 1, "recordings": ["rec-1"]})
    left = await face.house.database.read(lambda work: everything(work.connection))  # type: ignore[attr-defined]
    index = face.house.vault.index(ANNA)
    hers = [one for one in left if any(secret in one for secret in SECRETS) or one == index]
    opened = [face.house.vault.open(sealed) for sealed in await _sealed(face)]
    hers += [one for one in opened if any(secret in one for secret in SECRETS)]
    if person == ANN:
        # By his id alone the proofs of a number and calls under it are not known to be his.
        hers = [one for one in hers if one not in (index, ANNA)]
    assert hers == []
    assert BORIS in opened
    assert (await stored(face, "r2")).state is State.CANCELLED
    rows = await face.house.database.read(lambda work: work.journal.recent(facts=(Fact.STAFF_ACTED,)))
    assert rows[0].data["act"] == "erased_person"


async def _sealed(face: Face) -> list[object]:
    """Every sealed value that the vault made."""
    from vqueue.domain.phone import Sealed

    texts = await face.house.database.read(lambda work: everything(work.connection))  # type: ignore[attr-defined]
    return [Sealed(one) for one in texts if one.startswith("v1.")]


async def test_nobody_is_erased_while_he_is_being_called(face: Face) -> None:
    await lived(face)

    def rings(work: Work) -> None:
        work.requests.replace(replace(work.requests.get(RequestId("r2")), state=State.CONNECTING))

    await face.house.database.transact(rings)
    answer = await face.http.delete(path(ANNA), headers=await face.key(Scope.REQUESTS_WRITE))
    assert (answer.status, (await answer.json())["code"]) == (409, "not_possible")
    assert (await stored(face, "r1")).phone is not None
