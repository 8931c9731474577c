"""Every page of the site in three languages, light and dark, on three screens: axe, names, widths, policy, weight."""

import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, TimeoutError, expect

from tests.pages.afternoon import ADA, REQUEST, Bank, afternoon
from tests.pages.axe import assert_no_violations, violations
from tests.pages.browser import Visit
from tests.pages.test_accounts import more_people
from tests.pages.weight import weighed
from tests.web.afternoon import a_request, minutes
from tests.web.test_accounts import MATRIX, OPEN
from tests.web.troubled import HOOK, trouble
from vqueue.domain.ids import RequestId
from vqueue.domain.phone import Phone
from vqueue.domain.rehearsal import Figure, Findings, Rehearsal, RehearsalState, Verdict
from vqueue.domain.request import State
from vqueue.domain.rules import Rules
from vqueue.services import linking, ruling
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.web.api.bank.rules_shapes import document_of

# The browser lives as long as the session, so whoever talks with it shares its event loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTHS = (360, 1280, 2560)
LOOKS = [("en", 1280, "light"), ("ru", 360, "dark"), ("he", 2560, "light")]
"""Language, and the width and scheme in which axe looks; Hebrew, whose colours are the English page's, without them."""
PARTS = 2
"""Of the pages, each walked by a test of its own."""
RULES = "/console/queues/cards/rules"
NAMES = {"request": REQUEST.rpartition("/")[2], "act": "move", "queue": "cards", "switch": "dialing"} | {
    "agent": "ag_omer",
    "webhook": HOOK,
}
NO_PAGE = re.compile(r"/events$|\.csv$|/times$|/rehearsal$|\.js$|\.webmanifest$|^/$|^/support$")
"""Streams, tables, parts of pages; the customer's page has its own test."""
MISSED = "rq_missed"
LOST = ("/console/nothing-here", "/r/over")
FITS = "() => document.documentElement.scrollWidth <= innerWidth"
"""Plots take a moment to follow the size of the window."""
WEIGHT = 150_000
"""Bytes over the wire, before charts."""
ONE_OF_EACH_SHAPE = """() => {
  const known = new Set(), operations = [...document.querySelectorAll('.api-op')];
  const place = (node, top) => (node === top ? '' : place(node.parentElement, top) + '>') + node.tagName
    + [...node.attributes].filter((each) => !/^(id|href|for|aria-labelledby|aria-label)$/.test(each.name))
      .map((each) => ' ' + each.name + '=' + each.value).sort().join('');
  for (const each of operations) {
    const places = [each, ...each.querySelectorAll('*')].map((node) => place(node, each));
    if (places.every((one) => known.has(one))) each.remove();
    places.forEach((one) => known.add(one));
  }
  return [operations.length, document.querySelectorAll('.api-op').length];
}"""
"""Leaves those operations of the reference that hold an element of a kind or at a place no operation before them did.
Before and after: how many."""
FIGURES = (
    Figure(name="wait_mean_s", unit="s", in_force=180.0, draft=120.0, change=-60.0, low=-90.0, high=-30.0,
           verdict=Verdict.BETTER),
    Figure(name="abandoned_share", unit="share", in_force=0.08, draft=0.09, change=0.01, low=-0.01, high=0.03),
)  # fmt: skip


def the_pages() -> list[str]:
    """Whatever staff may open, and what stands beside it."""
    known = [path for method, path in [*MATRIX, *OPEN] if method == "GET" and not NO_PAGE.search(path)]
    more = [f"{REQUEST}?done=move&queue=cards&class=standard", "/console/queues/cards/registering?turn=off"]
    return [path.format(**NAMES) for path in known] + more + [LOST[0]]


async def furnish(house: House) -> None:
    """Every alert; a draft that was rehearsed, former rules, more people, a call that was missed for good."""

    def tried(queue: str, state: RehearsalState, **more: Any) -> Rehearsal:
        document = document_of(Rules(skills=(queue,)))
        at = house.clock.now()
        known = {"rules_version": 2, "compared_with": 1, "draft_version": None, "progress": 0.4} | more
        return Rehearsal(id=f"rh_{queue}", queue=queue, document=document, days=("2026-03-03",), repetitions=3,
                         state=state, asked_at=at, asked_by="st_dana", heard_at=at, **known)  # fmt: skip

    findings = Findings(figures=FIGURES, calls=120, repetitions=3, resampled="half_hours", units=24, level=0.95)

    def deed(clerk: Clerk) -> None:
        clerk.work.queues.publish("cards", Rules(skills=("cards",)), at=clerk.at, by="st_dana")
        rules = Rules(skills=("cards",), announcements={"hold": "Freeze your card in the app"})
        document = document_of(rules)
        draft, _ = ruling.save(clerk, "cards", rules=rules, document=document, by="st_dana")
        done = tried("cards", RehearsalState.DONE, rules_version=3, compared_with=2, draft_version=draft.version,
                     progress=1.0, ended_at=clerk.at, result=asdict(findings))  # fmt: skip
        for each in (done, tried("app", RehearsalState.RUNNING), tried("payments", RehearsalState.FAILED)):
            clerk.work.rehearsals.insert(each)

    await trouble(house)
    await house.act(deed)
    await more_people(house)
    missed = a_request(MISSED, state=State.UNREACHED, ready=False, grace_until=minutes(30), closed_at=minutes(-1),
                       phone=house.vault.seal_phone(Phone("+447700900111")), verified=True)  # fmt: skip
    await house.database.transact(lambda work: work.requests.insert(missed))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def full(browser: Browser, tmp_path_factory: pytest.TempPathFactory, empty_sqlite: Path) -> AsyncIterator[Bank]:
    """One house for all who only look."""
    async with afternoon(browser, empty_sqlite, tmp_path_factory.mktemp("full")) as bank:
        await furnish(bank.house)
        yield bank


