"""Whatever a caller presses and a bank answers, the main flow never raises, never spins, and cuts nobody off."""

import json
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.flows.lines import MONDAY, main
from vqueue.domain.flow import (
    EFFECTS,
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
)
from vqueue.domain.speech import Ask, EnterHold, Goto, Hangup, LeaveHold, Pause, Play, Record, Say, Speech
from vqueue.domain.speech_json import session_from_json, session_to_json
from vqueue.engine.script import NODES_PER_TURN, TURNS_PER_SESSION, advance, begin
from vqueue.flows.pretending import pretended_facts, sayable

FLOW = main()
ENDINGS = (Ask, Goto, EnterHold, LeaveHold, Record, Hangup)
ALLOWED_IN_HOLD = (Ask, Say, Play, Pause, Goto, LeaveHold, Hangup)
FAREWELLS = {
    "request_callback": {"kept"},
    "book": {"kept", "agent_coming"},
    "message": {"kept"},
    "keep": {"done"},
    "cancel": {"done", "agent_coming"},
    "take_hold": {"agent_coming"},
    "after_hold": {"promised", "talked", "cancelled"},
}
"""After these answers, and no others, a call may be ended: the place, the message or the end is certain."""
keys = st.sampled_from("0123456789*") | st.sampled_from(["", "", "02079460123", "1234567", "#", "\x00", "ab"])
inputs: st.SearchStrategy[Input] = st.one_of(
    keys.map(Keys), keys.map(Keys), st.just(Elapsed()), st.just(HoldEnded()), st.just(Recorded("a.wav")),
    st.just(Started()), st.sampled_from(["kept", "open", "nonsense"]).map(Outcome),
)  # fmt: skip


def facts(withheld: bool) -> Facts:
    return pretended_facts(MONDAY, withheld=withheld)


def stored(session: Session) -> Session:
    return session_from_json(json.loads(json.dumps(session_to_json(session))))


class Call:
    """One call, its bank's answers drawn by `choose` from the catalogue's words."""

    def __init__(self, choose: Callable[[tuple[str, ...]], str], *, withheld: bool) -> None:
        self.choose, self.facts = choose, facts(withheld)
        self.session = begin(FLOW, session_id="s", language="he", values={"queue": "cards"})
        self.last_answer = ("", "")
        self.speech: Speech = ()

    def hear(self, heard: Input) -> None:
        before, effects = self.session, 0
        turn = advance(FLOW, stored(before), heard, self.facts)
        while turn.effect is not None:
            effects += 1
            assert effects <= NODES_PER_TURN
            turn = advance(FLOW, stored(turn.session), self.answer(turn.effect), self.facts)
        self.session, self.speech = turn.session, turn.speech
        self.judge(before, still_there=not isinstance(heard, HoldEnded))

    def answer(self, effect: Effect) -> Outcome:
        word = self.choose(EFFECTS[effect.name].outcomes)
        self.last_answer = (effect.name, word)
        known = sayable(self.facts, closed=word == "closed", keyed=str(effect.values.get("digits") or ""))
        request = effect.values.get("request") or "r1"
        return Outcome(word, {**known, "request": request} if word != "stale" else {"request": request})

    def judge(self, before: Session, *, still_there: bool) -> None:
        assert self.speech and isinstance(self.speech[-1], ENDINGS)
        assert self.session.step == before.step + (not before.done)
        if before.holding and still_there:
            assert all(isinstance(verb, ALLOWED_IN_HOLD) for verb in self.speech)
        if isinstance(self.speech[-1], Hangup):
            effect, word = self.last_answer
            assert word in FAREWELLS.get(effect, set()), (effect, word)


@settings(max_examples=120, deadline=None)
@given(st.data(), st.lists(inputs, max_size=60), st.booleans())
def test_any_keys_and_any_answers_cut_nobody_off(data: st.DataObject, pressed: list[Input], withheld: bool) -> None:
    call = Call(lambda words: data.draw(st.sampled_from(words)), withheld=withheld)
    for heard in (Started(), *pressed):
        call.hear(heard)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.lists(inputs, max_size=30), st.booleans())
def test_who_falls_silent_soon_holds_or_has_his_farewell(
    data: st.DataObject, pressed: list[Input], withheld: bool
) -> None:
    call = Call(lambda words: data.draw(st.sampled_from(words)), withheld=withheld)
    for heard in (Started(), *pressed):
        call.hear(heard)
    for _ in range(20):
        if call.session.done or call.session.holding:
            return
        call.hear(HoldEnded() if isinstance(call.speech[-1], LeaveHold) else Keys(""))
    raise AssertionError(f"still asked at {call.session.node}")


def test_a_robot_that_presses_for_ever_ends_in_the_hold() -> None:
    usual = {"check_number": "wrong", "recognise": "none", "offer": "offer"}
    call = Call(lambda words: next((word for word in words if word in usual.values()), words[0]), withheld=True)
    call.hear(Started())
    for key in ("1", "1", "1"):
        call.hear(Keys(key))
    presses = 0
    while not call.session.holding:
        call.hear(Keys("1234567"))
        presses += 1
        assert presses <= TURNS_PER_SESSION
    assert presses > TURNS_PER_SESSION - 10
