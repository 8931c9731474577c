"""Invented people understand the bank: what they listen for is what is said, in every language."""

from datetime import UTC, date, datetime, timedelta

import pytest
from numpy.random import default_rng

from vqueue.demo import cast, habits
from vqueue.demo.phrases import Phrases
from vqueue.demo.run import FLOWS
from vqueue.domain.rules import Numbers
from vqueue.domain.speech_args import Arg, Clock, Digits, Minutes, Text, Window
from vqueue.engine import hours, numbers
from vqueue.flows.book import FlowBook
from vqueue.sandbox.people import Program

LANGUAGES = ("en", "ru", "he")
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
ARGS: dict[str, Arg] = {
    "bank": Text("Tamarind Bank"),
    "asked": Clock(NOON, cast.ZONE),
    "snooze": Minutes(15),
    "window": Window(NOON, NOON + timedelta(minutes=10), cast.ZONE),
    "slot": Window(NOON, NOON + timedelta(minutes=15), cast.ZONE),
    "ending": Digits("101"),
}
LISTENED_FOR = (
    "main.choose_language main.reason_menu main.offer_menu main.own_number_menu main.switch_menu main.known_menu "
    "main.hint main.full_menu main.closed_menu main.book_menu main.slots_later screen.offer whisper.keys "
    "agent_line.menu"
).split()


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    return Phrases.load(FLOWS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", LISTENED_FOR)
def test_every_question_is_understood(phrases: Phrases, key: str, language: str) -> None:
    spoken = FlowBook.load(FLOWS).phrase(key, ARGS, language)
    program = Program.read(
        {"keys": [{"heard": phrases.heard(key.removeprefix("main."), language=language), "press": "1"}]}
    )
    assert isinstance(spoken, str) and program.keys[0].heard.search(spoken)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_question_is_taken_for_another(phrases: Phrases, language: str) -> None:
    """The first rule that matches is the one for that question: the menu without a callback is part of the offer's."""
    chance, book, who = default_rng(2), FlowBook.load(FLOWS), cast.customer(language, 0)
    rules = next(
        program.keys
        for _ in range(100)
        if (program := Program.read(habits.customer(who, chance, phrases).program)) and len(program.keys) == 10
    )
    for key in (
        "choose_language",
        "reason_menu",
        "offer_menu",
        "own_number_menu",
        "switch_menu",
        "known_menu",
        "full_menu",
    ):
        spoken = str(book.phrase(f"main.{key}", ARGS, language))
        answering = next(rule for rule in rules if rule.heard.search(spoken))
        assert answering.heard.pattern == phrases.heard(key, language=language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("turn", [0, 1, 399])
def test_every_customer_has_a_number_that_may_be_called_back(language: str, turn: int) -> None:
    assert numbers.read(cast.customer(language, turn).number, "GB", Numbers()).allowed


def test_most_of_the_crowd_take_a_callback(phrases: Phrases) -> None:
    chance, who = default_rng(1), cast.customer("en", 0)
    offer = phrases.heard("offer_menu", language="en")
    drawn = [habits.customer(who, chance, phrases).program["keys"] for _ in range(2000)]
    takes = sum(any(rule["heard"] == offer and rule["press"] == "1" for rule in rules) for rules in drawn)
    assert 0.62 < takes / len(drawn) < 0.70


def test_one_seed_gives_one_crowd(phrases: Phrases) -> None:
    def plans(seed: int) -> list[habits.Plan]:
        chance = default_rng(seed)
        return [habits.customer(cast.customer("ru", turn), chance, phrases) for turn in range(20)]

    assert plans(5) == plans(5)
    assert plans(5) != plans(6)


@pytest.mark.parametrize("day", [date(2026, 3, 2) + timedelta(days=offset) for offset in range(7)])
def test_people_always_find_the_bank_open(day: date) -> None:
    opening = cast.opening(day)
    assert opening.weekday() == cast.TUESDAY
    assert all(hours.is_open(queue.rules.hours, opening) for queue in cast.QUEUES)
    assert timedelta() <= opening.date() - day < timedelta(days=7)


def test_numbers_of_the_visitor_belong_to_nobody_else() -> None:
    crowd = {cast.customer(language, turn).number for language in LANGUAGES for turn in range(800)}
    crowd |= {agent.address for agent in cast.CREW}
    assert not crowd & {*cast.FREE_CUSTOMERS, cast.VISITOR_AGENT.address, cast.BANK_NUMBER}
