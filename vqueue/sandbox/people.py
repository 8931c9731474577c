"""Reads the programs of virtual people: how they answer, what they press, how long they wait and talk."""

import random
import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from vqueue.sandbox.reading import Malformed, number_of, object_of, text_of

GREETING = "Hello, this is an answering machine. We cannot take your call. Please leave a message after the tone."


class Manner(Enum):
    """What happens at the far end when the telephone rings."""

    PERSON = "person"
    MACHINE = "machine"
    FAX = "fax"
    NEVER = "never"
    BUSY = "busy"
    DECLINES = "declines"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Span:
    """A duration in business seconds: fixed, or drawn evenly between two bounds."""

    low: float
    high: float

    @classmethod
    def read(cls, value: Any, name: str) -> "Span":
        if isinstance(value, list):
            if len(value) != 2:
                raise Malformed(f"{name} must be a number or [low, high]")
            low, high = (number_of(part, name) for part in value)
            if low > high:
                raise Malformed(f"{name}: low must not exceed high")
            return cls(low, high)
        fixed = number_of(value, name)
        return cls(fixed, fixed)

    def draw(self, chance: random.Random) -> float:
        return self.low if self.low == self.high else chance.uniform(self.low, self.high)

    def as_json(self) -> Any:
        return self.low if self.low == self.high else [self.low, self.high]


@dataclass(frozen=True, slots=True)
class Answers:
    """One way of answering. `verdict` overrules what machine detection says; `error` is a Twilio code with which
    creating the call is refused."""

    manner: Manner = Manner.NEVER
    after: Span = Span(3.0, 3.0)
    greeting: str = GREETING
    records: Span = Span(30.0, 30.0)
    verdict: str | None = None
    error: int | None = None

    @classmethod
    def read(cls, value: Any) -> "Answers":
        if isinstance(value, str):
            return cls(manner=_manner(value))
        known = frozenset({"after_s", "as", "machine", "greeting", "records_s", "verdict", "error"})
        told = object_of(value, "answers", known)
        manner = Manner.MACHINE if told.get("machine") is True else _manner(told.get("as", "person"))
        return cls(
            manner=manner,
            after=Span.read(told.get("after_s", 3.0), "answers.after_s"),
            greeting=text_of(told.get("greeting", GREETING), "answers.greeting"),
            records=Span.read(told.get("records_s", 30.0), "answers.records_s"),
            verdict=None if told.get("verdict") is None else text_of(told["verdict"], "answers.verdict", longest=40),
            error=None if told.get("error") is None else int(number_of(told["error"], "answers.error")),
        )

    def as_json(self) -> Any:
        if self.error is not None:
            return {"error": self.error}
        if self.manner in (Manner.NEVER, Manner.BUSY, Manner.DECLINES, Manner.FAILED):
            return self.manner.value
        told: dict[str, Any] = {"after_s": self.after.as_json()}
        if self.manner is not Manner.PERSON:
            told |= {"as": self.manner.value, "greeting": self.greeting, "records_s": self.records.as_json()}
        if self.verdict is not None:
            told["verdict"] = self.verdict
        return told


def _manner(value: Any) -> Manner:
    try:
        return Manner(value)
    except ValueError:
        raise Malformed("answers must be one of " + ", ".join(manner.value for manner in Manner)) from None


@dataclass(frozen=True, slots=True)
class KeyRule:
    """What to do `after` thinking about something heard: press, say, or hang up."""

    heard: re.Pattern[str]
    press: str = ""
    say: str = ""
    hang_up: bool = False
    after: Span = Span(1.0, 1.0)
    once: bool = False

    @classmethod
    def read(cls, value: Any) -> "KeyRule":
        told = object_of(value, "keys", frozenset({"heard", "press", "say", "hang_up", "after_s", "once"}))
        try:
            heard = re.compile(text_of(told.get("heard"), "keys.heard"), re.IGNORECASE)
        except re.error as error:
            raise Malformed(f"keys.heard is no regular expression: {error}") from None
        press = told.get("press", "")
        if not isinstance(press, str) or not re.fullmatch(r"[0-9*#wWA-D]{0,64}", press):
            raise Malformed("keys.press must be made of 0-9, *, #, and w for half a second")
        rule = cls(
            heard=heard,
            press=press,
            say=str(told.get("say", ""))[:1000],
            hang_up=told.get("hang_up") is True,
            after=Span.read(told.get("after_s", 1.0), "keys.after_s"),
            once=told.get("once") is True,
        )
        if not (rule.press or rule.say or rule.hang_up):
            raise Malformed("keys: give press, say or hang_up")
        return rule

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"heard": self.heard.pattern, "press": self.press, "after_s": self.after.as_json()}
        told["once"] = self.once
        return told | ({"say": self.say} if self.say else {}) | ({"hang_up": True} if self.hang_up else {})


_FIELDS = frozenset(
    {"answers", "keys", "patience_s", "talk_s", "hangs_up_after_s", "message_s", "name", "language", "call_waiting"}
)


@dataclass(frozen=True, slots=True)
class Program:
    """A virtual person. `answers` holds one way for each call in turn; the last is kept."""

    answers: tuple[Answers, ...] = (Answers(),)
    keys: tuple[KeyRule, ...] = ()
    patience: Span | None = None
    talk: Span | None = None
    total: Span | None = None
    message: Span = Span(6.0, 6.0)
    name: str = ""
    language: str = ""
    call_waiting: bool = False

    @classmethod
    def read(cls, value: Any) -> "Program":
        told = object_of(value, "a program", _FIELDS)
        answers = told.get("answers", "never")
        if isinstance(answers, list) and not answers:
            raise Malformed("answers must not be an empty list")
        return cls(
            answers=tuple(Answers.read(way) for way in (answers if isinstance(answers, list) else [answers])),
            keys=read_keys(told.get("keys", [])),
            patience=_span(told, "patience_s"),
            talk=_span(told, "talk_s"),
            total=_span(told, "hangs_up_after_s"),
            message=_span(told, "message_s") or Span(6.0, 6.0),
            name=str(told.get("name", ""))[:200],
            language=str(told.get("language", ""))[:35],
            call_waiting=told.get("call_waiting") is True,
        )

    def with_keys(self, keys: tuple[KeyRule, ...]) -> "Program":
        return replace(self, keys=keys)

    def as_json(self) -> dict[str, Any]:
        ways = [way.as_json() for way in self.answers]
        told: dict[str, Any] = {"answers": ways[0] if len(ways) == 1 else ways}
        told["keys"] = [rule.as_json() for rule in self.keys]
        spans = {"patience_s": self.patience, "talk_s": self.talk, "hangs_up_after_s": self.total}
        told |= {name: span.as_json() for name, span in spans.items() if span is not None}
        told |= {"message_s": self.message.as_json(), "call_waiting": self.call_waiting}
        return told | {"name": self.name, "language": self.language}


def read_keys(value: Any) -> tuple[KeyRule, ...]:
    if not isinstance(value, list) or len(value) > 200:
        raise Malformed("keys must be a list of at most 200 rules")
    return tuple(KeyRule.read(rule) for rule in value)


def _span(told: dict[str, Any], name: str) -> Span | None:
    return None if told.get(name) is None else Span.read(told[name], name)
