"""Serves the sandbox's pages and their files."""

from pathlib import Path
from typing import Final

from aiohttp import web

PAGES: Final = Path(__file__).parent / "pages"
NAMES: Final = ("phone", "people", "faults", "ledger")


def routes() -> list[web.RouteDef]:
    return [
        web.get("/", home),
        *(web.get(f"/{name}", page) for name in NAMES),
        web.get("/sandbox/static/{name:[\\w.-]+(/[\\w.-]+)*}", static),
    ]


async def home(request: web.Request) -> web.Response:
    raise web.HTTPFound("/phone")


async def page(request: web.Request) -> web.FileResponse:
    return _file(PAGES / f"{request.path.strip('/')}.html")


async def static(request: web.Request) -> web.FileResponse:
    return _file(PAGES / request.match_info["name"])


def _file(path: Path) -> web.FileResponse:
    """404 for what is not there or not inside the folder."""
    if not path.is_file() or not path.resolve().is_relative_to(PAGES.resolve()):
        raise web.HTTPNotFound
    return web.FileResponse(path)
