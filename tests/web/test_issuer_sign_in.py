"""Staff sign in at the bank's own issuer: who is let in, as what, and what an attacker cannot do."""

import html
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from tests.identity.provider import CLIENT, SECRET, Provider, open_provider
from tests.web.afternoon import QUICK, settle_staff
from tests.web.house import HandClock
from vqueue.domain.journal import Fact
from vqueue.identity.discovery import Discovery
from vqueue.identity.oidc import Client, OidcIssuer
from vqueue.ports.database import Work
from vqueue.services.house import House
from vqueue.web.site import make_web

PERSON = {"Accept": "text/html"}
ROLES = {"leads": "supervisor", "vq-admins": "admin", "watchers": "viewer"}
Site = TestClient[Any, Any]


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with open_provider() as opened:
        yield opened


@pytest.fixture
async def site(house: House, provider: Provider) -> AsyncIterator[Site]:
    """Only the issuer's word counts here."""
    async with ClientSession() as session:
        client = Client(id=CLIENT, secret=SECRET, redirect_uri="", role_claim="roles", roles=ROLES, name="Tamarind SSO")
        clock = HandClock()
        issuer = OidcIssuer(session, Discovery(session, provider.url, clock), client=client, clock=clock)
        app = make_web(house, passwords=QUICK, secure=False, issuer=issuer, local=False)
        async with TestClient(TestServer(app)) as opened:
            redirect = str(opened.make_url("/sign-in/oidc/back"))
            over = str(opened.make_url("/sign-in/oidc/over"))
            issuer._client = replace(client, redirect_uri=redirect, signed_out_uri=over)
            yield opened


