"""Roles, people's own pages, and what admins do with staff."""

import pytest
from aiohttp.test_utils import TestClient, TestServer

from tests.web.afternoon import DANA, PASSWORD, QUICK, a_queue, an_agent, settle_staff
from tests.web.conftest import Site
from vqueue.domain.agent import Presence
from vqueue.domain.journal import Fact
from vqueue.ports.people import Staff
from vqueue.services.house import House
from vqueue.services.signing_in import Role
from vqueue.web.site import make_web

PERSON = {"Accept": "text/html"}
NOBODY, AGENT, VIEWER, SUPERVISOR, ADMIN = (), (Role.AGENT,), (Role.VIEWER,), (Role.SUPERVISOR,), (Role.ADMIN,)
READERS, ACTORS, ALL = VIEWER + SUPERVISOR + ADMIN, SUPERVISOR + ADMIN, tuple(Role)
OMER = "ag_omer"
MATRIX: dict[tuple[str, str], tuple[Role, ...]] = {
    ("GET", "/console"): READERS,
    ("GET", "/console/board/events"): READERS,
    ("GET", "/console/requests"): READERS,
    ("GET", "/console/requests/events"): READERS,
    ("GET", "/console/requests/{request}"): READERS,
    ("GET", "/console/requests/{request}/events"): READERS,
    ("GET", "/console/requests/find"): ACTORS,
    ("POST", "/console/requests/find"): ACTORS,
    ("GET", "/console/requests/{request}/reveal"): ACTORS,
    ("POST", "/console/requests/{request}/reveal"): ACTORS,
    ("GET", "/console/requests/{request}/{act}"): ACTORS,
    ("POST", "/console/requests/{request}/{act}"): ACTORS,
    ("GET", "/console/queues/{queue}/{switch}"): ACTORS,
    ("POST", "/console/queues/{queue}/{switch}"): ACTORS,
    ("POST", "/console/agents/{agent}/presence"): ACTORS,
    ("GET", "/console/agents/{agent}/skills"): ACTORS,
    ("POST", "/console/agents/{agent}/skills"): ACTORS,
    ("GET", "/console/agents/{agent}/pin"): ADMIN,
    ("POST", "/console/agents/{agent}/pin"): ADMIN,
    ("GET", "/console/rules"): READERS,
    ("GET", "/console/queues/{queue}/rules"): READERS,
    ("GET", "/console/queues/{queue}/rules/history"): READERS,
    ("GET", "/console/queues/{queue}/rules/rehearsal"): READERS,
    ("POST", "/console/queues/{queue}/rules/rehearse"): ACTORS,
    ("POST", "/console/queues/{queue}/rules"): ACTORS,
    ("POST", "/console/queues/{queue}/rules/form"): ACTORS,
    ("POST", "/console/queues/{queue}/rules/discard"): ACTORS,
    ("POST", "/console/queues/{queue}/rules/publish"): ACTORS,
    ("POST", "/console/queues/{queue}/rules/unschedule"): ACTORS,
    ("POST", "/console/queues/{queue}/rules/rollback"): ACTORS,
    ("GET", "/console/reports"): READERS,
    ("GET", "/console/reports/promises"): READERS,
    ("GET", "/console/reports/{name}.csv"): READERS,
    ("GET", "/console/agents"): READERS,
    ("GET", "/console/agents/events"): READERS,
    ("GET", "/console/slots"): READERS,
    ("GET", "/console/journal"): READERS,
    ("GET", "/console/service"): READERS,
    ("GET", "/console/webhooks/{webhook}/retry"): ACTORS,
    ("POST", "/console/webhooks/{webhook}/retry"): ACTORS,
    ("GET", "/console/staff"): ADMIN,
    ("POST", "/console/staff"): ADMIN,
    ("POST", "/console/staff/{staff}/role"): ADMIN,
    ("POST", "/console/staff/{staff}/password"): ADMIN,
    ("POST", "/console/staff/{staff}/disable"): ADMIN,
    ("POST", "/console/staff/{staff}/enable"): ADMIN,
    ("POST", "/console/staff/{staff}/sessions/end"): ADMIN,
    ("GET", "/desk"): ALL,
    ("GET", "/desk/events"): ALL,
    ("GET", "/desk/calls/{attempt}/times"): ALL,
    ("POST", "/desk/presence"): ALL,
    ("POST", "/desk/calls/{attempt}/accept"): ALL,
    ("POST", "/desk/calls/{attempt}/decline"): ALL,
    ("POST", "/desk/calls/{attempt}/end"): ALL,
    ("POST", "/desk/calls/{attempt}/note"): ALL,
    ("POST", "/desk/calls/{attempt}/disposition"): ALL,
    ("POST", "/desk/wrap-up"): ALL,
    ("POST", "/desk/wrap-up/longer"): ALL,
    ("GET", "/account"): ALL,
    ("POST", "/account/sessions/end"): ALL,
    ("POST", "/account/sessions/end-all"): ALL,
    ("POST", "/account/password"): ALL,
    ("POST", "/account/pin"): ALL,
    ("POST", "/sign-out"): ALL,
}
OPEN = {
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/"),
    ("GET", "/support"),
    ("GET", "/support/widget.js"),
    ("GET", "/support/manifest.webmanifest"),
    ("GET", "/support/worker.js"),
}
ENDING = {"/account/sessions/end-all", "/sign-out"}
NAMES = {
    "request": "rq_none", "queue": "none", "switch": "dialing", "agent": "ag_none", "staff": "st_none",
    "name": "queues", "attempt": "at_none", "act": "move", "webhook": "wh_none",
}  # fmt: skip


