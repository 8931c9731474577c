"""Who may come in, and what a form must prove."""

from dataclasses import replace

import pytest

from tests.web.afternoon import DANA, OMER, PASSWORD, an_agent, settle_staff
from tests.web.conftest import SignIn, Site
from tests.web.house import HandClock
from vqueue.domain.agent import Presence
from vqueue.domain.journal import Fact
from vqueue.ports.database import Work
from vqueue.services.house import House
from vqueue.services.sessions import IDLE_S, SESSION_S, TOUCH_S
from vqueue.services.signing_in import TRIES_PER_LOGIN_AND_ADDRESS, WINDOW_S
from vqueue.web.access import path_within

PERSON = {"Accept": "text/html"}
PROTECTED = (
    "/console",
    "/console/board/events",
    "/console/requests",
    "/console/requests/events",
    "/console/requests/r1",
    "/console/requests/r1/events",
    "/console/queues/cards/dialing",
)


async def enter(site: Site, *, login: str = DANA, password: str = PASSWORD, **more: str) -> tuple[int, str]:
    answer = await site.post(
        "/sign-in", data={"login": login, "password": password, **more}, headers=PERSON, allow_redirects=False
    )
    return answer.status, answer.headers.get("Location") or await answer.text()


@pytest.mark.parametrize("path", PROTECTED)
async def test_without_a_session_people_are_sent_to_sign_in_and_programs_are_told(site: Site, path: str) -> None:
    shown = await site.get(path, headers=PERSON, allow_redirects=False)
    assert (shown.status, shown.headers["Location"]) == (303, f"/sign-in?next={path}")
    told = await site.get(path)
    assert (told.status, told.content_type) == (401, "application/problem+json")
    assert (await told.json())["code"] == "not_authenticated"


@pytest.mark.parametrize("path", PROTECTED)
async def test_an_agent_may_not_see_the_console(site: Site, house: House, sign_in: SignIn, path: str) -> None:
    await settle_staff(house, role="agent", login=OMER)
    await enter(site, login=OMER)
    assert (await site.get(path)).status == 403
    shown = await site.get(path, headers=PERSON)
    assert shown.status == 403
    assert "This did not work" in await shown.text()


async def test_after_signing_in_people_come_to_the_page_they_wanted(site: Site) -> None:
    assert await enter(site, next="/console/requests?state=any") == (303, "/console/requests?state=any")


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "/\tx", ""])
async def test_signing_in_never_leads_off_the_site(site: Site, elsewhere: str) -> None:
    assert await enter(site, next=elsewhere) == (303, "/console")
    assert path_within(elsewhere, "/console") == "/console"


async def test_a_wrong_password_and_an_unknown_login_are_told_the_same(site: Site) -> None:
    wrong, unknown = await enter(site, password="mint"), await enter(site, login="nobody")
    assert wrong[0] == unknown[0] == 401
    assert wrong[1].replace('value="dana"', "") == unknown[1].replace('value="nobody"', "")


async def test_somebody_disabled_cannot_sign_in_and_is_out_at_once(site: Site, house: House, sign_in: SignIn) -> None:
    await sign_in()
    await house.database.transact(_disable_dana)
    assert (await site.get("/console")).status == 401
    assert (await enter(site))[0] == 401


def _disable_dana(work: Work) -> None:
    dana = work.people.staff(DANA)
    assert dana is not None
    work.people.change(dana, replace(dana, disabled=True))


async def test_too_many_wrong_passwords_end_with_429_and_pass_with_time(site: Site, clock: HandClock) -> None:
    for _ in range(TRIES_PER_LOGIN_AND_ADDRESS):
        assert (await enter(site, password="guess"))[0] == 401
    refused = await site.post("/sign-in", data={"login": DANA, "password": PASSWORD})
    assert (refused.status, (await refused.json())["code"]) == (429, "rate_limited")
    assert int(refused.headers["Retry-After"]) == WINDOW_S
    clock.move(WINDOW_S)
    assert (await enter(site))[0] == 303


async def test_signing_in_rightly_uses_up_no_tries(site: Site) -> None:
    for _ in range(TRIES_PER_LOGIN_AND_ADDRESS + 3):
        assert (await enter(site))[0] == 303


