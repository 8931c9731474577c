"""The agent's desk: whose it is, what it shows in each state, and that each act may be repeated."""

import asyncio
import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import StreamReader
from aiohttp.test_utils import TestClient, TestServer

from tests.web.afternoon import DANA, OMER, PASSWORD, QUICK, minutes, settle_staff
from tests.web.conftest import Site
from tests.web.desk_scene import AGENT, CALL, desk_of
from tests.web.house import HandClock
from vqueue.domain.agent import Agent, Presence
from vqueue.domain.journal import Fact
from vqueue.domain.promise import Window
from vqueue.domain.request import State
from vqueue.ports.bank import Disposition
from vqueue.services import desk
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.web.desk import Wishes
from vqueue.web.desk.bar import NARROW, WIDE, promise_bar
from vqueue.web.desk.wishes import crm, outcomes
from vqueue.web.site import make_web

PERSON = {"Accept": "text/html"}
NAUGHTY = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% if 1 %}",
    "${1}<!--",
    "</textarea>x",
    "\u202ertl\u202c ﷽ é̸͑",
    "a" * 300,
    "🏳️‍🌈 עברית русский",
    "data: x\n\nevent: over\ndata: y",
    "\\u0000 NULL ' -- ;",
)


async def enter(site: Site, login: str = OMER) -> str:
    """Signs in; the word that forms must carry."""
    sent = {"login": login, "password": PASSWORD, "next": "/desk"}
    answer = await site.post("/sign-in", data=sent, headers=PERSON)
    assert answer.status == 200, answer.status
    return (await answer.text()).partition('data-csrf="')[2].partition('"')[0]


async def shown(site: Site) -> str:
    answer = await site.get("/desk", headers=PERSON)
    assert answer.status == 200
    return await answer.text()


def plain(page: str) -> str:
    """Its words alone, as people read them."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


async def act(site: Site, csrf: str, path: str, **sent: str) -> tuple[int, str]:
    """As the page's script sends it."""
    headers = {"X-CSRF-Token": csrf, "Accept": "application/json"}
    answer = await site.post(f"/desk/{path}", data=sent, headers=headers)
    return answer.status, await answer.text()


async def omer(house: House) -> Agent:
    return await house.database.read(lambda work: work.agents.get(AGENT))


async def said(house: House) -> list[Disposition]:
    found = await house.database.read(lambda work: work.dispositions.of_request("rq_00000000helenward"))
    return found


# whose desk it is


async def test_staff_without_an_agent_are_told_what_to_do(site: Site, house: House) -> None:
    await enter(site, DANA)
    page = plain(await shown(site))
    assert "You are signed in as Dana Levi, but no agent belongs to this login" in page
    assert "gives one of them the login dana" in page
    status, told = await act(site, (await enter(site, DANA)), "presence", state="ready")
    assert status == 404 and "the call is not yours" in told


async def test_a_supervisor_with_an_agent_of_her_own_may_take_calls(site: Site, house: House) -> None:
    await desk_of(house, "idle")
    await house.database.transact(lambda work: work.agents.replace(replace(work.agents.get(AGENT), login="Dana")))
    await enter(site, DANA)
    assert "You are ready" in plain(await shown(site))


async def test_nobody_works_at_anothers_call(site: Site, house: House) -> None:
    await desk_of(house, "talking")
    csrf = await enter(site)
    for path, sent in (("calls/at_day0/accept", {}), ("calls/at_none/note", {"note": "x"})):
        status, _ = await act(site, csrf, path, **sent)
        assert status in (404, 409), path
    assert (await omer(house)).attempt == CALL


# what it shows


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("idle", ["You are ready", "20 customers are waiting.", "Cards 14 longest 31 minutes"]),
        ("away", ["You are away", "No calls come to you.", "I am back 1"]),
        ("missed", ["You were set away", "the customer kept the place", "I am back 1"]),
        ("offer", ["Call for you: Card blocked", "Accept", "Pass", "7 minutes later than promised.",
                   "We said between 13:44 and 14:00.", "+44…377", "number confirmed", "Private, speaks English",
                   "We promised to call by 14:00 and are late", "today, 12:11", "Visa 0926", "Abroad yes"]),
        ("calling", ["Ringing Helen Ward", "Stay on the line."]),
        ("talking", ["Helen Ward", "talking", "Two declines at the hotel terminal", "Call back at", "Save"]),
        ("over", ["The talk is over", "One more minute", "Ready now", "Save and be ready", "7:54"]),
        ("late", ["You are ready", "Not written up yet", "no outcome said yet"]),
    ],
)  # fmt: skip
async def test_the_desk_says_what_is_now(site: Site, house: House, state: str, words: list[str]) -> None:
    await desk_of(house, state)
    await enter(site)
    page = plain(await shown(site))
    assert [each for each in words if each not in page] == []
    assert "+447700900377" not in page


