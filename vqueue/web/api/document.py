"""The OpenAPI 3.1 document, written from the operations: nothing under /v1 can be missing from it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from vqueue.web.api.operation import Anyone, AppCustomer, Bank, Operation
from vqueue.web.errors import STATUSES

Document = dict[str, Any]
EVENTS = "text/event-stream"
"""Has no schema of its own before OpenAPI 3.2; each stream's events are described in words."""
REFS = "#/components/schemas/{model}"

PATH_PARAMETERS: dict[str, Document] = {
    "queue": {"type": "string", "pattern": "^[a-z0-9_-]{1,64}$", "description": "A queue's id."},
    "id": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,64}$"},
    "v": {"type": "integer", "minimum": 1, "maximum": 1_000_000, "description": "A version of the rules."},
    "name": {"type": "string", "enum": ["intervals", "queues", "agents", "promises", "attempts"]},
    "person": {"type": "string", "maxLength": 320, "description": "A phone number in E.164, or a customer's id."},
}
"""What each name in braces may be."""

HEADERS: dict[str, Document] = {
    "ETag": {"description": "The version, for If-Match.", "schema": {"type": "string"}},
    "Location": {"description": "Where it is.", "schema": {"type": "string", "format": "uri-reference"}},
    "Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}},
}

PROBLEM: Document = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(STATUSES), "description": "Stable."},
        "detail": {"type": "string"},
        "request": {"type": "string", "description": "With `already_open`: your own open request."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code"],
                "properties": {"pointer": {"type": "string"}, "code": {"type": "string"}},
            },
        },
    },
}

_SCHEMES: Document = {
    "customer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The bank's app, or a guest.",
    },
    "bank": {"type": "http", "scheme": "bearer", "bearerFormat": "vq_…", "description": "An API key with scopes."},
}


def document(operations: Sequence[Operation], *, version: str) -> Document:
    """The whole document."""
    paths: dict[str, Document] = {}
    for operation in sorted(operations, key=lambda one: (one.path, one.method)):
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    tags = list(dict.fromkeys(operation.tag for operation in operations))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "vqueue",
            "version": version,
            "summary": "A virtual queue and callbacks: the customer's app and the bank's systems.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in tags],
        "paths": paths,
        "components": {"schemas": _schemas(operations), "securitySchemes": _SCHEMES},
    }


def _operation(operation: Operation) -> Document:
    told: Document = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [*_path(operation), *_query(operation), *_headers(operation)],
        "responses": _responses(operation),
        "security": _security(operation),
    }
    if operation.description:
        told["description"] = operation.description
    if isinstance(operation.who, Bank):
        told["x-scope"] = operation.who.scope.value
    if operation.body is not None:
        types = dict.fromkeys((operation.body_type, "application/json"))
        schema = {"schema": {"$ref": REFS.format(model=operation.body.__name__)}}
        told["requestBody"] = {"required": True, "content": dict.fromkeys(types, schema)}
    return told


def _security(operation: Operation) -> list[Document]:
    match operation.who:
        case Anyone():
            return []
        case AppCustomer():
            return [{"customer": []}]
        case Bank():
            return [{"bank": []}]


def _path(operation: Operation) -> list[Document]:
    names = re.findall(r"{(\w+)", operation.path)
    return [{"name": name, "in": "path", "required": True, "schema": PATH_PARAMETERS[name]} for name in names]


def _query(operation: Operation) -> list[Document]:
    if operation.query is None:
        return []
    schema = operation.query.model_json_schema(ref_template=REFS)
    required = set(schema.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": told}
        for name, told in schema.get("properties", {}).items()
    ]


def _headers(operation: Operation) -> list[Document]:
    wanted: list[tuple[str, bool, Document]] = []
    if operation.idempotent:
        wanted.append(("Idempotency-Key", True, {"type": "string", "minLength": 1, "maxLength": 255}))
    if operation.conditional:
        wanted.append(("If-Match", True, {"type": "string", "pattern": '^(\\*|(W/)?"?[0-9]{1,12}"?)$'}))
    return [{"name": name, "in": "header", "required": needed, "schema": schema} for name, needed, schema in wanted]


def _responses(operation: Operation) -> Document:
    good: Document = {"description": operation.summary}
    if operation.answer is not None:
        good["content"] = {operation.answer_type: {"schema": {"$ref": REFS.format(model=operation.answer.__name__)}}}
    elif operation.answer_type != "application/json":
        schema = {} if operation.answer_type == EVENTS else {"schema": {"type": "string"}}
        good["content"] = {operation.answer_type: schema}
    if operation.headers:
        good["headers"] = {name: HEADERS[name] for name in operation.headers}
    responses: Document = {str(operation.status): good}
    responses |= {str(status): {**good, "description": what} for status, what in operation.alternatives.items()}
    by_status: dict[int, list[str]] = {}
    for code in codes(operation):
        by_status.setdefault(STATUSES[code], []).append(code)
    for status, several in sorted(by_status.items()):
        responses[str(status)] = _problem(status, several)
    return responses


def codes(operation: Operation) -> list[str]:
    """Every problem code the operation may answer with, those that follow from its form included."""
    found = [*operation.problems, "rate_limited", "unavailable", "invalid_request", "malformed"]
    if not isinstance(operation.who, Anyone):
        found += ["not_authenticated", "forbidden"]
    if operation.body is not None:
        found.append("too_large")
    if operation.idempotent:
        found += ["idempotency_key_missing", "idempotency_key_reused"]
    if operation.conditional:
        found += ["precondition_required", "stale_version"]
    if "{" in operation.path:
        found.append("not_found")
    return sorted(set(found))


def _problem(status: int, several: Iterable[str]) -> Document:
    told: Document = {
        "description": f"{HTTPStatus(status).phrase}: {', '.join(f'`{code}`' for code in several)}",
        "content": {"application/problem+json": {"schema": {"$ref": REFS.format(model="Problem")}}},
    }
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        told["headers"] = {"Retry-After": HEADERS["Retry-After"]}
    return told


def _schemas(operations: Sequence[Operation]) -> Document:
    taken: list[tuple[type[BaseModel], Any]] = []
    for operation in operations:
        if operation.body is not None:
            taken.append((operation.body, "validation"))
        if operation.answer is not None:
            taken.append((operation.answer, "serialization"))
        if operation.query is not None:
            taken.append((operation.query, "validation"))
    queries = {operation.query.__name__ for operation in operations if operation.query is not None}
    found = _described(tuple(dict.fromkeys(taken)))
    told = {name: _optional(schema) for name, schema in sorted(found.items()) if name not in queries}
    return {"Problem": PROBLEM, **told}


@cache
def _described(models: tuple[tuple[type[BaseModel], Any], ...]) -> Mapping[str, Any]:
    """The models as JSON Schema, by name: most of what making the document costs."""
    _, known = models_json_schema(models, ref_template=REFS)
    found: Mapping[str, Any] = known.get("$defs", {})
    return found


def _optional(schema: Document) -> Document:
    """A field that may be left out says so by not being required; a default of null beside it makes generated clients
    demand it."""
    fields = schema.get("properties", {})
    plain = {name: {key: value for key, value in field.items() if (key, value) != ("default", None)}
             for name, field in fields.items()}  # fmt: skip
    return {**schema, "properties": plain} if fields else schema
