"""The form as the page shows it: values, what is wrong or odd beside its field, what differs from the live rules."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from vqueue.domain.finding import Finding
from vqueue.domain.rules import WEEK
from vqueue.domain.rules_changes import Change, changes
from vqueue.domain.speech_args import Number, Text
from vqueue.services import ruling_view
from vqueue.web.console.rules.clocks import listed
from vqueue.web.console.rules.fields import KEYED, SECTIONS, Field, Kind, every, name_of, section_of
from vqueue.web.console.rules.rows import count
from vqueue.web.console.rules.written import Document, Values
from vqueue.web.pages import Say
from vqueue.wording import Catalogue, Language, language_of
from vqueue.wording.languages import locale
from vqueue.wording.rules_shown import ChangeShown, in_words, lasting

ATTRIBUTES = ("topic", "language", "channel", "segment")
"""What a routing row may ask about, besides the answers of the context."""


@dataclass(frozen=True, slots=True)
class Note:
    """A line beside a field. `kind`: err, warn, was or hint."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A section as the list of sections shows it."""

    id: str
    changed: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the form something must be mended: the name of a field or of a part of it, and what it is called."""

    name: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Formed:
    """The form. `notes` by the name of a field or of a part of it."""

    values: Values
    notes: Mapping[str, tuple[Note, ...]]
    tabs: tuple[Tab, ...]
    changes: tuple[ChangeShown, ...]
    wrong: tuple[Place, ...]
    faults: int
    attributes: tuple[str, ...] = ATTRIBUTES
    operators: tuple[str, ...] = ruling_view.OPERATORS
    sections: Mapping[str, tuple[Field, ...]] = field(default_factory=lambda: SECTIONS)


@dataclass(frozen=True, slots=True)
class Speaks:
    """Words of one reader."""

    say: Say
    catalogue: Catalogue
    language: str

    def knows(self, key: str) -> bool:
        return key in self.catalogue.texts[Language.EN]

    def change(self, change: Change) -> ChangeShown:
        return in_words(change, self.catalogue, self.language)

    def help(self, key: str) -> str:
        return self.say(f"rule_help.{key}") if self.knows(f"rule_help.{key}") else ""


def formed(
    values: Values,
    *,
    live: Document,
    document: Document,
    faults: Iterable[Finding],
    remarks: Iterable[Finding],
    speaks: Speaks,
) -> Formed:
    """Everything the template needs of the form."""
    anchors = set(_anchors(values))
    found = [(_anchor(_rowed(name_of(each.pointer), values), anchors), each) for each in faults]
    told, notes = changes(live, document), dict[str, list[Note]]()
    for name, fault in found:
        notes.setdefault(name, []).append(Note("err", _fault(fault, speaks)))
    for remark in remarks:
        name = _anchor(_rowed(name_of(remark.pointer), values), anchors)
        notes.setdefault(name, []).append(Note("warn", speaks.say(f"rule_remark.{remark.code}")))
    moved = {each.pointer: _anchor(_rowed(name_of(each.pointer), values), anchors) for each in told}
    for change in told:
        name = moved[change.pointer]
        if not any(note.kind == "was" for note in notes.setdefault(name, [])):
            notes[name].append(_was(change, speaks))
    for name, text in _hints(values, speaks.language):
        notes.setdefault(name, []).append(Note("hint", text))
    return Formed(
        values=values,
        notes={name: tuple(lines) for name, lines in notes.items()},
        tabs=_tabs(moved=set(moved.values()), wrong=[name for name, _ in found]),
        changes=tuple(speaks.change(each) for each in told),
        wrong=_places((name for name, _ in found), speaks),
        faults=len(found),
        attributes=(*ATTRIBUTES, *_questions(values)),
    )


def _tabs(*, moved: Iterable[str], wrong: Iterable[str]) -> tuple[Tab, ...]:
    changed, faulty = Counter(map(section_of, moved)), Counter(map(section_of, wrong))
    return tuple(Tab(id=section, changed=changed[section], wrong=faulty[section]) for section in SECTIONS)


def _places(names: Iterable[str], speaks: Speaks) -> tuple[Place, ...]:
    """Each once, in the order of the form, by the title of its field."""
    wanted = dict.fromkeys(names)
    fields = [
        (each, name) for each in every() for name in wanted if name == each.name or name.startswith(f"{each.name}.")
    ]
    return tuple(Place(name, _called(each, name, speaks)) for each, name in fields)


def _called(each: Field, name: str, speaks: Speaks) -> str:
    """The field's title, with the number of its row."""
    title, (row, *_) = speaks.say(f"rule.{each.key}"), [*name.removeprefix(f"{each.name}.").split("."), ""]
    return f"{title} {int(row) + 1}" if row.isdecimal() else title


