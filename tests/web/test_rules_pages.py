"""The form of rules over HTTP: typed, checked, compared, saved, agreed on, published, taken back; nothing is lost."""

import re
from dataclasses import replace
from html import unescape

import pytest

from tests.web.afternoon import DANA, PASSWORD, fill, settle_staff
from tests.web.conftest import SignIn, Site
from tests.web.house import HandClock
from tests.web.test_console import plain
from vqueue.domain.rules import Condition, Publishing, Route, Rules
from vqueue.services import ruling
from vqueue.services.house import House
from vqueue.web.api.bank.rules_shapes import document_of
from vqueue.web.console.rules import rows
from vqueue.web.console.rules.fields import every
from vqueue.web.console.rules.merging import carried
from vqueue.web.console.rules.typed import Typed
from vqueue.web.console.rules.written import Values, written

PERSON = {"Accept": "text/html"}
PATH = "/console/queues/cards/rules"
RICH = Rules(
    routing=(
        Route(when=(Condition(attribute="topic", value="lost"), Condition(attribute="n", operator="at_least", value=3)),
              queue="fraud", skills=("cards", "fraud")),
        Route(when=(Condition(attribute="stolen", value=True),), credit="rescued"),
    ),
    announcements={"hold": "Freeze your card, in the app", "בית": "שלום"},
)  # fmt: skip
NAUGHTY = ('"><script>alert(1)</script>', "'; DROP TABLE rules; --", "‮ltr", "🏦" * 40, "{{ 7*7 }}", "a\x0bb")


def test_every_field_of_the_rules_is_on_the_form_once() -> None:
    shown = [each.name for each in every()]
    named = set(shown)
    document = document_of(Rules())
    flat = {
        f"{name}.{inner}" if isinstance(held, dict) and name not in named else name
        for name, held in document.items()
        for inner in (held if isinstance(held, dict) and held else [""])
    }
    assert len(shown) == len(set(shown))
    assert flat == named


@pytest.mark.parametrize("rules", [Rules(), RICH], ids=["plain", "rich"])
def test_a_document_that_nobody_touches_is_the_same_after_the_form(rules: Rules) -> None:
    document = document_of(rules)
    typed = Typed(written(document), document)
    assert (typed.document, typed.faults) == (document, [])


@pytest.mark.parametrize(
    ("name", "text", "where", "held"),
    [
        ("offer.threshold_s", "2,5", ("offer", "threshold_s"), 150),
        ("hours.week.mon", "8-12, 13:30 – 24", ("hours", "week", "mon"), [["08:00", "12:00"], ["13:30", "24:00"]]),
        ("hours.week.tue", "", ("hours", "week", "tue"), []),
        ("slots.week.mon", "9–12 x4", ("slots", "week", "mon"), [["09:00", "12:00", 4]]),
        ("callback.spacing_s", "1 2; 3", ("callback", "spacing_s"), [60, 120, 180]),
        ("topics", "card_lost, loans", ("topics",), ["card_lost", "loans"]),
        ("numbers.countries", "gb il", ("numbers", "countries"), ["GB", "IL"]),
        ("deadlines.coverage", "87.5", ("deadlines", "coverage"), 0.875),
        ("callback.tries.busy", "", ("callback", "tries", "busy"), None),
    ],
)
def test_people_write_values_in_their_own_way(name: str, text: str, where: tuple[str, ...], held: object) -> None:
    document = document_of(Rules())
    typed = Typed(written(document) | {name: text}, document)
    found: object = typed.document
    for step in where:
        assert isinstance(found, dict)
        found = found.get(step)
    assert (found, typed.faults) == (held, [])


