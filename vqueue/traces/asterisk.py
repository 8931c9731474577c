"""Asterisk's queue_log to calls: `time|call|queue|agent|event|…`, one line an event."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO

from vqueue.traces.call import NEVER, BadRow, Call
from vqueue.traces.mapping import Mapping, seconds

ENTER, ANSWER = "ENTERQUEUE", "CONNECT"
ENDS = frozenset("COMPLETEAGENT COMPLETECALLER TRANSFER BLINDTRANSFER ATTENDEDTRANSFER AGENTDUMP".split())
GIVES_UP = frozenset("ABANDON EXITWITHTIMEOUT EXITWITHKEY EXITEMPTY".split())
EVENTS = ENDS | GIVES_UP | {ENTER, ANSWER}


@dataclass(frozen=True, slots=True)
class _Open:
    line: int
    call: Call


def is_queue_log(first_line: str) -> bool:
    """Whether a line looks like one of a queue_log."""
    parts = first_line.strip().split("|")
    return len(parts) >= 5 and parts[4].isupper() and parts[0].replace(".", "", 1).isdigit()


def calls_of(file: IO[str], mapping: Mapping) -> Iterator[tuple[int, Call | BadRow]]:
    """(line, call) at the end of each call, or what is wrong with the line. Other events than those of calls pass.

    A call answered elsewhere than in the queue is none; one still open at the end of the file is bad.
    """
    waiting: dict[tuple[str, str], _Open] = {}
    for number, written in enumerate(file, 1):
        parts = written.rstrip("\n").split("|")
        if len(parts) < 5:
            if written.strip():
                yield number, BadRow("fewer than five fields")
            continue
        if parts[4] not in EVENTS:
            continue
        try:
            ended = _step(parts, waiting, mapping, line=number)
        except BadRow as problem:
            yield number, problem
        else:
            if ended is not None:
                yield number, ended
    for left in waiting.values():
        yield left.line, BadRow("the call does not end in this file")


def _step(parts: list[str], waiting: dict[tuple[str, str], _Open], mapping: Mapping, *, line: int) -> Call | None:
    """The call, when this event ends it. Raises BadRow for an event that cannot follow what came before."""
    at = seconds(parts[0], mapping, column="time")
    key, event = (parts[1], parts[2]), parts[4]
    if event == ENTER:
        if key in waiting:
            raise BadRow("entered the queue twice")
        call = Call(arrived=at, entered=at, left=NEVER, started=NEVER, ended=NEVER, kind=parts[2])
        waiting[key] = _Open(line, call)
        return None
    if key not in waiting:
        raise BadRow(f"{event} without ENTERQUEUE")
    call = waiting[key].call
    if event == ANSWER:
        agent = "" if parts[3] == "NONE" else parts[3]
        waiting[key] = _Open(line, replace(call, left=at, started=at, agent=agent))
        return None
    del waiting[key]
    if event in ENDS and call.started != call.started:
        raise BadRow(f"{event} without CONNECT")
    return (replace(call, ended=at) if event in ENDS else replace(call, left=at)).checked()
