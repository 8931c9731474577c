"""The provider's questions at the edge: signed or refused, and never a 5xx whatever they hold."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from tests.contract.twilio import check_twiml
from tests.web.house import HandClock, open_house
from vqueue.app import phrases
from vqueue.domain.rules import Queue, Rules
from vqueue.flows import FlowBook
from vqueue.services.conversing import without_card
from vqueue.telephony.gateway import TwilioVoice
from vqueue.telephony.urls import Urls
from vqueue.telephony.webhooks import Signatures
from vqueue.web.errors import errors_told
from vqueue.web.voice import Voice

PUBLIC, TOKEN = "https://bank.example", "edge-token"
BOOK = FlowBook.load(Path(__file__).resolve().parents[2] / "ivr_flows")
PATHS = (
    "/voice/inbound",
    "/voice/fallback",
    "/voice/session/cv_nobody/1",
    "/voice/wait/cv_nobody/3",
    "/voice/left/cv_nobody/2",
    "/voice/answer/sometoken/0",
    "/voice/key/sometoken/0",
    "/voice/dialed/sometoken",
    "/voice/screen/sometoken/0",
    "/voice/screen-key/sometoken/1",
    "/voice/joined/sometoken",
    "/voice/status/sometoken",
    "/voice/status/inbound",
    "/voice/amd/sometoken",
    "/voice/standing/nobody/1",
    "/voice/recorded/cv_nobody",
)
FIELDS = tuple(
    "CallSid From To Digits CallStatus DialCallStatus QueueResult RecordingUrl ErrorUrl SequenceNumber AnsweredBy"
    " SpeechResult CallerName RecordingDuration ParentCallSid".split()
)
STATUSES = st.sampled_from(["completed", "ringing", "in-progress", "busy", "nonsense", ""])
NUMBERS = st.from_regex(r"\+?\d{1,20}")
ANYTHING = st.one_of(STATUSES, NUMBERS, st.text(max_size=60), st.text(min_size=500, max_size=3000))


def error_page(request: web.Request, status: int, code: str) -> web.Response:
    return web.Response(status=status, text=code)


@pytest.fixture
async def edge(sqlite_database: str) -> AsyncIterator[TestClient[Any, Any]]:
    async with open_house(sqlite_database, HandClock()) as house:
        await house.act(
            lambda clerk: clerk.work.queues.insert(Queue(id="general", names={"en": "General"}, rules=Rules()))
        )
        urls = Urls(PUBLIC)
        gateway = TwilioVoice(
            urls=urls, phrases=phrases(BOOK), signatures=Signatures((TOKEN,), PUBLIC), caller_id="+442079460000"
        )
        app = web.Application(middlewares=[errors_told(error_page)])
        Voice(house, gateway, BOOK.flow("main")).add_routes(app)
        async with TestClient(TestServer(app)) as client:
            yield client


async def asked(client: TestClient[Any, Any], path: str, fields: dict[str, str]) -> tuple[int, str]:
    """The answer to a question signed as the provider signs it."""
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, fields)
    async with client.post(path, data=fields, headers={"X-Twilio-Signature": signature}) as answer:
        return answer.status, await answer.text()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), fields=st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=8))
async def test_any_text_is_answered_with_a_well_formed_document(
    edge: TestClient[Any, Any], path: str, fields: dict[str, str]
) -> None:
    status, text = await asked(edge, path, fields)
    assert status < 500, (status, text)
    if status == 200:
        assert check_twiml(text) == []


async def test_unsigned_questions_are_refused(edge: TestClient[Any, Any]) -> None:
    for path in PATHS:
        async with edge.post(path, data={"CallSid": "CA1", "CallStatus": "completed"}) as answer:
            assert answer.status == 403, path


async def test_json_is_no_signed_form(edge: TestClient[Any, Any]) -> None:
    async with edge.post("/voice/inbound", json={"CallSid": "CA1"}) as answer:
        assert answer.status == 403


async def test_an_unknown_place_is_not_found(edge: TestClient[Any, Any]) -> None:
    assert (await asked(edge, "/voice/nowhere/key/1", {"CallSid": "CA1"}))[0] == 404


async def test_a_first_question_asked_twice_gets_one_conversation(edge: TestClient[Any, Any]) -> None:
    fields = {"CallSid": "CA" + "1" * 32, "From": "+447700900101", "To": "+442079460000", "CallStatus": "ringing"}
    first, second = await asked(edge, "/voice/inbound", fields), await asked(edge, "/voice/inbound", fields)
    assert first == second
    assert "<Gather" in first[1]


def test_a_card_number_keyed_by_mistake_is_not_remembered() -> None:
    assert without_card("4111111111111111") == "*"
    assert without_card("378282246310005") == "*"
    assert without_card("00447700900101") == "00447700900101"
    assert without_card("1") == "1"
    assert without_card("") == ""
