"""The guides for the bank's systems say what is true."""

from pathlib import Path

import aiohttp

from tests.api.conftest import Face, face
from tests.guide.runner import run
from tests.notify.conftest import Outside, outside
from tests.rehearsal.recording import write as a_past_day

__all__ = ["face", "outside"]
DOCS = Path(__file__).resolve().parents[2] / "docs"


async def test_the_desks_guide(face: Face) -> None:
    key = (await face.key())["Authorization"].removeprefix("Bearer ")
    known = {"API": str(face.http.make_url("/v1")), "KEY": key}
    async with aiohttp.ClientSession() as session:
        kept = await run(DOCS / "api-desk.md", session, known, finders={})
    assert kept["NUMBER"] == "+442079460201"


async def test_the_banks_guide(outside: Outside) -> None:
    key = (await outside.key())["Authorization"].removeprefix("Bearer ")
    known = {"API": str(outside.http.make_url("/v1")), "KEY": key}
    await outside.house.database.transact(a_past_day)
    async with aiohttp.ClientSession() as session:
        kept = await run(DOCS / "api-bank.md", session, known)
    assert int(kept["NEXT"]) == int(kept["LIVE"]) + 1
