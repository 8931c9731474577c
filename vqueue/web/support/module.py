"""The widget as one ES module: small modules, words and styles joined, so that a bank's site loads one file."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from vqueue.wording import Catalogue, Language

ORDER = (
    "dom", "words", "memory", "api", "bar", "calendar", "asking", "choosing", "proving", "pieces", "calling", "after",
    "placed", "controller", "acts", "push", "element",
)  # fmt: skip
"""Each after those it imports."""
SHEETS = ("frame", "controls", "place", "narrow")
"""Each may take back what one before it says."""
LETTER = ":host { --rem: var(--vq-rem, max(1rem, 16px)); }"
"""What everything is measured by: on a page whose root letter is small for reasons of its own, ours stays readable."""
AREA = "support."
_IMPORT = re.compile(r'^import .*? from "\./([a-z]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=class|function|const|async)", re.MULTILINE)
_COMMENT = re.compile(r"^ */\*.*?\*/\n", re.MULTILINE | re.DOTALL)
_TOKEN = re.compile(r"(--[a-z0-9-]+): ([^;]+);")
_WIDE = re.compile(r"@media \(min-width: 2200px\) \{\s*:root \{[^}]*\}\s*\}")
"""The letters of a page on a wall: a widget keeps those of the page it stands on."""
_REM = re.compile(r"(?<![\w.-])(-?\d*\.?\d+)rem\b")
_ROOTS = (
    (':root:not([data-theme="light"])', ':host(:not([theme="light"]))'),
    (':root[data-theme="dark"]', ':host([theme="dark"])'),
    (":root", ":host"),
)


@dataclass(frozen=True, slots=True)
class Module:
    """The text and what names its version."""

    text: str
    tag: str


@cache
def widget() -> Module:
    """Joined once a process."""
    head = f"const WORDS = {_json(words(Catalogue.load()))};\nconst SHEET = {_json(sheet())};\n"
    body = "".join(_COMMENT.sub("", _EXPORT.sub("", _IMPORT.sub("", _source(name)))) for name in ORDER[:-1])
    text = head + body + _COMMENT.sub("", _IMPORT.sub("", _source(ORDER[-1])))
    return Module(text, hashlib.sha256(text.encode()).hexdigest()[:12])


def words(catalogue: Catalogue) -> dict[str, dict[str, object]]:
    """The page's texts by language, as they stand in the catalogue: the browser fills them in."""
    return {
        language.value: {key.removeprefix(AREA): _plain(text) for key, text in texts.items() if key.startswith(AREA)}
        for language, texts in ((each, catalogue.texts[each]) for each in Language)
    }


def sheet() -> str:
    """The tokens of all pages, each of which a site may set as `--vq-NAME`, then the widget's own styles."""
    tokens = (files("vqueue.web") / "static" / "tokens.css").read_text("utf-8")
    for root, host in _ROOTS:
        tokens = tokens.replace(root, host)
    tokens = _WIDE.sub("", tokens)
    themable = _TOKEN.sub(lambda found: f"{found[1]}: var(--vq-{found[1][2:]}, {found[2]});", tokens)
    return LETTER + _REM.sub(r"calc(\1 * var(--rem))", _tight(themable + "".join(map(_style, SHEETS))))


def _plain(text: str | Mapping[str, str]) -> object:
    return text if isinstance(text, str) else dict(text)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _tight(css: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))


def _style(name: str) -> str:
    return _file(f"{name}.css")


def _source(name: str) -> str:
    return _file(f"{name}.js")


def _file(name: str) -> str:
    return (files("vqueue.web.support") / "widget" / name).read_text("utf-8")
