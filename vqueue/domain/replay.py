"""What comes of making a promise once more from what was stored with it."""

from dataclasses import dataclass
from enum import StrEnum

from vqueue.domain.promise import Window


class Replayed(StrEnum):
    """Whether the stored inputs give what was spoken."""

    IDENTICAL = "identical"
    DIFFERENT = "different"
    INCOMPLETE = "incomplete"
    """Something it was made from was not stored: nothing can be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """`window` is what the stored inputs give, None where they are incomplete. `differs` names what is not as it was
    when the promise was made: `window` (the inputs give another one), or a field that the journal has otherwise."""

    verdict: Replayed
    window: Window | None = None
    differs: tuple[str, ...] = ()