def pages_of(site: Site) -> set[tuple[str, str]]:
    """Every page of staff: method and pattern. The public API, webhooks, files and health are others."""
    app = site.server.app  # type: ignore[attr-defined]
    found = {(route.method, route.resource.canonical) for route in app.router.routes() if route.resource is not None}
    ours = ("/console", "/account", "/sign-", "/desk", "/support")
    return {(method, path) for method, path in found if method != "HEAD" and path.startswith(ours)}


def test_the_matrix_of_roles_names_every_page(site: Site) -> None:
    assert pages_of(site) == MATRIX.keys() | (OPEN - {("GET", "/")})


async def enter(site: Site, login: str, password: str = PASSWORD) -> str:
    """Signs in; returns the word forms must carry."""
    sent = {"login": login, "password": password, "next": "/account"}
    answer = await site.post("/sign-in", data=sent, headers=PERSON)
    assert answer.status == 200, answer.status
    return csrf_of(await answer.text())


def csrf_of(page: str) -> str:
    return page.partition('data-csrf="')[2].partition('"')[0]


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_reaches_its_pages_and_no_others(site: Site, house: House, role: Role) -> None:
    await settle_staff(house, role=role, login="max")
    csrf = ""
    for (method, pattern), allowed in MATRIX.items():
        csrf = csrf or await enter(site, "max")
        sent = {"csrf": csrf, "turn": "off", "reason": "drill"}
        path = pattern.format(**NAMES)
        async with site.request(method, path, data=sent, allow_redirects=False) as answer:
            refused = answer.status in (401, 403)
            assert refused == (role not in allowed), (role, method, pattern, answer.status)
        if pattern in ENDING:
            csrf = ""


async def test_a_viewer_sees_the_board_without_a_button(site: Site, house: House) -> None:
    await settle_staff(house, role="viewer", login="vera")
    await house.database.transact(lambda work: work.queues.insert(a_queue()))
    await house.database.transact(lambda work: work.agents.insert(an_agent(presence=Presence.AWAY)))
    await enter(site, "vera")
    page = await (await site.get("/console", headers=PERSON)).text()
    assert "Omer Barak" in page
    assert "/console/agents/" not in page and "/console/queues/" not in page and "/console/staff" not in page


# a person's own page


async def test_people_see_their_browsers_and_sign_one_of_them_out(site: Site, house: House) -> None:
    async with TestClient(TestServer(make_web(house, passwords=QUICK, secure=False))) as other:
        await enter(other, DANA)
        csrf = await enter(site, DANA)
        page = await (await site.get("/account")).text()
        assert page.count('name="session"') == 1 and "This browser" in page
        session = page.partition('name="session" value="')[2].partition('"')[0]
        await site.post("/account/sessions/end", data={"csrf": csrf, "session": session})
        assert (await other.get("/console")).status == 401
        assert (await site.get("/console")).status == 200


async def test_nobody_ends_anothers_session(site: Site, house: House) -> None:
    await settle_staff(house, role="viewer", login="vera")
    async with TestClient(TestServer(make_web(house, passwords=QUICK, secure=False))) as other:
        await enter(other, "vera")
        (vera,) = await house.database.read(lambda work: work.sessions.of_staff("st_vera"))
        csrf = await enter(site, DANA)
        told = await site.post("/account/sessions/end", data={"csrf": csrf, "session": vera.id})
        assert told.status == 404
        assert (await other.get("/console")).status == 200


