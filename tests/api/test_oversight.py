"""Reports, promises, the journal and alerts over HTTP."""

import csv
import io
from datetime import timedelta
from typing import Any

from tests.api.conftest import Face
from tests.db.builders import a_promise, a_request, an_agent, an_attempt
from tests.web.house import NOON
from vqueue.domain.causes import Cause
from vqueue.domain.ids import RequestId
from vqueue.domain.journal import Fact
from vqueue.domain.promise import Window
from vqueue.domain.request import State
from vqueue.services.clerk import Clerk
from vqueue.services.keys import Scope
from vqueue.services.sealing import seal


def ago(seconds: float) -> Any:
    return NOON - timedelta(seconds=seconds)


async def got(face: Face, path: str, headers: dict[str, str]) -> tuple[int, Any]:
    answer = await face.http.get(path, headers=headers)
    return answer.status, await answer.json()


def a_talk(clerk: Clerk) -> None:
    """An agent with a formula for a name, and a callback that came to a talk of a minute."""
    clerk.work.agents.insert(an_agent(name="=SUM(A1)", since=ago(600)))
    served = a_request(created_at=ago(500), state=State.SERVED, closed_at=ago(100), rings=1)
    clerk.work.requests.insert(served)
    clerk.work.attempts.insert(
        an_attempt(opened_at=ago(200), accepted_at=ago(163), joined_at=ago(160), closed_at=ago(100),
                   outcome=Cause.TALKED)
    )  # fmt: skip


async def test_a_report_is_a_table_in_json(face: Face) -> None:
    await face.house.act(a_talk)
    key = await face.key(Scope.REPORTS_READ)
    status, report = await got(face, "/v1/admin/reports/queues?queue=cards", key)
    assert status == 200 and report["to"] == "2026-03-04T14:07:00Z" and report["from"] == "2026-03-03T14:07:00Z"
    assert [row["channel"] for row in report["rows"]] == ["all", "app"]
    assert report["rows"][0] | {"offered": 1, "handled": 1, "talk_s": 60.0, "second_hold_p50_s": 3} == report["rows"][0]
    assert list(report["rows"][0]) == report["columns"]


async def test_a_report_is_csv_for_whoever_asks_and_nothing_in_it_runs(face: Face) -> None:
    await face.house.act(a_talk)
    key = await face.key(Scope.REPORTS_READ)
    asked = ("?format=csv", {}), ("", {"Accept": "text/csv"})
    for query, headers in asked:
        answer = await face.http.get(f"/v1/admin/reports/agents{query}", headers={**key, **headers})
        assert (answer.content_type, answer.headers["Cache-Control"]) == ("text/csv", "no-store")
        header, row = csv.reader(io.StringIO(await answer.text()))
        assert dict(zip(header, row, strict=True)) | {"agent": "a1", "name": "'=SUM(A1)", "handled": "1"} == dict(
            zip(header, row, strict=True)
        )


async def test_a_report_is_bounded_and_known(face: Face) -> None:
    key = await face.key(Scope.REPORTS_READ)
    assert (await got(face, "/v1/admin/reports/secrets", key))[0] == 404
    assert (await got(face, "/v1/admin/reports/queues?queue=nowhere", key))[0] == 404
    status, problem = await got(face, "/v1/admin/reports/intervals?from=2026-01-01T00:00:00Z", key)
    assert (status, problem["errors"]) == (422, [{"pointer": "/from", "code": "too_long"}])
    status, problem = await got(face, "/v1/admin/reports/intervals?from=yesterday", key)
    assert (status, problem["errors"][0]["pointer"]) == (422, "/from")
    assert (await got(face, "/v1/admin/reports/queues", await face.key(Scope.JOURNAL_READ)))[0] == 403


