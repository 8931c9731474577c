"""Runs a guide: each fenced curl command in the order of the document, sent as it is written.

After a block a comment says what must come back and what the reader keeps of it:

    <!-- expect: 201, ID=id, SLOT=items.0.start -->

`NAME=path` keeps a part of the JSON answer as `$NAME` for later commands; `NAME=@word` keeps what `finders[word]`
gives. Commands may use `$NAME` and the options -X, -H, -d, -N (a stream: the first event is enough), -s, -i.
"""

import json
import re
import shlex
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

_BLOCK = re.compile(r"^```sh\n(.*?)^```\n\s*(?:<!-- expect: (.*?) -->)?", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"\$\{?([A-Z][A-Z0-9_]*)\}?")
_VALUED = {"-X": "method", "--request": "method", "-d": "body", "--data": "body", "--json": "json"}
_FLAGS = {"-s", "-i", "-sS", "-si", "--silent"}
Finder = Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One curl command of a guide."""

    line: int
    words: tuple[str, ...]
    status: int
    keeps: Mapping[str, str] = field(default_factory=dict)


def steps(document: Path) -> list[Step]:
    """The commands in order. Raises ValueError for a block that says no expectation, or holds more than one command."""
    text = document.read_text("utf-8")
    found = []
    for block in _BLOCK.finditer(text):
        line = text.count("\n", 0, block.start()) + 1
        command, expected = block[1], block[2]
        if not command.lstrip().startswith("curl"):
            continue
        if expected is None:
            raise ValueError(f"{document.name}:{line} does not say what to expect")
        words = shlex.split(command.replace("\\\n", " "), comments=True)
        if words.count("curl") != 1:
            raise ValueError(f"{document.name}:{line} is more than one command")
        status, *keeps = [part.strip() for part in expected.split(",")]
        pairs = dict(keep.split("=", 1) for keep in keeps)
        found.append(Step(line=line, words=tuple(words[1:]), status=int(status), keeps=pairs))
    return found


async def run(
    document: Path,
    session: aiohttp.ClientSession,
    variables: Mapping[str, str],
    *,
    finders: Mapping[str, Finder] | None = None,
) -> dict[str, str]:
    """Every step of the guide; what was kept in the end. AssertionError names the line that did not do as it says."""
    known = dict(variables)
    for step in steps(document):
        place = f"{document.name}:{step.line}"
        answer, text = await _sent(session, [_filled(word, known, place) for word in step.words])
        assert answer.status == step.status, f"{place}: {answer.status} instead of {step.status}: {text}"
        for name, path in step.keeps.items():
            if path.startswith("@"):
                known[name] = await (finders or {})[path[1:]]()
            else:
                known[name] = str(_part(json.loads(text), path, place))
    return known


def _filled(word: str, known: Mapping[str, str], place: str) -> str:
    def value(name: re.Match[str]) -> str:
        assert name[1] in known, f"{place}: nobody said what ${name[1]} is"
        return known[name[1]]

    return _NAME.sub(value, word)


def _part(document: Any, path: str, place: str) -> Any:
    for key in path.split("."):
        try:
            document = document[int(key)] if isinstance(document, list) else document[key]
        except (KeyError, IndexError, TypeError):
            raise AssertionError(f"{place}: the answer has no {path}: {document}") from None
    return document


async def _sent(session: aiohttp.ClientSession, words: list[str]) -> tuple[aiohttp.ClientResponse, str]:
    """The answer and its text (of a stream: the first event)."""
    given: dict[str, str] = {}
    headers: dict[str, str] = {}
    url, stream, rest = "", False, iter(words)
    for word in rest:
        if word in ("-H", "--header"):
            name, _, value = next(rest).partition(":")
            headers[name.strip()] = value.strip()
        elif word in _VALUED:
            given[_VALUED[word]] = next(rest)
        elif word == "-N":
            stream = True
        elif word not in _FLAGS:
            assert not word.startswith("-"), f"this option is not understood: {word}"
            url = word
    body = given.get("json", given.get("body"))
    if "json" in given:
        headers.setdefault("Content-Type", "application/json")
    method = given.get("method", "GET" if body is None else "POST")
    async with session.request(method, url, data=body, headers=headers) as answer:
        return answer, await (_first_event(answer) if stream and answer.status == 200 else answer.text())


async def _first_event(answer: aiohttp.ClientResponse) -> str:
    """Lines until the first event with data is whole."""
    lines: list[str] = []
    async for raw in answer.content:
        lines.append(raw.decode())
        if lines[-1] == "\n" and any(line.startswith("data:") for line in lines):
            break
    return "".join(lines)