async def leave(site: Site, onward: str = "") -> URL:
    """To the issuer's page, as a browser goes there."""
    answer = await site.get(f"/sign-in/oidc?next={onward}", headers=PERSON, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    return URL(answer.headers["Location"])


async def come_back(site: Site, there: URL) -> URL:
    """What the issuer sends the browser back with."""
    async with ClientSession() as browser, browser.get(there, allow_redirects=False) as answer:
        return URL(answer.headers["Location"], encoded=True)


async def arrive(site: Site, back: URL) -> tuple[int, str]:
    answer = await site.get(back.path_qs, headers=PERSON, allow_redirects=False)
    return answer.status, answer.headers.get("Location") or await answer.text()


async def signed_in(site: Site) -> bool:
    return (await site.get("/console")).status == 200


async def test_whom_the_issuer_knows_comes_in_with_the_role_it_gives(site: Site, house: House) -> None:
    back = await come_back(site, await leave(site, "/console/requests"))
    assert await arrive(site, back) == (303, "/console/requests")
    assert await signed_in(site)
    (vera,) = [each for each in await everybody(house) if each.login == "vera.stone"]
    assert (vera.name, vera.role, vera.password) == ("Vera Stone", "supervisor", "")
    rows = await house.database.read(lambda work: work.journal.recent(facts=(Fact.STAFF_ACTED,)))
    assert sorted(row.data["act"] for row in rows) == ["added_staff", "signed_in"]


async def everybody(house: House) -> list[Any]:
    return await house.database.read(lambda work: work.people.all_staff())


async def test_the_page_leads_to_the_issuer_and_passwords_are_refused_where_they_are_off(site: Site) -> None:
    page = await (await site.get("/sign-in?next=/console/requests")).text()
    assert 'href="/sign-in/oidc?next=/console/requests"' in page and "Tamarind SSO" in page
    assert 'name="password"' not in page
    told = await site.post("/sign-in", data={"login": "dana", "password": "two mint leaves"})
    assert told.status == 403


async def test_the_next_time_it_is_the_same_person_with_the_name_and_role_of_then(
    site: Site, house: House, provider: Provider
) -> None:
    await arrive(site, await come_back(site, await leave(site)))
    provider.claims = {"name": "Vera Flint", "roles": "vq-admins", "preferred_username": "another"}
    await arrive(site, await come_back(site, await leave(site)))
    found = [(each.login, each.name, each.role) for each in await everybody(house) if each.login != "dana"]
    assert found == [("vera.stone", "Vera Flint", "admin")]


async def test_a_login_of_ours_is_never_handed_to_whoever_has_it_there(
    site: Site, house: House, provider: Provider
) -> None:
    provider.claims = {"preferred_username": "DANA", "roles": ["watchers"]}
    assert (await arrive(site, await come_back(site, await leave(site))))[0] == 303
    logins = {each.login: (each.role, bool(each.password)) for each in await everybody(house)}
    assert logins.pop("dana") == ("supervisor", True)
    ((other, held),) = logins.items()
    assert other.startswith("dana+") and held == ("viewer", False)


async def test_nobody_gets_in_with_an_empty_password_instead(house: House, site: Site) -> None:
    await arrive(site, await come_back(site, await leave(site)))
    async with TestClient(TestServer(make_web(house, passwords=QUICK, secure=False))) as local:
        for password in ("", " "):
            told = await local.post("/sign-in", data={"login": "vera.stone", "password": password})
            assert told.status == 401


@pytest.mark.parametrize("roles", [[], None, "everyone", {"leads": True}, [["leads"]]])
async def test_without_a_role_the_page_says_so_and_nothing_is_stored(
    site: Site, house: House, provider: Provider, roles: object
) -> None:
    provider.claims = {"roles": roles}
    status, page = await arrive(site, await come_back(site, await leave(site)))
    assert status == 403 and "you have no role here" in page
    assert not await signed_in(site)
    assert [each.login for each in await everybody(house)] == ["dana"]


async def test_whoever_was_disabled_here_stays_out(site: Site, house: House) -> None:
    await arrive(site, await come_back(site, await leave(site)))

    def disable(work: Work) -> None:
        vera = work.people.staff("vera.stone")
        assert vera is not None
        work.people.change(vera, replace(vera, disabled=True))

    await house.database.transact(disable)
    assert (await arrive(site, await come_back(site, await leave(site))))[0] == 403
    assert not await signed_in(site)


BACK = "/sign-in/oidc/back"


@pytest.mark.parametrize(
    "change", [{"state": "guess"}, {"state": ""}, {"code": ""}, {"code": "guess"}, {"code": "x" * 5000}]
)
async def test_an_answer_that_does_not_fit_the_errand_lets_nobody_in(site: Site, change: dict[str, str]) -> None:
    back = await come_back(site, await leave(site))
    status, page = await arrive(site, back.update_query(change))
    assert status == 401 and "Start again" in page
    assert not await signed_in(site)


async def test_somebody_elses_answer_lets_nobody_in(site: Site) -> None:
    """An attacker's code, slipped to a browser that is on no errand, or on another one."""
    attackers = await come_back(site, await leave(site))
    site.session.cookie_jar.clear()
    assert (await arrive(site, attackers))[0] == 401
    await leave(site)
    assert (await arrive(site, attackers))[0] == 401
    assert not await signed_in(site)


async def test_an_answer_and_its_note_are_good_once(site: Site) -> None:
    there = await leave(site)
    note = site.session.cookie_jar.filter_cookies(site.make_url("/"))["vqueue-oidc"].value
    back = await come_back(site, there)
    assert (await arrive(site, back))[0] == 303
    site.session.cookie_jar.clear()
    fresh = await come_back(site, there)
    for copied in (back, fresh):
        answer = await site.get(copied.path_qs, headers={**PERSON, "Cookie": f"vqueue-oidc={note}"})
        assert answer.status == 401


async def test_a_note_of_our_own_making_is_no_note(site: Site, house: House) -> None:
    back = await come_back(site, await leave(site))
    site.session.cookie_jar.clear()
    other = house.vault.seal("[1, 2]").cipher
    for note in ("", "x", "a.b.c", other):
        answer = await site.get(back.path_qs, headers={**PERSON, "Cookie": f"vqueue-oidc={note}"})
        assert answer.status == 401, note


async def test_the_note_is_sealed_and_kept_from_scripts(site: Site) -> None:
    answer = await site.get("/sign-in/oidc", headers=PERSON, allow_redirects=False)
    cookie, there = answer.cookies["vqueue-oidc"], URL(answer.headers["Location"])
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and int(cookie["max-age"]) == 600
    assert there.query["state"] not in cookie.value and there.query["nonce"] not in cookie.value


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"aud": [CLIENT, "another-client"], "azp": "another-client"},
        {"azp": "another-client"},
        {"exp": 1},
        {"sub": ""},
    ],
)
async def test_an_id_token_that_is_not_for_this_sign_in_lets_nobody_in(
    site: Site, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    assert (await arrive(site, await come_back(site, await leave(site))))[0] == 401
    assert not await signed_in(site)


async def test_several_audiences_are_fine_where_the_token_was_given_to_us(site: Site, provider: Provider) -> None:
    provider.claims = {"aud": [CLIENT, "desktop"], "azp": CLIENT}
    assert (await arrive(site, await come_back(site, await leave(site))))[0] == 303


@pytest.mark.parametrize("issuer", ["https://evil.example", ""])
async def test_an_answer_in_another_issuers_name_never_shows_it_our_code(
    site: Site, provider: Provider, issuer: str
) -> None:
    provider.answer = {"iss": issuer}
    assert (await arrive(site, await come_back(site, await leave(site))))[0] == 401
    assert provider.used == []


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": 7},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"end_session_endpoint": "http://evil.example/end"},
    ],
)
async def test_an_issuer_that_speaks_for_another_or_leads_astray_is_not_used(
    site: Site, provider: Provider, document: dict[str, Any]
) -> None:
    provider.document = document
    answer = await site.get("/sign-in/oidc", headers=PERSON, allow_redirects=False)
    assert answer.status == 503 and "does not answer" in await answer.text()