async def test_the_ledger_of_promises_page_by_page(face: Face) -> None:
    def made(clerk: Clerk) -> None:
        clerk.work.requests.insert(a_request())
        for n in range(5):
            window = Window(ago(300), ago(0))
            promise = a_promise(f"p{n}", made_at=ago(1000 - n // 2), window=window)
            clerk.work.promises.insert(promise.ring(ago(100)) if n % 2 else promise)

    await face.house.act(made)
    key, seen, cursor = await face.key(Scope.REPORTS_READ), [], ""
    while True:
        _, page = await got(face, f"/v1/admin/promises?limit=2{cursor}", key)
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == ["p4", "p3", "p2", "p1", "p0"]
    _, kept = await got(face, "/v1/admin/promises?fate=kept&queue=cards", key)
    assert [item["id"] for item in kept["items"]] == ["p3", "p1"]
    assert (
        kept["items"][0]
        | {
            "window": {"from": "2026-03-04T14:02:00Z", "to": "2026-03-04T14:07:00Z"},
            "first_ring_at": "2026-03-04T14:05:20Z",
            "fate": "kept",
            "method": "rollforward",
            "rules_version": 1,
        }
        == kept["items"][0]
    )
    assert (await got(face, "/v1/admin/promises?fate=broken", key))[1]["items"] == []
    assert (await got(face, "/v1/admin/promises?cursor=abc", key))[0] == 422


async def test_the_journal_goes_on_from_a_position(face: Face) -> None:
    def noted(clerk: Clerk) -> None:
        for n in range(3):
            clerk.note(Fact.STAFF_ACTED, act=f"act{n}", queue="cards" if n else "loans")
        clerk.note(Fact.NEWS_IGNORED, request=a_request())

    key, other = await face.key(Scope.JOURNAL_READ), await face.key(Scope.REPORTS_READ)
    await seal(face.house)
    seen = (await got(face, "/v1/admin/journal", key))[1]["items"][-1]["position"]
    await face.house.act(noted)
    nothing = {"items": [], "next_cursor": None}
    assert (await got(face, f"/v1/admin/journal?cursor={seen}", key))[1] == nothing
    await seal(face.house)
    _, page = await got(face, f"/v1/admin/journal?limit=2&cursor={seen}", key)
    assert [item["position"] for item in page["items"]] == [seen + 1, seen + 2]
    _, rest = await got(face, f"/v1/admin/journal?cursor={page['next_cursor']}", key)
    assert ([item["position"] for item in rest["items"]], rest["next_cursor"]) == ([seen + 3, seen + 4], None)
    assert all(len(item["hash"]) == 64 for item in rest["items"])
    _, some = await got(face, "/v1/admin/journal?fact=staff.acted&queue=cards", key)
    assert [item["data"]["act"] for item in some["items"]] == ["act1", "act2"]
    _, one = await got(face, "/v1/admin/journal?request=r1", key)
    assert [item["fact"] for item in one["items"]] == ["news.ignored"]
    assert (await got(face, "/v1/admin/journal?fact=gossip", key))[0] == 422
    assert (await got(face, "/v1/admin/journal?cursor=x", key))[0] == 422
    assert (await got(face, "/v1/admin/journal", other))[0] == 403


async def test_alerts_say_what_is_wrong_and_what_helps(face: Face) -> None:
    def trouble(clerk: Clerk) -> None:
        clerk.work.requests.insert(a_request(virtual_start=ago(900), created_at=ago(900)))
        for n in range(10):
            of = clerk.new_id("rq")
            clerk.work.requests.insert(a_request(of, state=State.UNREACHED, closed_at=ago(60)))
            clerk.work.agents.insert(an_agent(f"a{n}", presence="offline"))
            clerk.work.attempts.insert(
                an_attempt(f"t{n}", request=RequestId(of), agent=f"a{n}", closed_at=ago(60), outcome=Cause.MACHINE)
            )
        clerk.note(Fact.STAFF_ACTED, act="something")

    key = await face.key(Scope.REPORTS_READ)
    await face.house.act(trouble)
    face.clock.move(120)
    status, told = await got(face, "/v1/admin/alerts", key)
    assert status == 200
    assert [(one["kind"], one["queue"], one["severity"], one["figure"]) for one in told["items"]] == [
        ("leader_missing", None, "act", 0.0),
        ("no_agents", "cards", "act", 1.0),
        ("board_stale", "cards", "act", 0.0),
        ("machine_wave", "cards", "watch", 1.0),
        ("journal_unsealed", None, "watch", 2.0),
    ]
    assert told["items"][3]["action"] == {"kind": "switch", "href": "/console/queues/cards/dialing?turn=off"}
    await seal(face.house)
    await face.house.database.transact(lambda work: work.leases.acquire(shard="bank", holder="test", ttl_s=60))
    kinds = [one["kind"] for one in (await got(face, "/v1/admin/alerts", key))[1]["items"]]
    assert kinds == ["no_agents", "board_stale", "machine_wave"]
