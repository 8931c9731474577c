"""The reference page: the OpenAPI document as people read it, with a curl command for each operation."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vqueue.web.api.document import Document

DEEPEST = 4
"""Levels of a nested shape that are written out."""
_SAMPLES = {
    "date-time": "2026-03-04T15:30:00+00:00",
    "date": "2026-03-04",
    "uri": "https://bank.example/x",
}
_NAMED = {
    "phone_number": "+447700900001",
    "queue": "cards",
    "topic": "cards",
    "mode": "callback",
    "locale": "en",
    "time_zone": "Europe/London",
    "code": "482915",
    "reason": "asked by the customer",
}


_WHERE = ("queue",)
"""Fields that are left out only where another one says the same: a command without them would be refused."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a body or an answer, its place written with dots."""

    name: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One operation."""

    anchor: str
    method: str
    path: str
    summary: str
    about: str
    who: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answer: tuple[Field, ...]
    statuses: tuple[tuple[str, str], ...]
    problems: tuple[tuple[str, tuple[str, ...]], ...]
    curl: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Operations that belong together."""

    anchor: str
    title: str
    entries: tuple[Entry, ...]


def chapters(document: Document) -> tuple[Chapter, ...]:
    """The whole document by tag."""
    found: dict[str, list[Entry]] = {tag["name"]: [] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            found[operation["tags"][0]].append(_entry(document, path, method, operation))
    return tuple(
        Chapter(anchor=_anchor(tag), title=tag, entries=tuple(entries)) for tag, entries in found.items() if entries
    )


def _entry(document: Document, path: str, method: str, operation: Document) -> Entry:
    body = _schema(operation.get("requestBody", {}).get("content"))
    good = {code: told for code, told in operation["responses"].items() if code.startswith("2")}
    answer = _schema(next(iter(good.values())).get("content"))
    return Entry(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        about=operation.get("description", ""),
        who=_who(operation),
        parameters=tuple(map(_parameter, operation["parameters"])),
        body=tuple(_fields(document, body)) if body else (),
        answer=tuple(_fields(document, answer)) if answer else (),
        statuses=tuple((code, told["description"]) for code, told in good.items()),
        problems=tuple(
            (code, tuple(told["description"].split("`")[1::2]))
            for code, told in operation["responses"].items()
            if not code.startswith("2")
        ),
        curl=_curl(document, path, method.upper(), operation, body),
    )


def _who(operation: Document) -> str:
    schemes = {name for one in operation.get("security", ()) for name in one}
    if "bank" in schemes:
        return f"API key with {operation['x-scope']}" if "x-scope" in operation else "API key"
    return "customer" if "customer" in schemes else "anyone"


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def _schema(content: Mapping[str, Any] | None) -> Document | None:
    return next(iter(content.values())).get("schema") if content else None


def _parameter(told: Document) -> Field:
    schema = told["schema"]
    where = {"path": "in the path", "query": "in the query", "header": "header"}[told["in"]]
    about = " ".join(part for part in (where + ".", schema.get("description", "")) if part)
    return Field(told["name"], _kind(schema), told["required"], about)


def _resolved(document: Document, schema: Document) -> Document:
    if "$ref" in schema:
        target: Document = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return {**target, **{name: value for name, value in schema.items() if name != "$ref"}}
    return schema


def _plain(document: Document, schema: Document) -> tuple[Document, bool]:
    """(the schema without its null, whether it may be null)."""
    told = _resolved(document, schema)
    others = [one for one in told.get("anyOf", ()) if one.get("type") != "null"]
    if len(others) == 1:
        inner = _resolved(document, others[0])
        return {**inner, **{name: value for name, value in told.items() if name in ("description",)}}, True
    return told, False


def _fields(document: Document, schema: Document, before: str = "", depth: int = 1) -> Iterator[Field]:
    told, _ = _plain(document, schema)
    if told.get("type") == "array":
        yield from _fields(document, told.get("items", {}), before + "[]", depth)
        return
    required = set(told.get("required", ()))
    for name, inner in told.get("properties", {}).items():
        place = f"{before}.{name}".removeprefix(".")
        plain, nullable = _plain(document, inner)
        kind = _kind(plain) + (" or null" if nullable else "")
        yield Field(place, kind, name in required, plain.get("description", ""))
        if depth < DEEPEST:
            yield from _fields(document, plain, place, depth + 1)


def _kind(schema: Document) -> str:
    """What may stand there, in a few words."""
    if "enum" in schema:
        return " · ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    kind = str(schema.get("type", schema.get("title", "any")))
    if "format" in schema:
        return str(schema["format"])
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f"{kind} {low}-{high}"
    if "maxLength" in schema:
        return f"{kind}, at most {schema['maxLength']}"
    return kind


def _curl(document: Document, path: str, method: str, operation: Document, body: Document | None) -> str:
    address = path.replace("{queue}", "cards").replace("{", "$").replace("}", "").upper()
    address = "".join(part if part.startswith("$") else part.lower() for part in _split(address))
    lines = [
        f'curl {"-N " if _streams(operation) else ""}{"-X " + method + " " if method != "GET" else ""}"$HOST{address}"'
    ]
    if operation.get("security"):
        token = "KEY" if _who(operation).startswith("API key") else "TOKEN"
        lines.append(f'  -H "Authorization: Bearer ${token}"')
    headers = {one["name"] for one in operation["parameters"] if one["in"] == "header"}
    if "Idempotency-Key" in headers:
        lines.append('  -H "Idempotency-Key: $(uuidgen)"')
    if "If-Match" in headers:
        lines.append('  -H "If-Match: \\"3\\""')
    if body is not None:
        kind = next(iter(operation["requestBody"]["content"]))
        lines += [f'  -H "Content-Type: {kind}"', f"  -d '{json.dumps(_sample(document, body), ensure_ascii=False)}'"]
    return " \\\n".join(lines)


def _split(address: str) -> list[str]:
    """`/V1/x/$ID/y` in pieces, the variables by themselves."""
    pieces = []
    for part in address.split("/")[1:]:
        pieces += ["/", part]
    return pieces


def _streams(operation: Document) -> bool:
    return "text/event-stream" in operation["responses"].get("200", {}).get("content", {})


def _sample(document: Document, schema: Document, name: str = "", depth: int = 0) -> Any:
    """Something that might be sent: required fields, or the first one where none is."""
    told, _ = _plain(document, schema)
    if told.get("default") is not None and not isinstance(told["default"], dict | list):
        return told["default"]
    if "enum" in told:
        return told["enum"][0]
    if "anyOf" in told:
        return _sample(document, told["anyOf"][0], name, depth)
    match told.get("type"):
        case "object":
            fields = told.get("properties", {})
            wanted = told.get("required") or list(fields)[:1]
            wanted = [*(each for each in _WHERE if each in fields and each not in wanted), *wanted]
            return {one: _sample(document, fields[one], one, depth + 1) for one in wanted if depth < DEEPEST}
        case "array":
            return [_sample(document, told.get("items", {}), name, depth + 1)] if depth < DEEPEST else []
        case "integer" | "number":
            return max(1, int(told.get("minimum", 1)))
        case "boolean":
            return True
        case _:
            return _NAMED.get(name) or _SAMPLES.get(told.get("format", "")) or name or "…"
