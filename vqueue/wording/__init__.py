"""Words for people: (prompt key, arguments) × language, spoken or shown. Imports only Babel and the domain's values."""

from vqueue.wording.forms import Form
from vqueue.wording.languages import Language, language_of, voice
from vqueue.wording.plain import speakable
from vqueue.wording.speech import shown, spoken
from vqueue.wording.texts import Catalogue, fill, placeholders

__all__ = [
    "Catalogue",
    "Form",
    "Language",
    "fill",
    "language_of",
    "placeholders",
    "shown",
    "speakable",
    "spoken",
    "voice",
]
