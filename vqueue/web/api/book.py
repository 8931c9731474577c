"""All operations there are, and the document that describes them."""

import json

from aiohttp import web

from vqueue import __version__
from vqueue.services.house import House
from vqueue.web.api import document, events, push_key, reference
from vqueue.web.api.bank import book as bank
from vqueue.web.api.bank import oversight, webhooks
from vqueue.web.api.customer import book as customer
from vqueue.web.api.mounting import Api
from vqueue.web.api.operation import Operation
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
    described = document.document(known, version=__version__)
    text = json.dumps(described, ensure_ascii=False, indent=1)
    chapters = reference.chapters(described)

    async def openapi(_: web.Request) -> web.Response:
        return web.Response(text=text, content_type="application/json", headers={"Cache-Control": "no-cache"})

    async def docs(request: web.Request) -> web.Response:
        answer = pages.page(request, "site/reference.html", {"chapters": chapters, "version": __version__})
        answer.enable_compression()
        return answer

    app.router.add_get("/openapi.json", openapi)
    app.router.add_get("/docs", docs)
