"""The texts the system itself says or shows, in every language, filled in with their arguments."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from types import MappingProxyType
from typing import TypeAlias

import yaml

from vqueue.domain.speech_args import Arg, Number
from vqueue.wording.forms import Form, form_of
from vqueue.wording.languages import Language, language_of, locale
from vqueue.wording.speech import shown, spoken

_log = logging.getLogger(__name__)

Template: TypeAlias = str | Mapping[str, str]
"""A text, or one text for each CLDR plural category of the `count` argument."""

Voicing: TypeAlias = Callable[[Arg, str, Form], str]

COUNTED = "count"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C library's where PyYAML has it: ten times as fast, and the catalogue is read at every start."""


def fill(template: str, args: Mapping[str, Arg], *, language: str, voicing: Voicing = spoken) -> str:
    """`template` with each `{name}` or `{name:form}` said in `language`; a missing argument leaves a gap and a warning.

    For texts that come with a flow; `voicing` is `spoken` or `shown`. Never raises for a template that
    `placeholders` accepts.
    """
    filled = ""
    for literal, name, form, _ in Formatter().parse(template):
        # "… two forty p.m." already ends the sentence.
        filled += literal[1:] if filled.endswith(".") and literal.startswith(".") else literal
        if name is None:
            continue
        if name in args:
            filled += voicing(args[name], language, form_of(form or ""))
        else:
            _log.warning("No value was given for the placeholder %s", name)
    return filled


def placeholders(template: Template) -> dict[str, set[str]]:
    """The names a text asks for, each with the forms it asks for them in. Raises ValueError for a malformed text."""
    asked: dict[str, set[str]] = {}
    for text in [template] if isinstance(template, str) else template.values():
        for _, name, form, _ in Formatter().parse(text):
            if name is not None:
                asked.setdefault(name, set()).add(form or "")
    return asked


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every text by key and language. Falls back to English, and to the key's own words, with a warning."""

    texts: Mapping[Language, Mapping[str, Template]]

    @classmethod
    def load(cls) -> "Catalogue":
        """The catalogue that comes with the package."""
        return cls(MappingProxyType({language: _read(language) for language in Language}))

    def say(self, key: str, args: Mapping[str, Arg], language: str) -> str:
        """The text as a voice should read it."""
        return self._worded(key, args, language=language, voicing=spoken)

    def show(self, key: str, args: Mapping[str, Arg], language: str) -> str:
        """The text as it is written."""
        return self._worded(key, args, language=language, voicing=shown)

    def keys(self) -> frozenset[str]:
        """Every key, of the form `area.name`."""
        return frozenset(self.texts[Language.EN])

    def _worded(self, key: str, args: Mapping[str, Arg], *, language: str, voicing: Voicing) -> str:
        found = self._find(key, language_of(language))
        if found is None:
            return key.rpartition(".")[2].replace("_", " ")
        template, written_in = found
        text = template if isinstance(template, str) else _counted(template, args, written_in)
        return fill(text, args, language=written_in, voicing=voicing)

    def _find(self, key: str, language: Language) -> tuple[Template, Language] | None:
        for candidate in dict.fromkeys((language, Language.EN)):
            template = self.texts.get(candidate, {}).get(key)
            if template is not None:
                return template, candidate
            _log.warning("The text %s has no wording in %s", key, candidate.value)
        return None


def _counted(template: Mapping[str, str], args: Mapping[str, Arg], language: Language) -> str:
    count = args.get(COUNTED)
    category = locale(language).plural_form(count.value) if isinstance(count, Number) else "other"
    return template.get(category, template["other"])


@cache
def _read(language: Language) -> Mapping[str, Template]:
    """`en.yaml`, and for each face of its own `desk.en.yaml` …; the same key twice is an error."""
    texts: dict[str, Template] = {}
    for source in files("vqueue.wording").joinpath("catalogue").iterdir():
        if f".{source.name}".endswith(f".{language.value}.yaml"):
            areas = yaml.load(source.read_text("utf-8"), _LOADER)  # noqa: S506 - both are safe loaders
            for key, template in _flat(areas):
                if key in texts:
                    raise ValueError(f"{source.name} says {key} a second time")
                texts[key] = template
    return MappingProxyType(texts)


def _flat(areas: Mapping[str, Mapping[str, Template]]) -> Iterator[tuple[str, Template]]:
    for area, entries in areas.items():
        for name, template in entries.items():
            yield f"{area}.{name}", template