async def test_my_day_counts_talks_their_length_and_promises_met(site: Site, house: House) -> None:
    await desk_of(house, "idle")
    await enter(site)
    page = plain(await shown(site))
    assert "calls 4 average with writing up 5:28 average talk 5:28 promises met 3 of 4" in page
    assert "13:25 Payment stuck 4:12 Solved" in page


async def test_an_unproven_number_hides_what_was_entered_and_who_was_here_before(site: Site, house: House) -> None:
    await desk_of(house, "offer", verified=False)
    await enter(site)
    page = plain(await shown(site))
    assert "number not confirmed: ask who it is" in page
    assert "Shown once the customer has pressed the key" in page and "Shown once the number is confirmed." in page
    assert "Visa 0926" not in page and "12:11" not in page


async def test_reading_who_it_is_leaves_one_trace_a_call(site: Site, house: House) -> None:
    await desk_of(house, "offer")
    await enter(site)
    for _ in range(3):
        await shown(site)
    rows = await house.database.read(lambda work: work.journal.recent(facts=(Fact.PERSONAL_DATA_READ,)))
    assert [(row.data["what"], row.data["by"]) for row in rows] == [("offer", "st_omer")]


async def test_whatever_people_type_stays_text(site: Site, house: House) -> None:
    naughty = " ".join(NAUGHTY)
    await desk_of(house, "talking", name=naughty, words=naughty, topic=naughty, segment=naughty)
    csrf = await enter(site)
    await act(site, csrf, f"calls/{CALL}/note", note=naughty)
    page = await shown(site)
    assert plain(page).count(re.sub(r"\s+", " ", naughty)) >= 3
    part = page.partition('<div id="part"')[2]
    assert not re.search(r"<script>|<img|<!--", part) and not re.search(r"\b49\b", plain(part))
    assert page.count("<textarea") == page.count("</textarea>") == 1


async def test_a_line_of_a_name_never_becomes_an_event_of_the_stream(site: Site, house: House) -> None:
    await desk_of(house, "talking", name="x\n\nevent: over\ndata: y")
    await enter(site)
    async with site.get("/desk/events") as stream:
        assert "event: over" in await event(stream.content, "part")
        async with asyncio.timeout(30):
            await event(stream.content, "beat")


async def event(content: StreamReader, name: str) -> str:
    """The next event, which is of that name or a part."""
    while True:
        text = (await content.readuntil(b"\n\n")).decode()
        assert not text.startswith("event: over")
        if text.startswith(f"event: {name}\n"):
            return text


async def test_an_open_desk_hears_of_its_own_agent(site: Site, house: House) -> None:
    await desk_of(house, "idle")
    csrf = await enter(site)
    async with site.get("/desk/events") as stream:
        assert "You are ready" in await event(stream.content, "part")
        await act(site, csrf, "presence", state="away", reason="meeting")
        async with asyncio.timeout(30):
            assert "You are away" in await event(stream.content, "part")


# what is done


async def test_presence_is_asked_with_its_reason(site: Site, house: House) -> None:
    await desk_of(house, "idle")
    csrf = await enter(site)
    status, part = await act(site, csrf, "presence", state="away", reason="training")
    assert status == 200 and re.search(
        r'name="reason" value="training">\s*<button type="submit" aria-pressed="true"', part
    )
    assert ((await omer(house)).presence, (await omer(house)).reason) == (Presence.AWAY, "training")
    assert (await act(site, csrf, "presence", state="asleep"))[0] == 422
    assert (await act(site, "forged", "presence", state="ready"))[0] == 403


async def test_a_wish_on_a_call_is_kept_for_afterwards(site: Site, house: House) -> None:
    await desk_of(house, "talking")
    csrf = await enter(site)
    _, part = await act(site, csrf, "presence", state="away", reason="break")
    assert (await omer(house)).next_presence is Presence.AWAY
    assert "Break after this call" in part and part.count('aria-pressed="true"') == 1


