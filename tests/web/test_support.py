"""The customer's page over HTTP: what it may load, how heavy it is, its module for other sites, its first answer."""

import gzip
import json
import re
import struct
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from tests.db.builders import a_queue
from tests.web.afternoon import QUICK
from tests.web.conftest import Site
from tests.web.house import HandClock
from vqueue.domain.context import ContextField, FieldKind
from vqueue.services.house import House
from vqueue.web.pages import STATIC_DIR
from vqueue.web.site import make_web
from vqueue.web.support.module import ORDER, sheet, widget, words
from vqueue.wording import Catalogue, Language

BANK, OTHER = "https://bank.example", "https://elsewhere.example"
WHOLE_PAGE = 150_000
MATTER = ContextField(
    id="matter",
    kind=FieldKind.CHOICE,
    choices=("lost", "blocked"),
    required=True,
    label={"en": "What happened?"},
    choice_labels={"lost": {"en": "It is lost", "ru": "Утеряна"}},
)


@pytest.fixture
async def shared(house: House) -> AsyncIterator[Site]:
    """The site of a bank that names another site of its own."""
    async with TestClient(TestServer(make_web(house, passwords=QUICK, secure=False, origins=(BANK,)))) as client:
        yield client


async def test_the_page_allows_no_inline_script_or_style(site: Site) -> None:
    answer = await site.get("/support", headers={"Accept": "text/html"})
    text, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert answer.status == 200 and "unsafe" not in policy and "default-src 'none'" in policy
    assert "manifest-src 'self'" in policy
    assert "<style" not in text and "style=" not in text and not re.search(r"<script(?![^>]*src=)", text)


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ru", "ltr"), ("he", "rtl")])
async def test_the_page_speaks_the_visitors_language(site: Site, language: str, direction: str) -> None:
    text = await (await site.get("/support", headers={"Accept-Language": f"{language}, en;q=0.5"})).text()
    assert f'<html lang="{language}" dir="{direction}"' in text
    assert f'<vqueue-support lang="{language}" bank="Tamarind Bank"' in text


