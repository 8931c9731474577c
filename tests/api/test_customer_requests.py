"""A customer's own requests: read, listed, changed, cancelled, called now, spoken about; never anybody else's."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise
from math import inf

import pytest

from tests.api.conftest import Face
from tests.api.lines import a_line, a_wait, asked, kept, now_is, ruled, stored
from tests.db.builders import an_agent
from vqueue.domain.agent import Presence
from vqueue.domain.attempt import Shape
from vqueue.domain.causes import Cause
from vqueue.domain.ids import AgentId, AttemptId, RequestId, Token
from vqueue.domain.replay import Replayed
from vqueue.domain.request import Mode, State
from vqueue.domain.rules import Caps, Offer, Rules
from vqueue.domain.slots import Slots
from vqueue.engine.plan import Reserve
from vqueue.ports.reports import PromiseFilter
from vqueue.services import dispatching, ledger, settling
from vqueue.services.clerk import Clerk

PATH = "/v1/support-requests"
BOOKS = replace(Rules(), offer=Offer(modes=(*Offer().modes, Mode.SCHEDULED)), slots=Slots(length_s=1800))


async def changed(face: Face, request: dict, version: int | str | None = None, who: str = "ann", **patch: object):  # type: ignore[no-untyped-def, type-arg]
    headers = dict(face.customer(who))
    if version is not None:
        headers["If-Match"] = "*" if version == "*" else f'"{version}"'
    return await face.http.patch(f"{PATH}/{request['id']}", json=patch, headers=headers)


async def a_slot(face: Face, turn: int = 0) -> str:
    answer = await face.http.get("/v1/queues/cards/slots", headers=face.customer())
    return str((await answer.json())["items"][turn]["start"])


async def test_nobody_elses_request_is_there(face: Face) -> None:
    await a_line(face)
    made = await kept(face, face.customer("ann"))
    bob = {**face.customer("bob"), "If-Match": "*"}
    one = f"{PATH}/{made['id']}"
    for method, path, body in (
        ("GET", one, None), ("DELETE", one, None), ("GET", f"{one}/codes", None), ("GET", f"{one}/events", None),
        ("PATCH", one, {}), ("POST", f"{one}/call-now", None), ("POST", f"{one}/feedback", {"rating": 5}),
        ("GET", f"{PATH}/rq_unknown", None), ("GET", f"{PATH}/%00", None),
    ):  # fmt: skip
        answer = await face.http.request(method, path, json=body, headers=bob)
        assert answer.status == 404, path
        assert "request" not in await answer.json()
    assert (await (await face.http.get(PATH, headers=bob)).json())["items"] == []


async def test_whoever_puts_the_numbers_of_others_into_his_own_is_stopped_as_one_who_asks(face: Face) -> None:
    await a_line(face)
    await ruled(face, replace(Rules(), caps=Caps(asked_unproven_day=2)))
    other = "+447700900009"
    await kept(face, face.customer("ann", phone=other))
    own = await kept(face, face.customer("bob", phone="+447700900002"))
    tries = [await changed(face, own, "*", who="bob", phone_number=other) for _ in range(4)]
    assert [one.status for one in tries] == [409, 409, 429, 429]


async def test_the_list_is_paged_newest_first_and_by_state(face: Face) -> None:
    await a_line(face)
    ann, made = face.customer(), []
    for turn in range(3):
        made.append((await kept(face, ann, f"k{turn}", mode="message", context={"text": "hello"}))["id"])
        face.clock.move(1)
    await face.http.delete(f"{PATH}/{made[0]}", headers=ann)
    first = await (await face.http.get(PATH, params={"limit": 2}, headers=ann)).json()
    assert [each["id"] for each in first["items"]] == [made[2], made[1]]
    rest = await (await face.http.get(PATH, params={"cursor": first["next_cursor"]}, headers=ann)).json()
    assert [each["id"] for each in rest["items"]] == [made[0]] and rest["next_cursor"] is None
    for state, ids in (("open", [made[2], made[1]]), ("closed", [made[0]])):
        listed = await (await face.http.get(PATH, params={"state": state}, headers=ann)).json()
        assert [each["id"] for each in listed["items"]] == ids
    assert (await face.http.get(PATH, params={"cursor": "bm8"}, headers=ann)).status == 422


async def test_a_place_never_grows_nor_its_window_later_without_a_reason(face: Face) -> None:
    await a_line(face, ready=8)
    ann = face.customer()
    made = await kept(face, ann)
    seen = [made]

    async def again(**line: object) -> dict:  # type: ignore[type-arg]
        await a_line(face, **line)  # type: ignore[arg-type]
        seen.append(await (await face.http.get(f"{PATH}/{made['id']}", headers=ann)).json())
        return dict(seen[-1])

    assert (await again(ready=9))["position"] == 9, "one more before him is not told"
    assert (await again(ready=5))["position"] == 6
    assert (await again(ready=6, each=2.4))["window"]["to"] <= seen[0]["window"]["to"]
    worse = await again(ready=12, each=6.0, agents=1)
    assert worse["position"] == 13 and set(worse["reasons"]) == {"agents_left", "overtaken_by_promise"}
    assert (await again(ready=4))["position"] == 5
    for before, after in pairwise(seen):
        grew = after["position"] > before["position"]
        later = after["window"]["to"] > before["window"]["to"]
        assert not (grew or later) or after["reasons"]
        assert after["version"] == before["version"]


async def test_who_waits_keeps_place_and_promise_while_his_time_is_too_uncertain_to_be_told(face: Face) -> None:
    await a_line(face)
    ann = face.customer()
    made = await kept(face, ann)
    await a_line(face, grid=((0, a_wait(face, 10, p90_s=3e7, p95_s=1.7e8)),))
    told = await (await face.http.get(f"{PATH}/{made['id']}", headers=ann)).json()
    assert (told["position"], told["window"], told["reasons"]) == (made["position"], None, ["window_too_wide"])
    assert told["promised"] == made["promised"]
    await a_line(face, grid=((0, a_wait(face, 10, p50_s=inf, p90_s=inf, p95_s=inf, reasons=("no_agents",))),))
    told = await (await face.http.get(f"{PATH}/{made['id']}", headers=ann)).json()
    assert (told["window"], told["reasons"]) == (None, ["no_agents"])


async def test_nothing_is_said_from_an_old_board(face: Face) -> None:
    await a_line(face)
    ann = face.customer()
    made = await kept(face, ann)
    face.clock.move(120)
    told = await (await face.http.get(f"{PATH}/{made['id']}", headers=ann)).json()
    assert told["position"] is None and told["window"] is None and told["reasons"] == ["stale"]
    assert told["promised"] == made["promised"]


async def test_a_change_names_the_version_it_changes(face: Face) -> None:
    await a_line(face)
    made = await kept(face, face.customer())
    without = await changed(face, made, context={"text": "new"})
    assert without.status == 428 and (await without.json())["code"] == "precondition_required"
    stale = await changed(face, made, 99, context={"text": "new"})
    assert stale.status == 412 and (await stale.json())["code"] == "stale_version"
    done = await changed(face, made, made["version"], context={"text": "new"})
    told = await done.json()
    assert done.status == 200 and told["version"] > made["version"]
    assert done.headers["ETag"] == f'"{told["version"]}"'
    assert (await stored(face, made["id"])).context is not None
    again = await changed(face, made, made["version"], context=None)
    assert again.status == 412
    assert (await changed(face, made, "*", mode="message")).status == 422
    assert (await (await changed(face, told, told["version"], context=None)).json())["id"] == made["id"]
    assert (await stored(face, made["id"])).context is None


async def test_another_number_is_called_and_known_for_what_it_is(face: Face) -> None:
    await a_line(face)
    made = await kept(face, face.customer())
    told = await (await changed(face, made, "*", phone_number="+447700900002")).json()
    row = await stored(face, made["id"])
    assert told["phone_number"].endswith("002") and not row.verified
    assert told["virtual_start_at"] == made["virtual_start_at"]
    assert (await changed(face, made, "*", phone_number="999")).status == 422
    assert (await changed(face, made, "*", phone_number=None)).status == 422
    await changed(face, made, "*", phone_number="+447700900001")
    assert (await stored(face, made["id"])).verified


async def test_a_callback_becomes_a_booking_a_later_one_and_a_callback_again(face: Face) -> None:
    await ruled(face, BOOKS)
    await a_line(face)
    made = await kept(face, face.customer())
    first, second = await a_slot(face), await a_slot(face, 1)
    booked = await (await changed(face, made, made["version"], slot_start=first)).json()
    assert (booked["state"], booked["mode"]) == ("booked", "scheduled") and booked["slot"]["time_zone"]
    assert booked["window"] == booked["promised"]["window"]
    moved = await (await changed(face, booked, booked["version"], slot_start=second)).json()
    assert moved["slot"]["start"] > booked["slot"]["start"]
    back = await (await changed(face, moved, moved["version"], slot_start=None)).json()
    assert (back["state"], back["mode"], back["slot"]) == ("waiting", "callback", None)
    ring = await (await changed(face, back, back["version"], mode="call_in")).json()
    assert (ring["mode"], ring["promised"]) == ("call_in", None)
    call = await (await changed(face, ring, ring["version"], mode="callback")).json()
    assert (call["mode"], call["state"]) == ("callback", "waiting") and call["promised"] is not None
    promised = await face.house.database.read(lambda work: ledger.page(work, PromiseFilter(), limit=9))
    assert [each.replay.verdict for each in promised] == [Replayed.IDENTICAL] * 5
    nowhere = await changed(face, call, "*", slot_start="2026-03-04T15:01:00+00:00")
    assert (await nowhere.json())["errors"] == [{"pointer": "/slot_start", "code": "not_a_slot"}]


async def test_a_booked_call_is_moved_so_often_as_its_number_may_be_written_to(face: Face) -> None:
    await ruled(face, replace(BOOKS, caps=Caps(asked_per_number_day=2)))
    await a_line(face)
    first, second = await a_slot(face), await a_slot(face, 1)
    made = await kept(face, face.customer(), mode="scheduled", slot_start=first)
    moves = [await changed(face, made, "*", slot_start=slot) for slot in (second, first, second)]
    assert [one.status for one in moves] == [200, 200, 429] and "Retry-After" in moves[-1].headers
    assert (await changed(face, made, "*", slot_start=None)).status == 200


async def test_who_cancels_is_not_called_and_while_it_rings_is_told_so(face: Face) -> None:
    await a_line(face)
    ann = face.customer()
    made = await kept(face, ann)
    gone = await face.http.delete(f"{PATH}/{made['id']}", headers=ann)
    assert gone.status == 200 and (await gone.json())["state"] == "cancelled"
    assert (await face.http.delete(f"{PATH}/{made['id']}", headers=ann)).status == 200
    assert (await changed(face, made, "*", context=None)).status == 409
    talking = await kept(face, ann, "k2")
    await now_is(face, talking["id"], state=State.TALKING)
    answer = await face.http.delete(f"{PATH}/{talking['id']}", headers=ann)
    assert answer.status == 409 and (await answer.json())["code"] == "not_possible"


async def test_who_cancels_while_his_phone_rings_is_told_so_and_is_not_rung_again(face: Face) -> None:
    await a_line(face)
    ann = face.customer()
    made = await kept(face, ann)
    await face.house.act(partial(_rung, request=made["id"]))
    answer = await face.http.delete(f"{PATH}/{made['id']}", headers=ann)
    assert answer.status == 409 and (await answer.json())["code"] == "already_dialing"
    assert (await stored(face, made["id"])).state is State.CONNECTING
    await face.house.act(_unanswered)
    row = await stored(face, made["id"])
    assert (row.state, row.ready, row.reason) == (State.CANCELLED, False, "cancelled_while_dialing")
    again = await face.http.delete(f"{PATH}/{made['id']}", headers=ann)
    assert again.status == 200 and (await again.json())["state"] == "cancelled"


def _rung(clerk: Clerk, request: str) -> None:
    """An agent is free, and the customer's telephone is about to ring."""
    dana = AgentId("dana")
    clerk.work.agents.insert(an_agent("dana", presence=Presence.READY))
    action = Reserve(
        request=RequestId(request), agent=dana, queue="cards", shape=Shape.CUSTOMER_FIRST, reasons=("test",)
    )
    tokens = Token("for-the-agent"), Token("for-the-customer")
    assert dispatching.reserve(clerk, action=action, attempt_id=AttemptId("at_1"), tokens=tokens, code="1234")


