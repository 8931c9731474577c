"""Calls and queues at the provider are asked for and ended."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from tests.telephony import provider as told
from tests.telephony.provider import ACCOUNT, CALL, Behaviour, Provider, in_turn
from vqueue.domain.errors import Unavailable
from vqueue.domain.ids import CallSid
from vqueue.domain.speech import Target
from vqueue.ports.telephony import CallRecord
from vqueue.telephony.twilio import CALL_PAGES, TwilioTelephony

CALLS = f"/2010-04-01/Accounts/{ACCOUNT}/Calls"
QUEUES = f"/2010-04-01/Accounts/{ACCOUNT}/Queues"
SID = CallSid(CALL)
PARENT = CallSid("CA" + "9" * 32)
QUEUE = "QU" + "3" * 32
FAILURES = [told.refusal(500, 20500, "x"), told.refusal(503, 20503, "x"), told.reset, told.raw(b"<", status=200)]
Clients = Callable[..., TwilioTelephony]


async def test_a_call_goes_on_elsewhere(telephony: TwilioTelephony, provider: Provider) -> None:
    provider.behaviour = told.json(told.call(status="in-progress"))
    assert await telephony.redirect(SID, Target("session", "ses_1", 3))
    [post] = provider.posts
    assert post.path == f"{CALLS}/{CALL}.json"
    url = "https://voice.bank.example/voice/session/ses_1/3#rc=2&rp=ct,rt,5xx"
    assert post.form == {"Url": [url], "Method": ["POST"]}


async def test_a_call_is_ended(telephony: TwilioTelephony, provider: Provider) -> None:
    provider.behaviour = told.json(told.call(status="completed"))
    assert await telephony.hang_up(SID)
    assert provider.posts[0].form == {"Status": ["completed"]}


@pytest.mark.parametrize("behaviour", [told.refusal(400, 21220, "Call is not in-progress."), *FAILURES])
async def test_an_order_that_was_not_surely_taken_is_false(
    telephony: TwilioTelephony, provider: Provider, behaviour: Behaviour
) -> None:
    provider.behaviour = behaviour
    assert not await telephony.redirect(SID, Target("session", "ses_1"))
    assert not await telephony.hang_up(SID)
    assert len(provider.posts) == 2


async def test_a_name_that_is_none_is_not_asked_for(telephony: TwilioTelephony, provider: Provider) -> None:
    odd = CallSid("../Queues")
    assert not await telephony.hang_up(odd)
    assert await telephony.look_up(odd) is None
    assert provider.sent == []


async def test_a_call_is_looked_up(telephony: TwilioTelephony, provider: Provider) -> None:
    provider.behaviour = told.json(
        told.call(
            status="completed", duration="42", start_time="Mon, 02 Mar 2026 09:30:05 +0000", parent_call_sid=PARENT
        )
    )
    assert await telephony.look_up(SID) == CallRecord(
        call_sid=SID,
        status="completed",
        to="+447700900123",
        started_at=datetime(2026, 3, 2, 9, 30, 5, tzinfo=UTC),
        parent=PARENT,
        from_="+442079460000",
        duration_s=42,
    )


async def test_an_unknown_call_is_none(telephony: TwilioTelephony, provider: Provider) -> None:
    provider.behaviour = told.refusal(404, 20404, "The requested resource was not found")
    assert await telephony.look_up(SID) is None


@pytest.mark.parametrize("behaviour", [*FAILURES, told.refusal(429, 20429, "x"), told.refusal(401, 20003, "x")])
async def test_a_provider_that_cannot_be_asked_is_unavailable(
    telephony: TwilioTelephony, provider: Provider, behaviour: Behaviour
) -> None:
    provider.behaviour = behaviour
    for asking in (telephony.look_up(SID), telephony.find(to="+447700900123")):
        with pytest.raises(Unavailable) as refused:
            await asking
        assert "7700" not in str(refused.value)
        assert refused.value.__suppress_context__, "the library's own errors quote the whole address"


async def test_calls_are_found_by_number_parent_and_day(telephony: TwilioTelephony, provider: Provider) -> None:
    early = told.call(start_time="Mon, 02 Mar 2026 09:29:00 +0000")
    late = told.call(sid=PARENT, start_time="Mon, 02 Mar 2026 09:30:05 +0000")
    unbegun = told.call(sid="CA" + "2" * 32)
    provider.behaviour = told.json(told.calls(unbegun, late, early))
    since = datetime(2026, 3, 2, 9, 30, 5, 900_000, tzinfo=UTC)
    found = await telephony.find(to="+447700900123", since=since, parent=PARENT)
    assert [call.call_sid for call in found] == [unbegun["sid"], late["sid"]]
    [asked] = provider.sent
    assert (asked.method, asked.path) == ("GET", f"{CALLS}.json")
    assert asked.query == {
        "To": "+447700900123",
        "ParentCallSid": PARENT,
        "StartTime>": "2026-03-02",
        "PageSize": "1000",
    }


async def test_a_day_before_midnight_is_asked_for_when_clocks_may_differ(
    telephony: TwilioTelephony, provider: Provider
) -> None:
    provider.behaviour = told.json(told.calls())
    await telephony.find(since=datetime(2026, 3, 2, 0, 0, 3, tzinfo=UTC))
    assert provider.sent[0].query["StartTime>"] == "2026-03-01"


async def test_pages_are_followed_until_one_brings_nothing_new(telephony: TwilioTelephony, provider: Provider) -> None:
    late = told.call(start_time="Mon, 02 Mar 2026 09:30:05 +0000")
    early = told.call(sid=PARENT, start_time="Mon, 02 Mar 2026 09:29:00 +0000")
    onward = f"{CALLS}.json?PageToken=x"
    pages = [told.json(told.calls(one, next_page=onward)) for one in (late, late, early)]
    provider.behaviour = in_turn(*pages)
    found = await telephony.find(since=datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    assert [call.call_sid for call in found] == [late["sid"], late["sid"]]
    assert len(provider.sent) == 3


async def test_pages_are_followed_as_far_as_the_bound(telephony: TwilioTelephony, provider: Provider) -> None:
    again = told.calls(told.call(), next_page=f"{CALLS}.json?PageToken=x&To=%2B447700900123")
    provider.behaviour = told.json(again)
    assert len(await telephony.find()) == CALL_PAGES == len(provider.sent)
    assert provider.sent[1].query == {"PageToken": "x", "To": "+447700900123"}


async def test_a_next_page_at_another_host_is_not_asked_for(telephony: TwilioTelephony, provider: Provider) -> None:
    other_name = provider.url.replace("127.0.0.1", "localhost")
    elsewhere: dict[str, Any] = {"meta": {"next_page_url": f"{other_name}/x", "key": "calls"}, "calls": []}
    provider.behaviour = told.json(elsewhere)
    with pytest.raises(Unavailable):
        await telephony.find()
    assert len(provider.sent) == 1


class TestQueues:
    async def test_a_queue_is_deleted_by_the_name_it_was_listed_with(
        self, telephony: TwilioTelephony, provider: Provider
    ) -> None:
        other = "QU" + "4" * 32
        listed = told.queues({"sid": QUEUE, "friendly_name": "vq-rq_1"}, {"sid": other, "friendly_name": "vq-2"})
        provider.behaviour = in_turn(told.json(listed), told.raw(b"", status=204), told.raw(b"", status=204))
        assert await telephony.drop_queue("vq-rq_1")
        assert await telephony.drop_queue("vq-2")
        assert [(request.method, request.path) for request in provider.sent] == [
            ("GET", f"{QUEUES}.json"),
            ("DELETE", f"{QUEUES}/{QUEUE}.json"),
            ("DELETE", f"{QUEUES}/{other}.json"),
        ]

    async def test_one_that_still_holds_callers_stays(self, telephony: TwilioTelephony, provider: Provider) -> None:
        listed = told.queues({"sid": QUEUE, "friendly_name": "vq-rq_1"})
        provider.behaviour = in_turn(told.json(listed), told.refusal(400, 20001, "Queue is not empty"))
        assert not await telephony.drop_queue("vq-rq_1")

    async def test_one_that_is_gone_is_gone(self, telephony: TwilioTelephony, provider: Provider) -> None:
        listed = told.queues({"sid": QUEUE, "friendly_name": "vq-rq_1"})
        provider.behaviour = in_turn(told.json(listed), told.refusal(404, 20404, "not found"))
        assert await telephony.drop_queue("vq-rq_1")

    async def test_one_that_is_not_listed_is_gone_and_listing_is_rare(
        self, telephony: TwilioTelephony, provider: Provider
    ) -> None:
        provider.behaviour = told.json(told.queues())
        assert await telephony.drop_queue("vq-rq_1")
        assert not await telephony.drop_queue("vq-rq_2")
        assert len(provider.sent) == 1

    @pytest.mark.parametrize("behaviour", FAILURES)
    async def test_a_provider_that_cannot_be_asked_keeps_it(
        self, telephony: TwilioTelephony, provider: Provider, behaviour: Behaviour
    ) -> None:
        provider.behaviour = behaviour
        assert not await telephony.drop_queue("vq-rq_1")


class TestAddress:
    @pytest.mark.parametrize(
        "url", ["https://api.twilio.com", "http://127.0.0.1:8900", "http://localhost:8900", "http://[::1]:8900"]
    )
    async def test_https_or_loopback(self, client_of: Clients, url: str) -> None:
        assert client_of(url)

    @pytest.mark.parametrize(
        "url",
        ["http://api.twilio.com", "http://10.0.0.5:8900", "http://127.0.0.1.evil.example", "http://localhost.evil.example",
         "ftp://127.0.0.1", "api.twilio.com", ""],
    )  # fmt: skip
    async def test_in_the_clear_only_on_loopback(self, client_of: Clients, url: str) -> None:
        with pytest.raises(ValueError, match="TWILIO_API_URL"):
            client_of(url)

    async def test_the_environment_does_not_move_the_address(
        self, provider: Provider, client_of: Clients, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TWILIO_EDGE", "dublin")
        monkeypatch.setenv("TWILIO_REGION", "ie1")
        provider.behaviour = told.json(told.call())
        assert await client_of(provider.url).look_up(SID) is not None

    async def test_the_session_stays_ours(self, telephony: TwilioTelephony, session: aiohttp.ClientSession) -> None:
        await telephony.hang_up(SID)
        assert not session.closed
