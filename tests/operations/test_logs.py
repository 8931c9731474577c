"""Nothing personal reaches the log, whoever wrote the line and in whatever form."""

import io
import json
import logging
import sys

import pytest
import structlog
from aiohttp.http_exceptions import BadStatusLine, HttpProcessingError, LineTooLong

from vqueue import logs
from vqueue.domain.phone import Phone, Sealed

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl"
TOKEN = "q7R-x_0aaBBccDDeeFFggHHiiJJkkLLmmNNooPPqqRR"
KEY = "vq_live_01hx3m7k2n9p4q"

NUMBERS = (
    "+447700900101",
    "447700900101",
    "07700 900101",
    "+44 7700 900-101",
    "(020) 7946 0100",
    "+972-50-555-0101",
    "+7 (495) 555-01-01",
    "202.555.0101",
    "x447700900101y",
    "٠٧٧٠٠٩٠٠١٠١",
)


@pytest.mark.parametrize("number", NUMBERS)
def test_whatever_looks_like_a_telephone_number_is_taken_out(number: str) -> None:
    digits = [mark for mark in number if mark.isdigit()]
    shown = logs.masked(f"calling {number}, again")
    assert "[number]" in shown
    assert sum(mark.isdigit() for mark in shown) < len(digits) - 6


@pytest.mark.parametrize("secret", [JWT, TOKEN, KEY, "0123456789abcdef0123456789abcdef", "Bearer abc.def"])
def test_whatever_looks_like_a_token_is_taken_out(secret: str) -> None:
    assert logs.masked(f"sent {secret} to them") == "sent [secret] to them"


def test_the_password_of_an_address_is_taken_out() -> None:
    assert "hunter2" not in logs.masked("postgresql://vqueue:hunter2@db/vqueue")


@pytest.mark.parametrize(
    "harmless",
    [
        "2026-11-24T10:00:00.123456+00:00",
        "rq_01kb3m7k2n9p4qrstvwxyz0123",
        "CA0123456789abcdef0123456789abcdef",
        "took 12.5 s, 3 of 200 tries",
        "/voice/{place}/{key}",
    ],
)
def test_moments_ids_and_small_figures_stay_readable(harmless: str) -> None:
    assert logs.masked(harmless) == harmless


def test_values_are_looked_through_however_deep_they_lie() -> None:
    line = logs.mask(
        None,
        "info",
        {
            "event": "asked +447700900101",
            "data": {"to": ["+447700900102", {"+447700900103": JWT}]},
            "number": 447700900104,
            "phone": Phone("+447700900105"),
            "sealed": Sealed("ciphertext" * 9, "index", "+44…105"),
            "raw": b"+447700900106",
            "count": 12,
            "seconds": 0.25,
        },
    )
    text = json.dumps(line)
    assert "4477009" not in text and "eyJ" not in text and "ciphertext" not in text
    assert (line["count"], line["seconds"]) == (12, 0.25)


def test_what_cannot_be_shown_is_not_shown() -> None:
    class Mute:
        def __repr__(self) -> str:
            raise RuntimeError("no words")

    deep: object = "+447700900101"
    for _ in range(20):
        deep = [deep]
    line = logs.mask(None, "info", {"event": "x", "one": Mute(), "two": deep})
    assert line["one"] == "[…]" and "4477" not in json.dumps(line)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What goes to standard error while the process logs as JSON; the former set-up comes back afterwards."""
    stream, root = io.StringIO(), logging.getLogger()
    before = (root.handlers[:], root.level, structlog.get_config())
    monkeypatch.setattr(sys, "stderr", stream)
    logs.write_to_stderr("json", "info")
    yield stream
    root.handlers[:], root.level = before[0], before[1]
    structlog.configure(**before[2])


def test_a_traceback_and_a_librarys_line_go_through_the_same_sieve(written: io.StringIO) -> None:
    try:
        raise ValueError("no such number +447700900101")
    except ValueError:
        structlog.get_logger("test").exception("failed", to="+447700900102")
        logging.getLogger("aiohttp.server").exception("Error for %s", "+447700900103")
    ours, theirs = [json.loads(line) for line in written.getvalue().splitlines()]
    assert "4477009" not in written.getvalue()
    assert "ValueError" in ours["exception"] and "ValueError" in theirs["exception"]
    assert (ours["level"], theirs["event"]) == ("error", "Error for [number]")


def test_what_strangers_send_that_is_no_http_does_not_fill_the_log(written: io.StringIO) -> None:
    for problem in (BadStatusLine("\x16\x03\x01"), LineTooLong(b"x" * 9000, 8190)):
        try:
            raise problem
        except HttpProcessingError:
            logging.getLogger("aiohttp.server").exception("Error handling request from %s", "192.0.2.7")
    assert written.getvalue() == ""