def _unanswered(clerk: Clerk) -> None:
    leg = clerk.work.legs.by_token(Token("for-the-customer"))
    assert leg is not None
    settling.end_leg(clerk, leg, cause=Cause.NO_ANSWER)


async def test_a_missed_call_may_be_had_again_within_the_grace(face: Face) -> None:
    await a_line(face)
    ann = face.customer()
    made = await kept(face, ann)
    missed = {"state": State.UNREACHED, "ready": False, "tries": {Cause.NO_ANSWER: 2}, "closed_at": face.clock.now()}
    await now_is(face, made["id"], grace_until=face.clock.now() + timedelta(minutes=30), **missed)
    back = await face.http.post(f"{PATH}/{made['id']}/call-now", headers=ann)
    told = await back.json()
    assert back.status == 200 and told["state"] == "waiting" and told["promised"] is not None
    row = await stored(face, made["id"])
    assert row.credit_class == "rescued" and row.ready and row.virtual_start.isoformat().startswith("2026-03-04T14:07")
    await now_is(face, made["id"], grace_until=face.clock.now(), **missed)
    over = await face.http.post(f"{PATH}/{made['id']}/call-now", headers=ann)
    assert over.status == 409 and (await over.json())["code"] == "grace_over"


async def test_a_place_parked_for_a_retry_goes_at_once_and_an_unproven_number_never_again(face: Face) -> None:
    await a_line(face)
    ann = face.customer()
    made = await kept(face, ann)
    parked = {"ready": False, "parked": "retry", "not_before": face.clock.now() + timedelta(minutes=5)}
    await now_is(face, made["id"], **parked)
    told = await (await face.http.post(f"{PATH}/{made['id']}/call-now", headers=ann)).json()
    assert told["not_before"] is None and (await stored(face, made["id"])).ready
    await now_is(face, made["id"], verified=False, **parked)
    answer = await face.http.post(f"{PATH}/{made['id']}/call-now", headers=ann)
    assert (await answer.json())["code"] == "grace_over"


