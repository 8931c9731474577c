"""Agents as the bank's systems keep them, and as its own desktop works for them."""

import json
from dataclasses import replace
from functools import partial
from typing import Any

from aiohttp import ClientResponse

from tests.api.conftest import Face
from tests.db.builders import a_leg, a_request, an_attempt
from vqueue.domain.agent import AgentMove, Presence
from vqueue.domain.ids import AgentId, CallSid, RequestId, Token
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.leg import LegState
from vqueue.domain.phone import Phone
from vqueue.domain.request import State
from vqueue.domain.speech import DialCustomer, Goto, Pause, Target
from vqueue.ports.voice import Told
from vqueue.services import answering, taking
from vqueue.services.clerk import Clerk
from vqueue.services.keys import Scope

DANA: dict[str, Any] = {
    "name": "Dana Levi",
    "login": "dana",
    "address": {"kind": "phone", "value": "+442079460201"},
    "skills": {"cards": 7},
    "languages": ["en", "he"],
}


async def put(face: Face, name: str = "dana", **changes: Any) -> ClientResponse:
    keys = await face.key(Scope.AGENTS_WRITE)
    return await face.http.put(f"/v1/agents/{name}", json={**DANA, **changes}, headers=keys)


async def notes(face: Face, fact: Fact) -> list[JournalRow]:
    return await face.house.database.read(lambda work: work.journal.recent(facts=(fact,)))


async def offered(face: Face, leg_state: LegState = LegState.ANSWERED) -> None:
    """Dana is asked to call Anna back; her telephone is there."""
    await put(face)
    phone, context = face.house.vault.seal_phone(Phone("+447700900101")), face.house.vault.seal('{"card": "gold"}')
    request = replace(
        a_request(), state=State.CONNECTING, phone=phone, context=context, verified=True, topic="card_lost",
        virtual_start=face.clock.now(), came_from=State.WAITING, attempt=an_attempt().id, ready=False,
    )  # fmt: skip

    def op(clerk: Clerk) -> None:
        clerk.work.requests.insert(request)
        attempt = replace(an_attempt(), request=RequestId("r1"), agent=AgentId("dana"), opened_at=clerk.at)
        clerk.work.attempts.insert(attempt)
        clerk.work.legs.insert(a_leg("t1.a", state=leg_state, agent="dana", call_sid=CallSid("CA1")))
        agent = clerk.work.agents.get(AgentId("dana"))
        ready = clerk.move_agent(agent, AgentMove.ASK_READY, reason="test")
        clerk.move_agent(ready, AgentMove.RESERVE, reason="test", changes={"attempt": attempt.id})

    await face.house.act(op)


async def test_the_id_may_be_repeated_in_the_body_and_is_the_paths(face: Face) -> None:
    made = await put(face, id="dana")
    assert (made.status, (await made.json())["id"]) == (201, "dana")
    other = await put(face, id="omer")
    assert (other.status, (await other.json())["errors"]) == (422, [{"pointer": "/id", "code": "mismatch"}])


async def test_an_agent_is_put_read_changed_and_removed(face: Face) -> None:
    keys = await face.key(Scope.AGENTS_WRITE)
    made = await put(face)
    assert (made.status, made.headers["ETag"]) == (201, '"1"')
    assert (await put(face, name="dana", skills={"cards": 5, "loans": 2})).status == 200
    changed = await face.http.patch(
        "/v1/agents/dana",
        json={"skills": {"loans": None, "fx": 3}, "login": None},
        headers={**keys, "If-Match": '"2"'},
    )
    told = await changed.json()
    assert (told["skills"], told["login"], told["version"]) == ({"cards": 5, "fx": 3}, None, 3)
    stale = await face.http.patch("/v1/agents/dana", json={"name": "D"}, headers={**keys, "If-Match": '"2"'})
    assert (stale.status, (await stale.json())["code"]) == (412, "stale_version")
    assert (await face.http.delete("/v1/agents/dana", headers=keys)).status == 428
    assert (await face.http.delete("/v1/agents/dana", headers={**keys, "If-Match": '"3"'})).status == 204
    assert (await face.http.get("/v1/agents/dana", headers=keys)).status == 404
    assert await face.house.database.read(lambda work: work.agents.all()) == []
    assert {row.data["act"] for row in await notes(face, Fact.STAFF_ACTED) if row.agent} == {
        "added_agent", "replaced_agent", "changed_agent", "removed_agent",
    }  # fmt: skip


async def test_one_who_comes_back_starts_offline(face: Face) -> None:
    keys = await face.key(Scope.AGENTS_WRITE)
    await put(face)
    await face.http.delete("/v1/agents/dana", headers={**keys, "If-Match": "*"})
    back = await put(face)
    assert (back.status, (await back.json())["presence"]) == (201, "offline")


