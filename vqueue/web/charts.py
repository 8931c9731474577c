"""The charting library as its package brings it: served once compressed, named by its content, and what it would style
by itself kept out, since our pages allow no inline style."""

import asyncio
import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache

from aiohttp import web

from vqueue.drawing.library import script

NAME = "/static/plotly.min.js"
_OWN_STYLES = re.compile(rb'getElementById\("([0-9a-f]{64})"\)')
"""Ids under which the bundle puts style elements of its parts into the page, unless they are there already."""
_GLOBAL_STYLE = "plotly.js-style-global"


@dataclass(frozen=True, slots=True)
class Library:
    """Where a page finds it, and the ids of styles that the page must hold empty before it is loaded."""

    address: str
    styles: str


@cache
def library() -> Library:
    """The installed version."""
    held = script().read_bytes()
    ids = sorted({found.decode() for found in _OWN_STYLES.findall(held)})
    version = hashlib.sha256(held).hexdigest()[:12]
    return Library(f"{NAME}?v={version}", " ".join([_GLOBAL_STYLE, *ids]))


@cache
def _compressed() -> bytes:
    return gzip.compress(script().read_bytes(), 6, mtime=0)


async def _serve(request: web.Request) -> web.StreamResponse:
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return web.FileResponse(script(), headers={"Content-Type": "text/javascript; charset=utf-8"})
    body = await asyncio.to_thread(_compressed)
    headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return web.Response(body=body, content_type="text/javascript", charset="utf-8", headers=headers)


def add_routes(app: web.Application) -> None:
    """Before the folder of our own files, whose path it shares."""
    app.router.add_get(NAME, _serve)
