"""What needs somebody, each alone: what the board says, the one act it offers, to whom, and what the act does."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.web.afternoon import DANA, fill, minutes, settle_staff
from tests.web.conftest import SignIn, Site
from tests.web.house import NOON, HandClock
from tests.web.test_console import PERSON, plain
from tests.web.troubled import HOOK, PHONE, SOON, a_hook, breaks_soon, left, machines
from vqueue.domain.ids import RequestId
from vqueue.domain.journal import Fact, JournalRow
from vqueue.ports.bank import Webhook
from vqueue.ports.database import Work
from vqueue.services.house import House
from vqueue.services.leading import SHARD

Trouble = Callable[[House], Awaitable[None]]


async def _soon(house: House) -> None:
    phone = house.vault.seal_phone(PHONE)
    await house.act(lambda clerk: breaks_soon(clerk, phone))


async def _left(house: House) -> None:
    await house.database.transact(lambda work: left(work, "ag_omer", "ag_ivan"))


async def _machines(house: House) -> None:
    await house.database.transact(machines)


async def _webhook(house: House) -> None:
    await house.database.transact(lambda work: work.webhooks.insert(a_hook()))


async def _webhook_off(house: House) -> None:
    await house.database.transact(lambda work: work.webhooks.insert(a_hook(off=True)))


async def _stale(house: House) -> None:
    (board,) = [each for each in await house.board.read_all() if each.queue == "fraud"]
    await house.board.publish(replace(board, as_of=NOON - timedelta(minutes=5)))


async def _no_leader(house: House) -> None:
    await house.database.transact(lambda work: work.leases.release(shard=SHARD, holder="afternoon"))


TROUBLES: dict[str, tuple[Trouble, str, str]] = {
    "a promise breaks soon": (
        _soon,
        "Cards: R-SOON7 was promised by 14:15 Its turn is expected at 14:37.",
        f'href="/console/requests/{SOON}/next"',
    ),
    "agents left": (
        _left,
        "Cards: 2 agents left since 14:03 Fewer serve this queue now.",
        'href="/console/queues/cards/registering?turn=off&amp;for=30&amp;why=staff_loss"',
    ),
    "machines answer": (
        _machines,
        "App, online bank: machines answer 50% of our calls",
        'href="/console/queues/app/dialing?turn=off&amp;for=30&amp;why=machine_wave"',
    ),
    "a webhook fails": (_webhook, "A webhook fails 6 deliveries in a row failed.", f"/console/webhooks/{HOOK}/retry"),
    "a webhook is off": (_webhook_off, "It is switched off since 13:58, after 6 failures.", f"{HOOK}/retry"),
    "no fresh estimate": (_stale, "Fraud, lost cards: no fresh estimate", 'href="/console/service"'),
    "nobody leads": (_no_leader, "No calls are handed out: no process has the lead.", 'href="/console/service"'),
}


@pytest.mark.parametrize("name", TROUBLES)
async def test_each_trouble_is_told_with_the_one_act_that_helps(
    site: Site, house: House, sign_in: SignIn, name: str
) -> None:
    trouble, told, act = TROUBLES[name]
    await fill(house)
    await trouble(house)
    await sign_in()
    page = await (await site.get("/console", headers=PERSON)).text()
    assert told in plain(page)
    assert act in page


async def test_a_viewer_is_told_and_offered_nothing_that_changes(site: Site, house: House, sign_in: SignIn) -> None:
    await fill(house)
    for trouble, _, _ in TROUBLES.values():
        if trouble is not _webhook_off:
            await trouble(house)
    await settle_staff(house, role="viewer", login="vera", name="Vera Lind")
    await sign_in("vera")
    page = await (await site.get("/console", headers=PERSON)).text()
    assert all(words in plain(page) for words in ("R-SOON7 was promised", "machines answer", "agents left"))
    assert not any(act in page for act in ("/next", "/retry", "turn=off", "/presence"))
    service = await (await site.get("/console/service", headers=PERSON)).text()
    assert "Deliver again" not in service


async def test_called_next_it_goes_before_the_others_and_can_be_taken_back(
    site: Site, house: House, sign_in: SignIn
) -> None:
    await fill(house)
    await _soon(house)
    csrf = await sign_in()
    answer = await site.post(
        f"/console/requests/{SOON}/next", data={"csrf": csrf, "reason": "about to break"}, headers=PERSON
    )
    assert 'name="undo"' in await answer.text()
    found = await house.database.read(lambda work: work.requests.get(RequestId(SOON)))
    assert found.credit_class == "rescued"


async def test_where_machines_answer_calling_back_pauses_and_comes_on_by_itself(
    site: Site, house: House, sign_in: SignIn, clock: HandClock
) -> None:
    await fill(house)
    await _machines(house)
    csrf = await sign_in()
    path = "/console/queues/app/dialing"
    asked = await (await site.get(f"{path}?turn=off&for=30&why=machine_wave", headers=PERSON)).text()
    assert 'value="Machines answer our calls"' in asked
    assert '<option value="30" selected>until 14:37</option>' in asked
    form = {"csrf": csrf, "turn": "off", "reason": "machines", "for": "30"}
    assert (await site.post(path, data=form | {"for": "31"}, headers={"Accept": "application/json"})).status == 422
    page = plain(await (await site.post(path, data=form, headers=PERSON)).text())
    assert "Reason given: machines On again at 14:37." in page
    assert "machines answer" not in page
    queue = await house.database.read(lambda work: work.queues.get("app"))
    assert queue.switches.until is not None
    assert datetime.fromisoformat(queue.switches.until) == minutes(30)


@pytest.mark.parametrize("off", [False, True])
async def test_a_webhook_is_tried_again_and_the_journal_knows_by_whom(
    site: Site, house: House, sign_in: SignIn, off: bool
) -> None:
    await fill(house)
    await house.database.transact(lambda work: work.webhooks.insert(a_hook(off=off)))
    csrf = await sign_in()
    path = f"/console/webhooks/{HOOK}/retry"
    asked = await (await site.get(path, headers=PERSON)).text()
    assert "Deliver to crm.bank.example again?" in plain(asked)
    assert "9f2c" not in asked
    assert (await site.post(path, data={"csrf": "not ours"})).status == 403
    page = await (await site.post(path, data={"csrf": csrf}, headers=PERSON)).text()
    assert "webhook" not in page
    hook, rows = await house.database.read(_told)
    assert (hook.failures, hook.disabled_at, hook.retry_at) == (0, None, None)
    assert [(row.data["act"], row.data["by"]) for row in rows] == [("enabled", f"st_{DANA}")]


def _told(work: Work) -> tuple[Webhook, list[JournalRow]]:
    return work.webhooks.get(HOOK), work.journal.recent(facts=(Fact.WEBHOOK_SET,))


async def test_the_service_page_tells_each_part_and_what_helps(site: Site, house: House, sign_in: SignIn) -> None:
    await fill(house)
    await sign_in()
    fine = plain(await (await site.get("/console/service", headers=PERSON)).text())
    assert "Every part works." in fine
    assert "Estimate, Cards 2 s old" in fine


async def test_a_service_in_trouble_says_what_helps(site: Site, house: House, sign_in: SignIn) -> None:
    await fill(house)
    for trouble in (_webhook, _stale, _no_leader):
        await trouble(house)
    await sign_in()
    page = plain(await (await site.get("/console/service", headers=PERSON)).text())
    assert "3 parts need somebody." in page
    assert "Start a process with vqueue serve" in page
    assert "Deliver again" in page


@pytest.mark.parametrize("language", ["en", "ru", "he"])
async def test_troubles_are_worded_in_every_language(
    site: Site, house: House, sign_in: SignIn, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    await fill(house)
    for trouble, _, _ in TROUBLES.values():
        if trouble is not _webhook_off:
            await trouble(house)
    await sign_in()
    for path in ("/console", "/console/service", f"/console/webhooks/{HOOK}/retry"):
        assert (await site.get(f"{path}?lang={language}", headers=PERSON)).status == 200
    assert "has no wording" not in caplog.text
