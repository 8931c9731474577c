"""Reading what came in, strictly: JSON within its bounds, bodies and queries as models, every fault with its place."""

import hashlib
import json
from collections.abc import Iterable
from math import isfinite
from typing import Any, NoReturn

from aiohttp import web
from pydantic import BaseModel, ValidationError

from vqueue.domain.errors import Invalid, Malformed

BODY_MAX = 16 * 1024
DEPTH_MAX = 16
_TYPES = frozenset({"application/json", "application/merge-patch+json"})


async def body_of(request: web.Request, model: type[BaseModel]) -> tuple[BaseModel, str]:
    """The body as the model, and its hash (equal for equal documents, however they are written).

    Raises Malformed (no JSON, too deep, NaN, a name twice, wrong content type) and Invalid.
    """
    if request.content_type not in _TYPES:
        raise Malformed("The body is JSON: send Content-Type: application/json.")
    raw = await request.read()
    document = parsed(raw)
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    try:
        return model.model_validate_json(raw, strict=True), hashlib.sha256(canonical.encode()).hexdigest()
    except ValidationError as wrong:
        raise refused(wrong) from None


def parsed(raw: bytes) -> Any:
    """The document. Raises Malformed; Invalid for text that no database can keep (NUL, half a surrogate pair)."""
    try:
        document = json.loads(
            raw.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_once
        )
    except (ValueError, RecursionError) as wrong:
        raise Malformed(f"This is not JSON: {_plain(wrong)}.") from None
    _check_depth(document)
    _check_text(document, "")
    return document


def query_of(request: web.Request, model: type[BaseModel]) -> BaseModel:
    """The query string as the model; a list for a name given several times where the model wants one."""
    many = {name for name, field in model.model_fields.items() if _wants_many(field.annotation)}
    values: dict[str, Any] = {}
    for name in dict.fromkeys(request.query):
        given = request.query.getall(name)
        if name not in many and len(given) > 1:
            raise Invalid("A name stands twice in the query.", errors=((f"/{name}", "duplicate"),))
        values[name] = given if name in many else given[0]
    _check_text(values, "")
    try:
        # Only the one that is lax by nature takes lists; strings are read alike by both.
        return model.model_validate(values) if many else model.model_validate_strings(values)
    except ValidationError as wrong:
        raise refused(wrong) from None


def refused(wrong: ValidationError) -> Invalid:
    """Every fault by JSON pointer and code; what was sent is not repeated."""
    faults = tuple((_pointer(error["loc"]), error["type"]) for error in wrong.errors(include_input=False))
    where = ", ".join(pointer or "/" for pointer, _ in faults[:5])
    return Invalid(f"Not understood: {where}.", errors=faults)


def _pointer(location: Iterable[int | str]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)


def _wants_many(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) in (list, tuple, set)


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _finite(word: str) -> float:
    number = float(word)
    if not isfinite(number):
        raise ValueError("a number is too large")
    return number


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a name stands twice")
    return document


def _check_depth(document: Any) -> None:
    level = [document]
    for _ in range(DEPTH_MAX):
        inner = [item for item in level if isinstance(item, dict | list)]
        if not inner:
            return
        level = [value for item in inner for value in (item.values() if isinstance(item, dict) else item)]
    if any(isinstance(item, dict | list) for item in level):
        raise Malformed(f"Nested deeper than {DEPTH_MAX} levels.")


def _check_text(value: Any, pointer: str) -> None:
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise Invalid("Text with a character that cannot be kept.", errors=((pointer, "character"),))
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name, pointer)
            _check_text(inner, pointer + _pointer([name]))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _check_text(inner, f"{pointer}/{place}")


def _plain(wrong: Exception) -> str:
    """What is wrong, without the text it was found in."""
    if isinstance(wrong, json.JSONDecodeError):
        return f"{wrong.msg} at {wrong.pos}"
    return "it is not UTF-8" if isinstance(wrong, UnicodeError) else "nested too deep or a name or number is wrong"
