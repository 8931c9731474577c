"""Plays a flow without a telephone or a bank: what is said and done for the keys a caller presses."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from vqueue.domain.flow import Audio, Effect, Elapsed, Facts, HoldEnded, Input, Keys, Recorded, Session, Started, Turn
from vqueue.domain.speech import Ask, EnterHold, Goto, Hangup, LeaveHold, Play, Record, Say, Speech, Verb
from vqueue.domain.speech_json import session_from_json, session_to_json, speech_from_json, speech_to_json
from vqueue.engine.script import advance, begin
from vqueue.flows.book import FlowBook
from vqueue.flows.pretending import Pretence

SILENCE, MESSAGE, AGENT = "-", "m", "a"
"""What a caller may do besides pressing keys: nothing, speak a message, be taken from the hold by an agent."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a transcript. `who`: caller, does (an effect and its outcome), says, plays, listens, line."""

    who: str
    text: str
    language: str = ""


@dataclass
class Rehearsal:
    """One pretended call. The session and the speech go through JSON at every input, as in service."""

    book: FlowBook
    facts: Facts
    pretence: Pretence
    session: Session
    speech: Speech = ()
    said: list[Moment] = field(default_factory=list)

    @classmethod
    def of(cls, book: FlowBook, flow: str, *, facts: Facts, pretence: Pretence, language: str) -> "Rehearsal":
        """A call that has just arrived; its first words are in `said`."""
        first = begin(book.flow(flow), session_id="rehearsal", language=language, values={"queue": "general"})
        call = cls(book, facts, pretence, first)
        call._hear(Started())
        return call

    @property
    def over(self) -> bool:
        return self.session.done

    @property
    def holding(self) -> bool:
        return self.session.holding

    @property
    def awaits(self) -> Ask | Record | None:
        """What the caller is asked for now."""
        return next((verb for verb in self.speech if isinstance(verb, Ask | Record)), None)

    def do(self, token: str) -> None:
        """The caller presses these keys or does one of `SILENCE`, `MESSAGE`, `AGENT`; after the end nothing happens."""
        if self.over:
            return
        self.said.append(Moment("caller", _deed(token)))
        match token:
            case "-":
                self._hear(Keys("") if isinstance(self.awaits, Ask) else Elapsed())
            case "m":
                self._hear(Recorded("message.wav") if isinstance(self.awaits, Record) else Keys(""))
            case "a":
                self.pretence.taken = self.holding
                self._hear(HoldEnded() if self.holding else Keys(""))
            case _:
                self._hear(Keys(token))

    def _hear(self, heard: Input) -> None:
        following: Input | None = heard
        while following is not None:
            turn = self._turn(following)
            self.speech = speech_from_json(json.loads(json.dumps(speech_to_json(turn.speech))))
            self.said.extend(self._moments(self.speech))
            following = _goes_on(self.speech)

    def _turn(self, heard: Input) -> Turn:
        flow = self.book.flow(self.session.flow)
        turn = advance(flow, self._stored(self.session), heard, self.facts)
        while turn.effect is not None:
            outcome = self.pretence.answer(turn.effect, self.facts)
            self.said.append(Moment("does", f"{_called(turn.effect)} → {outcome.word}"))
            turn = advance(flow, self._stored(turn.session), outcome, self.facts)
        self.session = turn.session
        return turn

    def _stored(self, session: Session) -> Session:
        return session_from_json(json.loads(json.dumps(session_to_json(session))))

    def _moments(self, speech: Sequence[Verb]) -> Iterator[Moment]:
        for verb in speech:
            match verb:
                case Ask():
                    yield from self._moments(verb.content)
                    yield Moment("listens", f"{verb.digits or 'any'} key(s), {verb.timeout_s} s")
                case Say():
                    yield from self._sentences(verb)
                case Play():
                    yield Moment("plays", verb.audio)
                case Record():
                    yield Moment("listens", f"a message, {verb.max_s} s")
                case EnterHold():
                    yield Moment("line", "enters the hold")
                case LeaveHold():
                    yield Moment("line", "leaves the hold")
                case Hangup():
                    yield Moment("line", "the call ends")
                case _:
                    continue

    def _sentences(self, say: Say) -> Iterator[Moment]:
        for prompt in say.prompts:
            phrase = self.book.phrase(prompt.key, prompt.args, say.language)
            match phrase:
                case Audio(file):
                    yield Moment("plays", file, say.language)
                case str():
                    yield Moment("says", phrase, say.language)
                case _:
                    assert_never(phrase)


def _deed(token: str) -> str:
    deeds = {SILENCE: "does nothing", MESSAGE: "speaks a message", AGENT: "is taken by an agent, and they talk"}
    return deeds.get(token, f"presses {token}")


def _called(effect: Effect) -> str:
    given = ", ".join(f"{name}={value}" for name, value in effect.values.items() if value is not None)
    return f"{effect.name}({given})"


def _goes_on(speech: Speech) -> Input | None:
    """What the network brings by itself after these words."""
    last = speech[-1]
    if isinstance(last, LeaveHold):
        return HoldEnded()
    if isinstance(last, EnterHold) or (isinstance(last, Goto) and not any(isinstance(verb, Record) for verb in speech)):
        return Elapsed()
    return None
