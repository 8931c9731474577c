"""The customer's page in a real browser against the running bank: the whole story, bad networks, other sites."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Download, Route, expect

from tests.pages.browser import visit
from tests.pages.support import ANY_KEY, ASKING, Customer, busy_team, customer
from tests.stories.bank import CUSTOMER, OTHER, SECOND_AGENT, Bank, opened
from tests.stories.conftest import network
from tests.stories.network import PatientNetwork
from vqueue.domain.request import Mode, State

__all__ = ["network"]
# The browser lives as long as the session, so whoever talks with it shares its event loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")

NAUGHTY = (
    "<img src=x onerror=alert(1)> \"'`; DROP TABLE -- ${7*7} {{7*7}} \u202etxt.exe "
    "\U0001f468\u200d\U0001f469 Ω≈ç√ \ufeff%s"
)
NEXT_BUTTON = """() => {
  const seen = getComputedStyle(document.querySelector("vqueue-support").shadowRoot.querySelector("#next"));
  return [seen.backgroundColor, seen.fontSize, seen.letterSpacing, seen.textTransform];
}"""
HEADS = {"en": "What can we help with?", "ru": "Чем помочь?", "he": "במה אפשר לעזור?"}


MISSED = {"en": "We missed you", "ru": "Мы вас не застали", "he": "לא השגנו אותך"}


@pytest_asyncio.fixture(loop_scope="session")
async def bank(network: PatientNetwork, sqlite_database: str, tmp_path: Path) -> AsyncIterator[Bank]:
    """A team that writes up calls, on a day that passes only where a test lets it."""
    async with opened(network, sqlite_database, tmp_path, rules=ASKING) as one:
        await busy_team(one)
        yield one


@pytest.fixture
def still(network: PatientNetwork, bank: Bank) -> Iterator[None]:
    """Nothing happens but what the visitor does, however slow his browser is."""
    with network.day.still():
        yield


async def rings_again(bank: Bank, before: int) -> None:
    """The day goes on until the customer's telephone rings once more than `before`."""
    await bank.network.until(
        lambda entries: sum(one["event"] == "ring" and one["to"] == CUSTOMER for one in entries) > before,
        what="the customer's telephone rings again",
    )


async def becomes(bank: Bank, state: State) -> None:
    await bank.until(lambda requests: requests[0].state is state, what=f"the request is {state}")


@pytest.mark.parametrize("language", ["en", "ru", "he"])
async def test_the_whole_story_from_topic_through_a_missed_call_to_thanks(
    browser: Browser, network: PatientNetwork, bank: Bank, language: str
) -> None:
    await bank.network.person(CUSTOMER, answers="busy")
    async with AsyncExitStack() as stack:
        with network.day.still():
            path = f"/support?lang={language}"
            one = await stack.enter_async_context(customer(browser, bank, CUSTOMER, path=path))
            code = await has_a_place_with_a_code(one, language)
        await bank.agent("dana", SECOND_AGENT, languages=("en", "ru", "he"))
        await becomes(bank, State.UNREACHED)
        before = len(await bank.network.rings(CUSTOMER))
        await bank.network.person(CUSTOMER, answers={"after_s": 15}, keys=[ANY_KEY], talk_s=60)
        with network.day.still():
            await expect(one.page.locator(".ringer")).to_contain_text(MISSED[language])
            await one.at("call-now").click()
            await expect(one.at("call-now")).to_have_count(0)
        await rings_again(bank, before)
        with network.day.still():
            await expect(one.calling).to_be_visible()
            await expect(one.calling.locator(".code")).to_have_text(code)
        await becomes(bank, State.TALKING)
        with network.day.still():
            await expect(one.calling).to_have_count(0)
            await expect(one.page.locator(".never.plain")).to_be_visible()
        await becomes(bank, State.SERVED)
        with network.day.still():
            await gives_feedback(one)
        assert one.seen.complaints == []
    await was_kept(bank, language)


async def has_a_place_with_a_code(one: Customer, language: str) -> str:
    await expect(one.head).to_have_text(HEADS[language])
    assert await one.page.get_attribute("html", "dir") == ("rtl" if language == "he" else "ltr")
    await one.asks_about_cards(NAUGHTY)
    await one.chooses("callback")
    await one.proves_the_number()
    await expect(one.page.locator("svg.pbar")).to_be_visible()
    await expect(one.page.locator(".codebox .code")).to_be_visible()
    assert await one.seen.wider_than_screen() == []
    code = str(await one.page.locator(".codebox .code").text_content())
    assert len(code) == 4 and code.isdigit()
    return code


