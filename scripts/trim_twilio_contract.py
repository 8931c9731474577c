"""Derives the compact description of Twilio's REST and TwiML that tests check against, from Twilio's own description.

Run `python scripts/trim_twilio_contract.py` with VQUEUE_SHARED naming the folder that holds `data/twilio/`.
"""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
REST: Final = ROOT / "tests" / "sandbox" / "twilio_contract.json"
TWIML: Final = ROOT / "tests" / "contract" / "twiml.json"
PREFIX: Final = "/2010-04-01/Accounts/{AccountSid}/"
USED: Final = (
    "Calls.json",
    "Calls/{Sid}.json",
    "Calls/{CallSid}/Recordings.json",
    "Calls/{CallSid}/Recordings/{Sid}.json",
    "Queues.json",
    "Queues/{Sid}.json",
    "Queues/{QueueSid}/Members.json",
    "Queues/{QueueSid}/Members/{CallSid}.json",
    "Conferences.json",
    "Conferences/{Sid}.json",
    "Conferences/{ConferenceSid}/Participants.json",
    "Conferences/{ConferenceSid}/Participants/{CallSid}.json",
    "Messages.json",
    "Messages/{Sid}.json",
    "IncomingPhoneNumbers.json",
    "IncomingPhoneNumbers/{Sid}.json",
    "Recordings.json",
    "Recordings/{Sid}.json",
)
WORDS: Final = (
    "Response Say Play Pause Gather Redirect Enqueue Task Leave Dial Number Client Identity Parameter Sip Queue "
    "Conference Record Hangup Reject break emphasis lang p phoneme prosody s say-as sub w"
).split()
KINDS: Final = {
    "whole": "timeout numDigits length loop maxLength timeLimit maxQueueSize maxParticipants machineDetectionTimeout",
    "flag": "actionOnEmptyResult hangupOnStar answerOnBridge sequential muted startConferenceOnEnter "
    "endConferenceOnExit playBeep",
    "method": "method waitUrlMethod waitMethod statusCallbackMethod amdStatusCallbackMethod "
    "recordingStatusCallbackMethod referMethod",
}
MEANT_TEXT: Final = frozenset({"Say", "Play", "Redirect", "Enqueue", "Number", "Queue", "Conference"})


def shape_of(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """One field in our words: type, whether null may stand there, the values or the kind of sid it holds."""
    nullable = bool(schema.get("nullable"))
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    told: dict[str, Any] = {"type": schema.get("type", "any")}
    if nullable or schema.get("nullable"):
        told["null"] = True
    if "enum" in schema:
        told["enum"] = [value for value in schema["enum"] if value is not None]
    prefix = re.fullmatch(r"\^\(?([A-Z|]+)\)?\[0-9a-fA-F\]\{32\}\$", schema.get("pattern", ""))
    if prefix:
        told["sid"] = prefix[1]
    if schema.get("format") == "date-time-rfc-2822":
        told["date"] = True
    return told


def fields_of(operation: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded")
    if content is None:
        return {}
    schema = content["schema"]
    fields = {name: shape_of(value, schemas) for name, value in schema.get("properties", {}).items()}
    for name in schema.get("required", []):
        fields[name]["required"] = True
    return fields


def answer_of(response: dict[str, Any]) -> Any:
    """The name of the resource answered, or of the list and what it lists; None for an empty answer."""
    content = response.get("content", {}).get("application/json")
    if content is None:
        return None
    schema = content["schema"]
    if "$ref" in schema:
        return schema["$ref"].rsplit(".", 1)[1]
    for name, value in schema["properties"].items():
        if value.get("type") == "array":
            return {"list": name, "of": value["items"]["$ref"].rsplit(".", 1)[1]}
    raise ValueError("an answer of unknown shape")


def path_of(path: str, operation: dict[str, Any]) -> str:
    """`Calls/{CA}.json`: placeholders say which kind of sid stands there, or any."""
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            pattern = parameter["schema"].get("pattern", "")
            prefix = re.match(r"\^\(?([A-Z|]+)", pattern)
            path = path.replace(f"{{{parameter['name']}}}", f"{{{prefix[1] if prefix else 'any'}}}")
    return path


def rest_contract(api: dict[str, Any]) -> dict[str, Any]:
    schemas = api["components"]["schemas"]
    operations, names = [], set()
    for path in USED:
        for method, operation in api["paths"][PREFIX + path].items():
            if method not in ("get", "post", "delete"):
                continue
            responses = operation["responses"].items()
            answers = {status: answer_of(response) for status, response in responses if status < "4"}
            names |= {answer["of"] if isinstance(answer, dict) else answer for answer in answers.values() if answer}
            told = {"method": method.upper(), "path": path_of(path, operation), "answers": answers}
            query = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
            fields = fields_of(operation, schemas)
            operations.append(told | ({"query": query} if query else {}) | ({"fields": fields} if fields else {}))
    resources = {
        key.rsplit(".", 1)[1]: {name: shape_of(value, schemas) for name, value in schema["properties"].items()}
        for key, schema in schemas.items()
        if key.startswith("api.v2010.account.") and key.rsplit(".", 1)[1] in names and schema.get("properties")
    }
    return {"operations": operations, "resources": {name: resources[name] for name in sorted(names)}}


def twiml_contract(elements: dict[str, Any]) -> dict[str, Any]:
    kinds = {name: kind for kind, listed in KINDS.items() for name in listed.split()}
    told: dict[str, Any] = {}
    for word in WORDS:
        element = elements[word]
        attributes = {name: kinds.get(name, "text") for name in element["attributes"]}
        children = [child for child in element["may_nest"] if child in WORDS]
        if word == "Response":
            children.remove("Queue")
        told[word] = {"attributes": attributes, "children": children}
        if word in MEANT_TEXT:
            told[word]["text"] = True
    return told


def main() -> int:
    shared = Path(os.environ.get("VQUEUE_SHARED", ROOT.parent / "shared")) / "data" / "twilio"
    if not shared.is_dir():
        print("Twilio's description is not there; name its folder with VQUEUE_SHARED", file=sys.stderr)
        return 1
    api = json.loads((shared / "twilio_api_v2010.json").read_text())
    elements = json.loads((shared / "twiml_voice_elements.json").read_text())["elements"]
    for path, told in ((REST, rest_contract(api)), (TWIML, twiml_contract(elements))):
        path.write_text(compact(told) + "\n")
    return 0


def compact(told: dict[str, Any]) -> str:
    """JSON with one operation, one resource field or one word a line."""
    lines = []
    for name, value in told.items():
        if isinstance(value, list):
            inner = ",\n  ".join(json.dumps(item) for item in value)
            lines.append(f'"{name}": [\n  {inner}\n ]')
        elif name == "resources":
            inner = ",\n  ".join(f"{json.dumps(key)}: {json.dumps(item)}" for key, item in value.items())
            lines.append(f'"{name}": {{\n  {inner}\n }}')
        else:
            lines.append(f'"{name}": {json.dumps(value)}')
    return "{\n " + ",\n ".join(lines) + "\n}"


if __name__ == "__main__":
    sys.exit(main())