async def the_links(house: House) -> list[str]:
    """What an SMS leads to: a place, a booked time, a call that was missed for good; and a link that is over."""
    prompts = {"rq_00000000017k2mb": "sms.rolled_over", "rq_00000000037k2md": "sms.booked_call"}
    prompts |= {MISSED: "sms.missed_in_grace"}
    made = [await linking.made(house, RequestId(each), prompt) for each, prompt in prompts.items()]
    return [link.removeprefix("https://bank.example") for link in made if link] + [LOST[1]]


async def faults_of(seen: Visit, path: str, *, width: int, colours: bool) -> list[Any]:
    """What is wrong with the page that is open, on every screen."""
    page, found = seen.page, []
    for each in WIDTHS:
        await page.set_viewport_size({"width": each, "height": 900})
        with suppress(TimeoutError):
            await page.wait_for_function(FITS, timeout=10_000)
        found += [(path, each, "wide", one) for one in await seen.wider_than_screen()]
    found += [(path, "nameless", one) for one in await seen.nameless_controls()]
    await page.set_viewport_size({"width": width, "height": 900})
    return found + [(path, one) for one in await violations(page, colours=colours)]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(("language", "width", "scheme"), LOOKS, ids=[each[0] for each in LOOKS])
async def test_no_page_has_a_fault(full: Bank, language: str, width: int, scheme: str, part: int) -> None:
    wrong: list[Any] = []
    context = {"color_scheme": scheme, "reduced_motion": "reduce"}
    async with full.open("/account", login=ADA, language=language, **context) as seen:
        for path in [*the_pages(), *await the_links(full.house)][part::PARTS]:
            seen.complaints.clear()
            await seen.page.goto(full.address + path)
            await seen.quiet()
            wrong += await faults_of(seen, path, width=width, colours=language != "he")
            expected = [seen.turned(404)] if path in LOST else []
            wrong += [(path, each) for each in seen.complaints if each not in expected]
    assert wrong == []


async def test_a_page_for_others_and_a_rehearsal_that_runs_or_failed_have_no_fault(full: Bank) -> None:
    parts = {"/console/staff": "main"} | {f"/console/queues/{each}/rules": "#rehearsal" for each in ("app", "payments")}
    shown = {"/console/staff": "not for your role", "app": "is being served again", "payments": "Start it again"}
    async with full.open("/account", reduced_motion="reduce") as seen:
        for path, part in parts.items():
            seen.complaints.clear()
            await seen.page.goto(full.address + path)
            await seen.quiet()
            told = next(words for name, words in shown.items() if name in path)
            await expect(seen.page.locator(part)).to_contain_text(told)
            await assert_no_violations(seen.page, within=part)
            assert await seen.wider_than_screen() == [] == await seen.nameless_controls()
            assert [each for each in seen.complaints if each != seen.turned(403)] == []


async def test_no_page_is_heavy(full: Bank) -> None:
    """As the server sends it, files included, nothing kept from a page before; without the charting library."""
    heavy = {}
    async with full.open("/account", login=ADA) as seen:
        scale = await weighed(seen.page)
        for path in ["/sign-in", "/desk", "/support", "/console", REQUEST, RULES, "/console/reports", "/docs"]:
            scale.clear()
            await seen.page.goto(full.address + path)
            await seen.quiet()
            heavy[path] = scale.total()
    assert {path: bytes for path, bytes in heavy.items() if not 0 < bytes < WEIGHT} == {}


async def test_the_reference_has_no_fault(full: Bank) -> None:
    """Eleven thousand elements: what is drawn (colours, sizes) is looked at in one operation of each shape, in both
    themes, beside all that is no operation; everything else in all of them."""
    async with full.visit("/docs", reduced_motion="reduce") as seen:
        await assert_no_violations(seen.page, colours=False, but=("target-size",))
        every, shapes = await seen.page.evaluate(ONE_OF_EACH_SHAPE)
        assert every > 60 and 3 < shapes < every, (every, shapes)
        for scheme in ("light", "dark"):
            await seen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            await assert_no_violations(seen.page)
