"""The learned layer's place: what a roll-forward says of a place goes in, corrected quantiles come out, or nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from vqueue.domain.board import Wait

METHOD = "learned"
MISSING = "model_missing"
"""A model was asked and had no answer: the wait is that of the layer before."""


class Corrector(Protocol):
    """A model fitted on past days. It may know nothing of a queue."""

    @property
    def version(self) -> str:
        """Of the model in use, empty where there is none."""
        ...

    def corrected(self, queue: str, features: Mapping[str, float], wait: Wait) -> tuple[float, ...] | None:
        """P5, P10, P50, P90, P95 and the mean, seconds, from features of the state and the wait of the roll-forward;
        None where the model has no answer. Never raises for odd features."""
        ...


class AsEstimated:
    """Implements Corrector where there is no model: the layer before stands."""

    version = ""

    def corrected(self, queue: str, features: Mapping[str, float], wait: Wait) -> tuple[float, ...] | None:
        return None


def learned(model: Corrector, queue: str, features: Mapping[str, float], wait: Wait) -> Wait:
    """The wait with the model's quantiles, ascending and not negative, its method saying so. Without a model it is the
    wait itself; where there is one without an answer, the wait with the reason `model_missing`."""
    if not model.version or wait.p95_s == float("inf"):
        return wait
    found = model.corrected(queue, features, wait)
    if found is None or len(found) != 6 or any(each != each or each == float("inf") for each in found):
        return replace(wait, reasons=tuple(dict.fromkeys((*wait.reasons, MISSING))))
    p5, p10, p50, p90, p95 = sorted(max(0.0, each) for each in found[:5])
    mean = max(0.0, found[5])
    return replace(wait, method=METHOD, p5_s=p5, p10_s=p10, p50_s=p50, p90_s=p90, p95_s=p95, mean_s=mean)
