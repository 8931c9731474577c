"""Frozen values as JSON text and back, by their annotations; made for boards, which other versions may read."""

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: object) -> str:
    """Standard JSON: moments in ISO 8601, numbers without a finite value as text."""
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def from_json(kind: type[T], text: str | bytes) -> T:
    """The value; unknown fields are left out, missing ones take their default.

    Raises ValueError, TypeError or KeyError when the text is no such value.
    """
    return cast(T, _value(kind, json.loads(text)))


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _value(kind: Any, plain: Any) -> Any:
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType) and NoneType in args:
        return None if plain is None else _value(next(arg for arg in args if arg is not NoneType), plain)
    if origin is tuple and args[-1] is Ellipsis:
        return tuple(_value(args[0], item) for item in plain)
    if origin is tuple:
        return tuple(_value(arg, item) for arg, item in zip(args, plain, strict=True))
    if origin is not None and issubclass(origin, Mapping):
        return {key: _value(args[1], item) for key, item in plain.items()}
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        known = {
            field.name: _value(hints[field.name], plain[field.name]) for field in fields(kind) if field.name in plain
        }
        return cast(Any, kind)(**known)
    return _scalar(kind, plain)


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def _scalar(kind: Any, plain: Any) -> Any:
    if kind is datetime:
        return datetime.fromisoformat(plain)
    if kind is float:
        return float(plain)
    if kind in (int, bool, str) and isinstance(plain, kind):
        return plain
    raise TypeError(f"no {kind} in JSON")
