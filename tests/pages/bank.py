"""A small bank for the page tests: it answers its number with a menu in three languages and connects to an agent."""

from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from aiohttp import web

MENU = (
    ("en-GB", "Welcome to Tamarind Bank. For an agent press 2."),
    ("ru-RU", "Добро пожаловать в банк."),
    ("he-IL", "ברוכים הבאים לבנק."),
)


@dataclass(slots=True)
class Bank:
    """Remembers which keys arrived; `agent` is the number key 2 connects to."""

    number: str
    agent: str
    keys: list[str] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/voice/inbound", self.menu)
        app.router.add_post("/voice/key", self.key)
        return app

    async def menu(self, request: web.Request) -> web.Response:
        return listening(*MENU)

    async def key(self, request: web.Request) -> web.Response:
        key = str((await request.post())["Digits"])
        self.keys.append(key)
        if key == "2":
            return document(f"<Dial><Number>{self.agent}</Number></Dial>")
        return listening(("en-GB", f"Key {key} it is."))


def listening(*sentences: tuple[str, str]) -> web.Response:
    """Says each sentence in its language and hears one key meanwhile."""
    said = "".join(f'<Say language="{language}">{escape(text)}</Say>' for language, text in sentences)
    return document(f'<Gather numDigits="1" timeout="600" action="/voice/key">{said}</Gather>')


def document(verbs: str) -> web.Response:
    return web.Response(text=f"<Response>{verbs}</Response>", content_type="text/xml")
