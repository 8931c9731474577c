"""The bank's systems are told what happens: signed, in order, at least once, and nobody waits for anybody else."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.db.builders import a_number, a_queue, a_request, an_agent
from tests.notify.conftest import Outside, Subscribe
from tests.notify.listener import PATIENCE_S, Heard, Listener, listening
from vqueue.domain.agent import Presence
from vqueue.domain.journal import Fact
from vqueue.domain.request import Move, Request
from vqueue.services import delivering, presence, switching
from vqueue.services.clerk import Clerk
from vqueue.services.keys import Scope
from vqueue.services.switching import Switch

ROUND_AND_ROUND = 40


def joined(name: str, **changes: Any) -> Request:
    return a_request(name, phone=a_number(name), **changes)


async def join(outside: Outside, name: str = "r1", **changes: Any) -> Request:
    return await outside.house.act(lambda clerk: clerk.join(joined(name, **changes)))


async def cancel(outside: Outside, name: str = "r1", reason: str = "by_customer") -> None:
    def deed(clerk: Clerk) -> None:
        clerk.move(clerk.work.requests.get(joined(name).id), Move.CANCEL, reason=reason)

    await outside.house.act(deed)


async def facts(outside: Outside, fact: Fact) -> list[dict[str, Any]]:
    rows = await outside.house.database.read(lambda work: work.journal.recent(facts=(fact,)))
    return [dict(row.data) for row in rows]


def verified(secret: str, told: Heard) -> Any:
    return Webhook(secret).verify(told.body, told.headers)


async def test_a_subscription_hears_what_happens_signed_and_thin(
    outside: Outside, listener: Listener, subscribe: Subscribe
) -> None:
    made = await subscribe()
    await join(outside)
    await cancel(outside, reason="Mr Smith of 5 High Street rang again")
    await outside.round()
    created, cancelled = listener.heard
    assert verified(made["secret"], created)["type"] == "request.created"
    assert created.event["data"] == {
        "request": "r1", "queue": "cards", "mode": "callback", "channel": "app", "state": "waiting", "version": 1,
        "virtual_start_at": "2026-03-04T12:00:00.123456+00:00", "notify": False,
    }  # fmt: skip
    assert verified(made["secret"], cancelled)["data"]["state"] == "cancelled"
    assert "Smith" not in cancelled.body.decode()
    assert created.headers["content-type"] == "application/json"


async def test_nothing_is_written_where_nobody_listens(outside: Outside) -> None:
    await join(outside)
    assert await outside.house.database.read(lambda work: work.upkeep.outbox()) == (0, None)


async def test_a_foreign_signature_is_not_ours(outside: Outside, listener: Listener, subscribe: Subscribe) -> None:
    await subscribe()
    await join(outside)
    await outside.round()
    with pytest.raises(WebhookVerificationError):
        verified("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", listener.heard[0])


async def test_only_what_was_asked_for_is_told(outside: Outside, listener: Listener, subscribe: Subscribe) -> None:
    await subscribe(events=["request.cancelled", "switch.changed"], queues=["cards"])
    await outside.house.database.transact(lambda work: work.queues.insert(a_queue("loans")))
    await join(outside)
    await cancel(outside)
    await join(outside, "r2", queue="loans")
    await cancel(outside, "r2")
    await switching.turn(outside.house, "cards", Switch.DIALING, on=False, reason="fire drill", by="st_1")
    await outside.round()
    told = sorted((heard.type, heard.event["data"]["queue"]) for heard in listener.heard)
    assert told == [("request.cancelled", "cards"), ("switch.changed", "cards")]
    assert "fire drill" not in listener.heard[1].body.decode() + listener.heard[0].body.decode()


async def test_agents_are_told_by_their_presence_alone(
    outside: Outside, listener: Listener, subscribe: Subscribe
) -> None:
    await subscribe(events=["agent.presence"])
    agent = an_agent(presence=Presence.READY)
    await outside.house.database.transact(lambda work: work.agents.insert(agent))
    await presence.ask(outside.house, agent.id, Presence.AWAY, reason="break")
    await outside.round()
    (told,) = listener.heard
    assert told.event["data"] == {
        "agent": "a1", "presence": "away", "was": "ready", "version": 2, "reason": "break",
    }  # fmt: skip


async def test_a_failure_holds_up_its_own_request_and_no_other(
    outside: Outside, listener: Listener, subscribe: Subscribe
) -> None:
    await subscribe()
    listener.answers = [500]
    await join(outside)
    await cancel(outside)
    await outside.round()
    assert [told.type for told in listener.heard] == ["request.created"]
    await join(outside, "r2")
    await outside.round(after_s=1)
    assert [told.request for told in listener.heard] == ["r1", "r2"]
    await outside.round(after_s=6)
    assert [(told.type, told.request) for told in listener.heard[2:]] == [
        ("request.created", "r1"),
        ("request.cancelled", "r1"),
    ]
    first, _, again, _ = listener.heard
    assert (first.id, first.body) == (again.id, again.body)


async def test_a_silent_endpoint_times_out_and_is_tried_again(
    outside: Outside, listener: Listener, subscribe: Subscribe
) -> None:
    made = await subscribe()
    listener.silent.clear()
    await join(outside)
    await outside.round()
    listener.silent.set()
    answer = await outside.http.get(f"/v1/admin/webhooks/{made['id']}/deliveries", headers=made["headers"])
    (delivery,) = (await answer.json())["items"]
    assert (delivery["state"], delivery["outcome"], delivery["tries"]) == ("waiting", "timeout", 1)
    await outside.round(after_s=6)
    answer = await outside.http.get(f"/v1/admin/webhooks/{made['id']}/deliveries", headers=made["headers"])
    (delivery,) = (await answer.json())["items"]
    assert (delivery["state"], delivery["outcome"], delivery["tries"]) == ("delivered", "taken", 2)
    assert delivery["id"] == listener.heard[-1].id


async def test_a_slow_endpoint_holds_up_no_other(outside: Outside, listener: Listener, subscribe: Subscribe) -> None:
    async with listening() as slow:
        slow.silent.clear()
        await subscribe(url=slow.url)
        await subscribe()
        await join(outside)
        await delivering.deliver(outside.house)
        await listener.hears(1)
        await slow.is_asked()
        await cancel(outside)
        async with asyncio.timeout(PATIENCE_S):
            while len(listener.heard) < 2:
                await delivering.deliver(outside.house)
                await asyncio.sleep(0.01)
        assert slow.heard == []
        slow.silent.set()
        await outside.aside.done()


async def test_after_several_failures_one_event_alone_is_tried(
    outside: Outside, listener: Listener, subscribe: Subscribe
) -> None:
    await subscribe()
    listener.answers = [503] * 8
    for number in range(12):
        await join(outside, f"r{number:02d}")
    await outside.round()
    opened = len(listener.heard)
    assert delivering.OPEN_AFTER <= opened < 12
    await outside.round(after_s=10)
    assert len(listener.heard) == opened
    listener.answers = [503]
    await outside.round(after_s=600)
    assert len(listener.heard) == opened + 1
    for _ in range(3):
        await outside.round(after_s=1200)
    assert {told.request for told in listener.heard} == {f"r{number:02d}" for number in range(12)}


async def test_gone_disables_with_a_reason_and_enabling_begins_anew(
    outside: Outside, listener: Listener, subscribe: Subscribe
) -> None:
    made = await subscribe()
    path = f"/v1/admin/webhooks/{made['id']}"
    listener.answers = [410]
    await join(outside)
    await cancel(outside)
    await outside.round()
    shown = await (await outside.http.get(path, headers=made["headers"])).json()
    assert (shown["state"], shown["reason"]) == ("disabled", "gone")
    assert await facts(outside, Fact.WEBHOOK_DISABLED) == [{"webhook": made["id"], "reason": "gone", "given_up": 2}]
    await join(outside, "r2")
    await outside.round(after_s=3600)
    assert len(listener.heard) == 1
    assert (await outside.http.post(f"{path}/test", headers=made["headers"])).status == 409
    enabled = await outside.http.post(f"{path}/enable", headers=made["headers"])
    assert (await enabled.json())["state"] == "active"
    await join(outside, "r3")
    await outside.round()
    assert [told.request for told in listener.heard[1:]] == ["r3"]


async def test_days_without_a_delivery_disable(outside: Outside, listener: Listener, subscribe: Subscribe) -> None:
    made = await subscribe()
    listener.answers = [500] * 1000
    await join(outside)
    for _ in range(ROUND_AND_ROUND):
        await outside.round(after_s=6 * 3600)
    shown = await (await outside.http.get(f"/v1/admin/webhooks/{made['id']}", headers=made["headers"])).json()
    assert len(listener.heard) == 1 + len(delivering.SPACING_S)
    (dead,) = await facts(outside, Fact.NOTICE_DEAD)
    assert (dead["webhook"], dead["outcome"]) == (made["id"], "http_500")
    assert shown["state"] == "failing"
    await join(outside, "r2")
    await outside.round()
    shown = await (await outside.http.get(f"/v1/admin/webhooks/{made['id']}", headers=made["headers"])).json()
    assert (shown["state"], shown["reason"]) == ("disabled", "failing")


async def test_both_secrets_sign_for_a_day_after_turning(
    outside: Outside, listener: Listener, subscribe: Subscribe
) -> None:
    made = await subscribe()
    turned = await outside.http.post(f"/v1/admin/webhooks/{made['id']}/rotate", headers=made["headers"])
    secret = (await turned.json())["secret"]
    assert secret != made["secret"]
    await join(outside)
    await outside.round()
    assert verified(secret, listener.heard[0]) and verified(made["secret"], listener.heard[0])
    await join(outside, "r2")
    await outside.round(after_s=24 * 3600 + 1)
    assert verified(secret, listener.heard[1])
    with pytest.raises(WebhookVerificationError):
        verified(made["secret"], listener.heard[1])


async def test_a_redirect_is_a_failure_and_is_not_followed(
    outside: Outside, listener: Listener, subscribe: Subscribe
) -> None:
    await subscribe()
    listener.answers, listener.headers = [307], {"Location": listener.url}
    await join(outside)
    await outside.round()
    assert len(listener.heard) == 1


async def test_a_test_event_arrives(outside: Outside, listener: Listener, subscribe: Subscribe) -> None:
    made = await subscribe(events=["request.created"])
    answer = await outside.http.post(f"/v1/admin/webhooks/{made['id']}/test", headers=made["headers"])
    assert answer.status == 202
    await outside.round()
    (told,) = listener.heard
    assert told.id == (await answer.json())["delivery"]
    assert verified(made["secret"], told)["type"] == "webhook.test"


async def test_the_secret_is_shown_once(outside: Outside, subscribe: Subscribe) -> None:
    made = await subscribe()
    path = f"/v1/admin/webhooks/{made['id']}"
    for answer in (await outside.http.get(path, headers=made["headers"]),
                   await outside.http.get("/v1/admin/webhooks", headers=made["headers"])):  # fmt: skip
        assert answer.status == 200
        assert "whsec_" not in await answer.text()


async def test_a_change_names_its_version(outside: Outside, listener: Listener, subscribe: Subscribe) -> None:
    made = await subscribe(events=["promise.made"])
    path, headers = f"/v1/admin/webhooks/{made['id']}", made["headers"]
    assert (await outside.http.patch(path, json={"events": None}, headers=headers)).status == 428
    stale = await outside.http.patch(path, json={"events": None}, headers=headers | {"If-Match": '"7"'})
    assert stale.status == 412
    good = await outside.http.patch(path, json={"events": None}, headers=headers | {"If-Match": '"1"'})
    assert ((await good.json())["events"], good.headers["ETag"]) == ([], '"2"')
    await join(outside)
    await outside.round()
    assert [told.type for told in listener.heard] == ["request.created"]


async def test_what_is_removed_hears_nothing_more(outside: Outside, listener: Listener, subscribe: Subscribe) -> None:
    made = await subscribe()
    await join(outside)
    path, headers = f"/v1/admin/webhooks/{made['id']}", made["headers"]
    assert (await outside.http.delete(path, headers=headers)).status == 204
    await cancel(outside)
    await outside.round()
    assert listener.heard == []
    assert await outside.house.database.read(lambda work: work.upkeep.outbox()) == (0, None)
    assert (await outside.http.get(path, headers=headers)).status == 404


async def test_strays_of_another_process_are_given_up(
    outside: Outside, listener: Listener, subscribe: Subscribe
) -> None:
    made = await subscribe()
    stale = await outside.house.database.read(lambda work: work.webhooks.all())
    await outside.http.delete(f"/v1/admin/webhooks/{made['id']}", headers=made["headers"])
    outside.house.audience.learn(stale, outside.house.clock.wall())
    await join(outside)
    assert (await outside.house.database.read(lambda work: work.upkeep.outbox()))[0] == 1
    await delivering.bury_strays(outside.house)
    assert (await outside.house.database.read(lambda work: work.upkeep.outbox()))[0] == 0


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"url": "ftp://127.0.0.1/x"}, "/url"),
        ({"url": "http://127.0.0.1:1/x", "queues": ["nowhere"]}, "/queues/0"),
        ({"url": "http://127.0.0.1:1/x", "events": ["request.unheard_of"]}, "/events/0"),
    ],
)
async def test_a_wrong_subscription_says_where(outside: Outside, body: dict[str, Any], pointer: str) -> None:
    answer = await outside.http.post("/v1/admin/webhooks", json=body, headers=await outside.key())
    assert answer.status == 422
    assert [fault["pointer"] for fault in (await answer.json())["errors"]] == [pointer]


async def test_a_key_without_the_scope_may_not_subscribe(outside: Outside) -> None:
    headers = await outside.key(Scope.RULES_WRITE)
    answer = await outside.http.post("/v1/admin/webhooks", json={"url": "http://127.0.0.1:1/x"}, headers=headers)
    assert answer.status == 403


async def test_a_customer_who_asked_for_it_is_marked(
    outside: Outside, listener: Listener, subscribe: Subscribe
) -> None:
    await subscribe()
    await join(outside, notify=("webhook",))
    await outside.round()
    assert listener.heard[0].event["data"]["notify"] is True


async def test_many_requests_arrive_whole_and_each_in_its_order(
    outside: Outside, listener: Listener, subscribe: Subscribe
) -> None:
    await subscribe()
    listener.answers = [500, 200, 200, 503] + [200] * 20 + [502] * 3
    names = [f"r{number:03d}" for number in range(60)]
    for name in names:
        await join(outside, name)
    for name in names:
        await cancel(outside, name)
    for _ in range(12):
        await outside.round(after_s=900)
    order: dict[str, list[str]] = {}
    for told in dict.fromkeys((heard.request, heard.type) for heard in listener.heard):
        order.setdefault(told[0], []).append(told[1])
    assert order == {name: ["request.created", "request.cancelled"] for name in names}
    ids = Counter(heard.id for heard in listener.heard)
    assert len(ids) == 120
    assert (await outside.house.database.read(lambda work: work.upkeep.outbox()))[0] == 0


async def test_an_event_waits_for_the_earlier_one_of_its_request(outside: Outside, subscribe: Subscribe) -> None:
    made = await subscribe()
    await join(outside)
    house, now = outside.house, outside.clock.now()
    later = timedelta(seconds=60)

    def claim(work: Any) -> list[Any]:
        return list(work.outbox.claim_of(made["id"], now=now, until=now + later))

    assert len(await house.database.transact(claim)) == 1
    await cancel(outside)
    await join(outside, "r2")
    assert [notice.request for notice in await house.database.transact(claim)] == ["r2"]
