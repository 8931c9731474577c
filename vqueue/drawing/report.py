"""What a report says and shows, as values, and the one HTML file that is made of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from vqueue.drawing.library import script

HERE = Path(__file__).resolve().parent
LOOK = HERE.parent / "web" / "static"
"""The files that give our pages their look; reports take theirs from there."""
STYLES = (LOOK / "tokens.css", LOOK / "base.css", LOOK / "charts.css", HERE / "report.css")
DRAWS = LOOK / "charts.js"


class Tone(StrEnum):
    """How a finding stands: as it should, for somebody to look at, or neither."""

    FINE = "fine"
    WATCH = "watch"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """One figure of the head: its name, the figure, and what it is held against."""

    label: str
    value: str
    note: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A value for each x, None where nothing is known; `style` is a look of charts.js. `low` and `high` are ends of a
    span about each value, `words` what is told of it under the pointer."""

    name: str
    style: str
    values: Sequence[float | None]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    words: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`head` names the columns, the first of which names the rows; `marked` is the row to look at."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""
    marked: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One question, what was found, how to read the picture; and the same figures as a table.

    `kind` is one of charts.js: lines, bars, dots (names at the side, values along) or windows (spans, and points
    within or beside them). With `time` x are local moments in ISO 8601, else names, or numbers with `numeric`.
    """

    title: str
    found: str
    reading: str
    kind: str
    unit: str
    x: Sequence[str | float]
    series: tuple[Series, ...]
    table: Table
    time: bool = False
    numeric: bool = False
    goal: float | None = None
    span: tuple[float, float] | None = None
    marks: Sequence[tuple[float, str]] = ()
    """Lines across x, each with its word."""
    tall: bool = False

    @property
    def data(self) -> dict[str, object]:
        """For charts.js."""
        told: dict[str, object] = {"kind": self.kind, "unit": self.unit, "x": list(self.x), "goal": self.goal}
        told |= {"time": self.time, "numeric": self.numeric, "range": self.span, "marks": list(self.marks)}
        return told | {"series": [_series(each) for each in self.series]}


def _series(each: Series) -> dict[str, object]:
    spans = {name: getattr(each, name) for name in ("low", "high", "words") if getattr(each, name) is not None}
    return {"name": each.name, "style": each.style, "values": list(each.values)} | spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`verdict` is the answer in one sentence; `about` says what was looked at."""

    title: str
    about: str
    verdict: str
    tone: Tone
    glances: Sequence[Glance]
    plots: Sequence[Plot]
    tables: Sequence[Table] = field(default=())
    notes: Sequence[str] = field(default=())


def page(report: Report) -> str:
    """The whole document. Everything it needs is in it: it opens from a disk, without a network."""
    styles = "\n".join(file.read_text(encoding="utf-8") for file in STYLES)
    shown: str = (
        _templates()
        .get_template("report.html")
        .render(
            report=report,
            styles=_inlined(styles),
            library=_inlined(script().read_text(encoding="utf-8")),
            draws=_inlined(DRAWS.read_text(encoding="utf-8")),
        )
    )
    return shown


def _inlined(text: str) -> Markup:
    """Our own files and the library's, which are no markup. Raises ValueError where one would end its element."""
    if "</script" in text or "</style" in text:
        raise ValueError("a style or script that ends its own element cannot stand in a page")
    return Markup(text)  # noqa: S704


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
