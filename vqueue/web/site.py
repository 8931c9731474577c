"""The whole web face of one house put together: pages, sign-in, files, health; others add their routes to it."""

from collections.abc import Collection
from functools import partial

from aiohttp import web

from vqueue.ports.identity import Passwords, StaffIssuer
from vqueue.services.house import House
from vqueue.web import charts, console, desk, files, links, signing, support
from vqueue.web.access import Access
from vqueue.web.api import book
from vqueue.web.bodies import LONGEST_S, whole_within
from vqueue.web.console import account, agents, pins, reports, rules, slots, staff
from vqueue.web.cors import add_cors
from vqueue.web.errors import errors_told
from vqueue.web.headers import add_headers
from vqueue.web.limits import Limits
from vqueue.web.pages import Pages
from vqueue.web.signing import Ways
from vqueue.web.stream import Streams
from vqueue.web.watching import Watch, watched

BODY_MAX = 16 * 1024


def make_web(
    house: House,
    *,
    passwords: Passwords,
    secure: bool,
    watch: Watch | None = None,
    limits: Limits | None = None,
    issuer: StaffIssuer | None = None,
    local: bool = True,
    origins: Collection[str] = (),
    wishes: desk.Wishes | None = None,
) -> web.Application:
    """The application of one process. `secure`: the site is reached over TLS, cookies travel only there. Staff sign in
    at the issuer, and while `local` with passwords. `origins`: other sites whose pages may use the API. `wishes`: what
    the operator sets for the agents' desk."""
    watch, limits, wishes = watch or Watch(), limits or Limits(clock=house.clock), wishes or desk.Wishes()
    pages = Pages(bank=house.line.bank)
    access = Access(house=house, secure=secure, framed=bool(wishes.frames))
    streams = Streams(broadcast=house.broadcast, spawn=house.spawn)
    middlewares = [watched(house, watch), errors_told(partial(error_page, pages)), whole_within(LONGEST_S)]
    app = web.Application(middlewares=middlewares, client_max_size=BODY_MAX)
    add_cors(app, origins)
    add_headers(app, secure=secure, framed_by=wishes.frames)
    streams.add_to(app)
    charts.add_routes(app)
    files.add_routes(app)
    app.router.add_get("/", _to_console)
    watch.add_to(app, house)
    ways = Ways(passwords=passwords if local else None, issuer=issuer)
    for face in (signing, account, staff):
        face.add_routes(app, house=house, pages=pages, access=access, ways=ways)
    for part in (rules, reports, slots, pins):
        part.add_routes(app, house=house, pages=pages, access=access)
    agents.add_routes(app, house=house, pages=pages, access=access, streams=streams)
    console.add_routes(app, house=house, pages=pages, access=access, streams=streams)
    desk.add_routes(app, house=house, pages=pages, access=access, streams=streams, wishes=wishes)
    links.add_routes(app, house=house, pages=pages, secure=secure)
    support.add_routes(app, house=house, pages=pages, origins=origins)
    book.add_routes(app, house=house, limits=limits, pages=pages)
    return app


def error_page(pages: Pages, request: web.Request, status: int, code: str) -> web.Response:
    """What a person sees instead of a problem document."""
    return pages.page(request, "site/error.html", {"code": code}, status=status)


async def _to_console(_: web.Request) -> web.Response:
    return web.Response(status=303, headers={"Location": "/console"})
