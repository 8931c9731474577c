"""Rules over HTTP: drafted, compared, put in force by one or by two, rolled back; and every fault by its place."""

from datetime import timedelta
from typing import Any

from tests.api.conftest import Face
from tests.db.builders import an_agent
from vqueue.domain.journal import Fact, JournalRow
from vqueue.services import ruling
from vqueue.services.keys import Scope

RULES = "/v1/admin/queues/cards/rules"
WHY = {"reason": "shorter queues"}


async def told(face: Face, method: str, path: str, headers: dict[str, str], body: Any = None) -> tuple[int, Any]:
    answer = await face.http.request(method, f"{RULES}{path}", headers=headers, json=body)
    return answer.status, await answer.json() if answer.content_length else None


async def live(face: Face, headers: dict[str, str]) -> dict[str, Any]:
    status, document = await told(face, "GET", "", headers)
    assert status == 200
    return document


async def drafted(face: Face, headers: dict[str, str], **changes: Any) -> dict[str, str]:
    """Saves the rules in force with these changes; the headers that name the draft."""
    document = (await live(face, headers))["rules"] | changes
    answer = await face.http.put(f"{RULES}/draft", headers=headers, json=document)
    assert answer.status == 200, await answer.text()
    return {**headers, "If-Match": answer.headers["ETag"]}


async def facts(face: Face, fact: Fact) -> list[JournalRow]:
    return await face.house.database.read(lambda work: work.journal.recent(facts=(fact,)))


async def test_a_supervisor_drafts_compares_publishes_and_rolls_back(face: Face) -> None:
    key = await face.key()
    first = await live(face, key)
    assert (first["version"], first["in_force"], first["draft_version"]) == (1, True, None)
    named = await drafted(face, key, offer={**first["rules"]["offer"], "threshold_s": 300})
    status, draft = await told(face, "GET", "/draft?language=ru", key)
    assert (status, draft["draft_version"], draft["stale"]) == (200, 2, False)
    assert [change["text"] for change in draft["changes"]] == ["Предлагается при ожидании от: 2 → 5 мин"]
    assert await told(face, "POST", "/2/publish", named, WHY) == (
        200,
        {"queue": "cards", "state": "in_force", "version": 2},
    )
    second = await live(face, key)
    assert (second["version"], second["rules"]["offer"]["threshold_s"], second["reason"]) == (2, 300, "shorter queues")
    assert second["published_by_name"] == "test"
    assert (await told(face, "GET", "/draft", key))[0] == 404
    assert (await told(face, "GET", "/1", key))[1]["rules"] == first["rules"]
    assert (await told(face, "POST", "/1/rollback", key, {"reason": "too long"}))[1]["version"] == 3
    third = await live(face, key)
    assert (third["rules"], third["rolled_back_to"]) == (first["rules"], 1)
    assert [each["version"] for each in third["history"]] == [3, 2, 1]
    assert [(row.rules_version, row.data["act"]) for row in await facts(face, Fact.RULES_PUBLISHED)] == [
        (3, "rolled_back"),
        (2, "published"),
    ]


async def test_where_two_must_agree_the_writer_only_asks(face: Face) -> None:
    writer, other = await face.key(), await face.key()
    await told(face, "POST", "/2/publish", await drafted(face, writer, publishing={"second_person": True}), WHY)
    named = await drafted(face, writer, publishing={"second_person": False})
    answer = await face.http.post(f"{RULES}/3/publish", headers=named, json=WHY)
    assert (answer.status, (await answer.json())["state"]) == (202, "asked")
    assert (await live(face, writer))["version"] == 2
    again = {**writer, "If-Match": answer.headers["ETag"]}
    assert (await told(face, "POST", "/3/publish", again, WHY))[0] == 202
    assert (await told(face, "POST", "/3/publish", {**other, "If-Match": named["If-Match"]}, WHY))[0] == 412
    agreed = await told(face, "POST", "/3/publish", {**other, "If-Match": answer.headers["ETag"]}, WHY)
    assert agreed == (200, {"queue": "cards", "state": "in_force", "version": 3})


async def test_rules_come_into_force_at_their_time_unless_the_ground_changed(face: Face) -> None:
    key = await face.key()
    at = face.house.clock.now() + timedelta(hours=2)
    later = {**WHY, "publish_at": at.isoformat()}
    named = await drafted(face, key, topics=["loans"])
    assert (await told(face, "POST", "/2/publish", named, later))[1]["state"] == "scheduled"
    await ruling.come_due(face.house)
    assert (await live(face, key))["version"] == 1
    face.clock.move(7300)
    await ruling.come_due(face.house)
    second = await live(face, key)
    assert (second["version"], second["rules"]["topics"], second["reason"]) == (2, ["loans"], "shorter queues")

    named = await drafted(face, key, topics=["cards"])
    at = face.house.clock.now() + timedelta(hours=2)
    assert (await told(face, "POST", "/3/publish", named, {**WHY, "publish_at": at.isoformat()}))[0] == 202
    await told(face, "POST", "/1/rollback", key, WHY)
    face.clock.move(7300)
    await ruling.come_due(face.house)
    draft = (await told(face, "GET", "/draft", key))[1]
    assert ((await live(face, key))["version"], draft["stale"], draft["publish_at"]) == (3, True, None)
    (last,) = [
        row.data["reason"] for row in await facts(face, Fact.STAFF_ACTED) if row.data["act"] == "unscheduled_rules"
    ]
    assert last == "stale_version"


