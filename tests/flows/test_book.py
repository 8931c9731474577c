"""The book finds flows by name and puts their prompts into words."""

import pytest

from tests.flows.lines import MONDAY, book, small
from vqueue.domain.errors import NotFound
from vqueue.domain.flow import Audio
from vqueue.domain.speech_args import Minutes, Position, Window
from vqueue.flows import FlowBook
from vqueue.flows.book import worded
from vqueue.wording import Catalogue

WINDOW = Window(MONDAY.replace(minute=20), MONDAY.replace(minute=40), "Europe/London", MONDAY)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Your turn will come between two twenty and two forty p.m."),
        ("ru", "Ваша очередь подойдёт с четырнадцати двадцати до четырнадцати сорока."),
        ("he", "התור שלכם יגיע בין שתיים ועשרים לשתיים וארבעים אחר הצהריים."),
        ("fr", "Your turn will come between two twenty and two forty p.m."),
    ],
)
def test_a_prompt_is_said_in_the_callers_language(language: str, words: str) -> None:
    assert book().phrase("main.turn", {"window": WINDOW}, language) == words


def test_the_houses_own_prompts_come_from_the_catalogue() -> None:
    catalogue = Catalogue.load()
    key = sorted(catalogue.keys())[0]
    args = {"count": Minutes(1), "position": Position(1)}
    assert book().phrase(key, args, "ru") == catalogue.say(key, args, "ru")


def test_a_prompt_may_be_a_recording() -> None:
    flow = small(("hello: {en: Hello., ru: Здравствуйте.}", "hello: {audio: {en: hello.en.wav, ru: hello.ru.wav}}"))
    assert worded(flow, "hello", {}, "ru") == Audio("hello.ru.wav")


def test_a_flow_nobody_wrote_is_not_found() -> None:
    with pytest.raises(NotFound):
        book().flow("horoscope")


def test_a_book_holds_flows_by_name() -> None:
    flow = small()
    assert FlowBook({"small": flow}, Catalogue.load()).flow("small") is flow
