"""Rules are rehearsed over HTTP on a day that the service itself recorded, on both databases."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.api.conftest import Face
from tests.rehearsal.recording import TEN, recorded
from vqueue.domain.causes import Cause
from vqueue.domain.errors import RehearsalRunning, StaleWrite
from vqueue.domain.past_day import PastDay, Ring
from vqueue.domain.rehearsal import Rehearsal, RehearsalState
from vqueue.services import rehearsing
from vqueue.services.keys import Scope

RULES = "/v1/admin/queues/cards/rules"
NO_CALLBACKS = {"offer": {"enabled": False}, "languages": ["en"]}


async def asked(face: Face, number: int, query: str = "", **headers: str) -> tuple[int, Any]:
    answer = await face.http.post(f"{RULES}/{number}/rehearse{query}", headers=headers)
    return answer.status, await answer.json()


async def ended(face: Face, told: dict[str, Any], headers: dict[str, str], language: str = "en") -> dict[str, Any]:
    """The rehearsal, once it is over; the share that is done never falls."""
    done = 0.0
    async with asyncio.timeout(120):
        while told["state"] == "running":
            answer = await face.http.get(f"/v1/admin/rehearsals/{told['id']}?language={language}", headers=headers)
            told = await answer.json()
            assert answer.status == 200 and told["progress"] >= done
            done = told["progress"]
            await asyncio.sleep(0.05)
    return told


def running(name: str = "rh1", **changes: Any) -> Rehearsal:
    given = Rehearsal(
        id=name, queue="cards", rules_version=1, compared_with=1, draft_version=None, document={},
        days=("2026-03-03",), repetitions=1, state=RehearsalState.RUNNING, progress=0.25, asked_at=TEN, asked_by="ann",
        heard_at=TEN,
    )  # fmt: skip
    return replace(given, **changes)


async def test_a_day_is_read_back_as_it_was_recorded(face: Face) -> None:
    await recorded(face)
    queue = await face.house.database.read(lambda work: work.queues.get("cards"))
    (day,) = await rehearsing.recorded(
        face.house.database, queue, [date(2026, 3, 3)], now=face.clock.now(), calls_per_second=5
    )
    assert isinstance(day, PastDay) and len(day.visits) == 120
    held, called, gone = day.visits[0], day.visits[3], day.visits[4]
    assert held.attributes == {"topic": "cards", "language": "en", "channel": "ivr"}
    assert (held.arrived, held.gave_up, held.takes_callback, held.books) == (TEN.timestamp(), False, False, False)
    assert held.handling_s is not None and 120 <= held.handling_s <= 300 and 30 <= held.stood_s <= 300
    assert called.takes_callback and called.stood_s == 0.0
    assert called.rings == (Ring(cause=Cause.NO_ANSWER), Ring(cause=None, ring_s=8.0))
    assert gone.gave_up and gone.handling_s is None and gone.stood_s > 0
    assert [(stay.agent, stay.spells) for stay in day.stays] == [
        (f"a{n}", ((TEN.timestamp(), TEN.timestamp() + 4 * 3600.0),)) for n in range(2)
    ]
    assert set(day.key_s) == {4.0}


async def test_a_draft_is_rehearsed_and_told_in_words(face: Face) -> None:
    await recorded(face)
    key = await face.key(Scope.RULES_WRITE)
    draft = await face.http.put(f"{RULES}/draft", headers=key, json=NO_CALLBACKS)
    assert draft.status == 200
    status, begun = await asked(face, 2, "?repetitions=1&day=2026-03-03", **key)
    assert (status, begun["state"], begun["result"]) == (202, "running", None)
    assert begun["days"] == ["2026-03-03"] and (begun["rules_version"], begun["compared_with"]) == (2, 1)
    told = await ended(face, begun, key)
    assert (told["state"], told["progress"], told["stale"], told["problem"]) == ("done", 1.0, False, None)
    figures = {figure["name"]: figure for figure in told["result"]["figures"]}
    assert figures["callbacks_offered"]["draft"] == 0 < figures["callbacks_offered"]["in_force"]
    assert figures["callbacks_offered"]["verdict"] == "neither"
    assert told["result"]["calls"] == 120 and told["result"]["resampled"] == "half_hours"
    assert figures["wait_mean_s"]["text"].startswith("Mean wait: ")
    russian = await (await face.http.get(f"/v1/admin/rehearsals/{told['id']}?language=ru", headers=key)).json()
    assert russian["result"]["figures"][0]["title"] == "Среднее ожидание"

    await face.http.delete(f"{RULES}/draft", headers=key)
    assert (await (await face.http.get(f"/v1/admin/rehearsals/{told['id']}", headers=key)).json())["stale"]


async def test_what_is_in_force_against_itself_is_the_very_same(face: Face) -> None:
    await recorded(face, customers=40)
    key = await face.key()
    _, begun = await asked(face, 1, "?repetitions=1", **key)
    told = await ended(face, begun, key)
    assert told["days"] == ["2026-03-03"]
    known = [figure for figure in told["result"]["figures"] if figure["in_force"] is not None]
    assert {figure["verdict"] for figure in known} == {"same"}
    assert told["result"]["sentence"] == "Both rules do the very same on these days."


async def test_what_cannot_be_rehearsed_is_refused(face: Face) -> None:
    key = await face.key()
    assert (await asked(face, 2, **key))[1]["code"] == "not_found"
    status, problem = await asked(face, 1, **key)
    assert (status, problem["code"]) == (409, "no_past_day")
    status, problem = await asked(face, 1, "?day=2026-03-04", **key)
    assert (status, problem["errors"]) == (422, [{"pointer": "/day/0", "code": "not_over"}])
    assert (await asked(face, 1, "?day=yesterday", **key))[0] == 422
    assert (await asked(face, 1, "?repetitions=50", **key))[0] == 422
    assert (await face.http.get("/v1/admin/rehearsals/rh0", headers=key)).status == 404


async def test_one_rehearsal_runs_at_a_time(face: Face) -> None:
    await recorded(face, customers=5)
    house, key = face.house, await face.key()
    await house.database.transact(lambda work: work.rehearsals.insert(running(heard_at=face.clock.now())))
    status, problem = await asked(face, 1, **key)
    assert (status, problem["code"]) == (409, "rehearsal_running")
    with pytest.raises(StaleWrite):
        await house.database.transact(lambda work: work.rehearsals.insert(running("rh2")))


async def test_one_whose_process_ended_is_lost_and_makes_room(face: Face) -> None:
    await recorded(face, customers=5)
    key = await face.key()
    await face.house.database.transact(lambda work: work.rehearsals.insert(running(heard_at=face.clock.now())))
    face.clock.move(59)
    assert (await (await face.http.get("/v1/admin/rehearsals/rh1", headers=key)).json())["state"] == "running"
    face.clock.move(2)
    told = await (await face.http.get("/v1/admin/rehearsals/rh1", headers=key)).json()
    assert (told["state"], told["progress"], told["result"]) == ("lost", 0.25, None)
    status, begun = await asked(face, 1, "?repetitions=1", **key)
    assert status == 202 and (await ended(face, begun, key))["state"] == "done"
    kept = await face.house.database.read(lambda work: work.rehearsals.get("rh1"))
    assert kept.state is RehearsalState.LOST


async def test_two_that_begin_at_once_are_one(face: Face) -> None:
    """Both saw that none runs; the database lets one in. The first one is still running when the second begins."""
    await recorded(face, customers=5)
    house = replace(face.house, spawn=lambda work: work.close())
    about = await house.database.read(lambda work: rehearsing.tried(work, "cards", 1))
    begun = [
        rehearsing.begin(house, about, rules=about.queue.rules, document={}, days=(), repetitions=1, by="ann")
        for _ in range(2)
    ]
    came = await asyncio.gather(*begun, return_exceptions=True)
    assert sorted(type(one).__name__ for one in came) == sorted([Rehearsal.__name__, RehearsalRunning.__name__])