async def gives_feedback(one: Customer) -> None:
    await one.at("solved-true").check(force=True)
    await one.at("nps-10").check(force=True)
    await one.at("comment").fill(NAUGHTY)
    await one.at("send-feedback").click()
    await expect(one.at("anew")).to_be_visible()
    await expect(one.at("send-feedback")).to_have_count(0)


async def was_kept(bank: Bank, language: str) -> None:
    (request,) = await bank.requests()
    assert (request.state, request.language, request.channel) == (State.SERVED, language, "web")
    kept = json.loads(bank.house.vault.open(request.context))
    assert kept == {"matter": "declined", "text": NAUGHTY}
    said = await bank.read(lambda work: work.feedback.of_request(request.id))
    assert said is not None and (said.solved, said.nps) == (True, 10)


@pytest.mark.usefixtures("still")
async def test_a_place_is_moved_to_a_time_back_and_cancelled_and_asked_for_again(browser: Browser, bank: Bank) -> None:
    async with customer(browser, bank, CUSTOMER) as one:
        await one.has_a_place()
        await one.at("times").click()
        await one.at("day-1").check(force=True)
        await one.at("slot-2").check(force=True)
        await one.at("book").click()
        await expect(one.head).to_have_text("Your call is booked")
        await expect(one.head).to_be_focused()
        async with one.page.expect_download() as saving:
            await one.at("calendar").click()
        event = await text_of(await saving.value)
        (booked,) = await bank.requests()
        assert booked.slot_start is not None
        assert f"DTSTART:{booked.slot_start:%Y%m%dT%H%M%SZ}\r\n" in event and "SUMMARY:" in event
        await one.at("sooner").click()
        await expect(one.page.locator("svg.pbar")).to_be_visible()
        await one.at("number").click()
        await one.at("phone").fill(OTHER)
        await one.at("send-code").click()
        await expect(one.page.locator(".why")).to_contain_text("not proven to be yours")
        await one.at("cancel").click()
        await one.at("really").click()
        await expect(one.head).to_have_text("Cancelled. We do not call you.")
        await one.at("undo").click()
        await one.chooses("call_in")
        await expect(one.at("ring")).to_have_attribute("href", f"tel:{bank.settings.twilio_from}")
        await expect(one.page.locator(".codebox .code")).to_be_visible()
        assert one.seen.complaints == []
    assert [each.state for each in await bank.requests()] == [State.WAITING, State.CANCELLED]


async def text_of(saved: Download) -> str:
    """With its folded lines made whole (RFC 5545)."""
    file = await saved.path()
    return (await asyncio.to_thread(file.read_bytes)).decode().replace("\r\n ", "")


@pytest.mark.usefixtures("still")
async def test_two_taps_and_a_lost_answer_make_one_request(browser: Browser, bank: Bank) -> None:
    keys: list[str | None] = []

    async def lost_once(route: Route) -> None:
        keys.append(await route.request.header_value("Idempotency-Key"))
        if len(keys) == 1:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    async with customer(browser, bank, CUSTOMER) as one:
        await one.page.route("**/v1/support-requests", lost_once, times=2)
        await one.asks_about_cards()
        await one.at("proceed").dblclick()
        await one.at("phone").fill(CUSTOMER)
        await one.at("send-code").dblclick()
        await one.at("code").wait_for()
        await one.proves_by_message()
        await expect(one.at("times")).to_be_visible()
    assert len(set(keys)) == 1 and len(keys) == 2
    assert len(await bank.requests()) == 1


@pytest.mark.usefixtures("still")
async def test_a_reload_in_the_middle_of_anything_goes_on_where_it_was(browser: Browser, bank: Bank) -> None:
    async with customer(browser, bank, CUSTOMER) as one:
        await one.asks_about_cards("kept over a reload")
        await one.page.reload()
        await expect(one.at("proceed")).to_be_visible()
        await one.at("back").click()
        await expect(one.at("q-text")).to_have_value("kept over a reload")
        await one.at("next").click()
        await one.chooses("callback")
        await one.proves_the_number()
        await expect(one.at("times")).to_be_visible()
        await one.page.reload()
        await expect(one.page.locator(".codebox")).to_be_visible()
        assert len(await bank.requests()) == 1


