"""How the network asks the bank's server: signed, in time, again when told to, and by the fallback when all fails."""

import asyncio

import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator, get_signature_algorithm

from tests.sandbox.bank import ANNA, BANK, Asked, Bank, World, begin
from vqueue.sandbox.config import Route
from vqueue.sandbox.signing import Signing
from vqueue.sandbox.webhooks import Overrides, request_shape


def validated(asked: Asked, token: str, url: str) -> bool:
    algorithm = get_signature_algorithm(asked.headers.get("X-Twilio-Webhooks-Signature-Settings"))
    fields = asked.fields if asked.method == "POST" else {}
    return bool(RequestValidator(token).validate(url, fields, asked.headers["X-Twilio-Signature"], algorithm))


@pytest.mark.parametrize("signing", list(Signing))
async def test_twilios_own_validator_accepts_every_webhook(signing: Signing) -> None:
    world, end = await begin(Bank(), signing=signing)
    try:
        odd = "/voice/%D7%A9?b=2&a=1&empty=&q=a%20b+c"
        world.network.numbers[BANK] = Route(world.bank.url + odd, None, f"{world.bank.url}/status")
        world.bank.replies["/voice/ש"] = "<Response><Redirect method='GET'>/next?x=1</Redirect></Response>"
        await world.calls_in()
        voice, following = await world.bank.request("/voice/ש"), await world.bank.request("/next")
        status = await world.bank.request("/status")
        token = world.config.auth_token
        assert validated(voice, token, world.bank.url + odd)
        assert validated(following, token, following.url)
        assert validated(status, token, f"{world.bank.url}/status")
        assert not validated(voice, "another", world.bank.url + odd)
        newer = [asked for asked in world.bank.asked if "X-Twilio-Webhooks-Signature-Settings" in asked.headers]
        assert len(newer) == {Signing.SHA1: 0, Signing.SHA256: 3, Signing.BOTH: 1}[signing]
    finally:
        await end()


async def test_the_standard_fields_say_who_calls_whom(world: World) -> None:
    sid = await world.calls_in()
    fields = (await world.bank.request("/voice")).fields
    assert fields["CallSid"] == sid and fields["AccountSid"] == world.config.account_sid
    assert (fields["From"], fields["To"]) == (ANNA, BANK)
    assert (fields["Direction"], fields["CallStatus"], fields["ApiVersion"]) == ("inbound", "ringing", "2010-04-01")


async def test_a_server_error_is_not_asked_twice_and_the_fallback_learns_why(world: World) -> None:
    world.bank.replies["/voice"] = lambda asked: web.Response(status=500)
    world.bank.replies["/fallback"] = "<Response><Say>Sorry, one moment</Say></Response>"
    sid = await world.calls_in()
    fallback = await world.bank.request("/fallback")
    await world.until("hangup", sid)
    assert len(world.bank.to("/voice")) == 1
    assert fallback.fields["ErrorCode"] == "11200" and fallback.fields["ErrorUrl"] == f"{world.bank.url}/voice"
    assert world.said_to(sid) == ["Sorry, one moment"]


async def test_retries_in_the_fragment_are_obeyed_and_share_one_token(world: World) -> None:
    world.network.numbers[BANK] = Route(f"{world.bank.url}/voice#rc=2&rp=5xx")
    answers = iter([500, 503, 200])
    world.bank.replies["/voice"] = lambda asked: web.Response(
        status=next(answers), text="<Response><Say>At last</Say></Response>", content_type="text/xml"
    )
    sid = await world.calls_in()
    await world.until("hangup", sid)
    assert len(world.bank.to("/voice")) == 3
    assert len({asked.headers["I-Twilio-Idempotency-Token"] for asked in world.bank.to("/voice")}) == 1
    assert world.said_to(sid) == ["At last"]


async def test_a_broken_connection_is_tried_once_more(world: World) -> None:
    await world.faults({"on": "fetch", "do": "reset_before", "count": 1})
    await world.calls_in()
    await world.bank.request("/voice")
    await world.faults({"on": "fetch", "do": "reset_before", "count": 2})
    sid = await world.calls_in("+447700900102")
    fallback = await world.bank.request("/fallback")
    assert fallback.fields["CallSid"] == sid and fallback.fields["ErrorCode"] == "11205"


