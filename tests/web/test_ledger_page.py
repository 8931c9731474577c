"""The ledger of promises over HTTP: narrowed down, each made once more, what was altered seen."""

import re
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from tests.web.afternoon import a_board, a_queue, a_request, a_wait
from tests.web.conftest import SignIn, Site
from tests.web.house import NOON, HandClock
from tests.web.test_console import plain, shown
from vqueue.domain.ids import PromiseId, QueueId, RequestId
from vqueue.domain.promise import Promise
from vqueue.domain.request import Channel, State
from vqueue.ports.database import Work
from vqueue.services import quoting, requesting
from vqueue.services.house import House
from vqueue.services.requesting import Quote

PATH = "/console/reports/promises"
MADE = ("pr_kept", "pr_late", "pr_open")


def _make(clerk: object, name: str, quote: Quote, channel: Channel) -> None:
    request = a_request(f"rq_{name}", queue=QueueId("cards"), channel=channel, state=State.WAITING)
    joined = clerk.join(request)  # type: ignore[attr-defined]
    requesting.promise(clerk, joined, quote, promise_id=PromiseId(f"pr_{name}"))  # type: ignore[arg-type]


async def promised(house: House, clock: HandClock) -> None:
    """Three promises as the service makes them: one kept, one rung too late, one open."""
    await house.database.transact(lambda work: work.queues.insert(a_queue()))
    await house.board.publish(a_board(wait=a_wait(900, 1500, 2400, as_of=clock.now(), level=0.85, raw_s=(
        800.5, 1000.25, 1500.125, 2300.0, 2500.7), mean_s=1555.5)))  # fmt: skip
    seen = await quoting.grounds(house, "cards")
    decided = seen.decide(None, ahead=4)
    assert decided.wait is not None
    quote = quoting.quote(seen, decided, seen.window(decided.wait))
    for name, channel in (("kept", Channel.IVR), ("late", Channel.APP), ("open", Channel.APP)):
        await house.act(partial(_make, name=name, quote=quote, channel=channel))
    for name, at in (("kept", quote.window.start), ("late", quote.window.end + timedelta(minutes=7))):
        rung = (await told(house, f"pr_{name}")).ring(at)
        await house.database.transact(lambda work, rung=rung: work.promises.replace(rung))


async def told(house: House, name: str) -> Promise:
    return await house.database.read(lambda work: work.promises.get(PromiseId(name)))


@pytest.fixture
async def signed_in(house: House, sign_in: SignIn, clock: HandClock) -> None:
    await promised(house, clock)
    await sign_in()


async def test_every_stored_promise_gives_its_window_once_more(site: Site, house: House, signed_in: None) -> None:
    page = plain(await shown(site, f"{PATH}?span=today"))
    assert "The stored inputs of all 3 promises shown give exactly the window that was spoken." in page
    assert "too late 7:00 after the window" in page and "identical, of those shown 3 of 3" in page
    assert page.count("identical") >= 3


def _alter(work: Work, name: str) -> None:
    promise = work.promises.get(PromiseId(name))
    work.promises.replace(replace(promise, inputs={**promise.inputs, "level": 0.4}))


async def test_an_altered_promise_is_seen_on_both_pages(site: Site, house: House, signed_in: None) -> None:
    await house.database.transact(partial(_alter, name="pr_open"))
    page = plain(await shown(site, f"{PATH}?span=today"))
    assert "1 of 3 promises shown are not as they were made" in page
    one = plain(await shown(site, "/console/requests/rq_open"))
    assert "different the inputs give another window, inputs altered" in one
    other = plain(await shown(site, "/console/requests/rq_late"))
    assert "identical" in other and "different" not in other


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("channel=ivr", ["pr_kept"]),
        ("channel=app", ["pr_late", "pr_open"]),
        ("fate=broken", ["pr_late"]),
        ("fate=open&channel=app", ["pr_open"]),
        ("fate=nonsense", list(MADE)),
        ("agent=nobody", list(MADE)),
        ("span=yesterday", []),
        (f"before={NOON - timedelta(days=2):%Y-%m-%dT%H:%M:%SZ} pr_x", []),
        ("before=whenever", list(MADE)),
    ],
)
async def test_the_ledger_is_narrowed_down(site: Site, signed_in: None, query: str, codes: list[str]) -> None:
    page = await shown(site, f"{PATH}?{query}")
    found = re.findall(r"/console/requests/rq_(\w+)#promises", page)
    assert sorted(f"pr_{name}" for name in found) == codes


@pytest.mark.parametrize("language", ["en", "ru", "he"])
async def test_the_ledger_speaks_every_language(
    site: Site, signed_in: None, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    for path in (PATH, f"/console/requests/{RequestId('rq_late')}"):
        page = await shown(site, f"{path}?lang={language}")
        assert f'<html lang="{language}"' in page
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)
    assert not [each for each in caplog.messages if "has no wording" in each and "ledger" in each]
