"""Our own scripts, styles and pictures: read once, sent compressed, known by their content."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiohttp import web

from vqueue.web.headers import STATIC
from vqueue.web.pages import STATIC_DIR

_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}


@dataclass(frozen=True, slots=True)
class File:
    """One file as it travels. `packed` is empty where packing would win nothing."""

    kind: str
    tag: str
    body: bytes
    packed: bytes


@cache
def _files() -> dict[str, File]:
    """Every file there is, by name: a path of any other shape names none."""
    return {path.name: _read(path) for path in STATIC_DIR.iterdir() if path.suffix in _KINDS}


def _read(path: Path) -> File:
    body = path.read_bytes()
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    packed = b"" if path.suffix == ".png" else gzip.compress(body, 9, mtime=0)
    return File(kind=_KINDS[path.suffix], tag=tag, body=body, packed=packed)


async def _serve(request: web.Request) -> web.Response:
    found = _files().get(request.match_info["name"])
    if found is None:
        raise web.HTTPNotFound
    headers = {"Content-Type": found.kind, "ETag": found.tag, "Vary": "Accept-Encoding"}
    if request.headers.get("If-None-Match", "").removeprefix("W/") == found.tag:
        return web.Response(status=304, headers=headers)
    if found.packed and "gzip" in request.headers.get("Accept-Encoding", ""):
        return web.Response(body=found.packed, headers=headers | {"Content-Encoding": "gzip"})
    return web.Response(body=found.body, headers=headers)


def add_routes(app: web.Application) -> None:
    app.router.add_get(f"{STATIC}{{name}}", _serve)