async def test_while_the_issuer_is_down_the_page_says_so(site: Site, provider: Provider) -> None:
    provider.down = True
    answer = await site.get("/sign-in/oidc", headers=PERSON, allow_redirects=False)
    assert answer.status == 503 and "does not answer" in await answer.text()


async def test_a_refusal_of_the_issuer_is_told_as_one(site: Site) -> None:
    there = await leave(site)
    status, page = await arrive(site, URL(BACK).with_query(error="access_denied", state=there.query["state"]))
    assert status == 401 and "Start again" in page
    assert "access_denied" not in page


async def test_where_there_is_no_issuer_there_is_no_such_page(house: House) -> None:
    await settle_staff(house, role="viewer", login="omer")
    async with TestClient(TestServer(make_web(house, passwords=QUICK, secure=False))) as local:
        assert (await local.get(BACK)).status == 404
        assert "/sign-in/oidc" not in await (await local.get("/sign-in")).text()


async def sign_out(site: Site, **headers: str) -> tuple[int, str, URL | None]:
    """As the form does it: status, page, and where the page leads the browser by itself."""
    page = await (await site.get("/account", headers=PERSON)).text()
    csrf = page.partition('data-csrf="')[2].partition('"')[0]
    answer = await site.post("/sign-out", data={"csrf": csrf}, headers=PERSON | headers, allow_redirects=False)
    text = html.unescape(await answer.text())
    led = text.partition('content="0;url=')[2].partition('"')[0]
    return answer.status, text, URL(led, encoded=True) if led else None


def ends_there(provider: Provider) -> None:
    provider.document = {"end_session_endpoint": f"{provider.url}/end?flow=out"}


async def test_signing_out_here_signs_out_at_the_issuer_too(site: Site, provider: Provider) -> None:
    ends_there(provider)
    await arrive(site, await come_back(site, await leave(site)))
    status, page, there = await sign_out(site)
    assert status == 200 and there is not None and "Sign out at Tamarind SSO" in page
    assert not await signed_in(site)
    back = await come_back(site, there)
    assert back.path == "/sign-in/oidc/over" and len(provider.ended) == 1
    assert "You are signed out, here and at Tamarind SSO" in await (await site.get(back.path_qs, headers=PERSON)).text()
    again = await (await site.get(back.path_qs, headers=PERSON)).text()
    assert "You are signed out" not in again


async def test_nobody_else_says_that_one_is_signed_out(site: Site, provider: Provider) -> None:
    ends_there(provider)
    await arrive(site, await come_back(site, await leave(site)))
    await sign_out(site)
    for state in ("", "guess"):
        told = await (await site.get(f"/sign-in/oidc/over?state={state}", headers=PERSON)).text()
        assert "You are signed out" not in told
    await leave(site)
    assert "You are signed out" not in await (await site.get("/sign-in/oidc/over", headers=PERSON)).text()


async def test_an_issuer_without_a_sign_out_is_left_alone(site: Site, house: House, provider: Provider) -> None:
    await arrive(site, await come_back(site, await leave(site)))
    (session,) = await house.database.read(lambda work: work.sessions.all())
    assert session.id_token is None
    assert (await sign_out(site))[::2] == (303, None)
    assert not await signed_in(site) and provider.ended == []


async def test_what_the_issuer_wants_to_see_again_is_sealed(site: Site, house: House, provider: Provider) -> None:
    ends_there(provider)
    await arrive(site, await come_back(site, await leave(site)))
    (session,) = await house.database.read(lambda work: work.sessions.all())
    assert session.id_token is not None and "eyJ" not in repr(session.id_token)
    assert house.vault.open(session.id_token).count(".") == 2
    await sign_out(site)
    assert await house.database.read(lambda work: work.sessions.all()) == []


async def test_in_a_frame_the_issuer_is_opened_beside_it(site: Site, provider: Provider) -> None:
    """An issuer's page is not shown in frames."""
    ends_there(provider)
    await arrive(site, await come_back(site, await leave(site)))
    status, page, led = await sign_out(site, **{"Sec-Fetch-Dest": "iframe"})
    assert status == 200 and led is None and 'target="_blank"' in page
