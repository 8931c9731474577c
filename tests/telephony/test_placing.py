"""A call is posted once, and what the answer does not say stays in doubt."""

from base64 import b64encode
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from tests.telephony import provider as told
from tests.telephony.provider import ACCOUNT, AUTH_TOKEN, CALL, Behaviour, Provider
from vqueue.domain.ids import CallSid
from vqueue.domain.speech import Target
from vqueue.ports.telephony import Busy, Doubt, NotPlaced, Order, Placed
from vqueue.telephony.twilio import TwilioTelephony

CUSTOMER = "+447700900123"
ORDER = Order(
    to=CUSTOMER,
    caller_id="+442079460000",
    answer=Target("answer", "tok_1"),
    status=Target("status", "tok_1"),
    ring_s=25,
)
URL = "https://voice.bank.example/voice/{}/tok_1#rc=2&rp=ct,rt,5xx"
Clients = Callable[..., TwilioTelephony]


async def test_a_placed_call_is_named(telephony: TwilioTelephony, provider: Provider) -> None:
    assert await telephony.place(ORDER) == Placed(CallSid(CALL))
    [post] = provider.posts
    assert post.path == f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    assert post.authorization == "Basic " + b64encode(f"{ACCOUNT}:{AUTH_TOKEN}".encode()).decode()
    assert post.form == {
        "To": [CUSTOMER],
        "From": ["+442079460000"],
        "Url": [URL.format("answer")],
        "FallbackUrl": [URL.format("answer").partition("/voice/")[0] + "/voice/fallback#rc=2&rp=ct,rt,5xx"],
        "StatusCallback": [URL.format("status")],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "Timeout": ["25"],
    }


async def test_a_machine_is_looked_for_beside_the_call(telephony: TwilioTelephony, provider: Provider) -> None:
    order = Order(to="sip:agent@bank.example", caller_id="+442079460000", answer=Target("answer", "tok_1"),
                  status=Target("status", "tok_1"), ring_s=20, amd=Target("amd", "tok_1"))  # fmt: skip
    await telephony.place(order)
    form = provider.posts[0].form
    assert form["To"] == ["sip:agent@bank.example"]
    assert (form["MachineDetection"], form["AsyncAmd"]) == (["Enable"], ["true"])
    assert form["AsyncAmdStatusCallback"] == [URL.format("amd")]


class TestAClientThatRetriedCallCreationOnATimeOut:
    """The provider has no key for the same call twice: each repeated post may ring the customer again."""

    async def test_silence(self, provider: Provider, client_of: Clients) -> None:
        provider.behaviour = told.silent
        assert await client_of(provider.url, timeout_s=0.3).place(ORDER) == Doubt("TimeoutError")
        assert len(provider.posts) == 1

    async def test_reset(self, provider: Provider, telephony: TwilioTelephony) -> None:
        provider.behaviour = told.reset
        assert isinstance(await telephony.place(ORDER), Doubt)
        assert len(provider.posts) == 1

    async def test_reset_of_a_connection_in_use(self, provider: Provider, telephony: TwilioTelephony) -> None:
        await telephony.place(ORDER)
        provider.behaviour = told.reset
        assert isinstance(await telephony.place(ORDER), Doubt)
        assert len(provider.posts) == 2

    @pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
    async def test_server_errors(self, provider: Provider, telephony: TwilioTelephony, status: int) -> None:
        provider.behaviour = told.refusal(status, 20500, "An internal server error has occurred")
        assert await telephony.place(ORDER) == Doubt(f"answered {status}")
        assert len(provider.posts) == 1

    async def test_limits_are_told_not_tried_again(self, provider: Provider, telephony: TwilioTelephony) -> None:
        provider.behaviour = told.json({"code": 20429}, status=429, headers={"Retry-After": "7"})
        assert await telephony.place(ORDER) == Busy(7.0)
        assert len(provider.posts) == 1

    async def test_redirects_are_not_followed(self, provider: Provider, telephony: TwilioTelephony) -> None:
        provider.behaviour = told.json({}, status=307, headers={"Location": f"{provider.url}/2010-04-01/again"})
        assert await telephony.place(ORDER) == Doubt("answered 307")
        assert len(provider.posts) == 1

    async def test_nobody_there(self, client_of: Clients, unused_tcp_port: int) -> None:
        assert isinstance(await client_of(f"http://127.0.0.1:{unused_tcp_port}").place(ORDER), Doubt)


