"""The journal's page: what was noted, by whom and why, found by kind, queue, person, request and time."""

from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.web.afternoon import a_queue, a_request, fill, settle_staff
from tests.web.conftest import SignIn, Site
from tests.web.house import NOON
from vqueue.domain.agent import Presence
from vqueue.domain.journal import Fact, JournalRow
from vqueue.services import presence, reading, switching
from vqueue.services.house import House
from vqueue.services.switching import Switch

PAGE, REQUEST = "/console/journal", "rq_00000000017k2mb"


def a_fact(name: str, *, minutes: float, fact: Fact = Fact.STAFF_ACTED, **fields: Any) -> JournalRow:
    columns = {each: fields.pop(each) for each in ("agent", "queue", "request", "rules_version") if each in fields}
    return JournalRow(id=f"jr_{name}", at=NOON + timedelta(minutes=minutes), fact=fact, data=fields, **columns)


async def noted(house: House, *rows: JournalRow) -> None:
    await house.database.transact(lambda work: work.journal.write(*rows))


async def text(site: Site | ClientSession, query: str = "") -> str:
    answer = await site.get(f"{PAGE}?{query}", headers={"Accept": "text/html"})
    assert answer.status == 200, await answer.text()
    return await answer.text()


async def test_it_tells_what_a_supervisor_did_to_whom_and_why(site: Site, house: House, sign_in: SignIn) -> None:
    await fill(house)
    await sign_in()
    await switching.put(house, "cards", {Switch.REGISTERING: False}, reason="Fire drill", by="st_dana")
    away = next(
        agent for agent in await house.database.read(lambda work: work.agents.all()) if agent.presence is Presence.READY
    )
    await presence.ask(house, away.id, Presence.AWAY, reason="break")
    page = await text(site)
    for told in ("No new callbacks", "Fire drill", "Dana", "Cards", "Away: break", away.name, "Signed in", "rules v"):
        assert told in page, told
    assert page.index("Away: break") < page.index("Signed in"), "the newest stands first"


async def test_no_number_is_shown_but_masked(site: Site, house: House, sign_in: SignIn) -> None:
    await fill(house)
    await sign_in()
    page = await text(site, "kind=all")
    assert "+4477" not in page and "7700900" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=rules", {"Rules v3 published"}),
        ("kind=access", {"Role given"}),
        ("kind=data", {"Customer data shown in full", "All data of a person erased"}),
        ("queue=payments&kind=all", {"Rules v3 published"}),
        ("person=st_ada&kind=all", {"All data of a person erased", "Role given"}),
        ("request=R-7K2MB&kind=all", {"Customer data shown in full"}),
        ("request=rq_00000000017k2mb&kind=all", {"Customer data shown in full"}),
        ("from=2026-03-04T14:00&kind=all", {"Role given", "Rules v3 published"}),
    ],
)
async def test_it_is_narrowed_down(site: Site, house: House, sign_in: SignIn, query: str, found: set[str]) -> None:
    await settle_staff(house, role="admin", login="ada", name="Ada Lind")
    await house.database.transact(lambda work: work.queues.insert(a_queue()))
    await house.database.transact(lambda work: work.requests.insert(a_request(REQUEST)))
    await noted(
        house,
        a_fact("1", minutes=-300, act="erased_person", by="st_ada"),
        a_fact("2", minutes=-200, fact=Fact.PERSONAL_DATA_READ, request=REQUEST, what="request", by="st_dana"),
        a_fact("3", minutes=-5, fact=Fact.RULES_PUBLISHED, queue="payments", rules_version=3, by="st_dana"),
        a_fact("4", minutes=-4, act="gave_role", of="st_ada", role="viewer", by="st_dana"),
    )
    await sign_in()
    page = await text(site, query)
    told = {"Rules v3 published", "Role given", "Customer data shown in full", "All data of a person erased"}
    assert {each for each in told if each in page} == found


async def test_older_entries_follow_page_by_page_and_none_twice(site: Site, house: House, sign_in: SignIn) -> None:
    # Two of each moment, so that a page ends between rows of one moment.
    await noted(
        house, *(a_fact(f"{n:03}", minutes=-(n // 2), fact=Fact.NOTICE_DEAD, word=f"w{n:03}") for n in range(121))
    )
    await sign_in()
    seen: list[str] = []
    query = "kind=alarms"
    for _ in range(3):
        page = await text(site, query)
        seen += [line.partition('"')[0] for line in page.split('data-key="jr_')[1:]]
        query = page.partition('" rel="next"')[0].rpartition(f"{PAGE}?")[2].replace("&amp;", "&")
    assert 'rel="next"' not in page
    assert len(seen) == len(set(seen)) == 121


async def test_an_empty_choice_offers_everything(site: Site, sign_in: SignIn) -> None:
    await sign_in()
    page = await text(site, "kind=calls&from=nonsense&before=~~&queue=%00")
    assert "Nothing was noted for this choice." in page
    assert f'href="{PAGE}?kind=all"' in page


async def test_the_board_tells_who_went_away_however_many_calls_came_meanwhile(house: House) -> None:
    away = {"move": "ask_away", "was": "ready", "now": "away", "reason": "break"}
    joined = {"move": "join", "was": "reserved", "now": "talking"}
    moved: dict[str, Any] = {"fact": Fact.REQUEST_MOVED, "move": "connect"}
    await noted(
        house,
        a_fact("away", minutes=-20, fact=Fact.AGENT_MOVED, agent="ag_omer", **away),
        a_fact("rules", minutes=-300, fact=Fact.RULES_PUBLISHED, queue="cards", rules_version=2),
        *(a_fact(f"c{n}", minutes=-n / 60, request=f"rq_{n}", **moved) for n in range(300)),
        *(a_fact(f"j{n}", minutes=-n / 60, fact=Fact.AGENT_MOVED, agent=f"ag_{n}", **joined) for n in range(300)),
    )
    events = (await reading.board(house, {})).events
    assert {"jr_away", "jr_rules"} <= {row.id for row in events}
    assert not any(row.data.get("move") == "join" for row in events), "what a call makes of an agent is no event"
