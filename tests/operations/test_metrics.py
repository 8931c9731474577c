"""What `/metrics` says, to whom, and that no label holds anything personal."""

import contextlib
import re
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from tests.web.afternoon import QUICK
from tests.web.conftest import clock, house
from tests.web.house import NOON, HandClock
from vqueue.domain.board import QueueBoard, Wait
from vqueue.domain.ids import CallSid
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.rules import Queue, Rules
from vqueue.live.redis import RedisBoard
from vqueue.ports.database import Notice
from vqueue.ports.telephony import Busy, Doubt, NotPlaced, Placed
from vqueue.services.house import House
from vqueue.services.measuring import outcome
from vqueue.web.proxies import Proxies
from vqueue.web.site import make_web
from vqueue.web.watching import Watch

__all__ = ["clock", "house"]
TOKEN = "a-token-of-its-own"
FAR = {"X-Forwarded-For": "203.0.113.9"}
Figures = dict[str, float]


def figures(text: str) -> Figures:
    """`name{label=value,…}` → value."""
    return {
        sample.name + "".join(f"|{name}={value}" for name, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def asked(house: House, watch: Watch, *paths: str) -> Figures:
    async with TestClient(TestServer(make_web(house, passwords=QUICK, secure=False, watch=watch))) as client:
        for path in paths:
            await client.get(path)
        return figures(await (await client.get("/metrics")).text())


def a_board() -> QueueBoard:
    wait = Wait(as_of=NOON, method="closed", mean_s=60, p5_s=1, p10_s=5, p50_s=50, p90_s=120, p95_s=200)
    return QueueBoard(
        queue="cards",
        as_of=NOON - timedelta(seconds=4),
        open=True,
        waiting={"hold": 2, "callback": 5},
        ready=3,
        agents={"ready": 1, "talking": 4},
        grid=((0, wait),),
        longest_s=77.0,
    )


async def test_the_boards_are_told_queue_by_queue(house: House) -> None:
    await house.database.transact(lambda work: work.queues.insert(Queue(id="cards", names={}, rules=Rules())))
    await house.board.publish(a_board())
    told = await asked(house, Watch())
    assert told["vqueue_waiting|mode=callback|queue=cards"] == 5
    assert told["vqueue_agents|presence=talking|queue=cards"] == 4
    assert (told["vqueue_ready|queue=cards"], told["vqueue_longest_wait_seconds|queue=cards"]) == (3, 77)
    assert told["vqueue_estimated_wait_seconds|quantile=0.9|queue=cards"] == pytest.approx(480, rel=1)
    assert (told["vqueue_board_age_seconds|queue=cards"], told["vqueue_window_coverage|queue=cards"]) == (4, 0.9)
    assert told["vqueue_database_up"] == 1 and "vqueue_redis_up" not in told


async def test_totals_come_from_the_journal_and_so_outlive_the_process(house: House) -> None:
    rows = [
        JournalRow(id="j_1", at=NOON, fact=Fact.PROMISE_SETTLED, queue="cards", data={"kept": True}),
        JournalRow(id="j_2", at=NOON, fact=Fact.ATTEMPT_CLOSED, queue="cards", data={"outcome": "busy"}),
        JournalRow(id="j_3", at=NOON, fact=Fact.LEG_NEWS, data={"role": "agent", "now": "ended", "cause": "busy"}),
    ]
    due = Notice(id="nt_1", kind="sms", request=None, not_before=NOON - timedelta(seconds=30))
    await house.database.transact(lambda work: (work.journal.write(*rows), work.outbox.add(due)))
    await house.database.transact(lambda work: work.journal.seal())
    for _ in range(2):
        told = await asked(house, Watch())
        assert told["vqueue_promises_total|outcome=kept|queue=cards"] == 1
        assert told["vqueue_attempts_total|cause=busy|queue=cards"] == 1
        assert told["vqueue_legs_total|cause=busy|role=agent"] == 1
        assert (told["vqueue_outbox_depth"], told["vqueue_outbox_oldest_seconds"]) == (1, 30)


async def test_requests_are_counted_by_pattern_whatever_was_in_their_path(house: House) -> None:
    told = await asked(house, Watch(), "/healthz", "/r/secret-token", "/no/+447700900101?phone=447700900102")
    names = [name for name in told if name.startswith("vqueue_http_request_seconds_count")]
    assert "vqueue_http_request_seconds_count|method=GET|route=/healthz|status=200" in names
    assert any("route=unmatched" in name for name in names)
    assert not re.search(r"secret-token|4477009", " ".join(told))


async def test_the_log_names_the_route_and_the_network_and_nothing_more(house: House) -> None:
    watch = Watch(proxies=Proxies.of("127.0.0.1"))
    async with TestClient(TestServer(make_web(house, passwords=QUICK, secure=False, watch=watch))) as client:
        with capture_logs() as logged:
            answer = await client.get("/console/requests/rq_1?q=447700900101", headers=FAR)
    line = next(each for each in logged if each["event"] == "request")
    assert (line["route"], line["client"], line["status"]) == ("/console/requests/{request}", "203.0.113.0/24", 401)
    assert "4477009" not in str(logged) and "rq_1" not in str(logged)
    assert answer.headers["X-Request-Id"].startswith("rid_")


async def test_a_requests_id_is_taken_from_a_proxy_of_ours_alone(house: House) -> None:
    for proxies, kept in ((Proxies.of("127.0.0.1"), True), (Proxies(), False)):
        app = make_web(house, passwords=QUICK, secure=False, watch=Watch(proxies=proxies))
        async with TestClient(TestServer(app)) as client:
            answer = await client.get("/healthz", headers={"X-Request-Id": "edge-12345678"})
        assert (answer.headers["X-Request-Id"] == "edge-12345678") is kept


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        ("", {}, 200),
        (TOKEN, {}, 200),
        ("", FAR, 404),
        (TOKEN, FAR, 401),
        (TOKEN, FAR | {"Authorization": "Bearer wrong"}, 401),
        (TOKEN, FAR | {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("", {"Host": "bank.example"}, 404),
    ],
)
async def test_figures_are_for_this_machine_and_for_whoever_has_the_token(
    house: House, token: str, headers: dict[str, str], status: int
) -> None:
    app = make_web(house, passwords=QUICK, secure=False, watch=Watch(metrics_token=token))
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/metrics", headers=headers)).status == status


async def test_with_a_port_of_its_own_the_site_has_no_figures(house: House) -> None:
    watch = Watch(metrics_here=False)
    async with TestClient(TestServer(make_web(house, passwords=QUICK, secure=False, watch=watch))) as client:
        assert (await client.get("/metrics")).status == 404
    assert watch.exposition(house).open


async def test_redis_is_asked_whether_it_answers(redis_url: str) -> None:
    for url, answers in ((redis_url, True), ("redis://127.0.0.1:9/0", False)):
        async with contextlib.aclosing(RedisBoard(url)) as board:
            assert await board.answers() is answers


async def test_a_silent_redis_is_told_and_makes_nothing_unready(house: House) -> None:
    async def lost() -> bool:
        return False

    watch = Watch()
    watch.health.redis = lost
    async with TestClient(TestServer(make_web(house, passwords=QUICK, secure=False, watch=watch))) as client:
        assert (await client.get("/readyz")).status == 200
        assert figures(await (await client.get("/metrics")).text())["vqueue_redis_up"] == 0


async def test_a_silent_database_is_told_and_the_rest_still_stands(house: House) -> None:
    await house.board.publish(a_board())
    await house.database.close()
    told = await asked(house, Watch())
    assert told["vqueue_database_up"] == 0 and told["vqueue_ready|queue=cards"] == 3
    assert "vqueue_outbox_depth" not in told


async def test_who_is_leaving_says_so(house: House, clock: HandClock) -> None:
    watch = Watch()
    watch.health.leaving.set()
    async with TestClient(TestServer(make_web(house, passwords=QUICK, secure=False, watch=watch))) as client:
        assert ((await client.get("/readyz")).status, (await client.get("/healthz")).status) == (503, 200)


def test_every_answer_of_the_provider_has_a_word() -> None:
    answers = (Placed(CallSid("CA1")), NotPlaced(21211, "no"), Busy(1.0), Doubt("reset"))
    assert [outcome(answer) for answer in answers] == ["placed", "refused", "limited", "doubtful"]