async def test_a_login_is_the_same_in_any_case_and_with_spaces(site: Site) -> None:
    assert (await enter(site, login="  Dana "))[0] == 303


async def test_a_session_ends_with_the_shift(site: Site, sign_in: SignIn, clock: HandClock) -> None:
    await sign_in()
    steps = SESSION_S // (IDLE_S // 2)
    for _ in range(steps - 1):
        clock.move(IDLE_S / 2)
        assert (await site.get("/console")).status == 200
    clock.move(IDLE_S / 2)
    assert (await site.get("/console")).status == 401


async def test_a_browser_that_asks_for_nothing_is_signed_out(site: Site, sign_in: SignIn, clock: HandClock) -> None:
    await sign_in()
    clock.move(TOUCH_S)
    assert (await site.get("/console")).status == 200
    clock.move(IDLE_S - 1)
    assert (await site.get("/console")).status == 200
    clock.move(IDLE_S)
    assert (await site.get("/console")).status == 401


async def test_signing_in_again_ends_the_session_this_browser_had(site: Site, house: House, sign_in: SignIn) -> None:
    await sign_in()
    first = site.session.cookie_jar.filter_cookies(site.make_url("/"))["vqueue"].value
    await sign_in()
    second = site.session.cookie_jar.filter_cookies(site.make_url("/"))["vqueue"].value
    assert first != second
    site.session.cookie_jar.clear()
    assert (await site.get("/console", headers={"Cookie": f"vqueue={first}"})).status == 401
    assert (await site.get("/console", headers={"Cookie": f"vqueue={second}"})).status == 200


async def test_signing_out_makes_the_cookie_worthless(site: Site, house: House, sign_in: SignIn) -> None:
    csrf = await sign_in()
    cookie = site.session.cookie_jar.filter_cookies(site.make_url("/"))["vqueue"].value
    assert (await site.post("/sign-out", data={"csrf": csrf}, allow_redirects=False)).status == 303
    assert (await site.get("/console", headers={"Cookie": f"vqueue={cookie}"})).status == 401
    rows = await house.database.read(lambda work: work.journal.recent(facts=(Fact.STAFF_ACTED,)))
    assert sorted(row.data["act"] for row in rows) == ["signed_in", "signed_out"]


async def test_the_cookie_is_kept_from_scripts_and_other_sites_and_not_stored_as_it_is(
    site: Site, house: House
) -> None:
    answer = await site.post("/sign-in", data={"login": DANA, "password": PASSWORD}, allow_redirects=False)
    cookie = answer.cookies["vqueue"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/"
    assert await house.database.read(lambda work: work.sessions.find(cookie.value)) is None


@pytest.mark.parametrize("path", ["/console/agents/ag_omer/presence", "/console/queues/cards/dialing", "/sign-out"])
async def test_a_form_without_its_word_is_refused(site: Site, house: House, sign_in: SignIn, path: str) -> None:
    await sign_in()
    for word in ({}, {"csrf": ""}, {"csrf": "guess"}):
        answer = await site.post(path, data={"state": "ready", "turn": "off", "reason": "x", **word})
        assert (answer.status, (await answer.json())["code"]) == (403, "forbidden")


@pytest.mark.parametrize("sign", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_a_form_sent_by_another_site_is_refused(site: Site, sign_in: SignIn, sign: dict[str, str]) -> None:
    csrf = await sign_in()
    assert (await site.post("/sign-out", data={"csrf": csrf}, headers=sign)).status == 403
    assert (await site.post("/sign-in", data={"login": DANA, "password": PASSWORD}, headers=sign)).status == 403


async def test_an_act_with_the_right_word_is_done(site: Site, house: House, sign_in: SignIn) -> None:
    away = an_agent("Omer Barak", presence=Presence.AWAY)
    await house.database.transact(lambda work: work.agents.insert(away))
    csrf = await sign_in()
    answer = await site.post(f"/console/agents/{away.id}/presence", data={"csrf": csrf, "state": "ready"})
    assert answer.status == 204
    now = await house.database.read(lambda work: work.agents.get(away.id))
    assert now.presence is Presence.READY
