"""What a supervisor does with one request, and how requests are found, over HTTP."""

import re
from dataclasses import replace
from functools import partial

import pytest

from tests.db.builders import an_attempt
from tests.web.afternoon import a_request, fill, minutes, settle_staff
from tests.web.conftest import SignIn, Site
from tests.web.test_console import PERSON, plain, shown
from vqueue.domain.agent import Presence
from vqueue.domain.ids import AgentId, RequestId
from vqueue.domain.journal import Fact
from vqueue.domain.phone import Phone
from vqueue.domain.request import Request, State
from vqueue.ports.database import Work
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

WAITING = "rq_00000000017k2mb"
BOOKED = "rq_00000000037k2md"


@pytest.fixture
async def csrf(house: House, sign_in: SignIn) -> str:
    await fill(house)
    return await sign_in()


async def stands(house: House, name: str = WAITING) -> Request:
    return await house.database.read(lambda work: work.requests.get(RequestId(name)))


def _put(work: Work, each: Request) -> None:
    work.requests.replace(each)


async def do(site: Site, csrf: str, act: str, *, to: str = WAITING, **fields: str) -> tuple[int, str]:
    """(status, where it leads or what the page says)."""
    sent = {"csrf": csrf, "reason": "vip at the branch", **fields}
    path = f"/console/requests/{to}/{act}"
    answer = await site.post(path, data=sent, headers=PERSON, allow_redirects=False)
    return answer.status, answer.headers.get("Location") or plain(await answer.text())


async def test_a_request_is_moved_told_with_its_reason_and_taken_back(site: Site, house: House, csrf: str) -> None:
    before = await stands(house)
    status, back = await do(site, csrf, "move", queue="fraud", **{"class": "standard"})
    assert (status, back) == (303, f"/console/requests/{WAITING}?done=move&queue=cards&class=standard")
    moved = await stands(house)
    assert (moved.queue, moved.virtual_start) == ("fraud", before.virtual_start)
    page = plain(await shown(site, back))
    assert "Moved. Undo" in page and "Moved by the bank vip at the branch" in page and "Dana Levi" in page
    status, back = await do(site, csrf, "move", queue="cards", undo="yes", **{"class": "standard"})
    assert (await stands(house)).queue == "cards"
    assert "Taken back" in plain(await shown(site, back))


async def test_without_a_reason_nothing_is_done_and_what_was_chosen_stays(site: Site, house: House, csrf: str) -> None:
    status, page = await do(site, csrf, "move", queue="fraud", reason=" ", **{"class": "booked"})
    assert (status, "Give a reason" in page) == (422, True)
    assert (await stands(house)).queue == "cards"


async def test_a_class_that_a_queue_has_not_is_refused_in_words(site: Site, csrf: str) -> None:
    status, page = await do(site, csrf, "move", queue="fraud", **{"class": "gold"})
    assert (status, "This queue has no such class" in page) == (422, True)


@pytest.mark.parametrize("name", [WAITING, BOOKED])
async def test_called_next_is_ready_and_before_others(site: Site, house: House, csrf: str, name: str) -> None:
    paused = replace(await stands(house), parked="retry", ready=False, not_before=minutes(9))
    shown_in = replace(await stands(house, BOOKED), slot_zone="Europe/London")
    for each in (paused, shown_in):
        await house.database.transact(partial(_put, each=each))
    status, _ = await do(site, csrf, "next", to=name)
    called = await stands(house, name)
    assert status == 303
    assert (called.state, called.credit_class, called.ready, called.not_before) == (
        State.WAITING, "rescued", True, None,
    )  # fmt: skip


async def test_who_waits_for_something_else_than_our_call_is_not_called_next(
    site: Site, house: House, csrf: str
) -> None:
    expected = replace(await stands(house), parked="call_in", ready=False)
    await house.database.transact(partial(_put, each=expected))
    assert f"/{WAITING}/next" not in await shown(site, f"/console/requests/{WAITING}")
    status, page = await do(site, csrf, "next")
    assert (status, "not possible" in page) == (409, True)
    assert (await stands(house)).credit_class == "standard"


