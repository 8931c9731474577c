"""The compact description of Twilio's REST and TwiML tells right from wrong, and is no older than Twilio's own."""

import json
import os
from pathlib import Path

import pytest

from scripts import trim_twilio_contract
from tests.contract.twilio import check_request, check_response, check_twiml

CALLS = "/2010-04-01/Accounts/AC" + "a" * 32 + "/Calls.json"
CALL = "/2010-04-01/Accounts/AC" + "a" * 32 + "/Calls/CA" + "1" * 32 + ".json"
SHARED = Path(os.environ.get("VQUEUE_SHARED", trim_twilio_contract.ROOT.parent / "shared")) / "data" / "twilio"


def test_a_proper_call_passes() -> None:
    events = ["initiated", "answered"]
    assert check_request("POST", CALLS, {"To": "+447700900101", "From": "+442079460100", "Url": "https://a.test"}) == []
    form = {"To": "+447700900101", "From": "client:1", "Timeout": "30", "StatusCallbackEvent": events}
    assert check_request("POST", CALLS, form) == []
    assert check_request("POST", CALL, {"Status": "canceled"}) == []


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"From": "+442079460100"}, "missing field To"),
        ({"To": "+1", "From": "+1", "Timeout": "abc"}, "Timeout: is no integer"),
        ({"To": "+1", "From": "+1", "Method": "FETCH"}, "Method: is none of GET, POST"),
        ({"To": "+1", "From": "+1", "Bogus": "1"}, "unknown field Bogus"),
        ({"To": ["+1", "+2"], "From": "+1"}, "To: given 2 times"),
    ],
)
def test_a_wrong_call_is_named(form: dict[str, str | list[str]], reason: str) -> None:
    assert reason in check_request("POST", CALLS, form)


def test_an_unknown_operation_is_named() -> None:
    assert check_request("POST", CALLS.replace("Calls", "Call"), {})[0].startswith("no such operation")
    assert check_request("POST", CALL.replace("CA1", "XX1"), {"Status": "completed"})[0].startswith("no such operation")


def test_an_answer_with_a_number_for_a_text_is_named() -> None:
    wrong = check_response("POST", CALLS, 201, {"sid": "CA" + "1" * 32, "status": "queued", "duration": 5})
    assert "duration: is no string" in wrong and "missing field uri" in wrong
    assert check_response("POST", CALLS, 200, {}) == ["undocumented status 200"]


def test_errors_must_have_twilios_shape() -> None:
    good = {"code": 21211, "message": "no", "more_info": "https://a.test", "status": 400}
    assert check_response("POST", CALLS, 400, good) == []
    assert check_response("POST", CALLS, 404, good) == ["status differs from the HTTP status"]
    assert check_response("POST", CALLS, 500, {"error": "x"}) != []


@pytest.mark.parametrize(
    ("inside", "wrong"),
    [
        ("<Say>Hello</Say><Gather numDigits='1' action='/x'><Say>1</Say><Pause length='2'/></Gather>", []),
        ("<Dial answerOnBridge='true' timeout='25'><Number url='/s'>+447700900101</Number></Dial>", []),
        ("<Gather><Dial>+1</Dial></Gather>", ["Response/Gather/Dial may not stand there"]),
        ("<Say speed='2'>Hello</Say>", ["Response/Say has no attribute speed"]),
        ("<Say></Say>", ["Response/Say says nothing"]),
        ("<Gather numDigits='one'/>", ["Response/Gather: numDigits is no whole"]),
        ("<Redirect method='PUT'>/x</Redirect>", ["Response/Redirect: method is no method"]),
        ("<Queue>a</Queue>", ["Response/Queue may not stand there"]),
        ("<Bogus/>", ["Response/Bogus may not stand there"]),
    ],
)
def test_twiml(inside: str, wrong: list[str]) -> None:
    assert check_twiml(f"<Response>{inside}</Response>") == wrong


def test_what_is_no_xml_is_named() -> None:
    assert check_twiml("<Response>")[0].startswith("not well-formed")
    assert check_twiml("<html/>") == ["the root is not Response"]
    assert f"larger than {64 * 1024} bytes" in check_twiml("<Response>" + " " * 70_000 + "</Response>")


@pytest.mark.skipif(not SHARED.is_dir(), reason="Twilio's own description is not here (VQUEUE_SHARED)")
def test_the_description_in_the_repository_is_what_twilios_own_gives() -> None:
    api = json.loads((SHARED / "twilio_api_v2010.json").read_text())
    elements = json.loads((SHARED / "twiml_voice_elements.json").read_text())["elements"]
    assert json.loads(trim_twilio_contract.REST.read_text()) == trim_twilio_contract.rest_contract(api)
    assert json.loads(trim_twilio_contract.TWIML.read_text()) == trim_twilio_contract.twiml_contract(elements)


@pytest.mark.skipif(not SHARED.is_dir(), reason="Twilio's own description is not here (VQUEUE_SHARED)")
def test_documents_of_twilios_own_library_pass() -> None:
    cases = json.loads((SHARED / "twiml_voice_expected.json").read_text())["cases"]
    known = ("Dial", "Gather", "Enqueue", "Record", "Reject", "Pause", "Redirect", "Leave")
    ours = [case for case in cases if any(f"Test{name}." in case["id"] for name in known)]
    assert len(ours) > 20
    odd = {case["id"]: check_twiml(case["expected_xml"]) for case in ours}
    unused = {"TestDial.test_sim", "TestRedirect.test_redirect_empty"}
    assert {name: wrong for name, wrong in odd.items() if wrong and name not in unused} == {}
