"""A request as a stream: everything that happens to it reaches its customer, however often the line breaks."""

import asyncio
import os
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

from tests.api.conftest import Face
from tests.api.lines import a_line, kept, now_is
from tests.api.streams import PATIENCE_S, first, heard
from vqueue.domain.request import State

BREAKS = int(os.environ.get("VQUEUE_TEST_BREAKS", "60"))
"""How often the line is broken; a campaign sets 1000."""


async def test_the_present_state_comes_at_once_and_then_each_change(face: Face) -> None:
    await a_line(face)
    ann = face.customer()
    made = await kept(face, ann)
    path = f"/v1/support-requests/{made['id']}/events"
    async with asyncio.timeout(PATIENCE_S), aclosing(heard(face, path, ann)) as events:
        now = await anext(events)
        assert (now.name, now.id, now.data) == ("request", str(made["version"]), made)
        await face.http.delete(f"/v1/support-requests/{made['id']}", headers=ann)
        gone = await anext(events)
        assert gone.data["state"] == "cancelled" and int(gone.id or 0) > made["version"]
        assert (await anext(events)).name == "over"
        assert [event async for event in events] == [], "nothing follows, and the stream ends"


async def test_who_has_the_present_state_is_told_only_what_changes(face: Face) -> None:
    await a_line(face)
    ann = face.customer()
    made = await kept(face, ann)
    path = f"/v1/support-requests/{made['id']}/events"
    waiting = asyncio.create_task(first(face, path, ann, last=str(made["version"])))
    await asyncio.sleep(0)
    changed = await now_is(face, made["id"], ready=False, parked="retry")
    await face.house.broadcast.tell(f"request:{made['id']}")
    event = await waiting
    assert event.id == str(changed.version) and event.data["reasons"] == ["retry"]
    wrong = await face.http.get(path, headers={**ann, "Last-Event-ID": "yesterday"})
    assert wrong.status == 422


async def test_nothing_is_lost_however_often_the_line_breaks(face: Face) -> None:
    """Each change is made while nobody listens, or just as somebody does: he hears of it all the same."""
    await a_line(face)
    ann = face.customer()
    made = await kept(face, ann)
    path, last, gaps = f"/v1/support-requests/{made['id']}/events", str(made["version"]), 0
    for turn in range(BREAKS):
        listening = asyncio.create_task(first(face, path, ann, last=last)) if turn % 2 else None
        for _ in range(turn % 7):
            await asyncio.sleep(0)
        changed = await now_is(face, made["id"], rings=turn + 1)
        if turn % 15:
            await face.house.broadcast.tell(f"request:{made['id']}")
        event = await (listening or first(face, path, ann, last=last))
        gaps += int(event.id or 0) != changed.version
        last = event.id or last
    assert gaps == 0


async def test_whose_token_ends_is_told_before_and_let_go(face: Face) -> None:
    await a_line(face)
    ann = face.customer()
    made = await kept(face, ann)
    known = face.tokens.customers["ann"]
    ends = datetime.now(UTC) + timedelta(seconds=1)
    face.tokens.customers["short"] = type(known)(
        id=known.id, phone=known.phone, name=None, locale=None, segment=None, expires_at=ends
    )
    short = {"Authorization": "Bearer short"}
    async with asyncio.timeout(PATIENCE_S):
        names = [event.name async for event in heard(face, f"/v1/support-requests/{made['id']}/events", short)]
    assert names[:2] == ["request", "token_expiring"] and set(names[2:]) <= {""}


async def test_a_heartbeat_shows_that_the_line_lives(face: Face) -> None:
    await a_line(face)
    ann = face.customer()
    made = await kept(face, ann)
    path = f"/v1/support-requests/{made['id']}/events"
    assert (await first(face, path, ann, last=str(made["version"]), name="")).data == {}


async def test_a_missed_call_is_followed_until_its_grace_is_over(face: Face) -> None:
    await a_line(face)
    ann = face.customer()
    made = await kept(face, ann)
    path = f"/v1/support-requests/{made['id']}/events"
    missed = {"state": State.UNREACHED, "ready": False, "closed_at": face.clock.now(), "reason": "total_tries"}
    await now_is(face, made["id"], grace_until=face.clock.now() + timedelta(minutes=30), **missed)
    assert (await first(face, path, ann)).data["grace_until"] is not None
    face.clock.move(3600)
    assert (await first(face, path, ann, name="over")).data == {"state": "unreached"}
