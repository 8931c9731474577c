"""A TypeScript client generated from the committed OpenAPI document tells the app user's story against the service."""

import asyncio
import json
import os
import shutil
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from tests.stories.bank import AGENT, CUSTOMER, opened
from tests.stories.callers import SCREEN
from tests.stories.conftest import network_process
from tests.stories.network import PATIENCE_S, NetworkProcess

__all__ = ["network_process"]
HERE = Path(__file__).parent
SOURCES = ("package.json", "package-lock.json", "tsconfig.json", "story.ts")


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story, compiled against types made from docs/openapi.json."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("the TypeScript client was not tried: node and npm are not installed here")
    folder = tmp_path_factory.mktemp("typescript") / "tests" / "typescript"
    folder.mkdir(parents=True)
    (folder.parents[1] / "docs").symlink_to(HERE.parents[1] / "docs")
    for source in SOURCES:
        shutil.copy(HERE / source, folder)
    return folder


async def _run(*command: str, folder: Path, **environment: str) -> str:
    """What it printed. AssertionError with everything it said when it failed."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=os.environ | environment, stdout=PIPE, stderr=PIPE
    )
    async with asyncio.timeout(4 * PATIENCE_S):
        out, err = await process.communicate()
    assert process.returncode == 0, f"{' '.join(command)}\n{out.decode()}\n{err.decode()}"
    return out.decode()


async def test_a_generated_client_asks_follows_is_called_and_says_how_it_was(
    network_process: NetworkProcess, sqlite_database: str, tmp_path: Path, story: Path
) -> None:
    await _run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", folder=story)
    await _run("npm", "run", "generate", folder=story)
    await _run("npm", "run", "build", folder=story)
    async with opened(network_process, sqlite_database, tmp_path) as bank:
        omer = await bank.agent("omer", AGENT, ready=False)
        await bank.busy(omer)
        await bank.network.person(CUSTOMER, answers={"after_s": 3}, keys=[SCREEN], talk_s=15)
        token = bank.app_user()["Authorization"].removeprefix("Bearer ")
        told = asyncio.create_task(
            _run("node", "built/story.js", folder=story, VQUEUE_URL=bank.settings.public_url, VQUEUE_TOKEN=token)
        )
        await bank.until(lambda found: bool(found) or told.done(), what="the request is there")
        await bank.ready(omer)
        lines = [json.loads(line) for line in (await told).splitlines()]
        rings = await bank.network.rings(CUSTOMER)
    assert [line["state"] for line in lines if line.keys() == {"state"}] == [
        "waiting", "connecting", "talking", "served",
    ]  # fmt: skip
    assert lines[-1] == {"state": "served", "attempts": 1, "refused": "closed_request"}
    assert len(rings) == 1
