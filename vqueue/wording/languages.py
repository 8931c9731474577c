"""Which languages are spoken here, and what a voice and Babel call them."""

from enum import StrEnum

from babel import Locale


class Language(StrEnum):
    """A language every text of the catalogue exists in."""

    EN = "en"
    RU = "ru"
    HE = "he"


_VOICES = {Language.EN: "en-US", Language.RU: "ru-RU", Language.HE: "he-IL"}
_LOCALES = {Language.EN: Locale("en", "GB"), Language.RU: Locale("ru", "RU"), Language.HE: Locale("he", "IL")}
_OLD_TAGS = {"iw": "he"}


def language_of(tag: str) -> Language:
    """The language of a tag such as `ru`, `ru-RU` or `he_IL`; English for one that is not spoken here."""
    first = tag.strip().lower().replace("_", "-").split("-")[0]
    first = _OLD_TAGS.get(first, first)
    return Language(first) if first in _LOCALES else Language.EN


def voice(language: str) -> str:
    """The locale tag a text-to-speech voice is asked for."""
    return _VOICES[language_of(language)]


def locale(language: Language) -> Locale:
    """Babel's locale; British English, because times are shown in 24 hours and dates day first."""
    return _LOCALES[language]