@pytest.mark.parametrize(
    ("name", "text", "pointer", "code"),
    [
        ("offer.threshold_s", "soon", "/offer/threshold_s", "not_a_number"),
        ("offer.threshold_s", "", "/offer/threshold_s", "required"),
        ("callback.ring_s", "90", "/callback/ring_s", "out_of_range"),
        ("slots.length_s", "7", "/slots/length_s", "not_a_multiple"),
        ("hours.week.mon", "from nine", "/hours/week/mon", "not_a_time"),
        ("slots.week.mon", "9–12", "/slots/week/mon", "calls_wanted"),
        ("slots.week.mon", "12–9 x2", "/slots/week/mon", "empty_interval"),
        ("callback.tries.busy", "-1", "/callback/tries/busy", "out_of_range"),
        ("callback.total_tries", "1" * 400, "/callback/total_tries", "too_large"),
        ("credits.0.name", "", "/credits/0", "required"),
        ("context.0.max_length", "0", "/context/0/max_length", "out_of_range"),
    ],
)
def test_what_cannot_be_read_is_named_where_it_stands(name: str, text: str, pointer: str, code: str) -> None:
    document = document_of(Rules())
    typed = Typed(written(document) | {name: text}, document)
    assert (pointer, code) in [(each.pointer, each.code) for each in typed.faults]


def test_rows_are_added_moved_and_removed_whatever_stands_in_them() -> None:
    values = written(document_of(RICH))
    up, focus = rows.act(values, "up:routing:1")
    assert (up["routing.0.credit"], up["routing.1.queue"], focus) == ("rescued", "fraud", "routing.0")
    gone, _ = rows.act(values, "remove:routing:0")
    assert (rows.count(gone, "routing"), gone["routing.0.credit"]) == (1, "rescued")
    more, focus = rows.act(values, "add:routing.0.when")
    assert (rows.count(more, "routing.0.when"), focus) == (3, "routing.0.when.2.attribute")
    for nothing in ("", "up:routing:77", "add:csrf", "remove::", "take:csrf:x", "up:routing:x"):
        assert rows.act(values, nothing)[0] == values


def test_what_is_not_touched_follows_other_rules_and_what_is_stays() -> None:
    old = written(document_of(Rules()))
    mine = old | {"offer.max_open": "9", "routing.0.queue": "fraud"}
    new = old | {"offer.max_open": "7", "offer.max_wait_s": "3", "routing.0.queue": "app", "routing.0.skills": "a"}
    after = carried(mine, old=old, new=new)
    assert (after["offer.max_open"], after["offer.max_wait_s"]) == ("9", "3")
    assert (after["routing.0.queue"], "routing.0.skills" in after) == ("fraud", False)


# over HTTP


@pytest.fixture
async def csrf(house: House, sign_in: SignIn) -> str:
    await fill(house)
    return await sign_in()


async def shown(site: Site, path: str = PATH) -> str:
    answer = await site.get(path, headers=PERSON)
    assert answer.status == 200, await answer.text()
    return await answer.text()


def form_of(page: str) -> Values:
    """What the form on the page would send."""
    form = page.partition('id="form"')[2].partition("</form>")[0]
    sent: Values = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf' {each}="([^"]*)"', tag) for each in ("name", "value"))
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            sent[name[1]] = unescape(value[1]) if value else "on"
    for name, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        sent[name] = unescape(chosen[1]) if chosen else ""
    for name, text in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        sent[name] = unescape(text)
    return sent


async def draft_of(house: House) -> Rules | None:
    draft = await house.database.read(lambda work: work.drafts.find("cards"))
    return await house.database.read(lambda work: work.drafts.rules(draft)) if draft is not None else None


async def saved(site: Site, **changes: str) -> tuple[int, str]:
    sent = form_of(await shown(site)) | {name.replace("__", "."): text for name, text in changes.items()}
    answer = await site.post(PATH, data=sent, headers=PERSON)
    return answer.status, await answer.text()


async def version_of(house: House) -> int:
    return (await house.database.read(lambda work: work.queues.get("cards"))).rules_version


async def test_a_form_sent_as_it_is_changes_nothing_and_one_field_changes_one_field(
    site: Site, house: House, csrf: str
) -> None:
    status, page = await saved(site, offer__threshold_s="4")
    assert (status, "The draft is saved" in page) == (200, True)
    live = await house.database.read(lambda work: work.queues.get("cards"))
    assert await draft_of(house) == replace(live.rules, offer=replace(live.rules.offer, threshold_s=240))
    assert "Offered from a wait of: 2 min becomes 4 min" in plain(page)
    assert "now: 2 min" in plain(page)


