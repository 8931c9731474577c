"""All operations there are, and the document that describes them."""

import asyncio
import json
from functools import cache

from aiohttp import web

from vqueue import __version__
from vqueue.services.house import House
from vqueue.web.api import document, events, push_key, reference
from vqueue.web.api.bank import book as bank
from vqueue.web.api.bank import oversight, webhooks
from vqueue.web.api.customer import book as customer
from vqueue.web.api.mounting import Api
from vqueue.web.api.operation import Operation
from vqueue.web.api.reference import Chapter
from vqueue.web.limits import Limits
from vqueue.web.pages import Pages


def operations(house: House, limits: Limits) -> tuple[Operation, ...]:
    """Every operation under /v1, in the order in which they are documented."""
    return (
        *customer.operations(house, limits),
        *bank.operations(house),
        *oversight.operations(house),
        *webhooks.operations(house),
        *push_key.operations(house),
    )


def add_routes(app: web.Application, *, house: House, limits: Limits, pages: Pages) -> None:
    """The operations, `/openapi.json`, and `/docs` where people read it."""
    known = operations(house, limits)
    events.add_to(app)
    Api(house=house, limits=limits).mount(app, known)

    @cache
    def described() -> tuple[str, tuple[Chapter, ...]]:
        """Made when it is first asked for, and beside the loop: it takes a tenth of a second."""
        made = document.document(known, version=__version__)
        return json.dumps(made, ensure_ascii=False, indent=1), reference.chapters(made)

    async def openapi(_: web.Request) -> web.Response:
        text = (await asyncio.to_thread(described))[0]
        return web.Response(text=text, content_type="application/json", headers={"Cache-Control": "no-cache"})

    async def docs(request: web.Request) -> web.Response:
        chapters = (await asyncio.to_thread(described))[1]
        answer = pages.page(request, "site/reference.html", {"chapters": chapters, "version": __version__})
        answer.enable_compression()
        return answer

    app.router.add_get("/openapi.json", openapi)
    app.router.add_get("/docs", docs)
