"""The page an SMS links to: looking at it changes nothing, and only its own form acts."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse

from tests.db.builders import a_request
from tests.notify.conftest import Outside
from vqueue.domain.journal import Fact
from vqueue.domain.phone import Phone
from vqueue.domain.request import Mode, Request, State
from vqueue.domain.rules import WEEK, CallingWindows, Hours
from vqueue.domain.slots import Slots
from vqueue.services import linking

ALWAYS = dict.fromkeys(WEEK, (("00:00", "24:00"),))


async def a_place(outside: Outside, name: str = "r1", **changes: Any) -> Request:
    house = outside.house
    given: dict[str, Any] = {
        "phone": house.vault.seal_phone(Phone("+447700900111")), "verified": True, "country": "GB",
        "zone": "Europe/London", "virtual_start": house.clock.now(), "created_at": house.clock.now(), **changes,
    }  # fmt: skip
    request = a_request(name, **given)
    await house.database.transact(lambda work: work.requests.insert(request))
    return request


async def link(outside: Outside, request: Request, prompt: str) -> str:
    made = await linking.made(outside.house, request.id, prompt)
    assert made is not None
    return made.removeprefix("https://bank.example")


async def stored(outside: Outside, name: str = "r1") -> Request:
    return await outside.house.database.read(lambda work: work.requests.get(a_request(name).id))


async def look(outside: Outside, path: str, **headers: str) -> tuple[ClientResponse, str]:
    answer = await outside.http.get(path, headers={"Accept": "text/html", **headers})
    return answer, await answer.text()


async def act(outside: Outside, path: str, wanted: str, **fields: str) -> tuple[ClientResponse, str]:
    _, page = await look(outside, path)
    word = re.search(r'name="csrf" value="(\w+)"', page)
    sent = {"act": wanted, "csrf": word[1] if word else "", **fields}
    answer = await outside.http.post(path, data=sent, headers={"Accept": "text/html", "Origin": "null"})
    return answer, await answer.text()


async def offers_times(outside: Outside) -> None:
    """Open day and night, with times that can be booked."""
    house = outside.house
    queue = await house.database.read(lambda work: work.queues.get("cards"))
    rules = replace(
        queue.rules, hours=Hours(zone="UTC", week=ALWAYS), calling_windows=CallingWindows(week=ALWAYS),
        offer=replace(queue.rules.offer, modes=tuple(Mode)),
        slots=Slots(week=dict.fromkeys(WEEK, (("00:00", "24:00", 3),))),
    )  # fmt: skip
    await house.database.transact(lambda work: work.queues.publish("cards", rules, at=house.clock.now(), by="test"))


async def missed(outside: Outside, **changes: Any) -> str:
    """The page after a call that was missed for good, its place kept for half an hour."""
    grace = outside.clock.now() + timedelta(minutes=30)
    given = {"state": State.UNREACHED, "ready": False, "grace_until": grace, "closed_at": outside.clock.now()}
    return await link(outside, await a_place(outside, **given | changes), "sms.missed_in_grace")


async def waits(outside: Outside, **changes: Any) -> str:
    return await link(outside, await a_place(outside, **changes), "sms.rolled_over")


async def test_it_says_how_things_stand_and_names_no_number(outside: Outside) -> None:
    answer, page = await look(outside, await missed(outside))
    assert answer.status == 200
    assert "We rang and could not reach you. Your place is kept until 14:37." in page
    assert "Call me now" in page
    assert "900111" not in page and "7700" not in page
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Cache-Control"] == "no-store"


async def test_programs_that_look_at_links_change_nothing(outside: Outside) -> None:
    path = await missed(outside)
    before = await stored(outside)
    for _ in range(3):
        await look(outside, path)
        await look(outside, f"{path}?act=call_now&done=call_now")
        await outside.http.head(path)
    assert await stored(outside) == before


async def test_call_me_now_takes_the_place_back_within_the_grace(outside: Outside) -> None:
    path = await missed(outside)
    await offers_times(outside)
    answer, page = await act(outside, path, "call_now")
    assert answer.status == 200, page
    assert "You are next. Keep your telephone near." in page
    back = await stored(outside)
    assert (back.state, back.ready, back.credit_class) == (State.WAITING, True, "rescued")
    rows = await outside.house.database.read(lambda work: work.journal.recent(facts=(Fact.PAGE_ACTED,)))
    assert [row.data["act"] for row in rows] == ["call_now"]


async def test_after_the_grace_it_says_so(outside: Outside) -> None:
    path = await missed(outside)
    _, page = await look(outside, path)
    word = re.search(r'name="csrf" value="(\w+)"', page)
    assert word is not None
    await offers_times(outside)
    outside.clock.move(1801)
    answer = await outside.http.post(path, data={"act": "call_now", "csrf": word[1]})
    assert (answer.status, "The time to come back is over" in await answer.text()) == (409, True)
    assert (await stored(outside)).state is State.UNREACHED


async def test_a_place_can_be_given_up(outside: Outside) -> None:
    answer, page = await act(outside, await waits(outside), "cancel")
    assert (answer.status, "Your call is cancelled." in page) == (200, True)
    assert (await stored(outside)).state is State.CANCELLED
    assert "<form" not in page


async def test_a_time_can_be_chosen(outside: Outside) -> None:
    await offers_times(outside)
    path = await waits(outside)
    _, page = await look(outside, path)
    slots = re.findall(r'name="slot" value="([^"]+)"', page)
    assert len(slots) == linking.MOST_SLOTS
    answer, page = await act(outside, path, "move", slot=slots[3].replace("&#43;", "+"))
    assert (answer.status, "Your call has a new time." in page) == (200, True)
    moved = await stored(outside)
    assert (moved.state, moved.mode) == (State.BOOKED, Mode.SCHEDULED)


async def test_keeping_is_noted_and_changes_nothing(outside: Outside) -> None:
    path = await waits(outside)
    before = await stored(outside)
    answer, _ = await act(outside, path, "keep")
    assert (answer.status, await stored(outside)) == (200, before)


@pytest.mark.parametrize("wanted", ["call_now", "explode", ""])
async def test_a_page_does_only_what_it_is_for(outside: Outside, wanted: str) -> None:
    answer, _ = await act(outside, await waits(outside), wanted)
    assert answer.status == 409


@pytest.mark.parametrize("fault", ["no word", "no cookie", "other page", "other site"])
async def test_only_the_pages_own_form_acts(outside: Outside, fault: str) -> None:
    path = await waits(outside)
    other = await link(outside, await a_place(outside, "r2", phone=None), "sms.rolled_over")
    _, page = await look(outside, other if fault == "other page" else path)
    word = re.search(r'name="csrf" value="(\w+)"', page)
    assert word is not None
    if fault == "no cookie":
        outside.http.session.cookie_jar.clear()
    headers = {"Sec-Fetch-Site": "cross-site"} if fault == "other site" else {}
    sent = {"act": "cancel", "csrf": "" if fault == "no word" else word[1]}
    answer = await outside.http.post(path, data=sent, headers=headers)
    assert (answer.status, (await stored(outside)).state) == (403, State.WAITING)


async def test_after_a_day_a_friendly_page_is_left(outside: Outside) -> None:
    path = await waits(outside)
    outside.clock.move(24 * 3600 + 1)
    answer, page = await look(outside, path)
    assert (answer.status, "This link has ended" in page) == (404, True)
    answer, page = await look(outside, "/r/guessed")
    assert (answer.status, "This link has ended" in page) == (404, True)


async def test_who_guesses_is_slowed_down(outside: Outside) -> None:
    statuses = [(await look(outside, f"/r/guess{number}"))[0].status for number in range(62)]
    assert statuses[0] == 404
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    ("language", "direction", "words"), [("he", "rtl", "המקום נשמר"), ("ru", "ltr", "Место сохранено")]
)
async def test_it_speaks_the_language_he_spoke(outside: Outside, language: str, direction: str, words: str) -> None:
    _, page = await look(outside, await waits(outside, language=language), **{"Accept-Language": "en"})
    assert f'lang="{language}" dir="{direction}"' in page
    assert words in page


@pytest.mark.parametrize(("state", "words"), [
    (State.SERVED, "Your request is done."),
    (State.CANCELLED, "Your request is cancelled."),
    (State.EXPIRED, "Your place has expired."),
    (State.CONNECTING, "We are calling you now."),
])  # fmt: skip
async def test_every_state_has_its_sentence(outside: Outside, state: State, words: str) -> None:
    _, page = await look(outside, await waits(outside, state=state, ready=False))
    assert words in page
