"""Requests as the bank's systems find, read, make, move, cancel and resolve them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.api.conftest import Face
from tests.api.lines import a_line
from tests.db.builders import a_queue, a_request, an_agent, an_attempt
from vqueue.domain.ids import RequestId
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.phone import Phone
from vqueue.domain.request import Channel, Mode, Request, State
from vqueue.services.keys import Scope

ALL = "/v1/admin/support-requests"
ANNA, BORIS = "+447700900101", "+447700900102"
ANN = "https://bank.example|ann"


async def kept(face: Face, known: str, number: str = ANNA, *, minutes_ago: int = 5, **changes: Any) -> Request:
    """A callback that waits."""
    phone, at = face.house.vault.seal_phone(Phone(number)), face.clock.now() - timedelta(minutes=minutes_ago)
    values = {"phone": phone, "created_at": at, "virtual_start": at, "zone": "Europe/London", "country": "GB"}
    request = replace(a_request(known), **{**values, **changes})
    await face.house.database.transact(lambda work: work.requests.insert(request))
    return request


async def found(face: Face, query: str = "") -> list[str]:
    answer = await face.http.get(f"{ALL}?{query}", headers=await face.key(Scope.REQUESTS_READ))
    assert answer.status == 200, await answer.text()
    return [one["id"] for one in (await answer.json())["items"]]


async def act(face: Face, request: str, verb: str, **body: Any) -> Any:
    body = {"reason": "asked in writing", **body}
    return await face.http.post(f"{ALL}/{request}/{verb}", json=body, headers=await face.key(Scope.REQUESTS_WRITE))


async def notes(face: Face, fact: Fact) -> list[JournalRow]:
    rows = await face.house.database.read(lambda work: work.journal.recent(facts=(fact,)))
    return [row for row in rows if row.request is not None]


async def stored(face: Face, request: str) -> Request:
    return await face.house.database.read(lambda work: work.requests.get(RequestId(request)))


async def test_requests_are_found_by_anything(face: Face) -> None:
    await kept(face, "r1", minutes_ago=30, customer="https://bank.example|ann")
    await kept(face, "r2", BORIS, minutes_ago=20, channel=Channel.IVR, state=State.SERVED)
    await kept(face, "r3", BORIS, minutes_ago=10, mode=Mode.MESSAGE, parked="message", ready=False)
    await face.house.database.transact(lambda work: work.agents.insert(an_agent()))
    await face.house.database.transact(lambda work: work.attempts.insert(an_attempt(closed_at=face.clock.now())))
    since = (face.clock.now() - timedelta(minutes=25)).isoformat().replace("+", "%2B")
    for query, expected in (
        ("", ["r3", "r2", "r1"]),
        ("phone_number=%2B447700900102", ["r3", "r2"]),
        ("phone_number=%2B447700900199", []),
        ("state=served&state=waiting&mode=callback", ["r2", "r1"]),
        ("channel=ivr", ["r2"]),
        ("customer=https://bank.example|ann", ["r1"]),
        ("agent=a1", ["r1"]),
        (f"since={since}&queue=cards", ["r3", "r2"]),
        ("queue=none", []),
    ):
        assert await found(face, query) == expected, query
    keys = await face.key(Scope.REQUESTS_READ)
    assert (await face.http.get(f"{ALL}?phone_number=12", headers=keys)).status == 422


async def test_the_list_goes_on_where_it_stopped_while_others_are_made(face: Face) -> None:
    keys = await face.key(Scope.REQUESTS_READ)
    for place in range(5):
        await kept(face, f"r{place}", f"+4477009001{place:02d}")  # all made at one instant: the id breaks the tie
    first = await (await face.http.get(f"{ALL}?limit=2", headers=keys)).json()
    await kept(face, "r9", "+447700900199", minutes_ago=1)
    rest = await (await face.http.get(f"{ALL}?limit=100&cursor={first['next_cursor']}", headers=keys)).json()
    assert [one["id"] for one in (*first["items"], *rest["items"])] == ["r4", "r3", "r2", "r1", "r0"]


async def test_number_name_and_context_are_opened_only_with_their_scope_and_that_is_journalled(face: Face) -> None:
    vault = face.house.vault
    await kept(face, "r1", name=vault.seal("Anna Karlin"), context=vault.seal('{"card": "gold"}'))
    reads, both = await face.key(Scope.REQUESTS_READ), await face.key(Scope.REQUESTS_READ, Scope.REQUESTS_READ_PII)
    masked = await (await face.http.get(f"{ALL}/r1", headers=both)).text()
    assert "+44…101" in masked and ANNA not in masked and "Karlin" not in masked and "gold" not in masked
    assert (await face.http.get(f"{ALL}/r1?reveal=true", headers=reads)).status == 403
    assert await notes(face, Fact.PERSONAL_DATA_READ) == []
    told = await (await face.http.get(f"{ALL}/r1?reveal=true", headers=both)).json()
    assert (told["phone_number"], told["name"], told["context"]) == (ANNA, "Anna Karlin", {"card": "gold"})
    (row,) = await notes(face, Fact.PERSONAL_DATA_READ)
    assert (row.request, row.data["what"], row.data["by"].startswith("key:")) == ("r1", "request", True)


async def test_a_request_moved_to_another_queue_keeps_its_place_and_takes_the_rules_there(face: Face) -> None:
    loans = a_queue("loans")
    loans = replace(loans, rules=replace(loans.rules, skills=("loans",)))
    await face.house.database.transact(lambda work: work.queues.insert(loans))
    before = await kept(face, "r1")
    told = await (await act(face, "r1", "move", queue="loans", **{"class": "rescued"})).json()
    after = await stored(face, "r1")
    assert (told["queue"], told["credit_class"], after.bucket, after.skills) == (
        "loans", "rescued", "loans/en", ("loans",),
    )  # fmt: skip
    assert (after.virtual_start, after.id) == (before.virtual_start, before.id)
    assert [row.data["act"] for row in await notes(face, Fact.STAFF_ACTED)] == ["moved_request"]


async def test_what_cannot_be_moved_is_said(face: Face) -> None:
    await kept(face, "r1")
    await kept(face, "r2", BORIS, state=State.SERVED)
    for request, body, status, code in (
        ("r1", {"queue": "none"}, 422, "invalid_request"),
        ("r1", {"class": "gold"}, 422, "invalid_request"),
        ("r1", {}, 422, "invalid_request"),
        ("r2", {"class": "rescued"}, 409, "closed_request"),
        ("r9", {"class": "rescued"}, 404, "not_found"),
    ):
        answer = await act(face, request, "move", **body)
        assert (answer.status, (await answer.json())["code"]) == (status, code)


async def test_a_request_is_cancelled_or_resolved_once(face: Face) -> None:
    await kept(face, "r1")
    await kept(face, "r2", BORIS)
    assert (await (await act(face, "r1", "cancel")).json())["state"] == "cancelled"
    assert (await act(face, "r1", "resolve")).status == 409
    assert (await (await act(face, "r2", "resolve")).json())["state"] == "served"
    assert (await act(face, "r2", "cancel")).status == 409
    assert (await act(face, "r2", "cancel", reason="")).status == 422


async def test_the_journal_of_a_request_has_a_scope_of_its_own(face: Face) -> None:
    await kept(face, "r1")
    await act(face, "r1", "cancel")
    path = f"{ALL}/r1/journal"
    assert (await face.http.get(path, headers=await face.key(Scope.REQUESTS_READ))).status == 403
    keys = await face.key(Scope.JOURNAL_READ)
    first = await (await face.http.get(f"{path}?limit=1", headers=keys)).json()
    rest = await (await face.http.get(f"{path}?cursor={first['next_cursor']}", headers=keys)).json()
    assert [one["fact"] for one in (*first["items"], *rest["items"])] == [
        "request.moved", "queue.left", "staff.acted",
    ]  # fmt: skip


async def make(face: Face, key: str = "k1", **changes: Any) -> Any:
    body = {"queue": "cards", "mode": "message", "phone_number": ANNA, "name": "Anna", "context": {"text": "card"}}
    headers = {**await face.key(Scope.REQUESTS_WRITE), "Idempotency-Key": key} if key else {}
    return await face.http.post(ALL, json={**body, **changes}, headers=headers)


async def test_a_request_made_for_a_customer_is_made_once(face: Face) -> None:
    headers = {**await face.key(Scope.REQUESTS_WRITE), "Idempotency-Key": "k1"}
    body = {"queue": "cards", "mode": "message", "phone_number": ANNA, "name": "Anna", "context": {"text": "lost"}}
    first = await face.http.post(ALL, json=body, headers=headers)
    assert first.status == 201, await first.text()
    again = await face.http.post(ALL, json=body, headers=headers)
    assert await first.read() == await again.read()
    told = await first.json()
    assert (told["channel"], told["verified"], told["phone_number"]) == ("agent", True, "+44…101")
    assert first.headers["Location"].endswith(told["id"])
    other = await face.http.post(ALL, json={**body, "name": "Boris"}, headers=headers)
    assert (other.status, (await other.json())["code"]) == (422, "idempotency_key_reused")
    assert await found(face) == [told["id"]]


async def test_what_is_promised_to_a_customer_is_answered_at_once_in_the_words_of_his_own_app(face: Face) -> None:
    await a_line(face)
    headers = {**await face.key(Scope.REQUESTS_WRITE, Scope.REQUESTS_READ), "Idempotency-Key": "k1"}
    made = await face.http.post(
        ALL, json={"queue": "cards", "mode": "callback", "phone_number": ANNA, "customer": ANN}, headers=headers
    )
    told = await made.json()
    assert made.status == 201 and told["promised"]["window"]["from"] < told["promised"]["window"]["to"]
    assert (await (await face.http.get(f"{ALL}/{told['id']}", headers=headers)).json())["promised"] == told["promised"]
    own = await (await face.http.get(f"/v1/support-requests/{told['id']}", headers=face.customer("ann"))).json()
    assert own["promised"].items() <= told["promised"].items()


async def test_one_number_is_not_asked_for_without_end(face: Face) -> None:
    queue = await face.house.database.read(lambda work: work.queues.get("cards"))
    few = replace(queue.rules, caps=replace(queue.rules.caps, asked_per_number_day=2))
    at = face.clock.now()
    await face.house.database.transact(lambda work: work.queues.publish("cards", few, at=at, by="test"))
    assert [(await make(face, key)).status for key in ("a", "b", "c")] == [201, 201, 429]
    assert (await make(face, "d", phone_number=BORIS)).status == 201
