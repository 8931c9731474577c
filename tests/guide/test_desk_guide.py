"""The guide for agents, queues, requests and people says what is true."""

from pathlib import Path

import aiohttp

from tests.api.conftest import Face, empty_bank, face
from tests.guide.runner import run

__all__ = ["empty_bank", "face"]
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api-desk.md"


async def test_the_desks_guide(face: Face) -> None:
    key = (await face.key())["Authorization"].removeprefix("Bearer ")
    known = {"API": str(face.http.make_url("/v1")), "KEY": key}
    async with aiohttp.ClientSession() as session:
        kept = await run(GUIDE, session, known, finders={})
    assert kept["NUMBER"] == "+442079460201"
