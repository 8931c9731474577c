"""What a customer may choose in a queue now, and why not more."""

from dataclasses import replace
from datetime import timedelta
from math import inf
from typing import Any

from tests.api.conftest import Face
from tests.api.lines import a_line, a_wait, kept, ruled
from vqueue.domain.request import Mode
from vqueue.domain.rules import WEEK, CallingWindows, Hours, Offer, Rules, Switches
from vqueue.domain.slots import Slots

EVERY = replace(Rules(), offer=Offer(modes=tuple(Mode)))


async def availability(face: Face, **who: Any) -> dict[str, Any]:
    answer = await face.http.get("/v1/queues/cards/availability", headers=face.customer(**who))
    assert answer.status == 200, await answer.text()
    return dict(await answer.json())


def modes(told: dict[str, Any]) -> list[str]:
    return [option["mode"] for option in told["options"]]


async def test_a_busy_queue_says_the_wait_and_what_may_be_chosen(face: Face) -> None:
    await ruled(face, EVERY)
    await a_line(face, ready=8)
    told = await availability(face)
    assert (told["state"], told["waiting"], told["reasons"]) == ("busy", 8, [])
    assert told["wait"] == {"p10_s": 1248, "p50_s": 1560, "p90_s": 1872, "coverage": 0.9, "method": "closed"}
    assert modes(told) == ["callback", "scheduled", "call_in", "message", "hold"]
    callback, scheduled, call_in, *_ = told["options"]
    assert callback["window"]["from"] < callback["window"]["to"]
    assert scheduled["next_slot"]["remaining"] == 2 and scheduled["next_slot"]["start"] > told["as_of"]
    assert call_in["phone_number"] == "+442079460100"


async def test_nothing_is_said_about_a_wait_nobody_knows(face: Face) -> None:
    told = await availability(face)
    assert (told["state"], told["wait"], told["reasons"]) == ("open", None, ["stale"])
    await a_line(face, grid=((0, replace(a_wait(face, 10), p50_s=inf, p90_s=inf, p95_s=inf, reasons=("no_agents",))),))
    told = await availability(face)
    assert (told["state"], told["wait"]) == ("busy", None) and "no_agents" in told["reasons"]
    assert "callback" in modes(told), "a place is kept all the same, without a promise"
    assert told["options"][0]["window"] is None


async def test_a_wait_that_may_last_for_years_is_told_as_no_time_and_with_its_reason(face: Face) -> None:
    await ruled(face, EVERY)
    await a_line(face, grid=((0, replace(a_wait(face, 10), p50_s=600.0, p90_s=3e7, p95_s=1.7e8)),))
    told = await availability(face)
    assert (told["wait"], told["reasons"]) == (None, ["wait_too_long", "window_too_wide"])
    assert modes(told) == ["scheduled", "call_in", "message", "hold"]


async def test_closed_full_and_paused_are_told_apart(face: Face) -> None:
    await ruled(face, EVERY)
    await a_line(face, open_callbacks=500)
    told = await availability(face)
    assert told["state"] == "full" and "callback" not in modes(told)
    await face.house.database.transact(lambda work: work.queues.switch("cards", Switches(registering=False)))
    told = await availability(face)
    assert told["state"] == "paused" and modes(told) == ["message", "hold"]
    await face.house.database.transact(lambda work: work.queues.switch("cards", Switches()))
    face.clock.move(8 * 3600)
    told = await availability(face)
    assert told["state"] == "closed" and modes(told) == ["scheduled", "message"] and told["opens_at"] is not None
    assert told["reasons"] == ["closed"] and told["wait"] is None


async def test_the_customers_own_number_decides_when_he_may_be_rung(face: Face) -> None:
    early = CallingWindows(
        per_country={"IL": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("08:00", "12:00"),))}
    )
    await ruled(face, replace(Rules(), calling_windows=early))
    await a_line(face)
    assert "callback" in modes(await availability(face, phone="+447700900001"))
    told = await availability(face, name="dan", phone="+972505550001")
    assert "callback" not in modes(told) and told["reasons"] == ["calling_window"]


async def test_a_place_that_closing_overtakes_is_offered_for_the_next_opening(face: Face) -> None:
    soon = face.clock.now() + timedelta(minutes=13)
    hours = Hours(zone="UTC", week=dict.fromkeys(WEEK, (("09:00", f"{soon:%H:%M}"),)))
    await ruled(face, replace(EVERY, hours=hours, slots=Slots(week={})))
    await a_line(face)
    told = await availability(face)
    assert told["reasons"] == ["closing"] and modes(told) == ["scheduled", "call_in", "message", "hold"]
    (scheduled, *_) = told["options"]
    opening = scheduled["opening"]
    assert not scheduled["bookable"] and scheduled["next_slot"]["start"] == opening["from"] > told["as_of"]
    made = await kept(face, face.customer(), mode="scheduled")
    assert (made["state"], made["window"]["from"]) == ("booked", opening["from"])


async def test_slots_are_written_in_the_zone_asked_for(face: Face) -> None:
    await ruled(face, EVERY)
    start, end = face.clock.now() + timedelta(days=1), face.clock.now() + timedelta(days=2)
    asked = {"from": start.isoformat(), "to": end.isoformat(), "time_zone": "Asia/Jerusalem"}
    answer = await face.http.get("/v1/queues/cards/slots", params=asked, headers=face.customer())
    told = await answer.json()
    assert answer.status == 200 and told["time_zone"] == "Asia/Jerusalem"
    assert all(slot["start"].endswith("+02:00") and slot["remaining"] == 2 for slot in told["items"])
    zones = [{"time_zone": name} for name in ("Nowhere/Land", "../etc", "localtime", "")]
    for wrong in (*zones, {"from": asked["to"], "to": asked["from"]}):
        refused = await face.http.get("/v1/queues/cards/slots", params=wrong, headers=face.customer())
        assert refused.status == 422
    assert (await face.http.get("/v1/queues/nowhere/slots", headers=face.customer())).status == 404
