"""What the bank's line does next, in the words of the trade; the edge says it in the provider's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from vqueue.domain.phone import Phone
from vqueue.domain.speech_args import Arg

Place = Literal[
    "session", "wait", "left", "recorded",
    "answer", "key", "screen", "screen-key", "dialed", "joined", "status", "amd", "standing", "accepted",
    "bring", "meet", "met",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """An address of ours that the network asks next: `/voice/{place}/{key}/{step}` (no step when it is None)."""

    place: Place
    key: str
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """Words by key with typed arguments; a flow's own prompts are `flow.name`, the house's `area.name`."""

    key: str
    args: Mapping[str, Arg] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Say:
    """Prompts said in one language."""

    prompts: tuple[Prompt, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Play:
    """An audio file: a name under the service's own audio folder, or an https URL."""

    audio: str
    loop: int = 1


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence, seconds."""

    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Say `content`, listen for keys; any key interrupts. Without, the next verb follows, or `then` if `empty_too`."""

    content: tuple["Say | Play | Pause", ...]
    then: Target
    digits: int | None = 1
    finish: str = "#"
    timeout_s: int = 5
    empty_too: bool = True


@dataclass(frozen=True, slots=True)
class Goto:
    """Go on at another address."""

    to: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterHold:
    """Hold in the request's own queue `vq-<request>`; `wait` speaks while holding, `left` is asked when it ends."""

    request: str
    wait: Target
    left: Target


@dataclass(frozen=True, slots=True)
class LeaveHold:
    """Leave the hold; the `left` address speaks next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Record a message of at most `max_s` seconds, ended by # or silence."""

    max_s: int
    then: Target
    status: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DialHolder:
    """Connect this agent's call to the caller who holds as `request`; `joined` is fetched on his side first."""

    request: str
    action: Target
    joined: Target
    timeout_s: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DialCustomer:
    """Ring the customer from this agent's call; `screen` runs on the customer's side before connection."""

    phone: Phone
    caller_id: str
    ring_s: int
    time_limit_s: int
    action: Target
    screen: Target
    status: Target
    amd: Target | None = None


@dataclass(frozen=True, slots=True)
class Hangup:
    """End this call."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """An empty document: the call goes on as it is (after a screen: the parties are connected)."""


Verb = Say | Play | Pause | Ask | Goto | EnterHold | LeaveHold | Record | DialHolder | DialCustomer | Hangup | Nothing
Speech = tuple[Verb, ...]
