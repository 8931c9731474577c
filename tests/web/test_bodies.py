"""Whoever sends his body by drops is not waited for."""

import asyncio

from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer

from vqueue.web.bodies import whole_within


async def _read(request: web.Request) -> web.Response:
    return web.Response(text=str((await request.post()).get("name")))


def _site(seconds: float) -> TestServer:
    app = web.Application(middlewares=[whole_within(seconds)])
    app.router.add_post("/", _read)
    return TestServer(app)


async def test_a_body_that_never_ends_is_given_up() -> None:
    async with _site(0.01) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\nname=")
        assert (await reader.readline()).split()[1] == b"408"
        writer.close()


async def test_a_whole_one_is_read_and_one_in_parts_is_not() -> None:
    async with TestClient(_site(60)) as client:
        whole = await client.post("/", data={"name": "Ann"})
        assert (whole.status, await whole.text()) == (200, "Ann")
        parts = FormData({"name": "Ann"}, default_to_multipart=True)
        assert (await client.post("/", data=parts)).status == 400
