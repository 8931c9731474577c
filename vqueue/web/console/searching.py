"""Finding the requests of a number that somebody reads out in full: asked, journalled, and not kept in any address."""

from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from vqueue.domain.errors import Invalid
from vqueue.services import looking_up
from vqueue.services.house import House
from vqueue.services.signing_in import Visitor
from vqueue.web.access import SUPERVISORS, Access, form_of
from vqueue.web.console.figures import minute
from vqueue.web.pages import Pages

PATH = "/console/requests/find"


@dataclass(frozen=True, kw_only=True)
class Searches:
    """Handlers."""

    house: House
    pages: Pages

    async def ask(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        return self._page(request, visitor, wrong="", status=200)

    async def find(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        """To the list of all requests with that number, which names one of them and not the number."""
        number = str((await form_of(request)).get("number", ""))
        try:
            newest = await looking_up.newest_of(self.house, number, by=visitor.id)
        except Invalid:
            return self._page(request, visitor, wrong="find_number.wrong", status=422)
        if newest is None:
            return self._page(request, visitor, wrong="find_number.none", status=200)
        where = urlencode({"state": "any", "alike": newest.id})
        return web.Response(status=303, headers={"Location": f"/console/requests?{where}"})

    def _page(self, request: web.Request, visitor: Visitor, *, wrong: str, status: int) -> web.Response:
        clock = minute(self.house.clock.now(), self.house.line.zone)
        values = {"clock": clock, "wrong": wrong}
        return self.pages.page(request, "console/find.html", values, visitor=visitor, status=status)


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access) -> None:
    """Mounts it; goes before the pattern that would take its name for a request."""
    searches = Searches(house=house, pages=pages)
    app.router.add_get(PATH, access.only(searches.ask, *SUPERVISORS))
    app.router.add_post(PATH, access.only(searches.find, *SUPERVISORS))