async def test_a_fault_stands_beside_its_field_and_everything_typed_stays(site: Site, house: House, csrf: str) -> None:
    status, page = await saved(site, callback__ring_s="90", hours__week__mon="from nine", topics="lost card!")
    assert (status, await draft_of(house)) == (422, None)
    told = plain(page)
    assert "From 5 s to 1 min." in told and "Write times as 08:00–20:00" in told and "Small Latin letters" in told
    sent = form_of(page)
    assert (sent["callback.ring_s"], sent["hours.week.mon"], sent["topics"]) == ("90", "from nine", "lost card!")
    assert page.count('aria-invalid="true"') == 3
    assert "3 values to mend" in told and "Not saved. Mend what is marked" in told
    assert 'data-focus="callback.ring_s"' in page and 'data-to="topics"' in page


async def test_typing_is_checked_without_being_saved_and_rows_come_and_go(site: Site, house: House, csrf: str) -> None:
    sent = form_of(await shown(site)) | {"act": "add:routing"}
    part = await (await site.post(f"{PATH}/form", data=sent, headers={"X-Part": "rules"})).text()
    assert "<html" not in part and 'data-focus="routing.0.when.0.attribute"' in part
    assert "Name a queue, a skill or a class." in part
    assert "1 changed" in part or "1 to mend" in part
    assert await draft_of(house) is None


async def test_who_saves_over_rules_that_changed_meanwhile_loses_nothing(site: Site, house: House, csrf: str) -> None:
    sent = form_of(await shown(site)) | {"offer.threshold_s": "4"}
    live = await house.database.read(lambda work: work.queues.get("cards"))
    other = replace(live.rules, topics=("loans",))
    await house.act(lambda clerk: clerk.work.queues.publish("cards", other, at=clerk.at, by="st_dana"))
    answer = await site.post(PATH, data=sent, headers=PERSON)
    page = await answer.text()
    assert (answer.status, await draft_of(house)) == (409, None)
    assert "v2 came into force meanwhile (Dana Levi)" in plain(page)
    again = form_of(page)
    assert (again["offer.threshold_s"], again["topics"], again["based_on"]) == ("4", "loans", "2")
    await site.post(PATH, data=again, headers=PERSON)
    assert await draft_of(house) == replace(other, offer=replace(other.offer, threshold_s=240))


async def test_who_saves_over_a_draft_of_somebody_else_is_told(site: Site, house: House, csrf: str) -> None:
    sent = form_of(await shown(site)) | {"offer.threshold_s": "4"}
    theirs = Rules(topics=("loans",))
    await house.act(
        lambda clerk: ruling.save(clerk, "cards", rules=theirs, document=document_of(theirs), by="st_other")
    )
    answer = await site.post(PATH, data=sent, headers=PERSON)
    page = await answer.text()
    assert (answer.status, await draft_of(house)) == (409, theirs)
    assert "Somebody else saved or removed the draft meanwhile" in plain(page)
    assert (await site.post(PATH, data=form_of(page), headers=PERSON)).status == 200
    mine = await draft_of(house)
    assert mine is not None and mine.offer.threshold_s == 240


async def test_one_person_asks_and_another_agrees(site: Site, house: House, csrf: str) -> None:
    two = replace(Rules(skills=("cards",)), publishing=Publishing(second_person=True))
    await house.act(lambda clerk: clerk.work.queues.publish("cards", two, at=clerk.at, by="st_dana"))
    await saved(site, offer__threshold_s="4")
    send = {"csrf": csrf, "draft": "1", "reason": "shorter queues", "when": "now"}
    page = await (await site.post(f"{PATH}/publish", data=send, headers=PERSON)).text()
    assert "Asked. A second person has to agree." in page and await version_of(house) == 2
    await settle_staff(house, login="yael", name="Yael Cohen")
    await site.post("/sign-in", data={"login": "yael", "password": PASSWORD})
    page = await shown(site)
    assert "Dana Levi asks you to agree" in page and "Agree and publish" in page and "shorter queues" in page
    csrf = page.partition('data-csrf="')[2].partition('"')[0]
    send |= {"csrf": csrf, "draft": "2"}
    page = await (await site.post(f"{PATH}/publish", data=send, headers=PERSON)).text()
    assert "The new rules are in force." in page and await version_of(house) == 3
    assert "Yael Cohen" in await shown(site, f"{PATH}/history")


