"""The calendar of booked times: how full each half hour is, what is held back, who is booked and how to move him."""

import re
from dataclasses import replace

import pytest

from tests.web.afternoon import a_request, fill, minutes
from tests.web.conftest import SignIn, Site
from tests.web.test_console import plain, shown
from vqueue.domain.ids import AgentId
from vqueue.domain.phone import Phone
from vqueue.domain.request import Mode, State
from vqueue.domain.rules import WEEK, Rules
from vqueue.domain.slots import Slots, slot_key
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

CARDS = "/console/slots?queue=cards"
AT = minutes(53)
"""15:00"""


@pytest.fixture
async def csrf(house: House, sign_in: SignIn) -> str:
    await fill(house)
    slots = Slots(week=dict.fromkeys(WEEK, (("09:00", "18:00", 4),)))
    phone = house.vault.seal_phone(Phone("+447700900999"))

    def booked(clerk: Clerk) -> None:
        clerk.work.queues.publish("cards", Rules(skills=("cards",), slots=slots), at=clerk.at, by="st_dana")
        for minute, count in ((53, 4), (83, 3), (113, 1)):
            for _ in range(count):
                clerk.work.counters.take(slot_key("cards", minutes(minute)), limit=9, at=clerk.at)
        one = a_request("rq_booked00x7", state=State.BOOKED, mode=Mode.SCHEDULED, phone=phone)
        late = replace(a_request("rq_booked00y8"), state=State.BOOKED, mode=Mode.SCHEDULED)
        times = {"slot_start": AT, "not_before": AT, "wanted_agent": AgentId("ag_maya"), "wanted_until": AT}
        clerk.join(replace(one, **times))
        clerk.join(replace(late, slot_start=minutes(113), not_before=minutes(113), phone=None))

    await house.act(booked)
    return await sign_in()


def levels(page: str) -> dict[str, str]:
    """How full each half hour of today is."""
    cells = re.findall(r'class="cell (\w+)" href="[^"]*" title="([^"]*)"', page)
    return {label.partition(": ")[0]: level for level, label in cells if "Mar" not in label}


async def test_a_glance_shows_which_times_are_full_and_which_nearly(site: Site, csrf: str) -> None:
    found = levels(await shown(site, CARDS))
    assert [found[time] for time in ("15:00", "15:30", "16:00", "16:30")] == ["full", "near", "some", "none"]


async def test_a_half_hour_tells_who_is_booked_in_it_and_leads_to_another_time(site: Site, csrf: str) -> None:
    page = await shown(site, f"{CARDS}&at=2026-03-04T15:00:00%2B00:00")
    text = plain(page)
    assert re.search(r"15:00 R-00X7 \+44…999 telephone Maya Cohen", text.replace("R-D00X7", "R-00X7"))
    assert "R-00Y8" not in text.replace("R-D00Y8", "R-00Y8")
    assert 'href="/console/requests/rq_booked00x7/window" data-dialog' in page
    assert "7700900999" not in page


async def test_without_a_half_hour_everybody_is_listed_in_the_order_of_time(site: Site, csrf: str) -> None:
    found = re.findall(r'href="/console/requests/(rq_booked\w+)" data-row', await shown(site, CARDS))
    assert found == ["rq_booked00x7", "rq_booked00y8"]


@pytest.mark.parametrize("at", ["nonsense", "2026-03-04T15:00:00", "2020-01-01T00:00:00Z"])
async def test_a_time_that_is_none_is_no_filter(site: Site, csrf: str, at: str) -> None:
    assert "All times" not in plain(await shown(site, f"{CARDS}&at={at}"))
