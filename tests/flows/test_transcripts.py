"""What the bank's line says, word for word, in three languages; VQUEUE_REWRITE_GOLDEN=1 writes the transcripts anew."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.flows.lines import called
from vqueue.flows.rehearsal import Rehearsal

TRANSCRIPTS = Path(__file__).parent / "transcripts"
LANGUAGE_KEYS = {"en": "1", "ru": "2", "he": "3"}


@dataclass(frozen=True)
class Story:
    """What is pressed after the language (`-` nothing, `m` a message, `a` an agent comes) and what the bank answers."""

    keys: str
    outcomes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    withheld: bool = False


STORIES = {
    "callback": Story("1 1 1"),
    "callback_to_another_number": Story("1 1 2 02079460123 2 02079460124 1"),
    "callback_unavailable": Story("1 1 1 - -", {"request_callback": ["unavailable"]}),
    "callback_already_open": Story("1 1 1", {"request_callback": ["already_open"]}),
    "booked": Story("1 4 2 1"),
    "booked_later_on_another_number": Story("1 4 4 1 2 02079460123 1"),
    "booked_after_the_first_was_taken": Story("1 4 1 1 3", {"book": ["taken", "kept"]}),
    "booked_where_no_callback_is_possible": Story("1 1 1 1", {"request_callback": ["unavailable"]}),
    "booked_when_full": Story("1 4 1 1", {"offer": ["full"], "next_slots": ["last"]}),
    "booked_when_closed": Story("1 2 3 1", {"offer": ["closed"]}),
    "booked_from_the_hold": Story("2 2 1 4 1 1"),
    "booked_when_closing": Story("1 2 4 1 1", {"hold_news": ["closing"]}),
    "no_times_left": Story("1 4", {"next_slots": ["none"]}),
    "nothing_chosen": Story("1 4 - -"),
    "hold_and_switch": Story("2 2 - 1 1 1"),
    "hold_and_be_served": Story("2 2 - a"),
    "hold_own_number_after_all": Story("1 1 2 02079460123 - - 1 1 1"),
    "hold_message": Story("2 2 1 3 m"),
    "hold_agent_coming": Story("2 2 1 1 1 a", {"switch": ["agent_coming"], "hold_news": ["fresh", "coming"]}),
    "hold_switch_already_open": Story("2 2 1 1 1", {"switch": ["already_open"]}),
    "hold_switch_unavailable": Story("2 2 1 1 1 -", {"switch": ["unavailable"]}),
    "hold_goes_on": Story("2 2 a -", {"after_hold": ["holding"]}),
    "message": Story("3 3 m"),
    "message_unheard": Story("3 3 - -"),
    "short_wait": Story("1", {"offer": ["short"]}),
    "stale": Story("1 2 - 1", {"offer": ["stale"], "hold_news": ["stale"]}),
    "full": Story("1 1 2", {"offer": ["full"]}),
    "line_too_long": Story("1 2", {"offer": ["too_long"]}),
    "wait_too_uncertain": Story("1 4 1 1", {"offer": ["uncertain"], "next_slots": ["last"]}),
    "closing_before_the_turn": Story("1 3 m", {"offer": ["too_late"]}),
    "closing_first_and_called_after_the_opening": Story("1 1 1", {"offer": ["too_late"]}),
    "callbacks_switched_off": Story("1 2", {"offer": ["not_now"]}),
    "closed_callback": Story("1 1 1", {"offer": ["closed"]}),
    "closed_nothing_pressed": Story("1 - - m", {"offer": ["closed"]}),
    "closed_unavailable": Story(
        "1 1 1 m", {"offer": ["closed"], "request_callback": ["unavailable"], "next_slots": ["none"]}
    ),
    "closing_nothing_pressed": Story("1 2 - -", {"hold_news": ["closing"]}),
    "closing_message": Story("1 2 3 m", {"hold_news": ["closing"]}),
    "closing_withheld": Story("1 2 - - m", {"hold_news": ["closing"]}, withheld=True),
    "withheld_number": Story(
        "1 1 12 02079460123 09098790123 02079460123 1", {"check_number": ["wrong", "refused", "fine"]}, withheld=True
    ),
    "wrong_keys": Story("8 * 8 1 7 8"),
    "nothing_pressed": Story("- - - -"),
    "known_booked": Story("5 2", {"recognise": ["open"]}),
    "known_nothing_chosen": Story("5 - -", {"recognise": ["open"]}),
    "known_keep": Story("1", {"recognise": ["open"]}),
    "known_cancel": Story("2", {"recognise": ["open"]}),
    "known_cancel_too_late": Story("2", {"recognise": ["open"], "cancel": ["agent_coming"]}),
    "known_take_hold": Story("3", {"recognise": ["open"]}),
    "known_being_called": Story("3", {"recognise": ["open"], "take_hold": ["agent_coming"]}),
    "known_something_else": Story("4 1 2", {"recognise": ["open"]}),
    "known_by_a_code": Story("9 12345678", {"check_code": ["open"]}),
    "known_by_the_second_code": Story("9 12345678 - 87654321", {"check_code": ["wrong", "open"]}),
    "no_more_codes": Story("9 12345678 1 2", {"check_code": ["over"]}),
    "expected": Story("", {"recognise": ["expected"]}),
    "known_gone": Story("1 1", {"recognise": ["open"], "keep": ["gone"]}),
}


@pytest.mark.parametrize("language", LANGUAGE_KEYS)
@pytest.mark.parametrize("name", STORIES)
def test_the_line_says_what_was_proof_read(name: str, language: str) -> None:
    story = STORIES[name]
    call = called([LANGUAGE_KEYS[language], *story.keys.split()], outcomes=story.outcomes, withheld=story.withheld)
    file = TRANSCRIPTS / f"{name}.{language}.txt"
    if os.environ.get("VQUEUE_REWRITE_GOLDEN"):
        file.write_text(transcript(call), "utf-8")
    assert transcript(call) == file.read_text("utf-8")


def test_every_transcript_belongs_to_a_story() -> None:
    expected = {f"{name}.{language}.txt" for name in STORIES for language in LANGUAGE_KEYS}
    assert {file.name for file in TRANSCRIPTS.iterdir()} == expected


def test_nobody_is_asked_to_wait_or_shouted_at() -> None:
    for file in TRANSCRIPTS.iterdir():
        text = file.read_text("utf-8")
        assert "please wait" not in text.lower(), file
        assert "!" not in text, file


def transcript(call: Rehearsal) -> str:
    lines = [f"{moment.who:8}{moment.language:3}{moment.text}\n" for moment in call.said]
    return "".join(lines)
