"""What a rehearsal found, in words: a sentence for each figure, and one for all of them."""

from collections.abc import Sequence

from babel.numbers import format_decimal

from vqueue.domain.rehearsal import Figure, Verdict
from vqueue.domain.speech_args import Text
from vqueue.wording.languages import language_of, locale
from vqueue.wording.texts import Catalogue

MINUS = "\N{MINUS SIGN}"


def title(figure: Figure, words: Catalogue, language: str) -> str:
    return words.show(f"rehearsal_figure.{figure.name}", {}, language)


def sentence(figure: Figure, words: Catalogue, language: str) -> str:
    """What became of the figure, and whether a difference can be told."""
    told = {"title": Text(title(figure, words, language))}
    for name, value in (("old", figure.in_force), ("new", figure.draft)):
        told[name] = Text(measured(value, figure.unit, words, language))
    for name, value in (("change", figure.change), ("low", figure.low), ("high", figure.high)):
        told[name] = Text(measured(value, figure.unit, words, language, change=True))
    return words.show(f"rehearsal_verdict.{_word(figure)}", told, language)


def summary(figures: Sequence[Figure], words: Catalogue, language: str) -> str:
    """Which figures get better and which worse."""
    compared = [figure for figure in figures if figure.change is not None]
    if compared and all(figure.verdict is Verdict.SAME for figure in compared):
        return words.show("rehearsal_summary.same", {}, language)
    said = []
    for verdict in (Verdict.BETTER, Verdict.WORSE):
        names = [title(figure, words, language) for figure in figures if figure.verdict is verdict]
        if names:
            said.append(words.show(f"rehearsal_summary.{verdict}", {"figures": Text("; ".join(names))}, language))
    return " ".join(said) or words.show("rehearsal_summary.unclear", {}, language)


def measured(value: float | None, unit: str, words: Catalogue, language: str, *, change: bool = False) -> str:
    """A figure with its unit; a change with its sign, and of a share in points."""
    if value is None:
        return "–"
    shown = value * 100 if unit == "share" else value
    digits = "0.0" if unit == "share" or abs(shown) < 10 else "0"
    number = format_decimal(abs(shown), format=f"#,##{digits}", locale=locale(language_of(language)))
    small = round(shown, 1 if "." in digits else 0) == 0
    sign = "" if not change or small else "+" if shown > 0 else MINUS
    kind = "points" if change and unit == "share" else unit
    return words.show(f"rehearsal_unit.{kind}", {"value": Text(sign + number)}, language)


def side_by_side(old: float, new: float, unit: str, words: Catalogue, language: str) -> tuple[str, str, str]:
    """Two figures in one unit, and that unit: 10.4, 7.1, min."""
    size, word, digits = 1.0, "", "0"
    if unit == "share":
        size, word, digits = 0.01, "percent", "0.0"
    elif unit == "s":
        long = max(old, new) >= 120
        size, word, digits = (60.0, "minutes", "0.0") if long else (1.0, "seconds", "0")
    form = f"#,##{digits}"
    here = locale(language_of(language))
    before, after = (format_decimal(each / size, format=form, locale=here) for each in (old, new))
    return before, after, words.show(f"rule_value.{word}", {}, language) if word else ""


def _word(figure: Figure) -> str:
    if figure.change is None:
        return "nothing"
    if figure.low is None or figure.high is None:
        return "few"
    return figure.verdict.value