def _questions(values: Values) -> list[str]:
    return [text for name, text in values.items() if name.startswith("context.") and name.endswith(".id") and text]


def _anchors(values: Values) -> Iterable[str]:
    """Names that have a place for notes: fields, days, causes, rows."""
    for each in every():
        yield each.name
        yield from (f"{each.name}.{choice}" for choice in each.choices if each.kind is Kind.COUNTS)
    for name in values:
        steps = name.split(".")
        yield from (".".join(steps[:length]) for length in range(2, len(steps) + 1) if steps[length - 1].isdecimal())
        if steps[-1] in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"):
            yield name


def _rowed(name: str, values: Values) -> str:
    """The name with the number of a row where a document has the row's own name."""
    for each in every():
        rest = name.removeprefix(f"{each.name}.")
        if each.kind in KEYED and rest != name:
            for n in range(count(values, each.name)):
                key = values.get(f"{each.name}.{n}.name", "").strip()
                if key and f"{rest}.".startswith(f"{key}."):
                    return f"{each.name}.{n}{rest[len(key) :]}"
    return name


def _anchor(name: str, anchors: set[str]) -> str:
    """The nearest place for a note; the section's first field has those that fit nowhere."""
    steps = name.split(".")
    lengths = range(len(steps), 0, -1)
    return next((".".join(steps[:n]) for n in lengths if ".".join(steps[:n]) in anchors), "")


def _was(change: Change, speaks: Speaks) -> Note:
    told = speaks.change(change)
    old = f"{told.old} {told.unit}" if told.unit and change.old is not None else told.old
    if change.old is None and not change.pointer.startswith("/callback/"):
        return Note("was", speaks.say("rules_page.new"))
    return Note("was", speaks.say("rules_page.was", words=Text(old)))


def _fault(fault: Finding, speaks: Speaks) -> str:
    """What would mend it."""
    bounds = next((each for each in every() if "/" + "/".join(each.path) == fault.pointer.rstrip("0123456789/")), None)
    if bounds is None:
        bounds = next((each for each in every() if fault.pointer.startswith("/" + "/".join(each.path) + "/")), None)
    if fault.code == "out_of_range" and bounds is not None and bounds.low is not None:
        low, high = (_bound(bounds, edge, speaks) for edge in (bounds.low, bounds.high))
        return speaks.say(f"rule_fault.{'between' if high else 'at_least'}", low=Text(low), high=Text(high))
    key = f"rule_fault.{fault.code}"
    return speaks.say(key if speaks.knows(key) else "rule_fault.other")


def _bound(bounds: Field, edge: int | None, speaks: Speaks) -> str:
    if edge is None:
        return ""
    if bounds.kind in (Kind.DURATION, Kind.DURATIONS):
        return lasting(edge, speaks.catalogue, speaks.language)
    return speaks.say("console.number", count=Number(edge))


def _hints(values: Values, language: str) -> Iterable[tuple[str, str]]:
    """Codes in words."""
    known = locale(language_of(language)).territories
    for each in every():
        text = values.get(each.name, "")
        if each.kind in (Kind.COUNTRIES, Kind.HOLIDAYS, Kind.COUNTRY) and text:
            names = [_place(code.upper(), known) for code in listed(text)]
            yield each.name, ", ".join(name for name in names if name)


def _place(code: str, known: Mapping[str, str]) -> str:
    if code[:1].isdigit():
        return code if _is_day(code) else "?"
    country, _, part = code.partition("-")
    name = str(known.get(country, ""))
    return f"{name} ({part})" if name and part else name


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def weekdays(language: str) -> tuple[str, ...]:
    """The days of a week in the order in which the reader counts them."""
    first = locale(language_of(language)).first_week_day
    return (*WEEK[first:], *WEEK[:first])


@lru_cache(maxsize=8)
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """Countries whose numbers are known, by name."""
    known = locale(language_of(language)).territories
    named = ((code, known.get(code, code)) for code in ruling_view.countries())
    return tuple(sorted(named, key=lambda pair: pair[1]))


@lru_cache(maxsize=8)
def holiday_countries(language: str) -> tuple[tuple[str, str], ...]:
    """Countries whose public holidays are known, by name; large ones with their parts."""
    known = locale(language_of(language)).territories
    named = ((code, _place(code, known) or code) for code in ruling_view.holiday_places())
    return tuple(sorted(named, key=lambda pair: pair[1]))