async def test_signing_out_everywhere_ends_this_browser_too(site: Site, house: House) -> None:
    async with TestClient(TestServer(make_web(house, passwords=QUICK, secure=False))) as other:
        await enter(other, DANA)
        csrf = await enter(site, DANA)
        answer = await site.post("/account/sessions/end-all", data={"csrf": csrf}, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")
        assert ((await other.get("/console")).status, (await site.get("/console")).status) == (401, 401)


NEW = "four walnut shells"


async def test_a_new_password_counts_at_once_and_ends_other_browsers(site: Site, house: House) -> None:
    async with TestClient(TestServer(make_web(house, passwords=QUICK, secure=False))) as other:
        await enter(other, DANA)
        csrf = await enter(site, DANA)
        done = await site.post(
            "/account/password", data={"csrf": csrf, "current": PASSWORD, "new": NEW}, headers=PERSON
        )
        assert "Every other browser is signed out" in await done.text()
        assert ((await other.get("/console")).status, (await site.get("/console")).status) == (401, 200)
        old = await other.post("/sign-in", data={"login": DANA, "password": PASSWORD})
        assert old.status == 401
        await enter(other, DANA, NEW)


@pytest.mark.parametrize(
    ("current", "new", "status"), [("wrong", NEW, 401), (PASSWORD, "short", 422), (PASSWORD, "x" * 1025, 422)]
)
async def test_a_password_is_not_changed_by_a_guess_nor_to_a_short_one(
    site: Site, current: str, new: str, status: int
) -> None:
    csrf = await enter(site, DANA)
    sent = {"csrf": csrf, "current": current, "new": new}
    assert (await site.post("/account/password", data=sent, headers=PERSON)).status == status
    await enter(site, DANA)


async def test_guessing_the_current_password_is_held_off(site: Site) -> None:
    csrf = await enter(site, DANA)
    told = [
        (await site.post("/account/password", data={"csrf": csrf, "current": f"guess {i}", "new": NEW})).status
        for i in range(6)
    ]
    assert told == [401] * 5 + [429]


# admins


async def an_admin(site: Site, house: House) -> str:
    await settle_staff(house, role="admin", login="ada", name="Ada Lind")
    return await enter(site, "ada")


async def staff_of(house: House, login: str) -> Staff:
    found = await house.database.read(lambda work: work.people.staff(login))
    assert found is not None
    return found


async def test_an_admin_adds_somebody_who_signs_in_with_the_password_shown_once(site: Site, house: House) -> None:
    csrf = await an_admin(site, house)
    sent = {"csrf": csrf, "login": " Tom.K ", "name": "Tom  Keller", "role": "viewer"}
    page = await (await site.post("/console/staff", data=sent, headers=PERSON)).text()
    password = page.partition('class="secret mono" dir="ltr">')[2].partition("<")[0]
    assert len(password) == 20
    assert password not in await (await site.get("/console/staff")).text()
    tom = await staff_of(house, "tom.k")
    assert (tom.name, tom.role) == ("Tom Keller", "viewer")
    await enter(site, "tom.k", password)


@pytest.mark.parametrize(
    ("login", "name", "word"), [("Dana", "Other", "taken"), ("a b", "Other", "letters"), ("tom", " ", "has a name")]
)
async def test_a_login_is_one_persons_and_well_written(
    site: Site, house: House, login: str, name: str, word: str
) -> None:
    csrf = await an_admin(site, house)
    sent = {"csrf": csrf, "login": login, "name": name, "role": "viewer"}
    answer = await site.post("/console/staff", data=sent, headers=PERSON)
    assert answer.status == 422 and word in await answer.text()
    assert (await staff_of(house, DANA)).name == "Dana Levi"


@pytest.mark.parametrize(
    ("path", "sent"), [("role", {"role": "viewer"}), ("disable", {}), ("password", {}), ("sessions/end", {})]
)
async def test_whoever_loses_something_is_signed_out_at_once(
    site: Site, house: House, path: str, sent: dict[str, str]
) -> None:
    async with TestClient(TestServer(make_web(house, passwords=QUICK, secure=False))) as other:
        await enter(other, DANA)
        csrf = await an_admin(site, house)
        answer = await site.post(f"/console/staff/st_dana/{path}", data={"csrf": csrf, **sent})
        assert answer.status == 200
        assert (await other.get("/account")).status == 401
        rows = await house.database.read(lambda work: work.journal.recent(facts=(Fact.STAFF_ACTED,)))
        assert ("st_dana", "st_ada") in [(row.data.get("of"), row.data["by"]) for row in rows]


async def test_whoever_is_disabled_can_be_let_in_again(site: Site, house: House) -> None:
    csrf = await an_admin(site, house)
    for path, disabled in (("disable", True), ("enable", False)):
        await site.post(f"/console/staff/st_dana/{path}", data={"csrf": csrf})
        assert (await staff_of(house, DANA)).disabled is disabled
    await enter(site, DANA)


@pytest.mark.parametrize(("path", "sent"), [("role", {"role": "viewer"}), ("disable", {}), ("password", {})])
async def test_an_admin_cannot_lock_himself_out(site: Site, house: House, path: str, sent: dict[str, str]) -> None:
    csrf = await an_admin(site, house)
    answer = await site.post(f"/console/staff/st_ada/{path}", data={"csrf": csrf, **sent})
    assert answer.status == 403
    ada = await staff_of(house, "ada")
    assert (ada.role, ada.disabled) == ("admin", False)
    await enter(site, "ada")


async def test_a_role_nobody_knows_is_refused(site: Site, house: House) -> None:
    csrf = await an_admin(site, house)
    answer = await site.post("/console/staff/st_dana/role", data={"csrf": csrf, "role": "owner"})
    assert answer.status == 422


@pytest.mark.parametrize("word", ["\ud83d", "%ff", "é" * 40])
async def test_a_strange_word_in_a_form_is_refused_and_breaks_nothing(site: Site, word: str) -> None:
    await enter(site, DANA)
    answer = await site.post("/sign-out", data=f"csrf={word}".encode(errors="surrogatepass"), headers={
        "Content-Type": "application/x-www-form-urlencoded"})  # fmt: skip
    assert answer.status in (400, 403)
