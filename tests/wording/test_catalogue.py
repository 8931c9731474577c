"""The catalogue: every text in every language, and no call cut for a missing one."""

import logging
import re
from enum import Enum
from pathlib import Path

import pytest

from tests.wording.samples import SAMPLES, arguments_for
from vqueue.domain.agent import AgentMove, Presence
from vqueue.domain.attempt import AttemptState, Shape
from vqueue.domain.causes import Cause
from vqueue.domain.errors import Refusal
from vqueue.domain.journal import Fact
from vqueue.domain.leg import LegState, Role
from vqueue.domain.request import Channel, Mode, Move, State
from vqueue.domain.rules import NumberKind
from vqueue.domain.speech_args import Clock, Digits, Minutes, Number, Position, Text
from vqueue.engine.offer import REASONS
from vqueue.engine.withholding import REASON
from vqueue.wording import Catalogue, Form, Language, fill, placeholders, shown
from vqueue.wording.languages import locale

CATALOGUE = Catalogue.load()
VQUEUE = Path(__file__).parents[2] / "vqueue"
REFUSALS: tuple[type[Refusal], ...] = (Refusal, *Refusal.__subclasses__())
AREAS: dict[str, type[Enum]] = {
    "state": State,
    "mode": Mode,
    "channel": Channel,
    "move": Move,
    "presence": Presence,
    "agent_move": AgentMove,
    "leg": LegState,
    "role": Role,
    "attempt": AttemptState,
    "shape": Shape,
    "cause": Cause,
    "fact": Fact,
    "number_kind": NumberKind,
}


@pytest.mark.parametrize("language", list(Language))
def test_every_text_exists_in_every_language(language: Language) -> None:
    assert set(CATALOGUE.texts[language]) == CATALOGUE.keys()


def test_a_text_asks_for_the_same_arguments_in_every_language() -> None:
    for key in sorted(CATALOGUE.keys()):
        asked = {language: set(placeholders(CATALOGUE.texts[language][key])) for language in Language}
        assert asked[Language.RU] == asked[Language.EN], key
        assert asked[Language.HE] == asked[Language.EN], key
        assert asked[Language.EN] <= set(SAMPLES), key


@pytest.mark.parametrize("language", list(Language))
def test_texts_use_only_known_forms(language: Language) -> None:
    forms = {
        form
        for template in CATALOGUE.texts[language].values()
        for asked in placeholders(template).values()
        for form in asked
    }
    assert forms <= {form.value for form in Form}


@pytest.mark.parametrize("language", list(Language))
def test_counted_texts_have_every_plural_form_of_their_language(language: Language) -> None:
    needed = {locale(language).plural_form(count) for count in range(200)} | {"other"}
    for key, template in CATALOGUE.texts[language].items():
        assert isinstance(template, str) or set(template) == needed, key


@pytest.mark.parametrize("area", sorted(AREAS))
def test_every_word_of_the_trade_has_a_word_for_people(area: str) -> None:
    missing = {f"{area}.{member.value.replace('.', '_')}" for member in AREAS[area]} - CATALOGUE.keys()
    assert not missing


def test_every_refusal_has_a_sentence() -> None:
    assert {f"refusal.{kind.code}" for kind in REFUSALS} <= CATALOGUE.keys()


@pytest.mark.parametrize("language", list(Language))
def test_no_sentence_has_a_gap_a_double_stop_or_a_plea(language: Language) -> None:
    for key in sorted(CATALOGUE.keys()):
        for args in arguments_for(CATALOGUE, key):
            for text in (CATALOGUE.say(key, args, language), CATALOGUE.show(key, args, language)):
                assert text == text.strip()
                assert not any(slip in text for slip in ("  ", "..", " .", " ,", "{", "}", "!")), key
                assert "please" not in text.lower() or key.startswith("cause."), key


@pytest.mark.parametrize(
    ("key", "language", "text"),
    [
        ("status.promise", "en", "We call you between 14:20 and 14:40. We keep this in 9 of 10 cases."),
        ("status.promise", "ru", "Позвоним между 14:20 и 14:40. Мы выдерживаем это в 9 случаях из 10."),
        ("status.promise", "he", "נתקשר בין 14:20 ל־14:40. אנחנו עומדים בזה ב־9 מתוך 10 מקרים."),
        ("status.better", "en", "Promised 14:20–14:40. It is getting shorter."),
        ("status.better", "ru", "Обещали 14:20–14:40. Ждать всё меньше."),
        ("status.better", "he", "הבטחנו בין 14:20 ל־14:40. ההמתנה מתקצרת."),
        ("status.late", "en", "We are 7 minutes later than promised. You are next."),
        ("status.late", "ru", "Мы опаздываем на 7 минут. Вы следующий в очереди."),
        ("status.late", "he", "אנחנו מאחרים ב־7 דקות. תורך הבא."),
        ("status.missed", "en", "We rang at 14:24. Your place is kept until 14:54."),
        ("status.missed", "ru", "Мы звонили в 14:24. Место хранится до 14:54."),
        ("status.missed", "he", "התקשרנו ב־14:24. המקום נשמר עד 14:54."),
    ],
)
def test_pages_say_the_sentences_of_the_design_language(key: str, language: str, text: str) -> None:
    said = CATALOGUE.show(key, SAMPLES, language)
    assert said.replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "About 30 minutes"), ("ru", "Ждать около 30 минут"), ("he", "המתנה של כ־30 דקות")],
)
def test_the_wait_is_shown_as_the_design_language_says(language: str, text: str) -> None:
    assert CATALOGUE.show("status.wait", {"wait": Minutes(30)}, language).replace("\u00a0", " ") == text


