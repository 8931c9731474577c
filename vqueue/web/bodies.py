"""A body comes whole within its time, or the request is given up: nobody holds a place here by dawdling."""

import asyncio
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from vqueue.web.errors import Handler

LONGEST_S: Final = 30.0
"""A body has 16 kB at the most. Headers that dawdle are ended by the proxy before the service."""
_STAFF: Final = "/console/"
"""Nothing there is read of whom is not signed in, and its forms have sizes of their own."""


def whole_within(seconds: float) -> Middleware:
    """The middleware. Raises 408; 400 for a form in parts, which no page here sends."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.can_read_body and not request.path.startswith(_STAFF):
            if request.content_type.startswith("multipart/"):
                raise web.HTTPBadRequest
            try:
                async with asyncio.timeout(seconds):
                    await request.read()
            except TimeoutError:
                raise web.HTTPRequestTimeout from None
        return await handler(request)

    return middleware
