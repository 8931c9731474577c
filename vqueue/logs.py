"""How the process writes its log: one line each, as text or JSON, and nothing personal in it whoever wrote it."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from aiohttp.http_exceptions import HttpProcessingError

DEEPEST = 6
"""Values nested deeper than this are not shown."""
_PLAIN_KEYS = frozenset({"timestamp", "level", "client", "request_id"})
"""Written by us alone, in a form of their own: a moment, a word, a network, an id."""
_MOMENT = r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
_TOKENS = (
    re.compile(r"\beyJ[\w-]{4,}(?:\.[\w-]*){1,4}"),  # a JWT
    re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"),
    re.compile(r"\bvq_[\w-]{8,}"),  # an API key
    re.compile(r"(?<![\w-])[\w-]{40,}(?![\w-])"),  # a leg's token, a session, a hash
    re.compile(r"(?<!\w)[0-9a-fA-F]{32}(?!\w)"),  # the provider's auth token
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),  # a password in an address
)
_OWN = r"(?:CA|AC|QU|SM|PN)[0-9a-f]{32}|[a-z]{1,4}_[0-9a-hjkmnp-tv-z]{26}"
"""The provider's ids and ours."""
_GAP = r"[\s().\-\u00a0\u2011-\u2013/]{0,3}"
_PHONE = re.compile(
    rf"(?P<kept>(?<!\w)(?:{_MOMENT}|{_OWN})(?!\w))"
    rf"|\+(?:\d{_GAP}){{5,}}\d"
    rf"|(?<!\w)\(?(?:\d{_GAP}){{6,}}\d(?!\w)"
    r"|\d{9,}"
)
"""Seven digits or more with what people write between them, nine in a row wherever they stand. Moments in ISO form and
ids are let through."""
_LONGEST_NUMBER = 99_999_999
"""A whole number above it could be somebody's telephone."""


def masked(text: str) -> str:
    """The text with everything that could be a telephone number or a secret taken out."""
    for token in _TOKENS:
        text = token.sub("[secret]", text)
    return _PHONE.sub(lambda found: found[0] if found["kept"] else "[number]", text)


def mask(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog's processor: each key and value of the line. What cannot be looked through is not shown."""
    return {masked(str(key)): value if key in _PLAIN_KEYS else _shown(value, DEEPEST) for key, value in event.items()}


def _shown(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _LONGEST_NUMBER else "[number]"
    if isinstance(value, str):
        return masked(value)
    if depth == 0:
        return "[…]"
    if isinstance(value, Mapping):
        return {masked(str(key)): _shown(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_shown(item, depth - 1) for item in value]
    try:
        return masked(repr(value))
    except Exception:
        return "[…]"


def _means_something(record: logging.LogRecord) -> bool:
    """What is no HTTP is answered with 400 and not logged: any stranger could fill the log with it."""
    problem = record.exc_info[1] if record.exc_info else None
    return not (record.name == "aiohttp.server" and isinstance(problem, HttpProcessingError))


def write_to_stderr(form: str, level: str) -> None:
    """Standard output is for a command's answer. `form`: `text` or `json`; what libraries log goes the same way."""
    threshold = getattr(logging, level.upper())
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        mask,
    ]
    shown: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False, default=lambda value: masked(repr(value)))
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*before, shown],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    library = logging.StreamHandler(sys.stderr)
    library.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before[:-1],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, mask, shown],
        )
    )
    library.addFilter(_means_something)
    logging.basicConfig(handlers=[library], level=max(logging.WARNING, threshold), force=True)
