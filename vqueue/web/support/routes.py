"""Routes of the customer's page: page, module, manifest, and the worker that serves it offline."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from importlib.resources import files

from aiohttp import web

from vqueue.domain.speech_args import Digits, Text
from vqueue.services.house import House
from vqueue.web.headers import POLICY
from vqueue.web.pages import Pages, static
from vqueue.web.support.module import widget

PAGE = "/support"
OWN_POLICY = f"{POLICY}; manifest-src 'self'; worker-src 'self'"
ICONS = (("support-192.png", "192x192", "any"), ("support-512.png", "512x512", "any"),
         ("support-maskable-512.png", "512x512", "maskable"))  # fmt: skip
FILES = ("tokens.css", "support.css", "support.js", "support-icon.svg")


@dataclass(frozen=True, kw_only=True)
class Support:
    """Handlers of the page. `origins`: sites whose pages may hand a token over by message."""

    house: House
    pages: Pages
    origins: Collection[str]

    async def page(self, request: web.Request) -> web.Response:
        values = {
            "widget": widget_address(),
            "origins": " ".join(sorted(self.origins)),
            "phone": Digits(self.house.line.number),
            "number": self.house.line.number,
        }
        answer = self.pages.page(request, "support/support.html", values)
        answer.headers["Content-Security-Policy"] = OWN_POLICY
        answer.headers["Cache-Control"] = "no-cache"
        if self.origins:
            # Else a page of the bank that opened this one could not be heard, and hands its token to nobody.
            answer.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
        answer.enable_compression()
        return answer

    async def module(self, request: web.Request) -> web.Response:
        """One file for every site; its version is its ETag."""
        found = widget()
        tag = f'"{found.tag}"'
        known = request.query.get("v") == found.tag
        headers = {
            "ETag": tag,
            "Cache-Control": "public, max-age=31536000, immutable" if known else "no-cache",
        }
        if request.headers.get("If-None-Match", "").removeprefix("W/") == tag:
            return web.Response(status=304, headers=headers)
        answer = web.Response(text=found.text, content_type="text/javascript", charset="utf-8", headers=headers)
        answer.enable_compression()
        return answer

    async def manifest(self, request: web.Request) -> web.Response:
        look = self.pages.look(request)
        say = self.pages.say(look)
        told = {
            "id": PAGE,
            "name": say("support.install_name", bank=Text(self.pages.bank)),
            "short_name": say("support.title"),
            "lang": look.language.value,
            "dir": look.direction,
            "start_url": f"{PAGE}?lang={look.language.value}",
            "scope": PAGE,
            "display": "standalone",
            "background_color": "#ffffff",
            "theme_color": "#006470",
            "icons": [
                {"src": static(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
                for name, sizes, purpose in ICONS
            ],
        }
        text = json.dumps(told, ensure_ascii=False)
        return web.Response(text=text, content_type="application/manifest+json", headers={"Cache-Control": "no-cache"})

    async def worker(self, _: web.Request) -> web.Response:
        """The worker with what it keeps; another version of any file is another worker."""
        shell = [widget_address(), *(static(name) for name in FILES)]
        icon = json.dumps(static(ICONS[0][0]))
        text = f"const SHELL = {json.dumps(shell)};\nconst ICON = {icon};\n{_worker()}"
        headers = {"Service-Worker-Allowed": PAGE, "Cache-Control": "no-cache"}
        return web.Response(text=text, content_type="text/javascript", charset="utf-8", headers=headers)


def widget_address() -> str:
    return f"{PAGE}/widget.js?v={widget().tag}"


def _worker() -> str:
    return (files("vqueue.web.support") / "worker.js").read_text("utf-8")


def add_routes(app: web.Application, *, house: House, pages: Pages, origins: Collection[str]) -> None:
    does = Support(house=house, pages=pages, origins=origins)
    app.router.add_get(PAGE, does.page)
    app.router.add_get(f"{PAGE}/widget.js", does.module)
    app.router.add_get(f"{PAGE}/manifest.webmanifest", does.manifest)
    app.router.add_get(f"{PAGE}/worker.js", does.worker)
