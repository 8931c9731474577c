"""The examples of docs/webhooks.md check what is really sent."""

import asyncio
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.db.builders import a_request
from tests.notify.conftest import Outside, Subscribe
from tests.notify.listener import Heard, Listener
from vqueue.services.telling import Event

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text("utf-8")


def example(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


async def one(outside: Outside, listener: Listener, subscribe: Subscribe) -> tuple[str, Heard]:
    made = await subscribe()
    await outside.house.act(lambda clerk: clerk.join(a_request()))
    await outside.round()
    return made["secret"], listener.heard[0]


async def test_the_python_example_is_right(outside: Outside, listener: Listener, subscribe: Subscribe) -> None:
    secret, heard = await one(outside, listener, subscribe)
    known: dict[str, Any] = {}
    exec(example("python"), known)  # noqa: S102 - our own documentation
    assert known["verified"](secret, heard.headers, heard.body) is True
    assert known["verified"](secret, heard.headers, heard.body + b" ") is False


@pytest.mark.skipif(shutil.which("node") is None, reason="no node here")
async def test_the_node_example_is_right(
    outside: Outside, listener: Listener, subscribe: Subscribe, tmp_path: Path
) -> None:
    secret, heard = await one(outside, listener, subscribe)
    given = json.dumps([secret, heard.headers, heard.body.decode()])
    script = tmp_path / "check.mjs"
    script.write_text(
        example("js") + f"\nconst [secret, headers, body] = {given};\n"
        "console.log(verified(secret, headers, Buffer.from(body)), verified(secret, headers, Buffer.from(body + ' ')));"
    )
    node = await asyncio.create_subprocess_exec("node", script, stdout=asyncio.subprocess.PIPE)
    said, _ = await node.communicate()
    assert said.decode().split() == ["true", "false"]


def test_every_event_is_documented() -> None:
    assert [event for event in Event if f"`{event}`" not in PAGE] == []
