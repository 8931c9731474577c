"""Turns any argument of a prompt into the words of one language, spoken or shown."""

from collections.abc import Mapping
from datetime import time
from typing import Protocol, assert_never

from vqueue.domain.speech_args import Arg, Clock, Day, Digits, Minutes, Number, Position, Text, Window
from vqueue.wording import english, english_shown, hebrew, hebrew_shown, russian, russian_shown
from vqueue.wording.forms import Form
from vqueue.wording.languages import Language, language_of
from vqueue.wording.moments import LocalWindow, NamedDay, local_time, local_window
from vqueue.wording.plain import isolated, speakable


class Tongue(Protocol):
    """What a language has to be able to say (or write); each is a module."""

    def number(self, value: int, form: Form) -> str: ...
    def minutes(self, value: int, form: Form) -> str: ...
    def position(self, value: int) -> str: ...
    def clock(self, at: time, form: Form) -> str: ...
    def window(self, span: LocalWindow, form: Form) -> str: ...
    def day(self, named: NamedDay) -> str: ...
    def digits(self, value: str) -> str: ...


_SPOKEN: Mapping[Language, Tongue] = {Language.EN: english, Language.RU: russian, Language.HE: hebrew}
_SHOWN: Mapping[Language, Tongue] = {
    Language.EN: english_shown,
    Language.RU: russian_shown,
    Language.HE: hebrew_shown,
}


def spoken(arg: Arg, language: str, form: Form = Form.PLAIN) -> str:
    """`arg` as a voice should read it. A window always comes with its prepositions ("between … and …")."""
    if isinstance(arg, Text):
        return speakable(arg.value)
    return _worded(_SPOKEN[language_of(language)], arg, form)


def shown(arg: Arg, language: str, form: Form = Form.PLAIN) -> str:
    """`arg` as it is written: figures, 24 hours; a window is compact ("14:20–14:40") unless the form is between."""
    chosen = language_of(language)
    if isinstance(arg, Text):
        return isolated(arg.value, right_to_left=chosen is Language.HE)
    return _worded(_SHOWN[chosen], arg, form)


def _worded(tongue: Tongue, arg: Number | Minutes | Position | Clock | Window | Day | Digits, form: Form) -> str:
    match arg:
        case Number():
            return tongue.number(arg.value, form)
        case Minutes():
            return tongue.minutes(arg.value, form)
        case Position():
            return tongue.position(arg.value)
        case Clock():
            return tongue.clock(local_time(arg), form)
        case Window():
            return tongue.window(local_window(arg), form)
        case Day():
            return tongue.day(NamedDay(arg.on, arg.today))
        case Digits():
            return tongue.digits(arg.value)
        case _:
            assert_never(arg)
