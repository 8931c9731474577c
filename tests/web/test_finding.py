"""How supervisors find requests: page by page, by the code people read out, by a number typed in full."""

import re
from datetime import timedelta

import pytest

from tests.web.afternoon import a_promise, a_request, fill, minutes
from tests.web.conftest import SignIn, Site
from tests.web.house import HandClock
from tests.web.test_console import PERSON, plain, shown
from vqueue.domain.journal import Fact
from vqueue.domain.phone import Phone
from vqueue.domain.request import State
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

FIND = "/console/requests/find"
NUMBER = "+447700900201"
ITS_CODE = "R-7K2MB"


@pytest.fixture
async def csrf(house: House, sign_in: SignIn) -> str:
    await fill(house)
    return await sign_in()


def codes(page: str) -> list[str]:
    return re.findall(r"<bdi>(R-\w{5})</bdi></a></th>", page)


async def test_a_long_list_goes_on_and_leads_back_to_the_newest(site: Site, house: House, csrf: str) -> None:
    def many(clerk: Clerk) -> None:
        for i in range(150):
            at = minutes(-400 + i)
            gone = a_request(f"rq_gone{i:05}", state=State.ABANDONED, created_at=at, virtual_start=at, closed_at=at)
            clerk.work.requests.insert(gone)

    await house.act(many)
    path = "/console/requests?state=abandoned"
    first = await shown(site, path)
    (older,) = re.findall(r'href="([^"]*before=[^"]*)"', first)
    second = await shown(site, older.replace("&amp;", "&"))
    assert (len(codes(first)), len(codes(second))) == (100, 50)
    assert not set(codes(first)) & set(codes(second))
    assert "before=" not in re.sub(r'data-stream="[^"]*"', "", second)
    assert "From the newest on" in plain(second)


async def test_a_request_is_found_by_the_code_people_read_out(site: Site, csrf: str) -> None:
    assert codes(await shown(site, "/console/requests?state=closed&code=r-7k2me")) == ["R-7K2ME"]
    assert codes(await shown(site, "/console/requests?code=7K2ME")) == ["R-7K2ME"]


async def test_a_number_typed_in_full_finds_its_requests_and_leaves_a_trace(
    site: Site, house: House, csrf: str, clock: HandClock
) -> None:
    clock.move(60)
    sent = {"csrf": csrf, "number": "+44 7700 900-201"}
    answer = await site.post(FIND, data=sent, headers=PERSON, allow_redirects=False)
    where = answer.headers["Location"]
    assert answer.status == 303 and "900201" not in where
    page = await shown(site, where)
    assert codes(page) == [ITS_CODE]
    assert "All requests with the number of R-7K2MB, +44…201." in plain(page)
    assert "7700900201" not in page
    (row,) = await house.database.read(lambda work: work.journal.recent(facts=(Fact.PERSONAL_DATA_READ,)))
    assert (row.data["what"], row.data["by"], row.data["number"]) == ("number_looked_for", "st_dana", "+44…201")
    assert "Requests of a telephone number looked for" in plain(await shown(site, "/console/journal"))


async def test_a_search_that_finds_nothing_is_journalled_too(site: Site, house: House, csrf: str) -> None:
    answer = await site.post(FIND, data={"csrf": csrf, "number": "+447700900999"}, headers=PERSON)
    assert "No request of this number is known." in plain(await answer.text())
    rows = await house.database.read(lambda work: work.journal.recent(facts=(Fact.PERSONAL_DATA_READ,)))
    assert [row.data["found"] for row in rows] == [False]


async def test_what_is_no_number_is_said_and_not_repeated(site: Site, csrf: str) -> None:
    answer = await site.post(FIND, data={"csrf": csrf, "number": "12"}, headers=PERSON)
    page = await answer.text()
    assert answer.status == 422
    assert "This is no telephone number." in plain(page)


async def test_a_request_leads_to_all_of_its_number(site: Site, house: House, csrf: str) -> None:
    phone = house.vault.seal_phone(Phone(NUMBER))
    again = a_request("rq_again00001", state=State.SERVED, closed_at=minutes(-60), phone=phone)
    await house.act(lambda clerk: clerk.work.requests.insert(again))
    (where,) = re.findall(r'href="([^"]*alike=[^"]*)"', await shown(site, "/console/requests/rq_again00001"))
    assert set(codes(await shown(site, where.replace("&amp;", "&")))) == {ITS_CODE, "R-00001"}


async def test_a_request_without_a_number_leads_to_nobody_else(site: Site, house: House, csrf: str) -> None:
    forgotten = a_request("rq_forgotten1", state=State.SERVED, closed_at=minutes(-60))
    await house.act(lambda clerk: clerk.work.requests.insert(forgotten))
    assert "alike=" not in await shown(site, "/console/requests/rq_forgotten1")
    page = await shown(site, "/console/requests?state=any&alike=rq_forgotten1")
    assert codes(page) == []
    assert "has no number, or it was erased" in plain(page)


async def test_what_was_another_day_says_so(site: Site, house: House, csrf: str) -> None:
    at = minutes(0) - timedelta(days=2)
    old = a_request("rq_old000001", virtual_start=at, created_at=at)
    promise = a_promise(old, start=1400, end=1420)

    def kept(clerk: Clerk) -> None:
        clerk.work.requests.insert(old)
        clerk.work.promises.insert(promise)

    await house.act(kept)
    text = plain(await shown(site, "/console/requests/rq_old000001"))
    assert "2 Mar, 14:07" in text
    assert "5 Mar, 13:27" in text
