"""A conversation as data: the session that survives JSON, what goes in, what comes out, and what may be asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vqueue.domain.flow_nodes import (
    Audio,
    BranchNode,
    Choice,
    EffectNode,
    EndNode,
    Flow,
    GatherNode,
    HoldNode,
    LeaveNode,
    MenuNode,
    Node,
    Phrase,
    RecordNode,
    SayNode,
    Section,
    Value,
)
from vqueue.domain.speech import Pause, Play, Say, Speech
from vqueue.domain.speech_args import Arg, Clock, Day, Digits, Minutes, Position, Text, Window

__all__ = [
    "EFFECTS", "SAYABLE", "Audio", "BranchNode", "Choice", "Effect", "EffectKind", "EffectNode", "Elapsed", "EndNode",
    "Facts", "Flow", "GatherNode", "HoldEnded", "HoldNode", "Input", "Keys", "LeaveNode", "MenuNode", "Node", "Outcome",
    "Phrase", "RecordNode", "Recorded", "SayNode", "Section", "Session", "Started", "Turn", "Value",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One caller's conversation. All of it survives JSON (`vqueue.domain.speech_json`).

    `step` grows by one with every speech given; a URL carries it, so a repeated input is recognised.
    """

    id: str
    flow: str
    node: str
    step: int = 0
    language: str = "en"
    vars: Mapping[str, Value] = field(default_factory=dict, repr=False)
    """What the flow remembers (choices, keyed digits). Sealed at rest, never in a repr."""
    args: Mapping[str, Arg] = field(default_factory=dict, repr=False)
    """What outcomes gave to be said: a repeated question quotes the same window."""
    pending: tuple[Say | Play | Pause, ...] = field(default=(), repr=False)
    """Said with the next speech: an effect stands between the words and their question."""
    holding: bool = False
    """The caller is in the hold: the wait address speaks, and only a few verbs are allowed."""
    hold_step: int | None = None
    """Step of the hold's left address while that is still to be asked; one with another step is a repetition."""
    asked: bool = False
    """The node has given its question or its effect, and the next input answers it."""
    tries: int = 0
    """Wrong or missing inputs at this node."""
    ran: int = 0
    """Nodes run since the last speech."""
    turns: int = 0
    """Inputs of the caller so far; in the hold only keys count."""
    done: bool = False


@dataclass(frozen=True, slots=True)
class Started:
    """The call has just arrived."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What was pressed; empty means nothing was."""

    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The previous speech ended by itself (a redirect, a first fetch of the wait address, an empty recording)."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A message was recorded; `audio` is where the network keeps it."""

    audio: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HoldEnded:
    """The hold is over, for whatever reason: the left address is asked. The flow finds out what is true now."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to the effect the script asked for: a word the flow branches on, and values it remembers.

    Plain values go to the session's `vars`, values to be said to its `args`; None forgets.
    """

    word: str
    values: Mapping[str, Value | Arg] = field(default_factory=dict, repr=False)


Input = Started | Keys | Elapsed | Recorded | HoldEnded | Outcome


@dataclass(frozen=True, slots=True)
class Effect:
    """Something the script cannot do itself: a name from `EFFECTS`, with the remembered values it needs."""

    name: str
    values: Mapping[str, Value] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectKind:
    """One entry of the catalogue: what it is for, what it needs, which words may come back, what they let be said."""

    purpose: str
    needs: tuple[str, ...]
    outcomes: tuple[str, ...]
    says: tuple[str, ...] = ()


def _kind(purpose: str, needs: str, outcomes: str, says: str = "") -> EffectKind:
    return EffectKind(
        purpose=purpose, needs=tuple(needs.split()), outcomes=tuple(outcomes.split()), says=tuple(says.split())
    )


