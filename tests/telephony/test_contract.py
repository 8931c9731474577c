"""What we send is what the provider describes: every form, every query, every document."""

import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from tests.contract.twilio import check_request, check_twiml
from tests.telephony import provider as told
from tests.telephony.provider import CALL, Provider, Sent
from tests.telephony.test_twiml import BANK, EVERY_VERB, HOLDER, URLS, any_text, saying, words
from vqueue.domain.ids import CallSid
from vqueue.domain.speech import Ask, Hangup, Play, Target
from vqueue.ports.telephony import Order
from vqueue.telephony.twilio import TwilioTelephony
from vqueue.telephony.twiml import render

ROOT = Path(__file__).resolve().parent.parent.parent
DESCRIPTION = (
    Path(os.environ.get("VQUEUE_SHARED", ROOT.parent / "shared")) / "data/twilio/twilio_api_v2010.trimmed-voice.json"
)
QUEUE = "QU" + "3" * 32


async def everything_sent(telephony: TwilioTelephony, provider: Provider) -> list[Sent]:
    """One request of each kind, as it arrived."""
    order = Order(
        to="+447700900123",
        caller_id=BANK,
        answer=Target("answer", "tok_1"),
        status=Target("status", "tok_1"),
        ring_s=25,
        amd=Target("amd", "tok_1"),
    )
    provider.behaviour = told.json(told.call(), status=201)
    await telephony.place(order)
    await telephony.redirect(CallSid(CALL), Target("session", "ses_1", 2))
    await telephony.hang_up(CallSid(CALL))
    await telephony.message(to="+447700900123", text="We call you at 14:40.")
    provider.behaviour = told.json(told.call())
    await telephony.look_up(CallSid(CALL))
    provider.behaviour = told.json(told.calls())
    await telephony.find(to="+447700900123", since=datetime(2026, 3, 2, tzinfo=UTC), parent=CallSid(CALL))
    listed = told.queues({"sid": QUEUE, "friendly_name": "vq-rq_1"})
    provider.behaviour = told.in_turn(told.json(listed), told.raw(b"", status=204))
    await telephony.drop_queue("vq-rq_1")
    return provider.sent


async def test_every_request_is_one_the_provider_describes(telephony: TwilioTelephony, provider: Provider) -> None:
    sent = await everything_sent(telephony, provider)
    assert len(sent) == 8
    for request in sent:
        form = request.form if request.method == "POST" else request.query
        assert check_request(request.method, request.path, form) == [], request.path


async def test_every_request_meets_the_provider_s_own_description(
    telephony: TwilioTelephony, provider: Provider
) -> None:
    if not DESCRIPTION.is_file():
        pytest.skip(f"the provider's own description is not here: {DESCRIPTION}")
    described = Description(json.loads(DESCRIPTION.read_text()))
    for request in await everything_sent(telephony, provider):
        assert described.complaints(request) == [], request.path


def test_every_document_is_one_the_provider_describes() -> None:
    assert check_twiml(render(EVERY_VERB, URLS, words, caller_id=BANK)) == []


@given(text=any_text)
def test_no_text_makes_a_document_the_provider_does_not_take(text: str) -> None:
    ask = Ask(content=(saying(text), Play(text)), then=Target("session", "s", 1), finish=text)
    assert check_twiml(render((saying(text), ask, HOLDER, Hangup()), URLS, words, caller_id=text)) == []


class Description:
    """Twilio's OpenAPI, read for the requests alone."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def complaints(self, request: Sent) -> list[str]:
        operation = self._operation(request)
        known = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"}
        found = [f"unknown query {name}" for name in request.query if name not in known]
        if request.method != "POST":
            return found
        content = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]
        schema = self._plain(content["schema"])
        found += [f"unknown field {name}" for name in request.form if name not in schema["properties"]]
        form = {name: _typed(values, schema["properties"].get(name, {})) for name, values in request.form.items()}
        return found + [error.message for error in Draft202012Validator(schema).iter_errors(form)]

    def _operation(self, request: Sent) -> Mapping[str, Any]:
        for path, methods in self._document["paths"].items():
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+?", re.escape(path))
            if re.fullmatch(pattern, request.path) and request.method.lower() in methods:
                found: Mapping[str, Any] = methods[request.method.lower()]
                return found
        raise AssertionError(f"no such operation: {request.method} {request.path}")

    def _plain(self, schema: Any) -> Any:
        """References replaced, and null allowed the way JSON Schema says it."""
        if isinstance(schema, list):
            return [self._plain(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            return self._plain(self._document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        plain = {key: self._plain(value) for key, value in schema.items() if key != "nullable"}
        if schema.get("nullable") and "type" in plain:
            plain["type"] = [plain["type"], "null"]
        return plain


def _typed(values: list[str], schema: Mapping[str, Any]) -> Any:
    match schema.get("type"):
        case "array":
            return values
        case "integer" if values[-1].isdigit():
            return int(values[-1])
        case "boolean":
            return {"true": True, "false": False}.get(values[-1], values[-1])
    return values[-1]
