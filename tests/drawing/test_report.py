"""A report as a file: what it says is escaped, what it draws is given over whole, and it may fetch nothing."""

import json
from html.parser import HTMLParser

from vqueue.drawing.library import script
from vqueue.drawing.report import Glance, Plot, Report, Series, Table, Tone, page

NASTY = "</script><b>&\"'"


class Elements(HTMLParser):
    """Every element's name and attributes, and the text outside scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] not in ("script", "style"):
            self.words.append(data)


def a_report(words: str = "Waits") -> Report:
    table = Table(title=words, head=("hour", words), rows=[("09:00", "3")], marked="09:00")
    line = Series(name=words, style="accent", values=[3.0, None], words=[words, words])
    plot = Plot(title=words, found=words, reading=words, kind="lines", unit="min", x=["09:00", "10:00"],
                series=(line,), table=table, goal=2.0, marks=((1.0, words),))  # fmt: skip
    glances = (Glance(label=words, value=words, note=words, tone=Tone.WATCH),)
    return Report(title=words, about=words, verdict=words, tone=Tone.FINE, glances=glances, plots=(plot,),
                  tables=(table,), notes=(words,))  # fmt: skip


def test_words_are_words_wherever_they_stand() -> None:
    plain, nasty = Elements(page(a_report())), Elements(page(a_report(NASTY)))

    assert [tag for tag, _ in nasty.found] == [tag for tag, _ in plain.found]
    assert "".join(nasty.words).count(NASTY) == "".join(plain.words).count("Waits")


def test_what_is_drawn_is_given_over_as_it_was() -> None:
    (told,) = (at["data-chart"] for _, at in Elements(page(a_report(NASTY))).found if "data-chart" in at)

    assert json.loads(told or "") == {
        "kind": "lines", "unit": "min", "x": ["09:00", "10:00"], "goal": 2.0, "time": False, "numeric": False,
        "range": None, "marks": [[1.0, NASTY]],
        "series": [{"name": NASTY, "style": "accent", "values": [3.0, None], "words": [NASTY, NASTY]}],
    }  # fmt: skip


def test_the_charting_library_is_in_it_whole_and_nothing_may_be_fetched() -> None:
    html = page(a_report())
    (policy,) = (at["content"] for _, at in Elements(html).found if at.get("http-equiv") == "Content-Security-Policy")

    assert script().read_text(encoding="utf-8") in html
    assert (policy or "").startswith("default-src 'none';")
    assert len(html.encode()) < 5_000_000
