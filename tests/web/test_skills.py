"""What an agent can do, changed by a supervisor: asked, checked, noted with what it was before."""

import re

import pytest

from tests.web.afternoon import fill
from tests.web.conftest import SignIn, Site
from tests.web.test_console import PERSON, plain, shown
from vqueue.domain.agent import Agent
from vqueue.domain.ids import AgentId
from vqueue.domain.journal import Fact
from vqueue.services import hiring
from vqueue.services.house import House

PATH = "/console/agents/ag_omer/skills"


@pytest.fixture
async def csrf(house: House, sign_in: SignIn) -> str:
    await fill(house)
    return await sign_in()


async def omer(house: House) -> Agent:
    return await house.database.read(lambda work: work.agents.get(AgentId("ag_omer")))


def fields(page: str) -> dict[str, str]:
    found = re.findall(r'<input[^>]*name="(skill-[^"]*)" value="([^"]*)"', page)
    (version,) = re.findall(r'name="version" value="(\d+)"', page)
    return {"version": version, **dict(found)}


async def test_every_skill_of_the_bank_is_offered(site: Site, csrf: str) -> None:
    asked = fields(await shown(site, PATH))
    assert (asked["skill-cards"], asked["skill-fraud"], asked["skill-estates"]) == ("5", "", "")


async def test_a_skill_is_given_and_another_taken_and_both_stand_in_the_journal(
    site: Site, house: House, csrf: str
) -> None:
    sent = fields(await shown(site, PATH)) | {"csrf": csrf, "skill-cards": "", "skill-fraud": "8"}
    answer = await site.post(PATH, data=sent, headers=PERSON)
    assert "Saved: what Omer Barak can do." in plain(await answer.text())
    assert (await omer(house)).skills == {"fraud": 8}
    acts = await house.database.read(lambda work: work.journal.recent(facts=(Fact.STAFF_ACTED,)))
    (row,) = [each for each in acts if each.data["act"] == "changed_agent"]
    assert (row.agent, row.data["by"]) == ("ag_omer", "st_dana")
    assert (row.data["was"], row.data["now"]) == ({"cards": 5}, {"fraud": 8})


@pytest.mark.parametrize("level", ["11", "0", "-1", "x", "²"])
async def test_what_is_no_level_is_refused_and_stays_in_the_form(
    site: Site, house: House, csrf: str, level: str
) -> None:
    sent = fields(await shown(site, PATH)) | {"csrf": csrf, "skill-fraud": level}
    answer = await site.post(PATH, data=sent, headers=PERSON)
    page = await answer.text()
    assert (answer.status, fields(page)["skill-fraud"]) == (422, level)
    assert (await omer(house)).skills == {"cards": 5}


async def test_an_agent_who_was_changed_meanwhile_is_looked_at_again(site: Site, house: House, csrf: str) -> None:
    sent = fields(await shown(site, PATH)) | {"csrf": csrf, "skill-fraud": "8"}
    await hiring.change(house, AgentId("ag_omer"), {"skills": {"app": 3}}, version=None, by="st_dana")
    answer = await site.post(PATH, data=sent, headers=PERSON)
    assert answer.status == 409
    assert (await omer(house)).skills == {"cards": 5, "app": 3}
