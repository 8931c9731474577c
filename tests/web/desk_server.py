"""A server of its own with Omer's desk open in it: says the first line of the desk's stream, then serves until it is
killed."""

import asyncio
import sys

from aiohttp.test_utils import TestClient, TestServer

from tests.web.afternoon import OMER, PASSWORD, QUICK
from tests.web.house import HandClock, open_house
from vqueue.web.site import make_web


async def serve(url: str) -> None:
    async with (
        open_house(url, HandClock()) as house,
        TestClient(TestServer(make_web(house, passwords=QUICK, secure=False))) as browser,
    ):
        await browser.post("/sign-in", data={"login": OMER, "password": PASSWORD})
        stream = await browser.get("/desk/events")
        stream.raise_for_status()
        print((await stream.content.readline()).decode().strip(), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
