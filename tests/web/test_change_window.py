"""A supervisor changes when a customer is called, over HTTP: another booked time, or the window kept now."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from tests.web.afternoon import a_board, a_wait, fill, minutes, settle_staff
from tests.web.conftest import SignIn, Site
from tests.web.house import NOON
from tests.web.test_console import PERSON, plain, shown
from tests.web.test_console_more import BOOKED, WAITING, do, stands
from vqueue.domain.ids import RequestId
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.promise import Promise
from vqueue.domain.request import Mode, Request, State
from vqueue.domain.rules import Offer, Rules
from vqueue.domain.slots import slot_key
from vqueue.ports.database import Work
from vqueue.services.house import House

FOUR = minutes(113)
"""16:00."""


@pytest.fixture
async def csrf(house: House, sign_in: SignIn) -> str:
    await fill(house)
    booked = replace(await stands(house, BOOKED), slot_zone="Europe/London", slot_start=FOUR, not_before=FOUR)
    await house.database.transact(lambda work: work.requests.replace(booked))
    modes = Rules(offer=Offer(modes=(Mode.CALLBACK, Mode.SCHEDULED, Mode.HOLD), threshold_s=0))
    for queue in ("cards", "payments"):
        rules = replace(modes, skills=(queue,))
        await house.database.transact(partial(_publish, queue=queue, rules=rules))
    await house.board.publish(a_board("app", wait=a_wait(600, 900, 1200, as_of=NOON), ready=6))
    await house.board.publish(a_board("cards", wait=a_wait(600, 900, 1200, as_of=NOON), ready=6))
    return await sign_in()


def _publish(work: Work, queue: str, rules: Rules) -> None:
    work.queues.publish(queue, rules, at=NOON, by="st_dana")


async def choices(site: Site, name: str) -> list[str]:
    page = await shown(site, f"/console/requests/{name}/window")
    return re.findall(r'<option value="(now|2026[^"]*)"', page)


async def change(site: Site, csrf: str, house: House, name: str, when: str, **fields: str) -> tuple[int, str]:
    version = str((await stands(house, name)).version)
    return await do(site, csrf, "window", to=name, **{"when": when, "version": version, **fields})


async def promises(house: House, name: str) -> list[Promise]:
    return await house.database.read(lambda work: work.promises.of_request(RequestId(name)))


async def test_a_booked_time_is_moved_told_and_taken_back(site: Site, house: House, csrf: str) -> None:
    found = await choices(site, BOOKED)
    assert "now" not in found and FOUR.isoformat() not in found
    status, back = await change(site, csrf, house, BOOKED, found[1])
    moved = await stands(house, BOOKED)
    assert (status, moved.state, moved.slot_start) == (303, State.BOOKED, datetime.fromisoformat(found[1]))
    page = await shown(site, back)
    assert "The time is changed; the customer is told. Undo" in plain(page)
    assert "Time changed by the bank vip at the branch" in plain(page) and "Dana Levi" in plain(page)
    notices = [row for row in await journal(house, moved) if row.fact is Fact.NOTICE_QUEUED]
    assert [row.data["prompt"] for row in notices][:1] == ["sms.moved_call"]
    fields = dict(re.findall(r'<input type="hidden" name="(when|version)" value="([^"]*)"', page))
    status, back = await do(site, csrf, "window", to=BOOKED, undo="yes", **fields)
    assert (status, (await stands(house, BOOKED)).slot_start) == (303, FOUR)
    assert "Taken back" in plain(await shown(site, back))


async def test_what_cannot_be_booked_any_more_is_not_offered_back(site: Site, house: House, csrf: str) -> None:
    soon = replace(await stands(house, BOOKED), slot_start=minutes(53))
    await house.database.transact(lambda work: work.requests.replace(soon))
    status, back = await change(site, csrf, house, BOOKED, (await choices(site, BOOKED))[1])
    assert status == 303 and "Undo" not in plain(await shown(site, back))


async def journal(house: House, request: Request) -> list[JournalRow]:
    return await house.database.read(lambda work: work.journal.of_request(request.id))


async def test_a_callback_that_waits_is_told_the_window_that_can_be_kept(site: Site, house: House, csrf: str) -> None:
    assert (await choices(site, WAITING))[0] == "now"
    before = await stands(house)
    status, back = await change(site, csrf, house, WAITING, "now")
    after = await stands(house)
    assert (status, after.state, after.virtual_start) == (303, State.WAITING, before.virtual_start)
    former, new = await promises(house, WAITING)
    assert (former.kept, former.outcome, after.promise, after.deadline) == (
        False, "changed_by_bank", new.id, new.window.end,
    )  # fmt: skip
    page = plain(await shown(site, back))
    assert "could not be kept" in page and "identical" in page and "Undo" not in page


async def test_a_callback_that_waits_can_be_given_a_booked_time(site: Site, house: House, csrf: str) -> None:
    status, _ = await change(site, csrf, house, WAITING, (await choices(site, WAITING))[1])
    assert (status, (await stands(house)).mode, (await stands(house)).state) == (303, Mode.SCHEDULED, State.BOOKED)


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"when": ""}, 422, "No call can be booked for this time"),
        ({"when": "tomorrow"}, 422, "No call can be booked for this time"),
        ({"when": (FOUR + timedelta(minutes=7)).isoformat()}, 422, "No call can be booked for this time"),
        ({"when": FOUR.isoformat()}, 422, "No call can be booked for this time"),
        ({"when": "now"}, 409, "not possible in the state"),
        ({"version": "1000"}, 412, "The request changed meanwhile"),
        ({"version": "x"}, 412, "The request changed meanwhile"),
        ({"reason": ""}, 422, "Give a reason"),
    ],
)
async def test_what_cannot_be_is_refused_in_words_and_changes_nothing(
    site: Site, house: House, csrf: str, fields: dict[str, str], status: int, words: str
) -> None:
    when = (await choices(site, BOOKED))[1]
    answered, page = await change(site, csrf, house, BOOKED, **{"when": when, **fields})
    assert (answered, words in page) == (status, True), page
    assert (await stands(house, BOOKED)).slot_start == FOUR


def _fill_up(work: Work, key: str) -> None:
    while work.counters.take(key, limit=50, at=NOON):
        pass


async def test_a_time_that_was_taken_meanwhile_is_refused(site: Site, house: House, csrf: str) -> None:
    when = (await choices(site, BOOKED))[1]
    key = slot_key((await stands(house, BOOKED)).queue, datetime.fromisoformat(when))
    await house.database.transact(partial(_fill_up, key=key))
    status, page = await change(site, csrf, house, BOOKED, when)
    assert (status, "taken meanwhile" in page) == (409, True)


async def test_only_who_may_act_changes_a_time(site: Site, house: House, sign_in: SignIn) -> None:
    await fill(house)
    await settle_staff(house, role="viewer", login="vera")
    csrf = await sign_in("vera")
    sent = {"csrf": csrf, "reason": "x", "when": "now", "version": "1"}
    answer = await site.post(f"/console/requests/{WAITING}/window", data=sent, headers=PERSON)
    assert answer.status == 403
