"""What was seen when the doctor looked: plain values, so that judging them needs no world."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFacts:
    """`differences` from the tables this program expects; `skew_s`: its clock minus ours, None where it is the same."""

    kind: str
    reason: str = ""
    """Why it could not be asked; "" when it was."""
    empty: bool = False
    differences: tuple[str, ...] = ()
    skew_s: float | None = None
    queues: int = 0
    countries: tuple[str, ...] = ()
    """All that the queues' rules let be called."""
    languages: tuple[str, ...] = ()
    """All that the queues' rules speak."""
    sealed: int = 0
    opened: int = 0
    """How many stored secrets were tried with the keys, and how many of them opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer, or why there was none. `skew_s`: the other side's clock minus ours, by its Date header."""

    status: int = 0
    reason: str = ""
    text: str = ""
    skew_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFacts:
    """How the bank's number is set up at the provider; `known` is False when the account does not own it."""

    answer: Answer
    known: bool = False
    voice_url: str = ""
    voice_method: str = ""
    fallback_url: str = ""
    status_url: str = ""
    diverted: str = ""
    """A trunk or application that the provider uses instead of the URLs."""
    voice: bool = True
    sms: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFacts:
    """`closed`: countries that may not be dialled; `unknown`: those the provider did not answer for."""

    account: Answer
    account_status: str = ""
    account_type: str = ""
    number: NumberFacts | None = None
    closed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskFacts:
    """Bytes of the file system that holds the data directory."""

    folder: str
    free: int
    total: int
    writable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisFacts:
    """`reason`: why it did not answer; "" when it did, after `seconds`."""

    seconds: float = 0.0
    reason: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything. None for what was not looked at because it is not set up."""

    database: DatabaseFacts
    public: Answer
    provider: ProviderFacts | None
    disk: DiskFacts
    open_files: int
    """Files and connections one process may hold open, as far as `serve` may raise it itself."""
    redis: RedisFacts | None = None
    voices: tuple[tuple[str, str], ...] = field(default=())
    """(locale tag, voice) that the bank speaks with."""
