"""Plots of a run: the line over the day, waits, promised windows against first rings, what agents did."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from vqueue.drawing.report import Plot, Series, Table
from vqueue.engine.hours import Stretch
from vqueue.simulator.run import Outcome
from vqueue.simulator.tally import Ended, Kept, Minute

MOST_POINTS = 600
MOST_WINDOWS = 160
MOST_BARS = 40
STEPS_MIN = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0)
PAUSE_S = 1800.0
"""Where so long nothing was seen the bank was closed: a line ends there and begins anew."""


def plots(outcome: Outcome, zone: ZoneInfo) -> Iterator[Plot]:
    """One for each question that this run answers."""
    tally = outcome.tally
    minutes = list(_of_work(tally.minutes, outcome.days.stretches))
    shown = minutes[:: max(1, len(minutes) // MOST_POINTS)]
    if not shown:
        return
    yield _waiting(shown, zone)
    if tally.ended:
        yield _waits(tally.ended)
    promises = [each for each in tally.promises if not each.booked]
    if promises:
        yield _windows(promises, zone)
    yield _agents(shown, zone)


def _of_work(minutes: Sequence[Minute], stretches: Sequence[Stretch]) -> Iterator[Minute]:
    """While the bank is open and after that until nobody is on the line, from the first customer to the last."""
    spans = [(start.timestamp(), end.timestamp()) for start, end in stretches]
    busy = [each.at for each in minutes if each.holders or each.virtual or each.busy]
    for each in minutes:
        opened = each.holders or each.busy or any(start <= each.at <= end for start, end in spans)
        if opened and busy and busy[0] <= each.at <= busy[-1]:
            yield each


def _waiting(minutes: Sequence[Minute], zone: ZoneInfo) -> Plot:
    longest = max(minutes, key=lambda each: each.holders + each.virtual)
    return _over_time(
        minutes,
        zone,
        title="How many are waiting?",
        unit="",
        found=f"The line was longest at {_clock(longest.at, zone)}: {longest.holders} on the line and "
        f"{longest.virtual} to be called back.",
        reading="Each line is a count at that moment. What rises with the calls and falls again is a peak; what only "
        "rises is a shortage of agents.",
        lines={
            ("to be called back", "accent"): [each.virtual for each in minutes],
            ("on the line", "ink"): [each.holders for each in minutes],
        },
    )


def _agents(minutes: Sequence[Minute], zone: ZoneInfo) -> Plot:
    none_free = sum(each.free == 0 for each in minutes) / len(minutes)
    return _over_time(
        minutes,
        zone,
        title="What do the agents do?",
        unit="",
        found=f"Nobody was ready in {100 * none_free:.0f} % of the time.",
        reading="Busy is talking and wrapping up. Where the dashed line lies at zero whoever comes has to wait.",
        lines={
            ("busy", "accent"): [each.busy for each in minutes],
            ("ready", "dashed"): [each.free for each in minutes],
        },
    )


def _over_time(
    minutes: Sequence[Minute],
    zone: ZoneInfo,
    *,
    title: str,
    unit: str,
    found: str,
    reading: str,
    lines: dict[tuple[str, str], list[int]],
) -> Plot:
    """Counts at these moments, and hour by hour as a table."""
    places: list[int | None] = []
    for n, each in enumerate(minutes):
        places += [None, n] if n and each.at - minutes[n - 1].at > PAUSE_S else [n]
    hourly = range(0, len(minutes), max(1, len(minutes) // 24))
    rows = [(_clock(minutes[n].at, zone), *(str(line[n]) for line in lines.values())) for n in hourly]
    return Plot(
        title=title,
        found=found,
        reading=reading,
        kind="lines",
        time=True,
        unit=unit,
        x=[_moment(minutes[n if n is not None else places[at - 1] or 0].at, zone) for at, n in enumerate(places)],
        series=tuple(
            Series(name=name, style=style, values=[None if n is None else line[n] for n in places])
            for (name, style), line in lines.items()
        ),
        table=Table(title=title, head=("time", *(name for name, _ in lines)), rows=rows),
    )


def _waits(ended: Sequence[Ended]) -> Plot:
    """Bars; what is longer than nine hundred and ninety-five of a thousand stands in the last one."""
    waits = [each.wait_s / 60.0 for each in ended]
    half, most, limit = (float(np.quantile(waits, part)) for part in (0.5, 0.9, 0.995))
    step = next((each for each in STEPS_MIN if limit / each <= MOST_BARS), STEPS_MIN[-1])
    bars = max(1, int(np.ceil(limit / step)))
    counts, _ = np.histogram(np.minimum(waits, bars * step - step / 2), bins=bars, range=(0.0, bars * step))
    words = [f"{n * step:g} to {(n + 1) * step:g} min: {count} customers" for n, count in enumerate(counts)]
    words[-1] = f"{(bars - 1) * step:g} min and longer: {counts[-1]} customers"
    parts = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
    rows = [(f"{100 * part:g} %", f"{float(np.quantile(waits, part)):.1f}") for part in parts]
    return Plot(
        title="How long did customers wait?",
        found=f"Half waited {half:.1f} min at most, nine of ten {most:.1f} min.",
        reading=f"Each bar counts the customers of {step * 60:g} s of waiting; the dashed lines part the halves and "
        "the last tenth.",
        kind="bars",
        numeric=True,
        unit="",
        x=[(n + 0.5) * step for n in range(bars)],
        series=(Series(name="customers, by minutes waited", style="accent", values=counts.tolist(), words=words),),
        marks=((half, "half"), (most, "9 of 10")),
        table=Table(
            title="How long did customers wait?", head=("share of customers", "waited at most, minutes"), rows=rows
        ),
    )


def _windows(promises: Sequence[Kept], zone: ZoneInfo) -> Plot:
    """Each window from its start to its end, minutes after it was promised, and the first ring as a point."""
    shown = promises[:: -(-len(promises) // MOST_WINDOWS)]
    kept = sum(each.kept for each in promises)
    early = sum(each.rang_at is not None and each.rang_at < each.start for each in promises)
    late = len(promises) - kept - early
    of = "" if len(shown) == len(promises) else f" {len(shown)} of {len(promises)} promises are drawn."
    rows = [("inside the window", str(kept)), ("before it", str(early)), ("after it, or never", str(late))]
    return Plot(
        title="Did the telephone ring inside the promised window?",
        found=f"{kept:,} of {len(promises):,} first rings came inside, {early:,} before it, {late:,} after it or "
        "never.",
        reading="Each upright bar is one window, as minutes after the promise; the point is the first ring, a diamond "
        f"where it lies outside.{of}",
        kind="windows",
        time=True,
        unit="min",
        x=[_moment(each.made_at, zone) for each in shown],
        series=(
            _spans(shown),
            _rings(shown, zone, name="rang inside", style="accent", kept=True),
            _rings(shown, zone, name="rang outside", style="act", kept=False),
        ),
        table=Table(
            title="Did the telephone ring inside the promised window?", head=("first ring", "promises"), rows=rows
        ),
    )


def _spans(promises: Sequence[Kept]) -> Series:
    edges = [((each.start - each.made_at) / 60.0, (each.end - each.made_at) / 60.0) for each in promises]
    low, high = [round(start, 1) for start, _ in edges], [round(end, 1) for _, end in edges]
    return Series(name="promised window, minutes after the promise", style="soft", values=low, low=low, high=high)


def _rings(promises: Sequence[Kept], zone: ZoneInfo, *, name: str, style: str, kept: bool) -> Series:
    """Of those that were kept, or were not; None for the others."""
    values = [
        round((each.rang_at - each.made_at) / 60.0, 1) if each.rang_at is not None and each.kept is kept else None
        for each in promises
    ]
    return Series(name=name, style=style, values=values, words=[_told(each, zone) for each in promises])


def _told(each: Kept, zone: ZoneInfo) -> str:
    said = f"promised at {_clock(each.made_at, zone)}: {_clock(each.start, zone)} to {_clock(each.end, zone)}"
    return said if each.rang_at is None else f"{said}; rang at {_clock(each.rang_at, zone)}"


def _moment(seconds: float, zone: ZoneInfo) -> str:
    """The local clock, without its zone: the axis shows what the bank's clock showed."""
    return datetime.fromtimestamp(seconds, zone).replace(tzinfo=None, microsecond=0).isoformat()


def _clock(seconds: float, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(seconds, zone):%H:%M}"
