"""The proxy before the replicas: takes turns among those that answer; what one cannot take goes to the other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding"})
_TRY_S = 4.0
"""As long as a replica may stay silent before the other is asked: webhooks may come twice."""


@dataclass
class Front:
    """The replicas' addresses, in turn."""

    url: str = ""
    replicas: list[str] = field(default_factory=list)
    _next: int = 0

    async def pass_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        for _ in range(2 * len(self.replicas)):
            self._next = (self._next + 1) % len(self.replicas)
            answer = await self._asked(self.replicas[self._next], request, body)
            if answer is not None:
                return answer
        return web.Response(status=502)

    async def _asked(self, replica: str, request: web.Request, body: bytes) -> web.Response | None:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        session = request.app[SESSION]
        try:
            async with session.request(
                request.method, f"{replica}{request.path_qs}", headers=headers, data=body, allow_redirects=False
            ) as answer:
                told = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP}
                return web.Response(status=answer.status, body=await answer.read(), headers=told)
        except (aiohttp.ClientError, TimeoutError):
            return None


SESSION = web.AppKey("session", aiohttp.ClientSession)


@asynccontextmanager
async def standing(port: int) -> AsyncIterator[Front]:
    front = Front(f"http://127.0.0.1:{port}")
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", front.pass_on)
    async with aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=_TRY_S), auto_decompress=False, skip_auto_headers=["User-Agent"]
    ) as session:
        app[SESSION] = session
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield front
        finally:
            await runner.cleanup()
