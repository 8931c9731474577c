"""Promises against what happened: what was told, when it rang, and what the stored inputs give once more."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, assert_never

from vqueue.domain.promise import Promise
from vqueue.domain.replay import Replay, Replayed
from vqueue.domain.speech_args import Number, Text
from vqueue.domain.speech_args import Window as Told
from vqueue.ports.reports import Fate, fate
from vqueue.web.console.figures import NBSP, NONE, code, edges, hits, length
from vqueue.web.console.moments import dated, dated_edges
from vqueue.web.console.sentences import Words
from vqueue.web.desk.bar import NARROW, WIDE, PromiseBar, promise_bar
from vqueue.web.pages import Say

_ICONS = {"kept": "fine", "open": "clock", "withdrawn": "leave"}
_TONES = {"kept": "good", "open": "info", "withdrawn": ""}
_REPLAYED = {
    Replayed.IDENTICAL: ("good", "fine"),
    Replayed.DIFFERENT: ("act", "act"),
    Replayed.INCOMPLETE: ("", "dot"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A state in words, its icon and tone."""

    text: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseLine:
    """One promise as it stands on a page. `off` says by how much the first ring missed the window."""

    id: str
    request: str
    code: str
    queue: str
    channel: str
    made: str
    window: tuple[str, str]
    coverage: str
    width: str
    ring: str
    came: Tag
    off: str
    replay: Tag
    differs: str
    rests: str
    inputs: tuple[tuple[str, str], ...]


def lines_of(promise: Promise, replay: Replay, words: Words, *, queue: str = "") -> PromiseLine:
    say, (hit, total) = words.say, hits(promise.coverage)
    return PromiseLine(
        id=promise.id,
        request=promise.request,
        code=code(promise.request),
        queue=queue,
        channel=say(f"channel.{promise.channel}"),
        made=dated(promise.made_at, words),
        window=dated_edges(promise.window, words),
        coverage=say("ledger_page.coverage", hits=Number(hit), total=Number(total)),
        width=whole_minutes(promise.window.end - promise.window.start, words.say),
        ring=dated(promise.first_ring_at, words) if promise.first_ring_at else NONE,
        came=came(promise, words),
        off=_off(promise, words),
        replay=_replay(replay, words),
        differs=", ".join(say(f"ledger_page.differs_{name}") for name in replay.differs),
        rests=say(
            "ledger_page.rests", words=Text(say(f"estimate.{promise.method}")), count=Number(promise.rules_version)
        ),
        inputs=_inputs(promise, replay),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The promise bar in two widths, told in `label`; `marks` are the words below it."""

    bars: tuple[PromiseBar, ...]
    label: str
    marks: Mapping[str, str]


def drawn(asked: datetime, promise: Promise, words: Words, *, mirrored: bool) -> Drawn:
    """To the minute, so that it stands still; up to the first ring where there was one."""
    say, window, rang = words.say, promise.window, promise.first_ring_at
    at = (rang or words.now).replace(second=0, microsecond=0)
    first, last = edges(window, words.zone)
    told = say(
        "console.bar_rang" if rang else "desk.bar_label",
        asked=words.clock(asked),
        window=Told(window.start, window.end, words.zone),
        at=words.clock(at),
    )
    return Drawn(
        bars=tuple(promise_bar(asked, window, at, width=width, mirrored=mirrored) for width in (WIDE, NARROW)),
        label=told,
        marks={
            "asked": say("desk.mark_asked", at=words.clock(asked)),
            "start": first,
            "end": last,
            "now": say("console.mark_rang" if rang else "desk.mark_now", at=words.clock(at)),
        },
    )


def whole_minutes(span: timedelta, say: Say) -> str:
    """18 min: how wide a window is, which is no moment."""
    return f"{math.ceil(span.total_seconds() / 60)}{NBSP}{say('rule_value.minutes')}"


def came(promise: Promise, words: Words) -> Tag:
    """What came of it."""
    name = _fate(promise)
    return Tag(
        text=words.say(f"ledger_page.fate_{name}"), icon=_ICONS.get(name, "watch"), tone=_TONES.get(name, "watch")
    )


def _fate(promise: Promise) -> str:
    """A broken promise is early, late, or one that could not be kept."""
    match fate(promise):
        case Fate.BROKEN:
            ring = promise.first_ring_at
            if ring is None:
                return "late" if promise.outcome == "late" else "failed"
            return "early" if ring < promise.window.start else "late"
        case Fate.KEPT | Fate.OPEN | Fate.WITHDRAWN as settled:
            return settled.value
        case never:
            assert_never(never)


def _off(promise: Promise, words: Words) -> str:
    ring, window = promise.first_ring_at, promise.window
    if ring is None or window.holds(ring):
        return ""
    early = ring < window.start
    by = window.start - ring if early else ring - window.end
    return words.say("ledger_page.before" if early else "ledger_page.after", words=Text(length(by)))


def _replay(replay: Replay, words: Words) -> Tag:
    tone, icon = _REPLAYED[replay.verdict]
    return Tag(text=words.say(f"ledger_page.replay_{replay.verdict}"), icon=icon, tone=tone)


def _inputs(promise: Promise, replay: Replay) -> tuple[tuple[str, str], ...]:
    """What it was made from, what was said, and what comes of it once more; as the ledger keeps them."""
    given: dict[str, Any] = {"quantiles_s": dict(promise.quantiles_s), **promise.inputs}
    for name, window in (("spoken", promise.window), ("replayed", replay.window)):
        if window is not None:
            given[name] = {"from": window.start.isoformat(), "to": window.end.isoformat()}
    return tuple(pair for name, value in given.items() for pair in _pairs(name, value))


def _pairs(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for inner, each in value.items():
            yield from _pairs(f"{name}.{inner}", each)
    else:
        yield name, f"{value:g}" if isinstance(value, float) else str(value)