async def test_the_reason_of_a_wish_is_the_one_he_is_away_for(site: Site, house: House) -> None:
    await desk_of(house, "over")
    csrf = await enter(site)
    await act(site, csrf, "presence", state="away", reason="training")
    _, part = await act(site, csrf, "wrap-up")
    after = await omer(house)
    assert (after.presence, after.reason, after.next_reason) == (Presence.AWAY, "training", None)
    assert re.search(r'value="training">\s*<button type="submit" aria-pressed="true"', part)
    moved = await house.database.read(lambda work: work.journal.recent(facts=(Fact.AGENT_MOVED,), limit=1))
    assert moved[0].data["reason"] == "training"
    await act(site, csrf, "presence", state="ready")
    assert (await omer(house)).next_reason is None


async def test_accepting_twice_takes_one_call_and_another_call_is_not_meant(site: Site, house: House) -> None:
    await desk_of(house, "offer")
    csrf = await enter(site)
    assert (await act(site, csrf, "calls/at_before/accept"))[0] == 409
    first, again = await act(site, csrf, f"calls/{CALL}/accept"), await act(site, csrf, f"calls/{CALL}/accept")
    assert (first[0], again[0]) == (200, 200)
    assert "Ringing Helen Ward" in plain(again[1])
    told, words = await act(site, csrf, f"calls/{CALL}/decline")
    assert told == 409 and "the call has gone on or away" in words


async def test_passing_sends_the_place_on_and_says_why_one_is_away(site: Site, house: House) -> None:
    await desk_of(house, "offer")
    csrf = await enter(site)
    status, part = await act(site, csrf, f"calls/{CALL}/decline")
    assert status == 200 and "You were set away" in plain(part)
    request = await house.database.read(lambda work: work.requests.get("rq_00000000helenward"))
    assert request.state is State.WAITING


async def test_a_talk_is_ended_once_and_only_by_who_talks(site: Site, house: House) -> None:
    await desk_of(house, "talking")
    csrf = await enter(site)
    assert 'data-twice="Press again to end"' in await shown(site)
    assert (await act(site, csrf, "calls/at_day0/end"))[0] in (404, 409)
    assert (await act(site, csrf, f"calls/{CALL}/end"))[0] == 200
    rows = await house.database.read(lambda work: work.journal.recent(facts=(Fact.STAFF_ACTED,)))
    assert [(row.attempt, row.data["by"]) for row in rows if row.data["act"] == "ended_talk"] == [(CALL, "st_omer")]
    over = replace(await house.database.read(lambda work: work.attempts.get(CALL)), closed_at=minutes(0))
    await house.database.transact(lambda work: work.attempts.replace(over))
    assert (await act(site, csrf, f"calls/{CALL}/end"))[0] == 200
    again = await house.database.read(lambda work: work.journal.recent(facts=(Fact.STAFF_ACTED,)))
    assert again == rows


async def test_ending_hangs_up_the_customers_call_and_no_other(house: House) -> None:
    """A line of the agent's that stands all day stays."""
    await desk_of(house, "talking")

    def ended(clerk: Clerk) -> list[str]:
        desk._ended(clerk, AGENT, CALL, by="st_omer")
        return [str(call) for call in clerk.hang_ups]

    assert await house.act(ended) == ["CAcustomer"]


@pytest.mark.parametrize("state", ["offer", "calling"])
async def test_what_is_no_talk_yet_cannot_be_ended(site: Site, house: House, state: str) -> None:
    await desk_of(house, state)
    csrf = await enter(site)
    assert "Press again to end" not in await shown(site)
    assert (await act(site, csrf, f"calls/{CALL}/end"))[0] == 409


async def test_who_asked_for_a_break_is_not_told_that_he_will_be_ready(site: Site, house: House) -> None:
    await desk_of(house, "over")
    csrf = await enter(site)
    _, part = await act(site, csrf, "presence", state="away", reason="break")
    assert [one in plain(part) for one in ("Save and finish", "Finish now", "Save and be ready")] == [True, True, False]
    assert "No call comes before you are ready again." in plain(part)
    await act(site, csrf, "wrap-up")
    assert (await omer(house)).presence is Presence.AWAY


