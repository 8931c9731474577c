"""A promise made once more from what was stored with it, by the code that speaks: the same inputs, the same window."""

from datetime import datetime, timedelta
from typing import Any

from vqueue.domain.board import Wait
from vqueue.domain.journal import JournalRow
from vqueue.domain.promise import Promise, Window
from vqueue.domain.replay import Replay, Replayed
from vqueue.engine.offer import opening_window, spoken_window

QUANTILES = ("p5", "p10", "p50", "p90", "p95")


def replayed(promise: Promise, journalled: JournalRow | None) -> Replay:
    """`journalled` is what the journal said when it was made (its hash chain guards it); None: no such row is held."""
    window = again(promise)
    differs = () if journalled is None else _altered(promise, journalled)
    if window is not None and window != promise.window:
        differs = ("window", *(name for name in differs if name != "window"))
    if differs:
        return Replay(verdict=Replayed.DIFFERENT, window=window, differs=differs)
    return Replay(verdict=Replayed.INCOMPLETE if window is None else Replayed.IDENTICAL, window=window)


def again(promise: Promise) -> Window | None:
    """The window that its inputs give; None where something is missing among them, or cannot be read."""
    try:
        if promise.method == "slot":
            start = datetime.fromisoformat(promise.inputs["slot_start"])
            return Window(start, start + timedelta(seconds=promise.inputs["slot_s"]))
        if promise.method == "opening":
            inputs = promise.inputs
            opens = datetime.fromisoformat(inputs["opens_at"])
            return opening_window(opens, before=inputs["before"], agents=inputs["team"])
        return _estimated(promise)
    except (KeyError, TypeError, ValueError):
        return None


def _estimated(promise: Promise) -> Window | None:
    """Of the quantiles that were told: the calibrated ones where there are any, else those of the estimate."""
    inputs = promise.inputs
    told = inputs["calibrated_s"] if "level" in inputs else promise.quantiles_s
    p5, p10, p50, p90, p95 = (float(told[name]) for name in QUANTILES)
    wait = Wait(
        as_of=datetime.fromisoformat(inputs["as_of"]),
        method=promise.method,
        mean_s=promise.quantiles_s.get("mean") or 0.0,
        p5_s=p5,
        p10_s=p10,
        p50_s=p50,
        p90_s=p90,
        p95_s=p95,
        level=inputs.get("level"),
    )
    return spoken_window(wait, datetime.fromisoformat(inputs["quoted_at"]), inputs["ring_s"], promise.coverage)


def _altered(promise: Promise, journalled: JournalRow) -> tuple[str, ...]:
    """Fields of the promise that are not as the journal has them, in a fixed order."""
    now: dict[str, Any] = {
        "start": promise.window.start,
        "end": promise.window.end,
        "coverage": promise.coverage,
        "method": promise.method,
        "quantiles_s": dict(promise.quantiles_s),
        "inputs": dict(promise.inputs),
        "rules_version": promise.rules_version,
        "model": promise.model_version,
    }
    said = journalled.data
    was = {name: said.get(name) for name in now} | {"rules_version": journalled.rules_version}
    was |= {name: datetime.fromisoformat(said[name]) for name in ("start", "end") if name in said}
    altered = (name for name in now if now[name] != was[name])
    return tuple(dict.fromkeys("window" if name in ("start", "end") else name for name in altered))