def test_russian_quantities_do_not_break_over_lines() -> None:
    assert shown(Minutes(30), "ru", Form.ABOUT) == "около 30\u00a0минут"


def test_a_text_missing_in_one_language_is_said_in_english_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    partial = Catalogue({Language.EN: {"hold.place": "You are {position} in line."}, Language.RU: {}})
    with caplog.at_level(logging.WARNING):
        assert partial.say("hold.place", {"position": Position(3)}, "ru") == "You are third in line."
    assert "hold.place" in caplog.text


@pytest.mark.parametrize("language", ["en", "ru", "he", "fr"])
def test_a_text_nobody_wrote_never_raises(language: str) -> None:
    assert CATALOGUE.say("reason.brand_new_reason", {}, language) == "brand new reason"
    assert CATALOGUE.show("nonsense", {}, language) == "nonsense"


def test_a_missing_argument_leaves_a_gap_and_a_warning_without_any_value(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        said = CATALOGUE.say("number.confirm", {"number": Digits("+447700900218")}, "en")
    assert said.startswith("We will call .")
    assert "phone" in caplog.text
    assert "7700" not in caplog.text


def test_braces_in_a_customers_words_are_not_read_as_placeholders() -> None:
    said = CATALOGUE.say("whisper.words", {"words": Text("{name} {0} {")}, "en")
    assert said == "In the customer's words: {name} {0} {."


def test_a_flow_fills_its_own_texts_with_the_same_forms() -> None:
    assert fill("Через {n:nonsense} мест.", {"n": Number(2)}, language="ru") == "Через два мест."
    late = fill("Опоздание {late:by}.", {"late": Minutes(21)}, language="ru")
    assert late == "Опоздание на двадцать одну минуту."


def test_a_sentence_that_ends_with_a_time_has_one_full_stop() -> None:
    at = SAMPLES["at"]
    assert isinstance(at, Clock)
    assert fill("We rang {at:at}. Goodbye.", {"at": at}, language="en") == "We rang at two twenty-four p.m. Goodbye."


def test_hebrew_fences_what_runs_the_other_way_but_never_a_link() -> None:
    assert shown(Text("Tamarind Bank"), "he") == "\u2068Tamarind Bank\u2069"
    assert shown(Text("בנק תמרינד"), "he") == "בנק תמרינד"
    assert shown(Text("בנק תמרינד"), "en") == "\u2068בנק תמרינד\u2069"
    assert shown(Text("https://bank.example/r/x"), "he") == "https://bank.example/r/x"


def test_a_place_is_parked_with_a_word_that_has_words_and_no_other_is_kept() -> None:
    """What parks a place is found where it is written: an argument, a mapping, the survey and the order of the line."""
    written = "".join(
        each.read_text("utf-8") for part in ("services", "engine") for each in (VQUEUE / part).glob("*.py")
    )
    patterns = (
        r'parked(?:=|": )"(\w+)"', r'_parked\([^)]*, "(\w+)"\)', r'why(?:, until)? = "(\w+)"',
        r'return "(\w+)", (?:None|line)', r'why_not or "(\w+)"',
        r'(?:EXPECTED|CANCEL_ASKED|BOOKED|ENTERING|OWN) = "(\w+)"',
    )  # fmt: skip
    parked = {found for pattern in patterns for found in re.findall(pattern, written)}
    kept = {key.removeprefix("reason.") for key in sorted(CATALOGUE.keys()) if key.startswith("reason.")}
    assert kept == parked


def test_whatever_speaks_against_a_callback_has_words_for_the_customer_and_for_the_journal() -> None:
    """That a queue is closed its heading says, with the opening."""
    told = {f"support.reason_{reason}" for reason in REASONS if reason != "closed"}
    assert told <= CATALOGUE.keys()
    assert {f"grounds.{reason}" for reason in (*REASONS, REASON)} <= CATALOGUE.keys()
