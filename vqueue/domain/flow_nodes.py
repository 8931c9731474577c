"""What a flow is made of: prompts, and nodes in three sections (on the call, in the hold, after the hold)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Value = str | int | bool | None


class Section(StrEnum):
    """Where a node's words are spoken. The hold allows fewer verbs."""

    CALL = "call"
    HOLD = "hold"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Audio:
    """A recorded prompt: a name under the service's own audio folder, or an https URL."""

    file: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A prompt in every language, as text with `{argument}` placeholders or as audio; `needs` names the arguments."""

    wording: Mapping[str, str | Audio]
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptLine:
    """Says a prompt; `instead` when an argument is not known; `each`: once in every language of the line."""

    prompt: str
    instead: str | None = None
    each: bool = False


@dataclass(frozen=True, slots=True)
class MusicLine:
    """Plays a file of so many seconds."""

    audio: str
    seconds: int


@dataclass(frozen=True, slots=True)
class PauseLine:
    """Silence, seconds."""

    seconds: int


Line = PromptLine | MusicLine | PauseLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a key leads to."""

    next: str
    sets: Mapping[str, Value] = field(default_factory=dict)
    language: str | None = None
    """Go on in this language; a language the line does not speak makes the key a wrong one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SayNode:
    """Says something, remembers something, goes on."""

    section: Section
    next: str
    lines: tuple[Line, ...] = ()
    sets: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuNode:
    """Asks for one key. `tries`: how often it is asked before `otherwise`, which is every menu's default."""

    section: Section
    lines: tuple[Line, ...]
    choices: Mapping[str, Choice]
    otherwise: str
    tries: int = 2
    timeout_s: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherNode:
    """Asks for digits, ended by #, and remembers them as `into`."""

    section: Section
    lines: tuple[Line, ...]
    into: str
    next: str
    otherwise: str
    shortest: int = 1
    longest: int = 20
    tries: int = 2
    timeout_s: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchNode:
    """Goes where the value of a remembered thing or a fact leads; true and false are `yes` and `no`."""

    section: Section
    on: str
    cases: Mapping[str, str]
    otherwise: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectNode:
    """Asks the service to do something; every word it may answer has its next node."""

    section: Section
    effect: str
    results: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordNode:
    """Records a message and remembers it as `recording`; `otherwise` when nothing was heard."""

    section: Section
    lines: tuple[Line, ...]
    next: str
    otherwise: str
    max_s: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldNode:
    """Enters the hold with the caller's place, joining the line first when he has none."""

    section: Section
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveNode:
    """Leaves the hold; the section `left` speaks next."""

    section: Section
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndNode:
    """Says the last words and ends the call."""

    section: Section
    lines: tuple[Line, ...] = ()


Node = (
    SayNode | MenuNode | GatherNode | BranchNode | EffectNode | RecordNode | HoldNode | LeaveNode | EndNode
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A conversation as data. Its prompts are known outside as `name.key`.

    `safe` is where a conversation goes that has lost its way: never a cut.
    """

    name: str
    version: int
    start: str
    holding: str
    """First node of the hold, and of every new fetch of the wait address after the conversation lost its way there."""
    left: str
    """First node after the hold."""
    safe: str
    silence: str
    """Prompt said when nothing was pressed."""
    wrong: str
    """Prompt said when a key means nothing."""
    languages: tuple[str, ...]
    prompts: Mapping[str, Phrase]
    nodes: Mapping[str, Node]