async def test_rules_are_published_at_their_time_and_can_be_taken_off_the_clock(
    site: Site, house: House, csrf: str, clock: HandClock
) -> None:
    await saved(site, offer__threshold_s="4")
    send = {"csrf": csrf, "draft": "1", "reason": "calmer mornings", "when": "later", "at": "2026-03-05T07:45"}
    page = plain(await (await site.post(f"{PATH}/publish", data=send, headers=PERSON)).text())
    assert "Comes into force tomorrow, 07:45; Dana Levi agreed." in page
    page = plain(await (await site.post(f"{PATH}/unschedule", data={"csrf": csrf}, headers=PERSON)).text())
    assert "Comes into force tomorrow" not in page
    await site.post(f"{PATH}/publish", data=send | {"draft": "3"}, headers=PERSON)
    clock.move(24 * 3600)
    await ruling.come_due(house)
    assert await version_of(house) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " "}, "Give a reason"),
        ({"when": "later", "at": "2026-03-04T07:45"}, "That time has passed"),
        ({"when": "later", "at": "soon"}, "Choose a day"),
        ({"draft": "77"}, "Somebody else changed this meanwhile"),
    ],
)
async def test_publishing_says_what_is_missing(
    site: Site, house: House, csrf: str, changes: dict[str, str], words: str
) -> None:
    await saved(site, offer__threshold_s="4")
    send = {"csrf": csrf, "draft": "1", "reason": "kept words", "when": "now"} | changes
    answer = await site.post(f"{PATH}/publish", data=send, headers=PERSON)
    assert answer.status in (412, 422) and words in plain(await answer.text())
    assert await version_of(house) == 1


async def test_the_history_says_who_when_why_and_what_and_leads_back(site: Site, house: House, csrf: str) -> None:
    await saved(site, offer__threshold_s="4")
    send = {"csrf": csrf, "draft": "1", "reason": "shorter queues", "when": "now"}
    await site.post(f"{PATH}/publish", data=send, headers=PERSON)
    page = plain(await shown(site, f"{PATH}/history"))
    assert "Dana Levi shorter queues" in page and "Offered from a wait of: 2 min becomes 4 min" in page
    bare = await site.post(f"{PATH}/rollback", data={"csrf": csrf, "version": "1", "reason": ""}, headers=PERSON)
    assert (bare.status, "Give a reason" in await bare.text()) == (422, True)
    await site.post(f"{PATH}/rollback", data={"csrf": csrf, "version": "1", "reason": "too long"}, headers=PERSON)
    assert await version_of(house) == 3
    assert "brought back v1" in plain(await shown(site, f"{PATH}/history"))
    assert "too long" in plain(await shown(site, "/console/rules"))


async def test_any_two_versions_are_compared(site: Site, house: House, csrf: str) -> None:
    for rings in (30, 35, 40):
        rules = replace(Rules(), callback=replace(Rules().callback, ring_s=rings))
        await house.act(lambda clerk, new=rules: clerk.work.queues.publish("cards", new, at=clerk.at, by="st_dana"))
    page = plain(await shown(site, f"{PATH}/history?old=2&new=4"))
    assert "The customer's phone rings for: 30 s becomes 40 s" in page
    assert "becomes 40 s" in plain(await shown(site, f"{PATH}/history?old=x&new=77"))


async def test_a_rehearsal_wants_a_saved_draft_and_says_so(site: Site, house: House, csrf: str) -> None:
    before = plain(await shown(site))
    assert "Save a draft first: what is saved is rehearsed." in before
    await saved(site, offer__threshold_s="4")
    assert "Save a draft first" not in plain(await shown(site))


async def test_a_viewer_reads_rules_and_changes_none(site: Site, house: House) -> None:
    await settle_staff(house, role="viewer", login="vera")
    await fill(house)
    await site.post("/sign-in", data={"login": "vera", "password": PASSWORD})
    page = await shown(site)
    assert '<fieldset class="body" disabled>' in page and "Save draft" not in page.partition('id="form"')[0]