async def test_an_address_is_masked_unless_asked_for_with_its_scope_and_that_is_journalled(face: Face) -> None:
    told = await (await put(face)).json()
    assert told["address"] == {"kind": "phone", "value": "+44…201"}
    keys, both = await face.key(Scope.AGENTS_WRITE), await face.key(Scope.AGENTS_WRITE, Scope.REQUESTS_READ_PII)
    assert (await face.http.get("/v1/agents/dana?reveal=true", headers=keys)).status == 403
    assert await notes(face, Fact.PERSONAL_DATA_READ) == []
    shown = await (await face.http.get("/v1/agents/dana?reveal=true", headers=both)).json()
    assert shown["address"]["value"] == "+442079460201"
    assert [row.agent for row in await notes(face, Fact.PERSONAL_DATA_READ)] == ["dana"]


async def test_what_is_no_address_no_skill_or_no_id_is_refused_by_its_place(face: Face) -> None:
    for wrong, pointer in (
        ({"address": {"kind": "phone", "value": "12"}}, "/address/value"),
        ({"address": {"kind": "sip", "value": "sip:a b@x"}}, "/address/value"),
        ({"skills": {"cards": 11}}, "/skills/cards"),
        ({"languages": []}, "/languages"),
    ):
        answer = await put(face, **wrong)
        assert (answer.status, [one["pointer"] for one in (await answer.json())["errors"]]) == (422, [pointer])
    assert (await put(face, name="da%20na")).status == 404
    for kind, value in (("sip", "sip:dana@pbx.example"), ("client", "dana")):
        answer = await put(face, address={"kind": kind, "value": value})
        assert value not in str((await answer.json())["address"])


async def test_the_list_goes_on_where_it_stopped(face: Face) -> None:
    keys = await face.key(Scope.AGENTS_WRITE)
    for name in ("a", "b", "c"):
        await put(face, name=name)
    first = await (await face.http.get("/v1/agents?limit=2", headers=keys)).json()
    await put(face, name="aa")
    rest = await (await face.http.get(f"/v1/agents?limit=2&cursor={first['next_cursor']}", headers=keys)).json()
    assert [one["id"] for one in (*first["items"], *rest["items"])] == ["a", "b", "c"]
    assert rest["next_cursor"] is None
    assert (await face.http.get("/v1/agents?cursor=zzz", headers=keys)).status == 422


async def test_a_busy_agent_keeps_the_wish(face: Face) -> None:
    await offered(face)
    keys = await face.key(Scope.AGENTS_WRITE)
    asked = await face.http.put("/v1/agents/dana/presence", json={"state": "away", "reason": "lunch"}, headers=keys)
    told = await asked.json()
    assert (told["presence"], told["next_presence"]) == ("reserved", "away")
    answer = await face.http.put("/v1/agents/dana/presence", json={"state": "talking"}, headers=keys)
    assert answer.status == 422


async def test_the_desktop_takes_the_call_once(face: Face) -> None:
    await offered(face)
    keys = await face.key(Scope.CALLS_REPORT)
    first = await face.http.post("/v1/agents/dana/accept", headers=keys)
    again = await face.http.post("/v1/agents/dana/accept", headers=keys)
    assert (first.status, again.status) == (200, 200)
    (leg,) = await face.house.database.read(lambda work: work.legs.of_attempt(an_attempt().id))
    assert leg.state is LegState.ACCEPTED
    heard = [row for row in await notes(face, Fact.LEG_NEWS) if row.data["news"] == "accept"]
    assert len(heard) == 1 and heard[0].data["by"].startswith("key:")
    assert (await face.http.post("/v1/agents/dana/decline", headers=keys)).status == 409
    assert (await face.http.post("/v1/agents/dana/wrap-up", headers=keys)).status == 409


async def test_once_the_desktop_was_first_no_key_means_anything(face: Face) -> None:
    await offered(face)
    await face.http.post("/v1/agents/dana/accept", headers=await face.key(Scope.CALLS_REPORT))
    token = Token("token-of-t1.a")
    steered = (Pause(taking.STEER_S), Goto(Target("accepted", token)))
    for digits in ("1", "2", ""):
        told = Told(call_sid=CallSid("CA1"), digits=digits)
        assert await answering.key(face.house, token, 0, told) == steered
    (leg,) = await face.house.database.read(lambda work: work.legs.of_attempt(an_attempt().id))
    assert leg.state is LegState.ACCEPTED
    brought = await answering.at_desk(face.house, token, Told(call_sid=CallSid("CA1")))
    assert any(isinstance(part, DialCustomer) for part in brought)


