"""Decides, by share and seed, which request of the network goes wrong and how."""

import random
from dataclasses import dataclass, field
from typing import Any

from vqueue.sandbox.reading import Malformed, number_of, whole_of

PLACES = ("create_call", "status", "fetch")
DEEDS = (
    "error_500_before",
    "error_500_after",
    "reset_before",
    "reset_after",
    "429",
    "delay_ring",
    "lose",
    "double",
    "reorder",
    "delay",
)


@dataclass(slots=True)
class Fault:
    """`share` of the requests at `on` suffer `do`; after `count` of them (if given) the fault is spent."""

    on: str
    do: str
    share: float = 1.0
    seconds: float = 5.0
    retry_after: int = 1
    count: int | None = None
    number: str | None = None

    @classmethod
    def read(cls, value: Any) -> "Fault":
        if not isinstance(value, dict):
            raise Malformed("a fault is an object")
        unknown = set(value) - {"on", "do", "share", "seconds", "retry_after", "count", "number"}
        if unknown:
            raise Malformed(f"unknown field {sorted(unknown)[0]} in a fault")
        if value.get("on") not in PLACES:
            raise Malformed(f"on must be one of {', '.join(PLACES)}")
        if str(value.get("do")) not in DEEDS:
            raise Malformed(f"do must be one of {', '.join(DEEDS)}")
        return cls(
            on=value["on"],
            do=str(value["do"]),
            share=number_of(value.get("share", 1.0), "share", low=0, high=1),
            seconds=number_of(value.get("seconds", 5.0), "seconds", low=0, high=86_400),
            retry_after=whole_of(value.get("retry_after", 1), "retry_after", low=0, high=86_400),
            count=None if value.get("count") is None else whole_of(value["count"], "count", low=1),
            number=value.get("number"),
        )

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"on": self.on, "do": self.do, "share": self.share, "seconds": self.seconds}
        told["retry_after"] = self.retry_after
        if self.count is not None:
            told["count"] = self.count
        if self.number is not None:
            told["number"] = self.number
        return told


@dataclass(slots=True)
class Faults:
    """The faults in force."""

    chance: random.Random
    faults: list[Fault] = field(default_factory=list)

    def draw(self, on: str, *, number: str | None = None, among: tuple[str, ...] = DEEDS) -> Fault | None:
        """The fault this request suffers, if any; one at most."""
        for fault in self.faults:
            if fault.on != on or fault.do not in among or (fault.number and fault.number != number):
                continue
            if fault.count == 0 or self.chance.random() >= fault.share:
                continue
            if fault.count is not None:
                fault.count -= 1
            return fault
        return None
