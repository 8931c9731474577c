"""What must hold for every wording, checked by other means than the wording itself."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from vqueue.domain.speech_args import Clock, Digits, Minutes, Number, Position, Text, Window
from vqueue.wording import Form, Language, shown, spoken, voice

ENGLISH = dict(
    zip(
        (
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred"
        ).split(),
        [*range(21), 30, 40, 50, 60, 70, 80, 90, 100],
        strict=True,
    )
)
RUSSIAN_STEMS = (  # the beginning of a numeral in every case and gender, longest first
    ("одиннадцат", 11), ("двенадцат", 12), ("тринадцат", 13), ("четырнадцат", 14), ("пятнадцат", 15),
    ("шестнадцат", 16), ("семнадцат", 17), ("восемнадцат", 18), ("девятнадцат", 19), ("двадцат", 20),
    ("тридцат", 30), ("сорок", 40), ("пятьдесят", 50), ("пятидесят", 50), ("шестьдесят", 60), ("шестидесят", 60),
    ("семьдесят", 70), ("семидесят", 70), ("восемьдесят", 80), ("восьмидесят", 80), ("девяност", 90), ("сто", 100),
    ("ста", 100), ("ноль", 0), ("нуля", 0), ("один", 1), ("одна", 1), ("одну", 1), ("одно", 1), ("два", 2), ("две", 2),
    ("двух", 2), ("три", 3), ("трёх", 3), ("четыр", 4), ("пят", 5), ("шест", 6), ("сем", 7), ("восем", 8), ("восьм", 8),
    ("девят", 9), ("десят", 10),
)  # fmt: skip
HEBREW_FEMININE = {
    "אפס": 0, "אחת": 1, "שתיים": 2, "שלוש": 3, "ארבע": 4, "חמש": 5, "שש": 6, "שבע": 7, "שמונה": 8, "תשע": 9, "עשר": 10,
    "עשרה": 10, "שתים": 2, "עשרים": 20, "שלושים": 30, "ארבעים": 40, "חמישים": 50, "שישים": 60, "שבעים": 70,
    "שמונים": 80, "תשעים": 90, "מאה": 100,
}  # fmt: skip


def heard_english(words: str) -> int:
    return sum(ENGLISH[word] for word in re.split(r"[ -]", words.replace("one hundred", "hundred")) if word != "and")


def heard_russian(words: str) -> int:
    return sum(next(value for stem, value in RUSSIAN_STEMS if word.startswith(stem)) for word in words.split())


def heard_hebrew(words: str) -> int:
    return sum(HEBREW_FEMININE[word if word in HEBREW_FEMININE else word.removeprefix("ו")] for word in words.split())


def test_a_listener_hears_the_number_that_was_meant() -> None:
    for value in range(200):
        assert heard_english(spoken(Number(value), "en")) == value
        assert heard_hebrew(spoken(Number(value), "he")) == value
        for form in (Form.MASCULINE, Form.FEMININE, Form.NEUTER):
            assert heard_russian(spoken(Number(value), "ru", form)) == value


@pytest.mark.parametrize("form", list(Form))
def test_russian_minutes_take_the_plural_form_of_cldr(form: Form) -> None:
    for value in range(1, 60):
        category = Locale("ru").plural_form(value)
        ending = {"one": "минута", "few": "минуты", "many": "минут"}[category]
        if form in (Form.IN, Form.BY):
            ending = {"one": "минуту", "few": "минуты", "many": "минут"}[category]
        if form in (Form.ABOUT, Form.OF):
            ending = {"one": "минуты", "few": "минут", "many": "минут"}[category]
        for words in (spoken(Minutes(value), "ru", form), shown(Minutes(value), "ru", form)):
            assert re.split(r"\s", words)[-1] == ending, words


def test_english_and_hebrew_minutes_take_the_plural_form_of_cldr() -> None:
    for value in range(1, 60):
        english = {"one": "minute", "other": "minutes"}[Locale("en").plural_form(value)]
        assert spoken(Minutes(value), "en").split()[-1] == english
        hebrew = {"one": "דקה אחת", "two": "שתי דקות", "other": "דקות"}[Locale("he").plural_form(value)]
        assert spoken(Minutes(value), "he").endswith(hebrew)


def test_russian_minutes_are_counted_in_the_feminine() -> None:
    for value in range(1, 60):
        words = spoken(Minutes(value), "ru").split()
        assert not {"один", "два"} & set(words)
        assert heard_russian(" ".join(words[:-1])) == value


def test_hebrew_minutes_are_counted_in_the_feminine() -> None:
    for value in range(2, 60):
        number = spoken(Minutes(value), "he").removesuffix(" דקות")
        assert number == "שתי" if value == 2 else heard_hebrew(number) == value


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("form", [Form.PLAIN, Form.AT, Form.UNTIL, Form.SINCE])
def test_no_two_minutes_of_a_day_sound_alike(language: Language, form: Form) -> None:
    midnight = datetime(2025, 9, 15, tzinfo=UTC)
    said = {spoken(Clock(midnight + timedelta(minutes=n), "UTC"), language, form) for n in range(24 * 60)}
    assert len(said) == 24 * 60


@pytest.mark.parametrize("language", list(Language))
def test_no_two_windows_of_a_day_sound_alike(language: Language) -> None:
    midnight = datetime(2025, 9, 15, tzinfo=UTC)
    starts = [midnight + timedelta(minutes=n) for n in range(0, 24 * 60, 5)]
    windows = [
        Window(start, start + timedelta(minutes=width), "UTC", midnight) for start in starts for width in (5, 20, 60)
    ]
    assert len({spoken(window, language) for window in windows}) == len(windows)


@pytest.mark.parametrize("language", list(Language))
def test_what_is_spoken_holds_no_figures(language: Language) -> None:
    start = datetime(2025, 9, 15, 14, 20, tzinfo=UTC)
    args = (
        Number(42),
        Minutes(95),
        Position(17),
        Clock(start, "UTC"),
        Window(start, start + timedelta(days=1), "UTC", start),
        Digits("+447700900218"),
    )
    assert not any(char.isdigit() for arg in args for form in Form for char in spoken(arg, language, form))


def test_a_time_is_said_in_the_zone_of_the_listener() -> None:
    at = datetime(2025, 9, 15, 11, 20, tzinfo=UTC)
    assert spoken(Clock(at, "Asia/Jerusalem"), "en") == "two twenty p.m."
    assert shown(Clock(at, "Asia/Jerusalem"), "he") == "14:20"


def test_a_day_changes_where_the_listener_lives() -> None:
    start = datetime(2025, 9, 15, 21, 30, tzinfo=UTC)
    window = Window(start, start + timedelta(minutes=20), "Asia/Jerusalem", start - timedelta(hours=2))
    assert shown(window, "en") == "tomorrow 00:30–00:50"
    assert shown(Window(start, start + timedelta(minutes=20), "UTC", start), "en") == "21:30–21:50"


def test_a_window_over_midnight_names_both_days_even_when_today_is_unknown() -> None:
    start = datetime(2025, 9, 15, 23, 50, tzinfo=UTC)
    said = spoken(Window(start, start + timedelta(minutes=20), "UTC"), "en")
    assert "on Monday" in said
    assert "on Tuesday" in said


def test_unknown_languages_are_english_and_regions_do_not_matter() -> None:
    assert spoken(Position(3), "fr") == "third"
    assert spoken(Position(3), "ru-RU") == "третье"
    assert spoken(Position(3), "iw_IL") == "המקום השלישי"
    assert [voice(tag) for tag in ("en", "ru", "he", "xx", "")] == ["en-US", "ru-RU", "he-IL", "en-US", "en-US"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("482915", "four eight two, nine one five"),
        ("+447700900218", "plus four four, seven seven zero zero, nine zero zero, two one eight"),
        ("+442079460100", "plus four four, two zero, seven nine four six, zero one zero zero"),
        ("+12025550123", "plus one, two zero two, five five five, zero one two three"),
        ("050-555-0123", "zero five zero, five five five, zero one two three"),
        ("1234", "one two three four"),
        ("R-7K", "R, seven K"),
        ("", ""),
    ],
)
def test_digits_are_read_in_groups(value: str, words: str) -> None:
    assert spoken(Digits(value), "en") == words


def test_phones_and_words_of_customers_never_appear_in_a_repr() -> None:
    assert "7700" not in repr(Digits("+447700900218"))
    assert "Miriam" not in repr(Text("Miriam Katz"))


@given(st.integers(min_value=-10, max_value=10_000_000), st.sampled_from(list(Language)), st.sampled_from(list(Form)))
def test_every_number_has_words(value: int, language: Language, form: Form) -> None:
    for arg in (Number(value), Minutes(value), Position(value)):
        assert spoken(arg, language, form)
        assert shown(arg, language, form)


@given(st.text(), st.sampled_from(list(Language)))
def test_any_code_can_be_read_and_shown(value: str, language: Language) -> None:
    assert isinstance(spoken(Digits(value), language) + shown(Digits(value), language), str)