@pytest.mark.parametrize(("act", "state"), [("cancel", State.CANCELLED), ("resolve", State.SERVED)])
async def test_what_has_ended_offers_no_act_and_says_so(
    site: Site, house: House, csrf: str, act: str, state: State
) -> None:
    assert (await do(site, csrf, act))[0] == 303
    assert (await stands(house)).state is state
    page = await shown(site, f"/console/requests/{WAITING}?done={act}")
    assert f"/{WAITING}/{act}" not in page and "Undo" not in page
    status, told = await do(site, csrf, "move", queue="fraud")
    assert (status, "has ended already" in told) == (409, True)


async def test_the_number_in_full_is_shown_once_asked_and_leaves_a_trace(site: Site, house: House, csrf: str) -> None:
    path = f"/console/requests/{WAITING}/reveal"
    assert "+447700900201" not in await shown(site, path)
    answer = await site.post(path, data={"csrf": csrf}, headers=PERSON)
    assert "+447700900201" in await answer.text()
    assert answer.headers["Cache-Control"] == "no-store"
    (row,) = await house.database.read(lambda work: work.journal.recent(facts=(Fact.PERSONAL_DATA_READ,)))
    assert (row.request, row.data["by"]) == (WAITING, "st_dana")


async def test_a_viewer_has_no_act_and_sees_no_number(site: Site, house: House, sign_in: SignIn) -> None:
    await fill(house)
    await settle_staff(house, role="viewer", login="vera")
    csrf = await sign_in("vera")
    page = await shown(site, f"/console/requests/{WAITING}")
    assert "data-dialog" not in page
    answer = await site.post(f"/console/requests/{WAITING}/reveal", data={"csrf": csrf}, headers=PERSON)
    assert (answer.status, "900201" in await answer.text()) == (403, False)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("number=204", 1),
        ("number=%2B447700900204", 1),
        ("channel=app", 1),
        ("channel=nonsense", 31),
        ("agent=ag_omer", 0),
        ("agent=ag_priya", 1),
        ("state=booked", 3),
        ("state=waiting&queue=app", 6),
        ("number=204&queue=payments", 0),
    ],
)
async def test_requests_are_found_by_what_is_known_of_them(
    site: Site, house: House, csrf: str, query: str, found: int
) -> None:
    phone = house.vault.seal_phone(Phone("+447700900999"))
    await house.act(lambda clerk: clerk.join(a_request("rq_app", channel="app", phone=phone)))
    tried = an_attempt("at_1", request=RequestId(WAITING), agent=AgentId("ag_priya"))
    await house.database.transact(lambda work: work.attempts.insert(tried))
    page = await shown(site, f"/console/requests?{query}")
    assert len(re.findall("<tr data-key", page)) == found
    assert "7700900204" not in page


@pytest.mark.parametrize("language", ["en", "ru", "he"])
async def test_agents_are_shown_with_what_they_do_and_can(
    site: Site, house: House, csrf: str, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    page = await shown(site, f"/console/agents?lang={language}")
    assert "has no wording" not in caplog.text
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
    if language == "en":
        text = plain(page)
        assert "7 of 8 signed in" in text
        assert "Omer Barak away Break" in text and "14:00 7:00" in text
        assert re.search("Anna Petrova 5 5 – – English, Hebrew", text)
        assert "Ready now, of those signed in 0 of 2 0 of 4 2 of 2 2 of 3" in text
        assert "For every skill somebody is signed in." in text
        assert 'action="/console/agents/ag_omer/presence"' in page


@pytest.mark.parametrize(
    ("language", "told"), [("en", "agent did not answer"), ("ru", "оператор не ответил"), ("he", "אין מענה בצד הנציג")]
)
async def test_an_agent_who_missed_a_call_is_away_for_that_reason(
    site: Site, house: House, csrf: str, language: str, told: str
) -> None:
    def missed(clerk: Clerk) -> None:
        omer = clerk.work.agents.get(AgentId("ag_omer"))
        clerk.work.agents.replace(replace(omer, presence=Presence.AWAY, reason="agent_no_answer"))

    await house.act(missed)
    assert told in plain(await shown(site, f"/console/agents?lang={language}"))


@pytest.mark.parametrize("language", ["en", "ru", "he"])
async def test_booked_times_show_what_is_booked_of_what_and_why(
    site: Site, csrf: str, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    page = await shown(site, f"/console/slots?queue=cards&lang={language}")
    assert "has no wording" not in caplog.text
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
    if language == "en":
        assert re.search(r"09:00 0 of \d+ 0 – – – by the weekly table, no forecast has been made yet", plain(page))