@pytest.mark.parametrize(
    "behaviour",
    [
        told.raw(b""),
        told.raw(b"<html>"),
        told.raw(b"\xff\xfe"),
        told.raw(b"[]"),
        told.raw(b"null"),
        told.raw(b'{"status": "queued"}'),
        told.raw(b'{"sid": 7}'),
        told.raw(b'{"sid": "CA/../x"}'),
        told.raw(b"[" * 100_000),
    ],
)
async def test_an_answer_that_names_no_call_is_doubt(
    provider: Provider, telephony: TwilioTelephony, behaviour: Behaviour
) -> None:
    provider.behaviour = behaviour
    assert isinstance(await telephony.place(ORDER), Doubt)
    assert len(provider.posts) == 1


async def test_a_refused_number_is_not_placed_and_not_quoted(provider: Provider, telephony: TwilioTelephony) -> None:
    quoting = (
        f"The phone number you are attempting to call, {CUSTOMER}, is not valid. https://voice.bank.example/voice/x"
    )
    provider.behaviour = told.refusal(400, 21211, quoting)
    outcome = await telephony.place(ORDER)
    assert isinstance(outcome, NotPlaced)
    assert outcome.code == 21211
    assert "is not valid" in outcome.detail
    assert "7700" not in outcome.detail
    assert "voice/x" not in outcome.detail


async def test_a_refusal_in_the_newer_form_is_understood(provider: Provider, telephony: TwilioTelephony) -> None:
    problem = {"type": "https://x", "title": "Not allowed", "status": 403, "code": 21215}
    provider.behaviour = told.json(problem, status=403)
    assert await telephony.place(ORDER) == NotPlaced(21215, "Not allowed")


async def test_a_refusal_without_words_keeps_its_status(provider: Provider, telephony: TwilioTelephony) -> None:
    provider.behaviour = told.raw(b"no", status=401)
    outcome = await telephony.place(ORDER)
    assert isinstance(outcome, NotPlaced)
    assert outcome.code == 401


@pytest.mark.parametrize(
    ("header", "waited_s"),
    [("2", 2.0), ("0.5", 0.5), ("", 1.0), ("soon", 1.0), ("nan", 1.0), ("-3", 1.0), ("9e9", 1.0)],
)
async def test_a_limit_says_how_long(
    provider: Provider, telephony: TwilioTelephony, header: str, waited_s: float
) -> None:
    provider.behaviour = told.json({}, status=429, headers={"Retry-After": header})
    assert await telephony.place(ORDER) == Busy(waited_s)


async def test_a_limit_may_be_told_by_its_code_alone(provider: Provider, telephony: TwilioTelephony) -> None:
    provider.behaviour = told.refusal(400, 20429, "Too Many Requests")
    assert await telephony.place(ORDER) == Busy(1.0)


async def test_a_message_is_sent_once(provider: Provider, telephony: TwilioTelephony) -> None:
    provider.behaviour = told.json({"sid": "SM" + "2" * 32}, status=201)
    assert await telephony.message(to=CUSTOMER, text="We call you at 14:40.") == Placed(CallSid("SM" + "2" * 32))
    [post] = provider.posts
    assert post.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert post.form == {"To": [CUSTOMER], "From": ["+442079460000"], "Body": ["We call you at 14:40."]}


async def test_a_message_in_doubt_is_not_sent_again(provider: Provider, client_of: Clients) -> None:
    provider.behaviour = told.silent
    assert isinstance(await client_of(provider.url, timeout_s=0.3).message(to=CUSTOMER, text="x"), Doubt)
    assert len(provider.posts) == 1


async def test_a_message_needs_a_sender(provider: Provider, client_of: Clients) -> None:
    assert isinstance(await client_of(provider.url, sms_from="").message(to=CUSTOMER, text="x"), NotPlaced)
    assert provider.sent == []


@pytest.mark.parametrize(
    "behaviour", [told.refusal(400, 21211, f"{CUSTOMER} is not valid"), told.refusal(500, 20500, CUSTOMER), told.reset]
)
async def test_logs_hold_no_number_and_no_token(
    provider: Provider, telephony: TwilioTelephony, behaviour: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    provider.behaviour = behaviour
    with caplog.at_level("DEBUG"), capture_logs() as entries:
        await telephony.place(ORDER)
    said = caplog.text + str(entries) + repr(telephony) + repr(vars(telephony))
    assert entries
    assert "7700900123" not in said
    assert "tok_1" not in said
    assert AUTH_TOKEN not in said
