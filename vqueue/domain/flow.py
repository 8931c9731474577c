"""A conversation as data: the checked flow, the session that survives JSON, what goes in and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vqueue.domain.speech import Speech

Value = str | int | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One caller's conversation. All of it is JSON: `vars` hold plain values only.

    `step` grows by one with every speech given; a URL carries it, so a repeated input is recognised.
    """

    id: str
    flow: str
    node: str
    step: int = 0
    language: str = "en"
    vars: Mapping[str, Value] = field(default_factory=dict)
    """What the flow remembers (choices, keyed digits). Sealed at rest."""
    tries: int = 0
    """Wrong or missing inputs at this node."""
    turns: int = 0
    done: bool = False


@dataclass(frozen=True, slots=True)
class Started:
    """The call has just arrived."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What was pressed; empty means nothing was."""

    digits: str


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The previous speech ended by itself (a redirect, a piece of music)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to the effect the script asked for: a word the flow branches on, and values it remembers."""

    word: str
    values: Mapping[str, Any] = field(default_factory=dict)


Input = Started | Keys | Elapsed | Outcome


@dataclass(frozen=True, slots=True)
class Effect:
    """Something the script cannot do itself: `name` from the catalogue below, with the values it needs.

    recognise: is there an open request of this number? → `none` | `open`
    offer(queue): the wait and what may be chosen → `offer` | `short` | `stale` | `closed` | `full`
    check_number(digits): may this number be called → `fine` | `wrong` | `refused`
    request_callback: keep the place and promise → `kept` | `already_open` | `refused` | `unavailable`
    hold: join the line → `holding`
    switch: from hold to callback → `kept` | `agent_coming` | `refused` | `unavailable`
    message: leave a message → `kept`
    keep | cancel | take_hold: what to do with the open request → `done` | `agent_coming` | `gone`
    hold_news: place and window now → `fresh` | `stale` | `closing` | `coming`
    """

    name: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one step of the script gives: the session after it, and either a speech or an effect to carry out."""

    session: Session
    speech: Speech = ()
    effect: Effect | None = None