async def test_a_note_is_kept_as_typed_and_says_nothing_of_the_outcome(site: Site, house: House) -> None:
    await desk_of(house, "talking")
    csrf = await enter(site)
    await act(site, csrf, f"calls/{CALL}/note", note="line one\r\nline two")
    (kept,) = await said(house)
    assert kept.code == "" and house.vault.open(kept.note) == "line one\nline two"  # type: ignore[arg-type]
    assert "line one\nline two</textarea>" in await shown(site)
    assert (await act(site, csrf, f"calls/{CALL}/note", note="x" * 2001))[0] == 422
    await act(site, csrf, f"calls/{CALL}/note", note="")
    assert (await said(house))[0].note is None


async def test_an_outcome_said_twice_is_stored_once_and_makes_one_follow_up(site: Site, house: House) -> None:
    await desk_of(house, "over")
    csrf = await enter(site)
    sent = {"code": "call_again", "note": "ring after six", "follow_up": "soon", "mine": "yes", "then": "ready"}
    for _ in range(2):
        status, part = await act(site, csrf, f"calls/{CALL}/disposition", **sent)
        assert status == 200, part
    assert (await omer(house)).presence is Presence.READY
    assert "You are ready" in plain(part) and "13:59 Card blocked 7:54 To be called again" in plain(part)
    followed = await house.database.read(lambda work: work.requests.search(states=("waiting",)))
    (mine,) = [one for one in followed if one.follows == "rq_00000000helenward"]
    assert mine.wanted_agent == AGENT


async def test_an_outcome_is_one_of_the_banks_own(site: Site, house: House) -> None:
    await desk_of(house, "over")
    csrf = await enter(site)
    assert (await act(site, csrf, f"calls/{CALL}/disposition", code="bribed"))[0] == 422
    assert (await omer(house)).presence is Presence.WRAPPING


async def test_a_follow_up_is_booked_at_a_free_time(site: Site, house: House) -> None:
    await desk_of(house, "over")
    csrf = await enter(site)
    options = await (await site.get(f"/desk/calls/{CALL}/times")).text()
    times = re.findall(r'<option value="([^"]+)">(\d\d:\d\d)', options)
    assert times and '<optgroup label="' in options
    at = times[0][0]
    status, told = await act(site, csrf, f"calls/{CALL}/disposition", code="call_again", follow_up="at", at=at)
    assert status == 200, told
    booked = await house.database.read(lambda work: work.requests.search(states=("booked",)))
    assert [one.slot_start.isoformat() for one in booked if one.follows and one.slot_start] == [at]
    assert (await act(site, csrf, f"calls/{CALL}/disposition", code="solved", follow_up="at", at="soon"))[0] == 422


async def test_a_little_longer_counts_once_however_often_it_is_pressed(site: Site, house: House) -> None:
    await desk_of(house, "over")
    csrf, until = await enter(site), minutes(0.4)
    for _ in range(3):
        assert (await act(site, csrf, "wrap-up/longer", until=until.isoformat()))[0] == 200
    assert (await omer(house)).wrap_until == until + timedelta(minutes=1)
    for _ in range(12):
        seen = (await omer(house)).wrap_until
        assert seen is not None
        _, part = await act(site, csrf, "wrap-up/longer", until=seen.isoformat())
        assert ("One more minute" in part) is (seen + 2 * desk.LONGER <= (await omer(house)).since + desk.LONGEST)
        if "One more minute" not in part:
            break
    until = (await omer(house)).wrap_until
    assert until is not None
    assert (await act(site, csrf, "wrap-up/longer", until=until.isoformat()))[0] == 409
    assert (await act(site, csrf, "wrap-up"))[0] == 200
    assert (await omer(house)).presence is Presence.READY


async def test_a_talk_without_outcome_stays_on_the_desk_for_half_an_hour(
    site: Site, house: House, clock: HandClock
) -> None:
    await desk_of(house, "late")
    await enter(site)
    assert "Not written up yet" in plain(await shown(site))
    clock.move(31 * 60)
    page = plain(await shown(site))
    assert "Not written up yet" not in page and "no outcome said yet" in page


# what the operator sets


