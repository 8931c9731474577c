"""Checks REST requests, REST answers and TwiML against the compact description of Twilio's own."""

import json
import re
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

HERE = Path(__file__).parent
PREFIX = re.compile(r"^/2010-04-01/Accounts/AC[0-9a-fA-F]{32}/(?P<rest>[^?]+)")
LONGEST_SAY = 4096
LARGEST = 64 * 1024
PAGE: dict[str, tuple[type, ...]] = {
    "end": (int,),
    "first_page_uri": (str,),
    "next_page_uri": (str, type(None)),
    "page": (int,),
    "page_size": (int,),
    "previous_page_uri": (str, type(None)),
    "start": (int,),
    "uri": (str,),
}
Form = Mapping[str, str | Sequence[str]]


@cache
def contract() -> dict[str, Any]:
    return json.loads((HERE.parent / "sandbox" / "twilio_contract.json").read_text())  # type: ignore[no-any-return]


@cache
def words() -> dict[str, Any]:
    return json.loads((HERE / "twiml.json").read_text())  # type: ignore[no-any-return]


def _pattern(path: str) -> re.Pattern[str]:
    def place(found: re.Match[str]) -> str:
        return "[^/]+?" if found[1] == "any" else f"(?:{found[1]})[0-9a-fA-F]{{32}}"

    escaped = re.escape(path).replace(r"\{", "{").replace(r"\}", "}").replace(r"\|", "|")
    return re.compile("^" + re.sub(r"\{([A-Za-z|]+)\}", place, escaped) + "$")


def operation(method: str, path: str) -> dict[str, Any] | None:
    """The described operation a request belongs to."""
    inside = PREFIX.match(path)
    for known in contract()["operations"]:
        if inside and known["method"] == method and _pattern(known["path"]).match(inside["rest"]):
            return known  # type: ignore[no-any-return]
    return None


def check_request(method: str, path: str, form: Form) -> list[str]:
    """What is wrong with a REST request: unknown operation or field, missing field, value of the wrong type."""
    known = operation(method, path)
    if known is None:
        return [f"no such operation: {method} {path}"]
    asked = {name: {"type": "any"} for name in known.get("query", [])}
    allowed = known.get("fields", {}) if method == "POST" else asked
    wrong = [f"unknown field {name}" for name in form if name not in allowed]
    wrong += [f"missing field {name}" for name, shape in allowed.items() if shape.get("required") and name not in form]
    for name, given in form.items():
        shape = allowed.get(name, {"type": "any"})
        values = [given] if isinstance(given, str) else list(given)
        if len(values) > 1 and shape["type"] not in ("array", "any"):
            wrong.append(f"{name}: given {len(values)} times")
        wrong += [f"{name}: {reason}" for value in values for reason in _wrong_text(shape, value)]
    return wrong


def _wrong_text(shape: dict[str, Any], value: str) -> list[str]:
    if shape["type"] == "integer" and not re.fullmatch(r"-?\d+", value):
        return ["is no integer"]
    if shape["type"] == "boolean" and value.lower() not in ("true", "false"):
        return ["is no boolean"]
    if "enum" in shape and value not in shape["enum"]:
        return [f"is none of {', '.join(shape['enum'])}"]
    if "sid" in shape and not re.fullmatch(f"(?:{shape['sid']})[0-9a-fA-F]{{32}}", value):
        return [f"is no {shape['sid']} sid"]
    return []


def check_response(method: str, path: str, status: int, body: Any) -> list[str]:
    """What is wrong with a REST answer: status, fields that are missing or unknown, types, sids, dates."""
    if status >= 400:
        return _wrong_error(status, body)
    known = operation(method, path)
    if known is None:
        return [f"no such operation: {method} {path}"]
    if str(status) not in known["answers"]:
        return [f"undocumented status {status}"]
    answer = known["answers"][str(status)]
    if answer is None:
        return [] if body in (None, "", b"") else ["the answer should be empty"]
    if isinstance(answer, str):
        return _wrong_resource(contract()["resources"][answer], body)
    return _wrong_list(answer, body)