async def test_an_answer_that_is_too_late_is_no_answer(world: World) -> None:
    async def never(asked: Asked) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    world.network.numbers[BANK] = Route(f"{world.bank.url}/voice#tt=150", f"{world.bank.url}/fallback")
    world.bank.replies["/voice"] = never
    await world.calls_in()
    assert (await world.bank.request("/fallback")).fields["ErrorCode"] == "11200"


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        ("<Response><Say>", "text/xml", "12100"),
        ("", "text/xml", "12100"),
        ("<html/>", "text/xml", "12100"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><Response>&b;</Response>", "text/xml", "12100"),
        ("<Response><Shout>Hi</Shout></Response>", "text/xml", "12200"),
        ("<Response><Gather><Dial>+447700900101</Dial></Gather></Response>", "text/xml", "12200"),
        ("{}", "application/json", "12300"),
        ("<Response>" + " " * 70_000 + "</Response>", "text/xml", "11750"),
        ("<Response><Say>" + "a" * 5000 + "</Say></Response>", "text/xml", "13520"),
    ],
)
async def test_a_document_that_cannot_be_run_goes_to_the_fallback(
    world: World, body: str, kind: str, code: str
) -> None:
    world.bank.replies["/voice"] = lambda asked: web.Response(text=body, content_type=kind)
    await world.calls_in()
    assert (await world.bank.request("/fallback")).fields["ErrorCode"] == code


async def test_when_the_fallback_fails_too_the_caller_is_told_and_cut_off(world: World) -> None:
    for path in ("/voice", "/fallback"):
        world.bank.replies[path] = lambda asked: web.Response(status=502)
    sid = await world.calls_in()
    end = await world.until("hangup", sid)
    assert world.said_to(sid) == ["We are sorry, an application error has occurred. Goodbye."]
    assert end.detail["cause"] == "application-error" and len(world.bank.to("/fallback")) == 1


async def test_redirects_of_http_are_followed_and_signed_anew(world: World) -> None:
    moved = web.Response(status=302, headers={"Location": "/elsewhere"})
    world.bank.replies["/voice"] = lambda asked: moved
    await world.calls_in()
    asked = await world.bank.request("/elsewhere")
    assert asked.method == "GET" and validated(asked, world.config.auth_token, f"{world.bank.url}/elsewhere")


async def test_relative_addresses_are_resolved_against_the_document(world: World) -> None:
    world.network.numbers[BANK] = Route(f"{world.bank.url}/a/b/voice")
    world.bank.replies["/a/b/voice"] = "<Response><Redirect>../c?x=1</Redirect></Response>"
    await world.calls_in()
    await world.bank.request("/a/c")


async def test_an_attribute_that_means_nothing_is_a_warning(world: World) -> None:
    world.bank.replies["/voice"] = "<Response><Say speed='9'>Hello</Say></Response>"
    sid = await world.calls_in()
    await world.until("hangup", sid)
    assert world.said_to(sid) == ["Hello"]
    assert [entry.detail["code"] for entry in world.events("warning")] == [12200]


async def test_a_language_the_voice_provider_lacks_is_an_error(world: World) -> None:
    world.bank.replies["/voice"] = "<Response><Say language='he-IL'>שלום</Say></Response>"
    async with world.http.put(f"{world.url}/sandbox/voices", json={"unsupported_languages": ["he-IL"]}) as response:
        assert response.status == 200
    await world.calls_in()
    assert (await world.bank.request("/fallback")).fields["ErrorCode"] == "13512"


def test_overrides_are_read_within_their_bounds() -> None:
    assert Overrides.read("") == Overrides()
    told = Overrides.read("rc=9&ct=50&rt=4000&tt=99999&rp=ct,rt,5xx")
    assert (told.retries, told.connect_ms, told.read_ms, told.total_ms) == (5, 100, 4000, 15_000)
    assert told.allow("rt") and told.allow("5xx") and not told.allow("4xx")
    assert Overrides.read("rp=all").allow("4xx")


def test_get_carries_its_fields_in_the_query() -> None:
    assert request_shape("GET", "http://a.test/x?b=1", [("a", "+1 2")]) == ("http://a.test/x?b=1&a=%2B1+2", None)
    assert request_shape("GET", "http://a.test/x", []) == ("http://a.test/x", None)
    assert request_shape("POST", "http://a.test/ש?x=%2B", [("a", "b")]) == ("http://a.test/%D7%A9?x=%2B", b"a=b")