async def test_the_crm_is_opened_with_escaped_values(house: House) -> None:
    await desk_of(house, "offer", topic="a&b=c #%")
    wishes = Wishes(crm=crm("https://crm.bank.example/case?c={customer}&p={phone}&t={topic}&a={agent}"))
    async with TestClient(TestServer(make_web(house, passwords=QUICK, secure=False, wishes=wishes))) as site:
        await enter(site)
        page = html.unescape(await shown(site))
    assert (
        "https://crm.bank.example/case?c=https%3A%2F%2Flogin.bank.example%7Chelen&p=%2B447700900377"
        "&t=a%26b%3Dc%20%23%25&a=ag_omer" in page
    )


@pytest.mark.parametrize(
    "template",
    ["http://crm.example/{customer}", "javascript:alert(1)", "https://{customer}.example/", "https://u@crm.example/",
     "https://crm.example/{password}", "https://crm.example/{customer!r}", "https:///x", "https://crm.example/{"],
)  # fmt: skip
def test_an_address_of_the_crm_is_https_with_a_host_of_its_own(template: str) -> None:
    with pytest.raises(ValueError):
        crm(template)


def test_outcomes_are_words_without_repetition() -> None:
    assert outcomes("solved, sold  solved") == ("solved", "sold")
    assert outcomes("") == Wishes().outcomes
    with pytest.raises(ValueError):
        outcomes("So/ved")
    with pytest.raises(ValueError):
        outcomes(" ".join(f"o{i}" for i in range(21)))


async def test_only_named_sites_may_show_the_desk_in_a_frame_and_nothing_else(house: House) -> None:
    await desk_of(house, "idle")
    wishes = Wishes(frames=frozenset({"https://crm.bank.example"}))
    for frames, secure, told in ((wishes, True, "None"), (wishes, False, "Lax"), (None, True, "Lax")):
        async with TestClient(TestServer(make_web(house, passwords=QUICK, secure=secure, wishes=frames))) as site:
            for path in ("/desk", "/sign-in", "/desk/events", "/console", "/desks", "/account"):
                policy = (await site.get(path, allow_redirects=False)).headers["Content-Security-Policy"]
                named = frames is not None and path in ("/desk", "/sign-in", "/desk/events")
                assert ("frame-ancestors https://crm.bank.example" in policy) is named, path
                assert ("frame-ancestors 'none'" in policy) is not named, path
            sent = {"login": OMER, "password": PASSWORD}
            answer = await site.post("/sign-in", data=sent, allow_redirects=False)
            cookie = answer.headers["Set-Cookie"]
            assert f"SameSite={told}" in cookie and ("Secure" in cookie) is secure


# the promise bar


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("now", [-50, -20, -7, 3, 400])
def test_the_bar_holds_all_moments_in_reading_direction(now: float, width: int, mirrored: bool) -> None:
    bar = promise_bar(minutes(-45), Window(minutes(-23), minutes(-7)), minutes(now), width=width, mirrored=mirrored)
    assert all(0 <= x <= width for x in (bar.asked, bar.now, *(mark.x for mark in bar.marks)))
    assert (bar.late is not None) == (now > -7)
    assert bar.marks[0].kind == "now"
    ordered = sorted(bar.marks, key=lambda mark: mark.at)
    assert [mark.x for mark in ordered] == sorted((mark.x for mark in bar.marks), reverse=mirrored)


async def test_a_topic_is_called_what_the_rules_call_it_in_the_readers_language(site: Site, house: House) -> None:
    await desk_of(house, "offer")

    def named(clerk: Clerk) -> None:
        queue = clerk.work.queues.get("cards")
        labels = {"card_blocked": {"en": "Card, blocked or declined", "ru": "Карта не работает"}}
        rules = replace(queue.rules, topics=("card_blocked",), topic_labels=labels)
        clerk.work.queues.publish("cards", rules, at=clerk.at, by="scene")

    await house.act(named)
    await enter(site)
    for language, called in (("en", "Card, blocked or declined"), ("ru", "Карта не работает"), ("he", "declined")):
        page = plain(await (await site.get(f"/desk?lang={language}", headers=PERSON)).text())
        assert called in page and "Card blocked" not in page.replace("New", "")


async def test_everything_is_said_in_three_languages(site: Site, house: House) -> None:
    await desk_of(house, "offer")
    await settle_staff(house, role="viewer", login="vera")
    await enter(site)
    for language, word, direction in (("ru", "Звонок для вас", "ltr"), ("he", "שיחה בשבילך", "rtl")):
        page = await (await site.get(f"/desk?lang={language}", headers=PERSON)).text()
        assert word in page and f'dir="{direction}"' in page