def _wrong_error(status: int, body: Any) -> list[str]:
    if not isinstance(body, dict) or set(body) != {"code", "message", "more_info", "status"}:
        return ["an error needs code, message, more_info and status"]
    wrong = [] if isinstance(body["code"], int) and body["code"] >= 10000 else ["code is no error number of Twilio"]
    wrong += [] if body["status"] == status else ["status differs from the HTTP status"]
    return wrong + [f"{name} is no text" for name in ("message", "more_info") if not isinstance(body[name], str)]


def _wrong_list(answer: dict[str, str], body: Any) -> list[str]:
    if not isinstance(body, dict):
        return ["a list answers with an object"]
    wrong = [f"{name}: missing or wrong" for name, kinds in PAGE.items() if type(body.get(name, 0.0)) not in kinds]
    wrong += [f"unknown field {name}" for name in body if name not in PAGE and name != answer["list"]]
    items = body.get(answer["list"])
    if not isinstance(items, list):
        return [*wrong, f"{answer['list']} is no list"]
    shape = contract()["resources"][answer["of"]]
    for number, item in enumerate(items):
        wrong += [f"{number}: {reason}" for reason in _wrong_resource(shape, item)]
    return wrong


def _wrong_resource(shape: dict[str, Any], body: Any) -> list[str]:
    if not isinstance(body, dict):
        return ["a resource is an object"]
    wrong = [f"unknown field {name}" for name in body if name not in shape]
    wrong += [f"missing field {name}" for name in shape if name not in body]
    for name, value in body.items():
        if name in shape:
            wrong += [f"{name}: {reason}" for reason in _wrong_value(shape[name], value)]
    return wrong


TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "object": dict,
    "array": list,
    "number": (int, float),
}


def _wrong_value(shape: dict[str, Any], value: Any) -> list[str]:
    if value is None:
        return [] if shape.get("null") or shape["type"] == "any" or "enum" in shape else ["must not be null"]
    kind = TYPES.get(shape["type"])
    if kind is not None and (not isinstance(value, kind) or (isinstance(value, bool) and shape["type"] != "boolean")):
        return [f"is no {shape['type']}"]
    if shape.get("date"):
        return _wrong_date(value)
    return _wrong_text(shape, value) if isinstance(value, str) else []


def _wrong_date(value: str) -> list[str]:
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return ["is no RFC 2822 date"]
    return [] if moment.utcoffset() is not None else ["has no offset"]


def check_twiml(xml: str | bytes) -> list[str]:
    """What is wrong with a TwiML document: form, size, words, attributes, nesting, values."""
    data = xml.encode() if isinstance(xml, str) else xml
    wrong = [f"larger than {LARGEST} bytes"] if len(data) > LARGEST else []
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        return [*wrong, f"not well-formed: {error}"]
    if root.tag != "Response":
        return [*wrong, "the root is not Response"]
    return wrong + _wrong_element(root, "Response")


def _wrong_element(element: ElementTree.Element, where: str) -> list[str]:
    word = words()[element.tag]
    wrong = [reason for name, value in element.attrib.items() for reason in _wrong_attribute(word, where, name, value)]
    if word.get("text") and not "".join(element.itertext()).strip() and not element.attrib.get("digits"):
        wrong.append(f"{where} says nothing")
    if element.tag == "Say" and len("".join(element.itertext())) > LONGEST_SAY:
        wrong.append(f"{where} is longer than {LONGEST_SAY} characters")
    for child in element:
        inner = f"{where}/{child.tag}"
        wrong += _wrong_element(child, inner) if child.tag in word["children"] else [f"{inner} may not stand there"]
    return wrong


def _wrong_attribute(word: dict[str, Any], where: str, name: str, value: str) -> list[str]:
    kind = word["attributes"].get(name)
    good = {
        None: False,
        "text": True,
        "whole": re.fullmatch(r"\d+", value) is not None or (name == "timeout" and value == "auto"),
        "flag": value in ("true", "false"),
        "method": value in ("GET", "POST"),
    }
    if kind is None:
        return [f"{where} has no attribute {name}"]
    return [] if good[kind] else [f"{where}: {name} is no {kind}"]
