"""Queues as the bank's systems see and switch them."""

from datetime import timedelta
from typing import Any

from tests.api.conftest import Face
from vqueue.domain.journal import Fact
from vqueue.services import switching
from vqueue.services.keys import Scope

SWITCH = "/v1/admin/queues/cards/switch"


async def switch(face: Face, **body: Any) -> Any:
    return await face.http.put(SWITCH, json=body, headers=await face.key(Scope.RULES_PUBLISH))


async def test_a_queue_shows_its_figures(face: Face) -> None:
    keys = await face.key(Scope.REPORTS_READ)
    told = await (await face.http.get("/v1/admin/queues", headers=keys)).json()
    (cards,) = told["items"]
    assert (cards["id"], cards["switches"]["registering"], cards["waiting"]) == (
        "cards", "on", {"hold": 0, "virtual": 0, "booked": 0},
    )  # fmt: skip
    assert (await face.http.get("/v1/admin/queues/cards", headers=keys)).status == 200
    assert (await face.http.get("/v1/admin/queues/none", headers=keys)).status == 404


async def test_a_queue_is_made_and_renamed(face: Face) -> None:
    keys = await face.key(Scope.RULES_WRITE)
    made = await face.http.put("/v1/admin/queues/loans", json={"names": {"en": "Loans"}}, headers=keys)
    assert (made.status, (await made.json())["rules_version"]) == (201, 1)
    again = await face.http.put("/v1/admin/queues/loans", json={"names": {"en": "Credit"}}, headers=keys)
    assert (again.status, (await again.json())["names"]) == (200, {"en": "Credit"})
    for names in ({}, {"en": " "}, {"English": "Loans"}):
        answer = await face.http.put("/v1/admin/queues/loans", json={"names": names}, headers=keys)
        assert answer.status == 422


async def test_a_switch_turned_until_then_turns_back_by_itself_and_both_are_journalled(face: Face) -> None:
    until = face.clock.now() + timedelta(minutes=30)
    off = await switch(face, dialing="off", reason="storm", until=until.isoformat())
    assert off.status == 200, await off.text()
    told = await off.json()
    assert (told["registering"], told["dialing"], told["reason"]) == ("on", "off", "storm")
    await switching.lapse(face.house)
    assert not (await face.house.database.read(lambda work: work.queues.get("cards"))).switches.dialing
    face.clock.move(3600)
    await switching.lapse(face.house)
    after = (await face.house.database.read(lambda work: work.queues.get("cards"))).switches
    assert (after.dialing, after.until) == (True, None)
    rows = await face.house.database.read(lambda work: work.journal.recent(facts=(Fact.SWITCH_TURNED,)))
    assert [(row.data["now"], row.data["reason"]) for row in reversed(rows)] == [("off", "storm"), ("on", "storm")]
    assert rows[0].data["by"] == switching.LAPSED


async def test_a_switch_needs_a_reason_a_switch_and_an_end_to_come(face: Face) -> None:
    for body in (
        {"dialing": "off"},
        {"reason": "storm"},
        {"dialing": "off", "reason": " "},
        {"dialing": "no", "reason": "storm"},
        {"dialing": "off", "reason": "storm", "until": "2020-01-01T00:00:00Z"},
    ):
        assert (await switch(face, **body)).status == 422
    assert (await face.house.database.read(lambda work: work.queues.get("cards"))).switches.dialing