async def test_a_telephone_picked_up_after_the_desktop_accepted_rings_the_customer_at_once(face: Face) -> None:
    await offered(face, LegState.RINGING)
    await face.http.post("/v1/agents/dana/accept", headers=await face.key(Scope.CALLS_REPORT))
    brought = await answering.answer(face.house, Token("token-of-t1.a"), Told(call_sid=CallSid("CA1")))
    assert any(isinstance(part, DialCustomer) for part in brought)


async def test_after_key_1_the_desktop_changes_nothing(face: Face) -> None:
    await offered(face)
    token, told = Token("token-of-t1.a"), Told(call_sid=CallSid("CA1"), digits="1")
    first = await answering.key(face.house, token, 0, told)
    assert any(isinstance(part, DialCustomer) for part in first)
    answer = await face.http.post("/v1/agents/dana/accept", headers=await face.key(Scope.CALLS_REPORT))
    assert answer.status == 200
    assert len([row for row in await notes(face, Fact.LEG_NEWS) if row.data["news"] == "accept"]) == 1


async def test_the_desktop_passes_the_call_on(face: Face) -> None:
    await offered(face)
    keys = await face.key(Scope.CALLS_REPORT)
    answer = await face.http.post("/v1/agents/dana/decline", headers=keys)
    assert (await answer.json())["presence"] == "away"
    request = await face.house.database.read(lambda work: work.requests.get(RequestId("r1")))
    assert (request.state, request.ready) == (State.WAITING, True)
    assert (await face.http.post("/v1/agents/dana/accept", headers=keys)).status == 409


async def test_done_writing_up_before_the_time(face: Face) -> None:
    await put(face)
    keys = await face.key(Scope.CALLS_REPORT)

    def writes_up(clerk: Clerk) -> None:
        agent = clerk.work.agents.get(AgentId("dana"))
        clerk.work.agents.replace(replace(agent, presence=Presence.WRAPPING, wrap_until=clerk.later(60)))

    await face.house.act(writes_up)
    done = await (await face.http.post("/v1/agents/dana/wrap-up", headers=keys)).json()
    assert done["presence"] == "ready"


async def read_event(answer: ClientResponse) -> dict[str, Any]:
    """The next event: id, event, data."""
    told: dict[str, Any] = {}
    while True:
        line = (await answer.content.readline()).decode().rstrip("\n")
        if not line and "data" in told:
            return told
        name, _, value = line.partition(": ")
        if name in ("id", "event"):
            told[name] = value
        elif name == "data":
            told["data"] = json.loads(value)


async def test_a_desktop_is_told_what_is_offered_and_resumes_where_it_stopped(face: Face) -> None:
    await put(face)
    keys = await face.key(Scope.CALLS_REPORT)
    async with face.http.get("/v1/agents/dana/events", headers=keys) as watched:
        assert watched.content_type == "text/event-stream"
        first = await read_event(watched)
        assert (first["event"], first["data"]["agent"]["presence"]) == ("state", "offline")
        await face.http.put(
            "/v1/agents/dana/presence", json={"state": "ready"}, headers=await face.key(Scope.AGENTS_WRITE)
        )
        second = await read_event(watched)
        assert (second["data"]["agent"]["presence"], second["id"]) == ("ready", "2")
    await face.house.act(partial(_away, who="dana"))
    resumed = {**keys, "Last-Event-ID": "2"}
    async with face.http.get("/v1/agents/dana/events", headers=resumed) as watched:
        assert (await read_event(watched))["data"]["agent"]["presence"] == "away"
    wrong = await face.http.get("/v1/agents/dana/events", headers={**keys, "Last-Event-ID": "x"})
    assert wrong.status == 422


def _away(clerk: Clerk, who: str) -> None:
    clerk.move_agent(clerk.work.agents.get(AgentId(who)), AgentMove.ASK_AWAY, reason="test")


async def test_an_offer_names_the_customer_only_to_those_who_may_read_it(face: Face) -> None:
    await offered(face)
    async with face.http.get("/v1/agents/dana/events", headers=await face.key(Scope.CALLS_REPORT)) as watched:
        plain = await read_event(watched)
    assert (plain["event"], plain["data"]["call"]["topic"]) == ("offer", "card_lost")
    assert plain["data"]["call"]["phone_number"] == "+44…101"
    assert "context" not in plain["data"]["call"] and "+447700900101" not in str(plain)
    assert await notes(face, Fact.PERSONAL_DATA_READ) == []
    both = await face.key(Scope.CALLS_REPORT, Scope.REQUESTS_READ_PII)
    async with face.http.get("/v1/agents/dana/events", headers=both) as watched:
        full = await read_event(watched)
    assert full["data"]["call"]["phone_number"] == "+447700900101"
    assert full["data"]["call"]["context"] == {"card": "gold"}
    assert [row.request for row in await notes(face, Fact.PERSONAL_DATA_READ)] == ["r1"]