@pytest.mark.parametrize("language", ["en", "ru", "he"])
@pytest.mark.parametrize("path", [PATH, f"{PATH}/history", "/console/rules"])
async def test_every_page_of_rules_speaks_every_language(
    site: Site, csrf: str, path: str, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    await saved(site, callback__ring_s="30")
    page = await shown(site, f"{path}?lang={language}")
    assert f'<html lang="{language}"' in page and "has no wording" not in caplog.text
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)


def test_topics_are_named_in_each_language_and_come_back_as_they_were_typed() -> None:
    document = document_of(Rules())
    rows = {"topic_labels.0.name": "loans", "topic_labels.0.en": "A loan", "topic_labels.0.he": "הלוואה",
            "topic_labels.1.name": "", "topic_labels.1.ru": ""}  # fmt: skip
    typed = Typed(written(document) | {"topics": "loans"} | rows, document)
    assert (typed.document["topic_labels"], typed.faults) == ({"loans": {"en": "A loan", "he": "הלוואה"}}, [])
    again = Typed(written(typed.document), document)
    assert again.document == typed.document
    nameless = Typed(written(document) | {"topic_labels.0.name": "", "topic_labels.0.en": "?"}, document)
    assert [fault.code for fault in nameless.faults] == ["required"]


def test_single_days_are_read_and_come_back_as_they_were_typed() -> None:
    document = document_of(Rules())
    rows = {"hours.days.0.name": "2026-12-24", "hours.days.0.value": "8-13", "hours.days.1.name": "2026-12-25",
            "hours.days.1.value": ""}  # fmt: skip
    typed = Typed(written(document) | rows, document)
    assert typed.document["hours"]["days"] == {"2026-12-24": [["08:00", "13:00"]], "2026-12-25": []}
    assert Typed(written(typed.document), document).document == typed.document
    wrong = Typed(written(document) | rows | {"hours.days.1.value": "noon"}, document)
    assert [(fault.pointer, fault.code) for fault in wrong.faults] == [("/hours/days/1", "not_a_time")]


async def test_holidays_of_a_country_are_named_and_one_of_them_gets_its_own_hours(
    site: Site, house: House, csrf: str
) -> None:
    sent = form_of(await shown(site)) | {"hours.holidays": "GB-ENG", "act": "add:hours.days:2026-12-25"}
    page = await (await site.post(f"{PATH}/form", data=sent, headers=PERSON)).text()
    assert "Fri 3 Apr 2026 Good Friday" in plain(page)
    again = form_of(page) | {"hours.days.0.value": "10–14"}
    assert (again["hours.days.0.name"], 'data-focus="hours.days.0.value"' in page) == ("2026-12-25", True)
    page = plain(await (await site.post(PATH, data=again, headers=PERSON)).text())
    assert "Single days: Fri 25 Dec 2026: 10:00–14:00" in page and "own hours" in page
    draft = await draft_of(house)
    assert draft is not None and draft.hours.days == {"2026-12-25": (("10:00", "14:00"),)}
    odd = form_of(await shown(site)) | {"hours.days.0.name": "25 December"}
    page = await (await site.post(PATH, data=odd, headers=PERSON)).text()
    assert "No such day." in plain(page) and 'data-to="hours.days.0"' in page


@pytest.mark.parametrize("naughty", NAUGHTY)
async def test_strange_words_stay_words(site: Site, house: House, csrf: str, naughty: str) -> None:
    sent = form_of(await shown(site))
    sent |= {"announcements.0.name": naughty, "announcements.0.value": naughty, "topics": naughty,
             "hours.week.mon": naughty, "context.0.label.en": naughty,
             "topic_labels.0.name": naughty, "topic_labels.0.en": naughty}  # fmt: skip
    for path in (PATH, f"{PATH}/form"):
        answer = await site.post(path, data=sent | {"act": naughty}, headers=PERSON)
        page = await answer.text()
        assert answer.status in (200, 422) and "<script>alert" not in page
        assert form_of(page)["announcements.0.value"].split() == naughty.split()


async def test_somebody_elses_form_is_refused(site: Site, house: House, csrf: str) -> None:
    sent = form_of(await shown(site)) | {"csrf": "wrong"}
    assert (await site.post(PATH, data=sent, headers=PERSON)).status == 403
    assert DANA and await draft_of(house) is None