EFFECTS: Mapping[str, EffectKind] = {
    "recognise": _kind(
        "Is there an open request of the caller's number? `open` gives `request`; so does `expected`, where he said "
        "in the app that he would ring.",
        "queue",
        "none open expected",
        "window position slot",
    ),
    "check_code": _kind(
        "Is the keyed `code` one that the app showed? `open` gives `request`; after `over` no code helps any more.",
        "code",
        "open wrong over gone",
        "window position",
    ),
    "offer": _kind(
        "The wait in the chosen queue and what may be chosen. Where it is no callback, why: `full` no more are taken, "
        "`too_long` or `uncertain` no time can be promised, `too_late` closing comes before the turn (`later`: when he "
        "can be called after the next opening), `not_now` else.",
        "queue topic",
        "offer short stale closed full too_long uncertain too_late not_now",
        "announcement window wait position opens opens_day closes slot later",
    ),
    "next_slots": _kind(
        "The next three free times that begin after `after` (absent: the first ones); gives `after`, and `time1` to "
        "`time3`. `more`: there are later ones, `last`: there are none, `none`: there is none at all.",
        "queue request number after",
        "more last none",
        "slot1 slot2 slot3",
    ),
    "book": _kind(
        "Book the time that was chosen (`slot`: 1, 2, 3), or move the open `request` to it; without `number` to the "
        "number the call came from. `kept` gives `request`.",
        "request queue topic number slot time1 time2 time3",
        "kept taken agent_coming already_open refused unavailable",
        "slot window ending",
    ),
    "check_number": _kind(
        "May the keyed digits be called? `fine` gives `number` (E.164) and `phone` to read back.",
        "queue digits",
        "fine wrong refused",
        "phone",
    ),
    "request_callback": _kind(
        "Keep the place and promise; without `number` to the number the call came from. `kept` gives `request`.",
        "queue topic number hours",
        "kept already_open refused unavailable",
        "window ending",
    ),
    "hold": _kind(
        "Join the line on the line; gives `request`. A hold node asks for it when the caller has no place yet.",
        "queue topic",
        "holding",
        "window position",
    ),
    "switch": _kind(
        "From the hold to a callback; without `number` to the number the call came from.",
        "request number hours",
        "kept agent_coming already_open refused unavailable",
        "window ending",
    ),
    "message": _kind(
        "Leave a message. In the hold: park the place, so that nobody is sent to a line that records. After the "
        "recording (`recording` is absent when nothing was heard): keep it.",
        "request queue topic recording",
        "kept agent_coming",
        "opens opens_day",
    ),
    "keep": _kind("The open request stays as it is.", "request", "done agent_coming gone", "window"),
    "cancel": _kind("The open request is cancelled.", "request", "done agent_coming gone"),
    "take_hold": _kind("The open request's place goes into the hold.", "request", "done agent_coming gone", "position"),
    "hold_news": _kind(
        "Place and window of a holder now.",
        "request",
        "fresh stale closing coming",
        "window position closes opens opens_day slot",
    ),
    "after_hold": _kind(
        "The hold has ended: where the request stands now.",
        "request",
        "holding promised talked message cancelled",
        "window ending",
    ),
}
"""Everything a flow may ask of the service, by name."""

SAYABLE: Mapping[str, type[Arg]] = {
    "bank": Text,
    "queue": Text,
    "time": Clock,
    "window": Window,
    "wait": Minutes,
    "position": Position,
    "phone": Digits,
    "ending": Digits,
    "slot": Window,
    "later": Window,
    "slot1": Window,
    "slot2": Window,
    "slot3": Window,
    "closes": Clock,
    "opens": Clock,
    "opens_day": Day,
    "announcement": Text,
}
"""What a flow's prompts may be filled with, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What nodes may branch on and prompts may say, as it is at this input.

    Branches read, in this order: the session's vars, `open`, `caller_known`, `many_languages`, `language`, and plain
    `values`. Prompts read the session's args, `values`, and two made here: `queue` (its name) and `time`.
    """

    now: datetime
    zone: str
    languages: tuple[str, ...]
    """Spoken on this line, its own first."""
    queue_names: Mapping[str, str] = field(default_factory=dict)
    """The chosen queue's name by language."""
    open: bool = True
    caller_known: bool = True
    """The call shows a number; a caller who withholds his must key one."""
    values: Mapping[str, Value | Arg] = field(default_factory=dict, repr=False)

    def branch(self, name: str, language: str) -> Value:
        """The fact by name, None when there is none."""
        match name:
            case "open":
                return self.open
            case "caller_known":
                return self.caller_known
            case "many_languages":
                return len(self.languages) > 1
            case "language":
                return language
        value = self.values.get(name)
        return value if value is None or isinstance(value, str | int | bool) else None

    def arg(self, name: str, language: str) -> Arg | None:
        """What may be said under this name, None when it is not known."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, str | int | bool):
            return value
        if name == "queue" and self.queue_names:
            return Text(self.queue_names.get(language) or next(iter(self.queue_names.values())))
        return Clock(self.now, self.zone) if name == "time" else None


@dataclass(frozen=True, slots=True)
class Turn:
    """What one step of the script gives: the session after it, and either a speech or an effect to carry out."""

    session: Session
    speech: Speech = ()
    effect: Effect | None = None
