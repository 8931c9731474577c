"""Where parts say what they did, to be counted; what the counting is made of is nobody's business."""

from typing import Protocol


class Meter(Protocol):
    """Takes notes and never fails. Labels are words of a fixed list, never a number, a token or an id."""

    def transaction(self, kind: str, *, seconds: float, result: str) -> None:
        """An op ran: `write` or `read`, wall seconds; `done`, `refused` or `failed`."""
        ...

    def placed(self, what: str, outcome: str) -> None:
        """The provider answered for a `call` or a `message`: `placed`, `refused`, `limited`, `doubtful`."""
        ...

    def round(self, job: str, *, seconds: float, failed: bool) -> None:
        """A round of housekeeping or of a loop ended, wall seconds."""
        ...

    def lag(self, seconds: float) -> None:
        """How much later than asked the event loop came back."""
        ...

    def lead(self, epoch: int | None) -> None:
        """Which lease this process holds; None for none."""
        ...


class NoMeter:
    """Counts nothing."""

    def transaction(self, kind: str, *, seconds: float, result: str) -> None:
        return

    def placed(self, what: str, outcome: str) -> None:
        return

    def round(self, job: str, *, seconds: float, failed: bool) -> None:
        return

    def lag(self, seconds: float) -> None:
        return

    def lead(self, epoch: int | None) -> None:
        return
