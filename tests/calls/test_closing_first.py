"""Who rings shortly before closing hears when he can be called after the next opening, and keeps his place for it."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from twilio.request_validator import RequestValidator

from tests.web.house import HandClock, open_house
from vqueue.app import phrases
from vqueue.domain.agent import Presence
from vqueue.domain.board import ClassCounts, QueueBoard, Wait
from vqueue.domain.request import Mode, State
from vqueue.domain.rules import WEEK, Hours, Queue, Rules
from vqueue.flows import FlowBook
from vqueue.services.house import House
from vqueue.telephony.gateway import TwilioVoice
from vqueue.telephony.urls import Urls
from vqueue.telephony.webhooks import Signatures
from vqueue.web.errors import errors_told
from vqueue.web.voice import Voice

PUBLIC, TOKEN, CALLER = "https://bank.example", "edge-token", "+447700900031"
BOOK = FlowBook.load(Path(__file__).resolve().parents[2] / "ivr_flows")
TILL_TWENTY_PAST = Hours(zone="Europe/London", week=dict.fromkeys(WEEK, (("09:00", "14:20"),)))
"""It is seven past two."""


@pytest.fixture
async def house(sqlite_database: str) -> AsyncIterator[House]:
    """A bank whose line for cards is half an hour long."""
    rules = Rules(hours=TILL_TWENTY_PAST, skills=("cards",), languages=("en",))
    queue = Queue(id="cards", names={"en": "Cards"}, rules=rules)
    async with open_house(sqlite_database, HandClock()) as opened:
        await opened.act(lambda clerk: clerk.work.queues.insert(queue))
        await opened.act(lambda clerk: clerk.work.queues.insert(replace(queue, id="general")))
        await opened.board.publish(half_an_hour(opened))
        yield opened


def half_an_hour(house: House) -> QueueBoard:
    now = house.clock.now()
    wait = Wait(
        as_of=now, method="closed", mean_s=1800, p5_s=1500, p10_s=1560, p50_s=1800, p90_s=2040, p95_s=2100
    )  # fmt: skip
    line = ClassCounts("cards/en", "standard", 0.0, ((int(now.timestamp() // 60) - 30, 8),))
    return QueueBoard(
        queue="cards", as_of=now, open=True, ready=8, agents={Presence.TALKING: 2}, grid=((0, wait), (50, wait)),
        classes=(line,),
    )  # fmt: skip


class Line:
    """A caller's telephone: what he hears last, and the keys he presses."""

    def __init__(self, client: TestClient[Any, Any]) -> None:
        self.client, self.heard = client, ""

    async def asks(self, path: str, **more: str) -> None:
        fields = {"CallSid": "CA" + 32 * "7", "From": CALLER, "To": "+442079460000", **more}
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, fields)
        async with self.client.post(path, data=fields, headers={"X-Twilio-Signature": signature}) as answer:
            assert answer.status == 200
            self.heard = await answer.text()

    async def presses(self, key: str) -> None:
        found = re.search(r'action="([^"]+)"', self.heard)
        assert found is not None, self.heard
        await self.asks(found[1].removeprefix(PUBLIC).partition("#")[0], Digits=key)


@pytest.fixture
async def line(house: House) -> AsyncIterator[Line]:
    gateway = TwilioVoice(
        urls=Urls(PUBLIC), phrases=phrases(BOOK), signatures=Signatures((TOKEN,), PUBLIC), caller_id="+442079460000"
    )
    app = web.Application(middlewares=[errors_told(lambda request, status, code: web.Response(status=status))])
    Voice(house, gateway, BOOK.flow("main")).add_routes(app)
    async with TestClient(TestServer(app)) as client:
        yield Line(client)


async def test_his_place_is_kept_over_the_night(house: House, line: Line) -> None:
    await line.asks("/voice/inbound")
    await line.presses("1")
    assert "We may close before your turn comes" in line.heard
    assert "To keep your place and be called tomorrow between nine and ten a.m., press 1." in line.heard
    await line.presses("1")
    await line.presses("1")
    assert "We will call you tomorrow between nine and ten a.m." in line.heard
    (kept,) = await house.database.read(lambda work: work.requests.search(limit=9))
    assert (kept.state, kept.mode, kept.ready, kept.virtual_start) == (
        State.BOOKED, Mode.SCHEDULED, False, house.clock.now(),
    )  # fmt: skip
    assert kept.not_before is not None and kept.not_before.hour == 9
