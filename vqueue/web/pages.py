"""How pages are rendered: templates with autoescape, words by language, the visitor's language and theme."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from vqueue.domain.speech_args import Arg, Text
from vqueue.services.signing_in import Visitor
from vqueue.wording import Catalogue, Language, language_of

LANGUAGE_COOKIE = "vqueue-lang"
THEME_COOKIE = "vqueue-theme"
THEMES = ("auto", "light", "dark")
_YEAR_S = 365 * 24 * 3600
STATIC_DIR = Path(str(files("vqueue.web").joinpath("static")))
Say = Callable[..., str]
MARK = Text("#")
"""Stands where a script fills in a number of its own (seconds since the last news)."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a visitor likes to see."""

    language: Language
    theme: str

    @property
    def right_to_left(self) -> bool:
        return self.language is Language.HE

    @property
    def direction(self) -> str:
        return "rtl" if self.right_to_left else "ltr"


@dataclass(frozen=True)
class Pages:
    """Renders templates for one bank."""

    bank: str
    catalogue: Catalogue = field(default_factory=Catalogue.load)

    def look(self, request: web.Request) -> Look:
        """By `?lang=`, `?theme=`, then the cookies, then what the browser prefers."""
        asked = request.query.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
        accepted = request.headers.get("Accept-Language", "").split(",")[0].split(";")[0]
        theme = request.query.get("theme") or request.cookies.get(THEME_COOKIE, "auto")
        return Look(language_of(asked or accepted or "en"), theme if theme in THEMES else "auto")

    def say(self, look: Look) -> Say:
        """`say(key, name=arg, …)` in the visitor's language."""

        def said(key: str, **args: Arg) -> str:
            return self.catalogue.show(key, args, look.language)

        return said

    def fragment(self, template: str, look: Look, values: Mapping[str, Any]) -> str:
        """A template's text alone, for a part of a page."""
        own = {"look": look, "say": self.say(look), "bank": self.bank, "mark": MARK}
        return _templates().get_template(template).render(**own, **values)

    def page(
        self,
        request: web.Request,
        template: str,
        values: Mapping[str, object],
        *,
        visitor: Visitor | None = None,
        status: int = 200,
    ) -> web.Response:
        """The answer with the page, remembering a language or theme that was asked for."""
        look = self.look(request)
        here = {"path": request.path, "visitor": visitor, "status": status, "hatches": Markup(HATCHES)}  # noqa: S704 - our own constant
        text = self.fragment(template, look, here | dict(values))
        answer = web.Response(text=text, content_type="text/html", charset="utf-8", status=status)
        answer.headers["Content-Language"] = look.language
        answer.headers["Vary"] = "Cookie, Accept-Language"
        for asked, cookie, value in (
            ("lang", LANGUAGE_COOKIE, look.language.value),
            ("theme", THEME_COOKIE, look.theme),
        ):
            if asked in request.query:
                answer.set_cookie(cookie, value, max_age=_YEAR_S, path="/", samesite="Lax", secure=request.secure)
        return answer


@cache
def _templates() -> Environment:
    """Nothing of a bank is in them: whatever site of this process asks first, they are compiled once."""
    places = {
        name: PackageLoader(f"vqueue.web{at}")
        for name, at in (("site", ""), ("console", ".console"), ("desk", ".desk"), ("support", ".support"))
    }
    env = Environment(
        loader=PrefixLoader(places),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals["static"] = static
    return env


HATCHES = (files("vqueue.web") / "templates" / "hatches.svg").read_text("utf-8")
"""Patterns that mark what is booked, late or away by shape."""

_versions: dict[str, str] = {}


def static(name: str) -> str:
    """The address of a file in `static/`, with its content's hash, so that browsers keep it for good."""
    if name not in _versions:
        _versions[name] = hashlib.sha256((STATIC_DIR / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={_versions[name]}"
