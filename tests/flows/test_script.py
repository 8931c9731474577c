"""The interpreter, a turn at a time: what it says, what it asks of the service, where it goes when things go wrong."""

from dataclasses import replace

import pytest

from tests.flows.lines import MONDAY, session, small
from vqueue.domain.flow import (
    Effect,
    Elapsed,
    Facts,
    HoldEnded,
    Input,
    Keys,
    Outcome,
    Recorded,
    Session,
    Started,
    Turn,
)
from vqueue.domain.speech import Ask, EnterHold, Goto, Hangup, LeaveHold, Pause, Play, Prompt, Record, Say, Target
from vqueue.domain.speech_args import Position, Window
from vqueue.engine.script import NODES_PER_TURN, TURNS_PER_SESSION, advance

FLOW = small()
FACTS = Facts(now=MONDAY, zone="Europe/London", languages=("en", "ru"))
WINDOW = Window(MONDAY, MONDAY.replace(minute=40), "Europe/London", MONDAY)
HELLO, SILENCE, WRONG = Prompt("small.hello"), Prompt("small.silence"), Prompt("small.wrong")


def heard(at: Session, what: Input, facts: Facts = FACTS) -> Turn:
    return advance(FLOW, at, what, facts)


def at(node: str, **changes: object) -> Session:
    return replace(session(FLOW), node=node, **changes)  # type: ignore[arg-type]


def ask_of(turn: Turn) -> Ask:
    (ask,) = turn.speech
    assert isinstance(ask, Ask)
    return ask


def test_words_before_a_question_are_inside_it_so_that_any_key_interrupts_them() -> None:
    turn = heard(session(FLOW), Started())
    assert ask_of(turn) == Ask(
        content=(Say((HELLO, HELLO), "en"),), then=Target("session", "s1", 1), digits=1, timeout_s=6
    )
    assert (turn.session.node, turn.session.step, turn.session.asked) == ("choose", 1, True)


def test_every_speech_is_one_step_on_and_asks_its_own_step() -> None:
    first = heard(session(FLOW), Started())
    second = heard(first.session, Keys("1"))
    assert (second.session.step, ask_of(second).then) == (2, Target("session", "s1", 2))


def test_a_prompt_whose_argument_is_unknown_gives_way_to_the_other_one() -> None:
    known = heard(at("choose"), Started(), replace(FACTS, values={"window": WINDOW}))
    unknown = heard(at("choose"), Started())
    assert ask_of(known).content == (Say((Prompt("small.turn", {"window": WINDOW}),), "en"),)
    assert ask_of(unknown).content == (Say((HELLO,), "en"),)


def test_what_an_outcome_gave_to_be_said_stands_before_the_facts() -> None:
    later = replace(WINDOW, zone="Asia/Jerusalem")
    turn = heard(at("choose", args={"window": later}), Started(), replace(FACTS, values={"window": WINDOW}))
    assert ask_of(turn).content == (Say((Prompt("small.turn", {"window": later}),), "en"),)


@pytest.mark.parametrize(("pressed", "sorry"), [(Keys(""), SILENCE), (Elapsed(), SILENCE), (Keys("7"), WRONG)])
def test_wrong_or_no_input_is_asked_again_and_then_takes_the_default(pressed: Input, sorry: Prompt) -> None:
    again = heard(at("choose", asked=True), pressed)
    assert ask_of(again).content == (Say((sorry, HELLO), "en"),)
    default = heard(again.session, pressed)
    assert default.effect == Effect("hold", {"queue": None, "topic": None})


def test_a_choice_of_language_is_spoken_from_then_on() -> None:
    turn = heard(at("choose", asked=True), Keys("2"))
    assert (turn.session.language, turn.session.node) == ("ru", "enter")


def test_a_language_the_line_does_not_speak_is_a_wrong_key() -> None:
    turn = heard(at("choose", asked=True), Keys("2"), replace(FACTS, languages=("en",)))
    assert (turn.session.language, turn.session.tries) == ("en", 1)


@pytest.mark.parametrize(
    ("digits", "fits"),
    [("12", False), ("123", True), ("12345", True), ("123456", False), ("1*3", False), ("٣٤٥", False)],
)
def test_digits_are_taken_when_they_are_as_many_as_the_flow_says(digits: str, fits: bool) -> None:
    turn = heard(at("ask", asked=True), Keys(digits))
    assert (turn.effect == Effect("check_number", {"queue": None, "digits": digits})) is fits


def test_an_outcome_is_remembered_and_branched_on() -> None:
    turn = heard(at("check", asked=True), Outcome("fine", {"number": "+442079460123", "phone": WINDOW}))
    assert turn.session.vars == {"number": "+442079460123"}
    assert turn.session.args == {"phone": WINDOW}
    assert turn.session.node == "speak"


def test_what_an_effect_gave_before_and_does_not_give_now_is_forgotten() -> None:
    before = at("news", asked=True, holding=True, args={"position": Position(3), "window": WINDOW})
    turn = heard(before, Outcome("stale", {"position": Position(2)}))
    assert turn.session.args == {"position": Position(2)}


