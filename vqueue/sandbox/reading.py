"""Checks values that came in as JSON and says in one sentence what is wrong with them."""

import math
from typing import Any


class Malformed(ValueError):
    """What was sent cannot be understood; the text says why and may be shown to the sender."""


def number_of(value: Any, name: str, *, low: float = 0.0, high: float = math.inf) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Malformed(f"{name} must be a number")
    if not low <= value <= high:
        raise Malformed(f"{name} must be between {low:g} and {high:g}")
    return float(value)


def whole_of(value: Any, name: str, *, low: int = 0, high: int = 2**31) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Malformed(f"{name} must be a whole number between {low} and {high}")
    return value


def text_of(value: Any, name: str, *, longest: int = 1000) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise Malformed(f"{name} must be a text of at most {longest} characters")
    return value


def object_of(value: Any, name: str, known: frozenset[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Malformed(f"{name} must be an object")
    unknown = sorted(str(key) for key in set(value) - known)
    if unknown:
        raise Malformed(f"unknown field {unknown[0][:64]} in {name}")
    return value
