"""The page of reports over HTTP: what is asked, told in sentences, tables and CSV; what cannot be asked is said."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from tests.db.builders import an_attempt
from tests.web.afternoon import a_promise, a_request, fill
from tests.web.conftest import SignIn, Site
from tests.web.house import NOON
from tests.web.test_console import plain
from vqueue.domain.ids import AgentId, QueueId, RequestId
from vqueue.domain.report import Cell, Interval, Question, Report, ReportName
from vqueue.domain.request import State
from vqueue.ports.apps import Feedback
from vqueue.services.house import House
from vqueue.web import charts
from vqueue.web.console.reports.plots import Plots
from vqueue.web.console.reports.routes import saved
from vqueue.web.console.reports.tables import Tables
from vqueue.web.pages import Look, Pages
from vqueue.wording import Language

PERSON = {"Accept": "text/html"}
PATH = "/console/reports"


@pytest.fixture
async def signed_in(house: House, sign_in: SignIn) -> None:
    await fill(house)
    yesterday = NOON - timedelta(days=1)

    def past(work: object) -> None:
        for n in range(8):
            request = a_request(f"rq_past{n}", state=State.SERVED, ready=False, virtual_start=yesterday,
                                created_at=yesterday, closed_at=yesterday + timedelta(minutes=9))  # fmt: skip
            work.requests.insert(request)  # type: ignore[attr-defined]
            promise = a_promise(request, start=-1440, end=-1420)
            work.promises.insert(promise.ring(NOON - timedelta(minutes=1430 if n else 1400)))  # type: ignore[attr-defined]
            said = Feedback(request=request.id, at=yesterday + timedelta(minutes=30), rating=5 if n else 1,
                            nps=9 if n > 3 else 3, solved=bool(n % 2))  # fmt: skip
            work.feedback.put(said)  # type: ignore[attr-defined]

    await house.database.transact(past)
    await sign_in()


async def shown(site: Site, query: str = "") -> str:
    answer = await site.get(f"{PATH}{query}", headers=PERSON)
    assert answer.status == 200, await answer.text()
    return await answer.text()


async def test_a_day_is_told_in_figures_sentences_and_tables(site: Site, signed_in: None) -> None:
    page = plain(await shown(site, "?span=yesterday&queue=cards"))
    assert "Cards 3 Mar 2026 , on the clock of Europe/London" in page.replace("\u2068", "")
    assert page.count("87.5% of the promises were kept; the goal is 90%.") == 2
    assert re.search(r"\d+ of \d+ callers gave up", page)
    assert "satisfaction, of 5 4.5 NPS, −100 to 100 0 solved, say customers 50%" in page
    assert "0 calls came too early, 1 too late, 0 promises we could not keep." in page


async def test_what_is_drawn_stands_in_the_table_beside_it(site: Site, signed_in: None) -> None:
    page = re.sub(r">\s+<", "><", await shown(site, "?span=week&queue=cards"))
    drawn = [json.loads(unescape(each)) for each in re.findall(r'data-chart="([^"]*)"', page)]
    assert len(drawn) == page.count("<figure") == page.count("<details><summary>As a table") == 5
    came = drawn[0]
    assert came["x"][came["series"][0]["values"].index(8)] == "3 Mar"
    assert re.search(r"3 Mar</th><td class=\"end\">8</td>", page)


async def test_a_report_is_of_one_channel_and_of_one_agent(site: Site, house: House, signed_in: None) -> None:
    began, ended = NOON - timedelta(hours=23.9), NOON - timedelta(hours=23.5)
    talk = an_attempt(
        "at_1", request=RequestId("rq_past3"), agent=AgentId("ag_priya"), opened_at=began, joined_at=began,
        closed_at=ended,
    )  # fmt: skip
    await house.database.transact(lambda work: work.attempts.insert(talk))
    page = plain(await shown(site, "?span=yesterday&agent=ag_priya&channel=ivr"))
    assert re.search("Reports ?, telephone ?, Priya Nair", page)
    assert "100% of the promises were kept; the goal is 90%." in page and "1 came" in page
    assert "Nothing is recorded for these days." in plain(await shown(site, "?span=yesterday&channel=sms"))


def test_minutes_saved_stand_with_their_interval_where_each_queue_has_one() -> None:
    say = Pages(bank="x").say(Look(Language.EN, "auto"))
    row = {"offered": 120, "hold_saved_min": 240.0, "hold_saved_low_s": 60.0, "hold_saved_high_s": 180.0}
    assert saved([row], say) == ("240", "minutes on the line saved", "120 to 360")
    assert saved([row, row], say) == ("480", "minutes on the line saved", "240 to 720")
    assert saved([row, {**row, "hold_saved_low_s": None}], say)[2] == ""
    assert saved([{**row, "hold_saved_low_s": None}], say)[2] == "" and saved([], say)[0] == "–"


def by_day(interval: Interval = Interval.DAY) -> Plots:
    return Plots(Pages(bank="x").say(Look(Language.EN, "auto")), Language.EN, interval)


def a_report(*rows: dict[str, Cell]) -> Report:
    question = Question(name=ReportName.INTERVALS, start=NOON, end=NOON)
    blank = {"offered": 0, "answered": 0, "abandoned": 0, "asa_s": None, "second_hold_p50_s": None}
    full = tuple({**blank, "reached_first_time": 0, **row} for row in rows)
    return Report(question=question, columns=tuple(full[0]), rows=full)


def test_a_day_without_calls_stands_among_the_others() -> None:
    report = a_report(
        {"start": "2026-03-02T00:00:00+00:00", "offered": 3}, {"start": "2026-03-05T00:00:00+00:00", "offered": 7}
    )
    came, *_ = by_day().all(report, replace(report, rows=()), {}, 0.9)
    assert [row[:2] for row in came.rows] == [("2 Mar", "3"), ("3 Mar", "0"), ("4 Mar", "0"), ("5 Mar", "7")]


def test_an_average_of_days_weighs_them_by_their_calls() -> None:
    busy = {"start": "2026-03-02T00:00:00+00:00", "answered": 99, "asa_s": 60.0}
    quiet = {"start": "2026-03-03T00:00:00+00:00", "answered": 1, "asa_s": 660.0}
    _, speed, _ = by_day().all(a_report(busy, quiet), replace(a_report(busy), rows=()), {}, 0.9)
    assert plain(speed.found) == "Those who stayed on the line waited 1:06 min on average."


def test_reasons_for_being_away_are_told_in_words() -> None:
    say = Pages(bank="x").say(Look(Language.EN, "auto"))
    tables = Tables(say, by_day(), {}, Pages(bank="x").catalogue.keys())
    told = tables.cell("away_reasons_s", {"break": 60.0, "agent_no_answer": 5.0, "fire_drill": 9.0, "none": 1.0})
    assert told == "Break 1:00, agent did not answer 0:05, fire drill 0:09, no reason given 0:01"


async def test_on_paper_stands_whose_figures_these_are(site: Site, signed_in: None) -> None:
    for path in ("", "/promises"):
        assert "Tamarind Bank. Printed 4 Mar 2026, 14:07, by Dana Levi." in plain(await shown(site, path))


@pytest.mark.parametrize("language", ["en", "ru", "he"])
async def test_reports_speak_every_language(
    site: Site, signed_in: None, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    page = await shown(site, f"?lang={language}")
    assert f'<html lang="{language}"' in page and "has no wording" not in caplog.text
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?from=2026-03-04&to=2026-03-01", "The first day comes before the last one"),
        ("?from=soon&to=later", "The first day comes before the last one"),
        ("?from=0001-01-01&to=9999-12-31", "The first day comes before the last one"),
        ("?from=2025-01-01&to=2026-03-04", "At most 92 days at once"),
        ("?queue=%22%3E%3Cscript%3E", "There is no such queue"),
    ],
)
async def test_what_cannot_be_asked_is_said_and_something_is_shown(
    site: Site, signed_in: None, query: str, words: str
) -> None:
    page = await shown(site, query)
    assert words in plain(page) and "<script>" not in page


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("?span=today", "1h"),
        ("?span=month", "1d"),
        ("?span=month&interval=15m", "1h"),
        ("?span=week&interval=15m", "15m"),
        ("?interval=never", "1d"),
    ],
)
async def test_an_interval_fits_the_days(site: Site, signed_in: None, query: str, chosen: str) -> None:
    assert f'<option value="{chosen}" selected>' in await shown(site, query)


async def test_a_table_comes_as_csv_with_the_same_question(site: Site, house: House, signed_in: None) -> None:
    page = await shown(site, "?span=yesterday&queue=cards")
    link = unescape(re.search(r'href="(/console/reports/feedback\.csv[^"]*)"', page)[1])  # type: ignore[index]
    answer = await site.get(link)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="feedback-2026-03-03-2026-03-03.csv"'
    rows = list(csv.DictReader(io.StringIO(await answer.text())))
    assert [(row["queue"], row["channel"], row["rated"], row["nps"]) for row in rows] == [
        ("cards", "all", "8", "0.0"),
        ("cards", "ivr", "8", "0.0"),
    ]
    assert (await site.get("/console/reports/nonsense.csv")).status == 404
    assert QueueId("cards") in str(rows)


async def test_the_charting_library_comes_from_its_package_compressed_and_for_good(site: Site) -> None:
    library = charts.library()
    answer = await site.get(library.address)
    assert (answer.status, answer.headers["Content-Encoding"]) == (200, "gzip")
    assert "immutable" in answer.headers["Cache-Control"] and "plotly.js-style-global" in library.styles
