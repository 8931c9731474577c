"""What an agent says became of a talk, and what follows from it."""

from datetime import timedelta
from typing import Any

from tests.api.conftest import Face
from tests.api.lines import a_line
from tests.api.test_bank_requests import found, kept, stored
from tests.db.builders import a_customer_leg, a_leg, a_queue, an_agent, an_attempt
from vqueue.domain.ids import CallSid, RequestId
from vqueue.domain.leg import LegState
from vqueue.domain.request import Mode, State
from vqueue.ports.database import Work
from vqueue.services.keys import Scope


async def talked(face: Face, state: State = State.SERVED) -> None:
    """Anna and Avi have talked, or still do."""
    over = state is State.SERVED
    await kept(face, "r1", state=state, ready=False, verified=True, attempt=None if over else an_attempt().id)
    at = face.clock.now()
    leg_state = LegState.ENDED if over else LegState.JOINED

    def op(work: Work) -> None:
        work.agents.insert(an_agent(attempt=None if over else an_attempt().id))
        work.attempts.insert(an_attempt(joined_at=at, closed_at=at if over else None))
        work.legs.insert(a_leg(state=leg_state, joined_at=at, answered_at=at))
        work.legs.insert(a_customer_leg(state=leg_state, joined_at=at, answered_at=at, call_sid=CallSid("CA2")))

    await face.house.database.transact(op)


async def dispose(face: Face, **body: Any) -> Any:
    keys = await face.key(Scope.CALLS_REPORT)
    return await face.http.post("/v1/attempts/t1/disposition", json={"code": "done", **body}, headers=keys)


async def others(face: Face) -> list[str]:
    return [one for one in await found(face) if one != "r1"]


async def test_a_code_and_a_note_are_kept_and_the_last_one_counts(face: Face) -> None:
    await talked(face)
    assert (await dispose(face, code="first", note="card blocked")).status == 200
    told = await (await dispose(face, code="second")).json()
    assert (told["code"], told["state"], told["followed_by"]) == ("second", "served", None)
    (kept_,) = await face.house.database.read(lambda work: work.dispositions.of_request(RequestId("r1")))
    assert (kept_.code, kept_.note) == ("second", None)


async def test_a_follow_up_is_one_linked_request(face: Face) -> None:
    await talked(face)
    loans = a_queue("loans")
    await face.house.database.transact(lambda work: work.queues.insert(loans))
    await a_line(face, queue="loans")
    told = await (await dispose(face, follow_up={"queue": "loans", "same_agent": True})).json()
    assert await others(face) == [told["followed_by"]]
    linked = await stored(face, told["followed_by"])
    assert (linked.follows, linked.queue, linked.mode, linked.wanted_agent) == ("r1", "loans", Mode.CALLBACK, "a1")
    assert linked.wanted_until == face.clock.now() + timedelta(hours=24)
    assert (await (await dispose(face, follow_up={"queue": "loans"})).json())["followed_by"] is None
    assert len(await others(face)) == 1


async def test_a_dropped_line_after_the_talk_opens_a_request_at_the_place_he_had(face: Face) -> None:
    await talked(face)
    await a_line(face)
    told = await (await dispose(face, line_dropped=True)).json()
    again, before = await stored(face, told["followed_by"]), await stored(face, "r1")
    assert (again.credit_class, again.virtual_start) == ("rescued", before.virtual_start)


async def test_a_dropped_line_while_the_network_believes_in_the_talk_brings_him_back(face: Face) -> None:
    await talked(face, State.TALKING)
    told = await (await dispose(face, line_dropped=True)).json()
    again = await stored(face, "r1")
    assert (told["state"], again.credit_class, again.mode) == ("waiting", "rescued", Mode.CALLBACK)
    legs = await face.house.database.read(lambda work: work.legs.of_attempt(an_attempt().id))
    assert {leg.role: leg.live for leg in legs} == {"agent": True, "customer": False}


async def test_what_was_no_talk_has_no_disposition(face: Face) -> None:
    await kept(face, "r1")
    await face.house.database.transact(lambda work: work.agents.insert(an_agent()))
    await face.house.database.transact(lambda work: work.attempts.insert(an_attempt()))
    assert (await dispose(face)).status == 409
    keys = await face.key(Scope.CALLS_REPORT)
    answer = await face.http.post("/v1/attempts/t9/disposition", json={"code": "done"}, headers=keys)
    assert answer.status == 404
    both = await dispose(face, line_dropped=True, follow_up={})
    assert both.status == 422