@pytest.mark.parametrize(
    ("said", "status"),
    [({"rating": 5, "nps": 10, "solved": True, "comment": "4111111111111111"}, 204), ({"solved": False}, 204),
     ({}, 422), ({"rating": 6}, 422), ({"nps": -1}, 422), ({"comment": "  "}, 422), ({"rating": True}, 422)],
)  # fmt: skip
async def test_feedback_is_given_once_it_is_over(face: Face, said: dict[str, object], status: int) -> None:
    await a_line(face)
    ann = face.customer()
    made = await kept(face, ann)
    early = await face.http.post(f"{PATH}/{made['id']}/feedback", json={"rating": 5}, headers=ann)
    assert (await early.json())["code"] == "not_possible"
    await now_is(face, made["id"], state=State.SERVED, ready=False, closed_at=face.clock.now())
    answer = await face.http.post(f"{PATH}/{made['id']}/feedback", json=said, headers=ann)
    assert answer.status == status
    if "comment" in said and status == 204:
        kept_words = await face.house.database.read(lambda work: work.feedback.of_request(made["id"]))  # type: ignore[arg-type]
        assert kept_words is not None and kept_words.comment is not None
        assert face.house.vault.open(kept_words.comment).endswith("•1111")


async def test_a_message_needs_no_number(face: Face) -> None:
    answer = await asked(face, face.customer(phone=None), mode="message", context={"text": "write to me"})
    told = await answer.json()
    assert answer.status == 201 and told["phone_number"] is None and told["reasons"] == ["message"]