async def test_all_of_the_page_weighs_little_over_the_wire(site: Site) -> None:
    page = await (await site.get("/support")).text()
    addresses = set(re.findall(r'(?:src|href)="(/[^"]+)"', page)) | {"/support/worker.js", "/v1/topics"}
    weight = len(gzip.compress(page.encode()))
    for address in addresses:
        async with site.get(address, headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.status == 200, address
            weight += int(answer.headers.get("Content-Length", len(gzip.compress(await answer.read()))))
    assert weight < WHOLE_PAGE


async def test_the_module_is_one_file_and_known_by_its_content(site: Site) -> None:
    answer = await site.get("/support/widget.js")
    text, tag = await answer.text(), answer.headers["ETag"]
    assert answer.content_type == "text/javascript" and not re.search(r"^import |from \"\./", text, re.MULTILINE)
    assert "export class VqueueSupport" in text
    again = await site.get("/support/widget.js", headers={"If-None-Match": tag})
    assert again.status == 304
    named = await site.get(f"/support/widget.js?v={widget().tag}")
    assert "immutable" in named.headers["Cache-Control"] and answer.headers["Cache-Control"] == "no-cache"


def test_each_part_of_the_module_stands_after_what_it_needs_and_no_name_twice() -> None:
    text = widget().text
    tops = re.findall(r"^(?:export )?(?:async )?(?:class|function|const|let) (\w+)", text, re.MULTILINE)
    assert len(tops) == len(set(tops)) and len(ORDER) == len(set(ORDER))
    assert text.index("class Controller") < text.index("class Acts") < text.index("class VqueueSupport")


def test_the_module_says_only_words_that_are_there_in_all_languages() -> None:
    known = words(Catalogue.load())
    said = set(re.findall(r'\bsay\(\s*"([a-z_0-9]+)"', widget().text))
    assert said and [said - set(known[language.value]) for language in Language] == [set(), set(), set()]


def test_whatever_makes_a_wait_worse_is_said_in_words() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    (told,) = re.findall(r"unless `reasons` says why: (.+?)\. ", guide)
    said = {key.removeprefix("worse_") for key in words(Catalogue.load())["en"] if key.startswith("worse_")}
    assert set(re.findall(r"`(\w+)`", told)) == said


def test_every_token_of_the_design_can_be_set_by_the_site_that_embeds_it() -> None:
    css = sheet()
    assert "--accent: var(--vq-accent, #006470);" in css
    assert ':host([theme="dark"])' in css and ":root" not in css


async def test_only_the_sites_the_bank_names_may_load_module_and_topics(shared: Site) -> None:
    for path in ("/support/widget.js", "/v1/topics"):
        ours = await shared.get(path, headers={"Origin": BANK})
        assert ours.headers["Access-Control-Allow-Origin"] == BANK, path
        assert ours.headers["Cross-Origin-Resource-Policy"] == "cross-origin", path
        others = await shared.get(path, headers={"Origin": OTHER})
        assert "Access-Control-Allow-Origin" not in others.headers, path
    page = await shared.get("/support", headers={"Origin": BANK})
    assert "Access-Control-Allow-Origin" not in page.headers


async def test_the_page_can_be_installed(site: Site) -> None:
    told = json.loads(await (await site.get("/support/manifest.webmanifest?lang=he")).text())
    assert (told["lang"], told["dir"], told["scope"]) == ("he", "rtl", "/support")
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
    for icon in told["icons"]:
        drawn = (STATIC_DIR / icon["src"].removeprefix("/static/").partition("?")[0]).read_bytes()
        assert "{}x{}".format(*struct.unpack(">II", drawn[16:24])) == icon["sizes"]


async def test_the_worker_keeps_exactly_files_that_are_there(site: Site) -> None:
    answer = await site.get("/support/worker.js")
    assert answer.headers["Service-Worker-Allowed"] == "/support"
    shell = json.loads((await answer.text()).partition("= ")[2].partition(";")[0])
    assert [path for path in shell if (await site.get(path)).status != 200] == []
    assert not [path for path in shell if path.startswith("/v1")]


async def test_a_stranger_learns_topics_questions_and_the_wait(site: Site, house: House) -> None:
    queue = a_queue()
    named = {"cards": {"en": "My card", "ru": "Моя карта"}}
    rules = replace(queue.rules, topics=("cards",), topic_labels=named, context=(MATTER,))
    asking = replace(queue, rules=rules)
    await house.database.transact(lambda work: work.queues.insert(asking))
    told = await (await site.get("/v1/topics")).json()
    assert told["bank"] == "Tamarind Bank" and told["phone_number"] == house.line.number and told["speed"] == 1.0
    (item,) = told["items"]
    assert (item["topics"], item["topic_labels"]) == (["cards"], named)
    assert item["availability"]["queue"] == queue.id
    (question,) = item["questions"]
    assert question["required"] and [each["id"] for each in question["choices"]] == ["lost", "blocked"]
    assert [each["labels"] for each in question["choices"]] == [{"en": "It is lost", "ru": "Утеряна"}, {}]


class StandingWall(HandClock):
    """The wall's clock moves by hand too."""

    at_wall = 0.0

    def wall(self) -> float:
        return self.at_wall


async def test_many_strangers_at_once_make_the_house_reckon_once(house: House) -> None:
    clock = StandingWall()
    site = make_web(replace(house, clock=clock), passwords=QUICK, secure=False)
    async with TestClient(TestServer(site)) as client:
        first = await (await client.get("/v1/topics")).text()
        await house.database.transact(lambda work: work.queues.insert(a_queue()))
        assert await (await client.get("/v1/topics")).text() == first
        clock.at_wall = 3.0
        assert await (await client.get("/v1/topics")).text() != first


def test_a_choice_is_named_only_where_it_is_one() -> None:
    with pytest.raises(ValueError, match="choice_labels"):
        replace(MATTER, choice_labels={"stolen": {"en": "It is stolen"}})
