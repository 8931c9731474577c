"""The site around the pages: errors, headers, files, health."""

from typing import NoReturn

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from tests.web.afternoon import QUICK
from tests.web.conftest import Site
from vqueue.domain.errors import AgentComing, Invalid, Refusal, StaleWrite
from vqueue.services.house import House
from vqueue.web.errors import STATUSES, problem_of
from vqueue.web.site import make_web

PERSON = {"Accept": "text/html"}


def every_refusal(kind: type[Refusal] = Refusal) -> list[type[Refusal]]:
    return [kind, *(each for sub in kind.__subclasses__() for each in every_refusal(sub))]


def test_every_refusal_has_a_status() -> None:
    assert {kind.code for kind in every_refusal()} <= STATUSES.keys()


def test_a_refusal_tells_its_code_its_sentence_and_its_faults() -> None:
    told = problem_of(Invalid("Not understood.", errors=(("/reason", "required"),))).document()
    assert told == {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "code": "invalid_request",
        "detail": "Not understood.",
        "errors": [{"pointer": "/reason", "code": "required"}],
    } | {"title": told["title"]}
    assert (problem_of(AgentComing()).status, problem_of(StaleWrite()).status) == (409, 412)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/nowhere", 404, "not_found"), ("PUT", "/healthz", 405, "method_not_allowed")],
)
async def test_what_the_server_itself_refuses_has_our_codes(
    site: Site, method: str, path: str, status: int, code: str
) -> None:
    answer = await site.request(method, path)
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
    assert (await answer.json())["code"] == code
    page = await site.request(method, path, headers=PERSON)
    assert (page.status, page.content_type) == (status, "text/html")


async def test_a_body_that_is_too_large_is_refused(site: Site) -> None:
    answer = await site.post("/sign-in", data={"login": "x" * 20_000})
    assert (answer.status, (await answer.json())["code"]) == (413, "too_large")


async def test_a_failure_nobody_foresaw_tells_nothing_of_itself(house: House) -> None:
    async def broken(request: web.Request) -> NoReturn:
        raise RuntimeError("the secret of +447700900218")

    app = make_web(house, passwords=QUICK, secure=False)
    app.router.add_get("/broken", broken)
    async with TestClient(TestServer(app)) as client:
        with capture_logs() as logged:
            told, shown = await client.get("/broken"), await client.get("/broken", headers=PERSON)
        assert (told.status, (await told.json())["code"], shown.status) == (500, "internal", 500)
        assert "secret" not in await told.text() + await shown.text()
        failed = [each["route"] for each in logged if each["event"] == "web_failed"]
        assert failed == ["/broken"] * 2 and "secret" not in str(failed)


@pytest.mark.parametrize("path", ["/sign-in", "/console", "/nowhere", "/static/base.css"])
async def test_every_answer_forbids_inline_code_framing_and_guessing(site: Site, path: str) -> None:
    headers = (await site.get(path, headers=PERSON, allow_redirects=False)).headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


async def test_pages_are_kept_nowhere_and_named_files_for_good(site: Site) -> None:
    page = await site.get("/sign-in")
    assert page.headers["Cache-Control"] == "no-store"
    address = (await page.text()).partition('rel="stylesheet" href="')[2].partition('"')[0]
    file = await site.get(address)
    assert (file.status, file.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    assert (await site.get("/static/console.js")).headers["Cache-Control"] == "no-cache"


async def test_a_file_travels_packed_to_whoever_can_unpack_it_and_not_again_to_whoever_has_it(site: Site) -> None:
    async with site.get("/static/base.css", headers={"Accept-Encoding": "identity"}) as plain:
        text, tag = await plain.text(), plain.headers["ETag"]
    async with site.get("/static/base.css", headers={"Accept-Encoding": "gzip"}) as packed:
        assert packed.headers["Content-Encoding"] == "gzip" and int(packed.headers["Content-Length"]) < len(text) / 2
        assert (await packed.text(), packed.headers["ETag"]) == (text, tag)
    async with site.get("/static/base.css", headers={"If-None-Match": f"W/{tag}"}) as known:
        assert (known.status, await known.read()) == (304, b"")
    async with site.get("/static/support-192.png", headers={"Accept-Encoding": "gzip"}) as picture:
        assert "Content-Encoding" not in picture.headers and picture.content_type == "image/png"


@pytest.mark.parametrize("path", ["/static/../site.py", "/static/%2e%2e/site.py", "/static/"])
async def test_only_the_files_meant_for_it_are_served(site: Site, path: str) -> None:
    assert (await site.get(path)).status in (403, 404)


async def test_over_tls_the_cookie_and_the_browser_are_bound_to_it(house: House) -> None:
    app = make_web(house, passwords=QUICK, secure=True)
    async with TestClient(TestServer(app)) as client:
        answer = await client.post(
            "/sign-in", data={"login": "dana", "password": "two mint leaves"}, allow_redirects=False
        )
        assert answer.cookies["__Host-vqueue"]["secure"]
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


async def test_the_front_door_leads_to_the_console(site: Site) -> None:
    answer = await site.get("/", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/console")


async def test_the_service_is_alive_always_and_ready_while_the_database_answers(site: Site, house: House) -> None:
    assert ((await site.get("/healthz")).status, (await site.get("/readyz")).status) == (200, 200)
    await house.database.close()
    assert ((await site.get("/healthz")).status, (await site.get("/readyz")).status) == (200, 503)


@pytest.mark.parametrize(
    ("query", "accepted", "language", "direction"),
    [
        ("?lang=he", "en", "he", "rtl"),
        ("", "ru-RU,en;q=0.8", "ru", "ltr"),
        ("?lang=tlh", "ru", "en", "ltr"),
        ("", "", "en", "ltr"),
    ],
)
async def test_the_language_is_what_was_asked_then_what_the_browser_prefers(
    site: Site, query: str, accepted: str, language: str, direction: str
) -> None:
    page = await (await site.get(f"/sign-in{query}", headers={"Accept-Language": accepted})).text()
    assert f'<html lang="{language}" dir="{direction}"' in page


async def test_language_and_theme_are_remembered(site: Site) -> None:
    await site.get("/sign-in?lang=ru&theme=dark")
    assert '<html lang="ru" dir="ltr" data-theme="dark"' in await (await site.get("/sign-in")).text()