async def test_rules_are_not_scheduled_for_a_time_that_has_passed(face: Face) -> None:
    key = await face.key()
    named = await drafted(face, key, topics=["loans"])
    for hours, code in ((-1, "past"), (24 * 400, "too_far")):
        at = face.house.clock.now() + timedelta(hours=hours)
        status, problem = await told(face, "POST", "/2/publish", named, {**WHY, "publish_at": at.isoformat()})
        assert (status, problem["errors"]) == (422, [{"pointer": "/publish_at", "code": code}])


async def test_where_two_must_agree_the_time_waits_for_the_second_person(face: Face) -> None:
    writer, other = await face.key(), await face.key()
    await told(face, "POST", "/2/publish", await drafted(face, writer, publishing={"second_person": True}), WHY)
    later = {**WHY, "publish_at": (face.house.clock.now() + timedelta(hours=2)).isoformat()}
    answer = await face.http.post(
        f"{RULES}/3/publish", headers=await drafted(face, writer, topics=["loans"]), json=later
    )
    assert (await answer.json())["state"] == "asked"
    face.clock.move(7300)
    await ruling.come_due(face.house)
    assert (await live(face, writer))["version"] == 2
    named = {**other, "If-Match": answer.headers["ETag"]}
    assert (await told(face, "POST", "/3/publish", named, WHY))[1] == {
        "queue": "cards",
        "state": "in_force",
        "version": 3,
    }


async def test_a_rollback_does_not_shake_off_the_second_person(face: Face) -> None:
    key = await face.key()
    await told(face, "POST", "/2/publish", await drafted(face, key, publishing={"second_person": True}), WHY)
    status, problem = await told(face, "POST", "/1/rollback", key, WHY)
    assert (status, problem["code"]) == (409, "not_possible")


async def test_what_changed_meanwhile_is_not_put_in_force(face: Face) -> None:
    key = await face.key()
    named = await drafted(face, key, topics=["cards"])
    await drafted(face, key, topics=["loans"])
    assert (await told(face, "POST", "/2/publish", named, WHY))[0] == 412
    newest = {**key, "If-Match": '"2"'}
    assert (await told(face, "POST", "/3/publish", newest, WHY))[0] == 404
    assert (await told(face, "POST", "/2/publish", key, WHY))[0] == 428
    await face.house.act(lambda clerk: clerk.work.queues.publish("cards", first_of(clerk), at=clerk.at, by="other"))
    assert (await told(face, "GET", "/draft", key))[1]["stale"] is True
    status, problem = await told(face, "POST", "/2/publish", newest, WHY)
    assert (status, problem["code"]) == (412, "stale_version")
    document = (await live(face, key))["rules"]
    assert (await told(face, "PUT", "/draft?based_on=1", key, document))[0] == 412
    assert (await told(face, "PUT", "/draft?based_on=2", key, document))[0] == 200


def first_of(clerk: Any) -> Any:
    return clerk.work.queues.rules("cards", 1)


async def test_every_fault_is_named_by_place_and_code(face: Face) -> None:
    key = await face.key(Scope.RULES_WRITE)
    broken = {
        "offer": {"threshold_s": "soon", "colour": "red"},
        "callback": {"tries": {"boredom": 1}},
    }
    status, problem = await told(face, "PUT", "/draft", key, broken)
    assert (status, problem["code"]) == (422, "invalid_request")
    assert {fault["pointer"] for fault in problem["errors"]} >= {"/offer/threshold_s", "/offer/colour"}
    nowhere = {"routing": [{"queue": "nowhere"}], "hours": {"week": {"mon": [["10:00", "12:00"], ["11:00", "13:00"]]}}}
    status, problem = await told(face, "PUT", "/draft", key, nowhere)
    assert problem["errors"] == [
        {"pointer": "/hours/week/mon/1", "code": "out_of_order"},
        {"pointer": "/routing/0/queue", "code": "unknown_queue"},
    ]
    assert (await told(face, "GET", "/draft", key))[0] == 404


async def test_what_is_seldom_meant_is_said_with_the_draft(face: Face) -> None:
    key = await face.key(Scope.RULES_WRITE)
    await face.house.act(lambda clerk: clerk.work.agents.insert(an_agent(skills={"cards": 5})))
    _, draft = await told(face, "PUT", "/draft", key, {"skills": ["cards", "gold"]})
    assert draft["remarks"] == [
        {"pointer": "/skills/1", "code": "no_agent_has_skill", "text": "No agent has this skill."}
    ]


async def test_who_may_write_may_not_publish(face: Face) -> None:
    writer = await face.key(Scope.RULES_WRITE)
    named = await drafted(face, writer, topics=["cards"])
    assert (await told(face, "POST", "/2/publish", named, WHY))[0] == 403
    assert (await told(face, "POST", "/1/rollback", writer, WHY))[0] == 403
    assert (await told(face, "DELETE", "/draft", writer))[0] == 204
    assert (await told(face, "DELETE", "/draft", writer))[0] == 404
    acts = [row.data["act"] for row in await facts(face, Fact.STAFF_ACTED)]
    assert acts[:2] == ["discarded_rules", "saved_rules"]


async def test_what_is_not_there_cannot_be_read_or_brought_back(face: Face) -> None:
    key = await face.key()
    for path in ("/9", "/0", "/one", "/99999999999"):
        assert (await told(face, "GET", path, key))[0] == 404
    assert (await told(face, "POST", "/9/rollback", key, WHY))[0] == 404
    assert (await told(face, "POST", "/1/rollback", key, WHY))[0] == 409
    assert (await told(face, "POST", "/1/rollback", key, {"reason": ""}))[0] == 422
    gone = await face.http.get("/v1/admin/queues/nowhere/rules", headers=key)
    assert gone.status == 404