def test_a_value_given_as_none_is_forgotten() -> None:
    before = at("check", asked=True, vars={"number": "1"}, args={"ending": Position(1), "bank": Position(2)})
    turn = heard(before, Outcome("wrong", {"number": None, "ending": None}))
    assert turn.session.vars["number"] is None
    assert turn.session.args == {"bank": Position(2)}


def test_an_effect_whose_outcome_was_lost_is_asked_for_again() -> None:
    waiting = at("check", asked=True, vars={"digits": "123"})
    assert heard(waiting, Elapsed()).effect == Effect("check_number", {"queue": None, "digits": "123"})


def test_a_recording_falls_through_to_its_own_address_when_nothing_was_heard() -> None:
    turn = heard(at("speak"), Elapsed())
    there = Target("session", "s1", 1)
    assert turn.speech[1:] == (Record(max_s=120, then=there, status=Target("recorded", "s1")), Goto(there))


def test_a_recording_is_handed_to_the_service_before_anything_is_said() -> None:
    turn = heard(at("speak", asked=True), Recorded("https://example.test/a"))
    assert turn.effect is not None
    assert turn.effect.values["recording"] == "https://example.test/a"


def test_a_hold_joins_the_line_first_and_then_speaks_at_its_own_address() -> None:
    joining = heard(at("enter"), Elapsed())
    turn = heard(joining.session, Outcome("holding", {"request": "r1"}))
    assert turn.speech == (EnterHold(request="r1", wait=Target("wait", "s1", 1), left=Target("left", "s1", 1)),)
    assert (turn.session.holding, turn.session.node, turn.session.hold_step) == (True, "news", 1)


def test_in_the_hold_music_plays_while_a_key_is_listened_for() -> None:
    turn = heard(at("music", holding=True), Elapsed())
    assert ask_of(turn) == Ask(content=(Play("hold-music.wav"),), then=Target("wait", "s1", 1), digits=1, timeout_s=6)


def test_the_left_address_speaks_whatever_the_hold_was_just_saying() -> None:
    for node in ("news", "music", "off"):
        turn = heard(at(node, holding=True, hold_step=1, asked=True), HoldEnded())
        assert (turn.session.holding, turn.effect) == (False, Effect("after_hold", {"request": None}))


def test_leaving_the_hold_is_followed_by_the_left_section() -> None:
    turn = heard(at("music", holding=True, hold_step=1, asked=True), Keys("1"))
    assert turn.speech == (LeaveHold(),)
    assert heard(turn.session, HoldEnded()).effect == Effect("after_hold", {"request": None})


def test_a_hold_that_ended_already_does_not_end_twice() -> None:
    asked = at("choose", asked=True, hold_step=None)
    assert ask_of(heard(asked, HoldEnded())).content == (Say((HELLO,), "en"),)


def test_a_place_that_could_not_be_stored_keeps_the_line_open_and_is_tried_again() -> None:
    refused = heard(at("enter", asked=True), Outcome("holding", {}))
    assert refused.speech == (Pause(2), Goto(Target("session", "s1", 1)))
    assert heard(refused.session, Elapsed()).effect == Effect("hold", {"queue": None, "topic": None})


@pytest.mark.parametrize("lost", [at("removed"), at("removed", asked=True)])
def test_a_node_that_a_new_version_dropped_leads_to_the_hold(lost: Session) -> None:
    turn = heard(lost, Keys("1"))
    assert (turn.session.node, turn.speech[-1]) == ("enter", Goto(Target("session", "s1", 1)))


def test_an_outcome_nobody_foresaw_leads_back_to_the_news_in_the_hold() -> None:
    turn = heard(at("news", asked=True, holding=True), Outcome("eclipse"))
    assert (turn.session.node, turn.speech[-1]) == ("news", Goto(Target("wait", "s1", 1)))


def test_a_circle_is_broken_off_after_so_many_nodes() -> None:
    circling = small(("      next: choose", "      next: hello"))
    turn = advance(circling, session(circling), Started(), FACTS)
    said = [verb for verb in turn.speech if isinstance(verb, Say)]
    assert sum(len(say.prompts) for say in said) == NODES_PER_TURN
    assert turn.speech[-1] == Goto(Target("session", "s1", 1))


def test_past_the_bound_every_question_answers_itself_by_its_default() -> None:
    tired = heard(at("choose", asked=True, turns=TURNS_PER_SESSION), Keys("1"))
    assert tired.session.node == "enter"
    fresh = heard(at("choose", asked=True, turns=TURNS_PER_SESSION - 1), Keys("1"))
    assert fresh.session.node == "ask"


def test_a_long_hold_does_not_use_up_the_callers_turns() -> None:
    turn = heard(at("music", asked=True, holding=True, turns=7), Keys(""))
    assert turn.session.turns == 7
    assert heard(at("music", asked=True, holding=True, turns=7), Keys("5")).session.turns == 8


def test_an_ended_conversation_only_hangs_up() -> None:
    ended = at("bye", done=True, step=9)
    assert heard(ended, Keys("1")) == Turn(session=ended, speech=(Hangup(),))


def test_what_was_keyed_is_in_no_repr() -> None:
    keyed = heard(at("ask", asked=True), Keys("12345"))
    assert "12345" not in repr((keyed, Keys("12345"), Outcome("fine", {"number": "12345"}), keyed.session))
