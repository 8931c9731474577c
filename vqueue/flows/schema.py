"""What a flow file looks like: the shape of its YAML, each field with its bounds."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Key = Annotated[str, BeforeValidator(str), Field(pattern=r"^[0-9*]$")]
Scalar = str | int | bool | None


def _word(value: object) -> object:
    """YAML reads a bare `yes` as true; a case says the word."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, int) else value


Word = Annotated[str, BeforeValidator(_word)]


class Shape(BaseModel):
    """Unknown fields are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PromptLine(Shape):
    """A prompt to say; `instead` is said when one of its arguments is not known; `each`: in every language."""

    prompt: Name
    instead: Name | None = None
    each: bool = False


class MusicLine(Shape):
    """A file to play and how long it lasts."""

    play: str
    seconds: int = Field(ge=1, le=3600)


class PauseLine(Shape):
    """Silence, seconds."""

    pause: int = Field(ge=1, le=60)


Lines = list[Name | PromptLine | MusicLine | PauseLine]


class Choice(Shape):
    """What a key leads to; written as the next node alone where nothing else happens."""

    next: Name
    set: dict[Name, Scalar] = {}
    language: str | None = None


class Say(Shape):
    """Says something, remembers something, goes on."""

    kind: Literal["say"]
    say: Lines = []
    set: dict[Name, Scalar] = {}
    next: Name


class Menu(Shape):
    """Asks for one key."""

    kind: Literal["menu"]
    say: Lines
    keys: dict[Key, Name | Choice] = Field(min_length=1)
    otherwise: Name | None = None
    tries: int = Field(2, ge=1, le=5)
    timeout_s: int = Field(6, ge=1, le=30)


class Digits(Shape):
    """How many digits are keyed."""

    min: int = Field(1, ge=1, le=30)
    max: int = Field(20, ge=1, le=30)


class Gather(Shape):
    """Asks for digits, ended by #."""

    kind: Literal["gather"]
    say: Lines
    into: Name
    digits: Digits = Digits()
    next: Name
    otherwise: Name | None = None
    tries: int = Field(2, ge=1, le=5)
    timeout_s: int = Field(8, ge=1, le=30)


class Branch(Shape):
    """Goes where a remembered thing or a fact leads."""

    kind: Literal["branch"]
    on: Name
    cases: dict[Word, Name]
    otherwise: Name


class Effect(Shape):
    """Asks the service to do something."""

    kind: Literal["effect"]
    do: Name
    results: dict[Word, Name]


class Record(Shape):
    """Records a message."""

    kind: Literal["record"]
    say: Lines = []
    max_s: int = Field(120, ge=10, le=600)
    next: Name
    otherwise: Name


class Hold(Shape):
    """Enters the hold."""

    kind: Literal["hold"]
    say: Lines = []


class Leave(Shape):
    """Leaves the hold."""

    kind: Literal["leave"]
    say: Lines = []


class End(Shape):
    """Says the last words and ends the call."""

    kind: Literal["end"]
    say: Lines = []


AnyNode = Annotated[
    Say | Menu | Gather | Branch | Effect | Record | Hold | Leave | End,
    Field(discriminator="kind"),
]


class Sections(Shape):
    """Nodes by where they are spoken: on the call, in the hold, after the hold."""

    call: dict[Name, AnyNode]
    hold: dict[Name, AnyNode] = {}
    left: dict[Name, AnyNode] = {}


class Recording(Shape):
    """A prompt as audio: a file for each language."""

    audio: dict[str, str]


class FlowFile(Shape):
    """A whole flow."""

    flow: Name
    version: int = Field(ge=1)
    languages: list[str] = Field(min_length=1)
    start: Name
    holding: Name
    left: Name
    safe: Name
    silence: Name
    wrong: Name
    prompts: dict[Name, dict[str, str] | Recording]
    nodes: Sections