@pytest.mark.usefixtures("still")
async def test_without_a_network_the_page_says_so_and_opens_all_the_same(browser: Browser, bank: Bank) -> None:
    async with customer(browser, bank, CUSTOMER) as one:
        await one.page.evaluate("navigator.serviceWorker.ready")
        await one.page.reload()
        await one.has_a_place()
        await one.page.context.set_offline(True)
        await expect(one.page.locator(".strip")).to_contain_text("your place is kept")
        await one.page.reload()
        await expect(one.page.locator(".strip")).to_contain_text("your place is kept")
        await expect(one.at("times")).to_be_visible()
        await one.page.context.set_offline(False)
        await expect(one.page.locator(".strip")).to_have_count(0)


async def test_a_server_that_goes_in_the_middle_costs_nobody_his_place(
    browser: Browser, network: PatientNetwork, sqlite_database: str, tmp_path: Path
) -> None:
    async with AsyncExitStack() as page:
        async with opened(network, sqlite_database, tmp_path, rules=ASKING) as first:
            await busy_team(first)
            with network.day.still():
                one = await page.enter_async_context(customer(browser, first, CUSTOMER))
                await one.has_a_place()
        await expect(one.page.locator(".strip")).to_contain_text("your place is kept")
        port = first.settings.port
        async with opened(network, sqlite_database, tmp_path, again=True, port=port) as second:
            with network.day.still():
                await expect(one.page.locator(".strip")).to_have_count(0)
                await one.at("cancel").click()
                await one.at("really").click()
                await expect(one.head).to_have_text("Cancelled. We do not call you.")
            assert [each.state for each in await second.requests()] == [State.CANCELLED]


async def test_a_site_of_the_bank_embeds_the_widget_with_its_own_token_and_colours(
    browser: Browser,
    network: PatientNetwork,
    sqlite_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The other site's policy is the one the guide names: no inline script, scripts and connections to us by name."""
    page = web.Application()
    files = _host(page)
    async with TestServer(page) as site:
        origin = str(site.make_url("")).rstrip("/")
        monkeypatch.setenv("VQUEUE_ALLOWED_ORIGINS", origin)
        async with opened(network, sqlite_database, tmp_path, rules=ASKING) as bank:
            await busy_team(bank)
            us, token = bank.settings.public_url, bank.app_user()["Authorization"].removeprefix("Bearer ")
            files |= _files(us, token)
            async with visit(browser, f"{origin}/", width=1000, height=900) as seen:
                await expect(seen.page.locator("#topic-cards-")).to_be_visible()
                await seen.page.locator("#topic-cards-").click()
                assert await seen.page.evaluate(NEXT_BUTTON) == ["rgb(120, 0, 80)", "16px", "normal", "none"]
                await seen.page.evaluate("document.body.append(document.createElement('vqueue-support'))")
                await expect(seen.page.locator("#mine")).to_be_visible()
                await seen.page.locator("#next").click()
                await seen.page.locator("#proceed").click()
                await expect(seen.page.locator("#times")).to_be_visible()
                await expect(seen.page.locator("#mine")).to_be_visible()
                assert seen.complaints == []
            (request,) = await bank.requests()
            assert (request.mode, request.channel) == (Mode.CALLBACK, "app")


def _host(page: web.Application) -> dict[str, tuple[str, str]]:
    """Serves what is put into the mapping: path → (text, policy)."""
    files: dict[str, tuple[str, str]] = {}

    async def given(request: web.Request) -> web.Response:
        text, policy = files[request.path]
        kinds = {".js": "text/javascript", ".css": "text/css"}
        kind = kinds.get(Path(request.path).suffix, "text/html")
        return web.Response(text=text, content_type=kind, headers={"Content-Security-Policy": policy})

    page.router.add_get("/{path:.*}", given)
    return files


def _files(us: str, token: str) -> dict[str, tuple[str, str]]:
    policy = f"default-src 'none'; script-src 'self' {us}; connect-src {us}; style-src 'self'; img-src data:"
    html = (
        '<!doctype html><html lang="en"><head><title>Bank</title><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="/bank.css"><script type="module" src="/bank.js"></script></head>'
        f'<body><main><vqueue-support base="{us}" lang="en"></vqueue-support></main></body></html>'
    )
    script = (
        f'document.querySelector("vqueue-support").tokenProvider = async () => "{token}";\n'
        f'await import("{us}/support/widget.js");'
    )
    css = "html { font-size: 62.5%; } * { letter-spacing: 3px; text-transform: uppercase; }"
    css += "vqueue-support { --vq-accent: #780050; }"
    return {"/": (html, policy), "/bank.js": (script, policy), "/bank.css": (css, policy)}
