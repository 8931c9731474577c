"""One page about one run: whether what was promised held, the figures, and plots."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from vqueue.domain.rules import Rules
from vqueue.drawing import report
from vqueue.drawing.report import Glance, Report, Table, Tone
from vqueue.simulator.plots import plots
from vqueue.simulator.run import Outcome

FEWEST_PROMISES = 30
"""With fewer it is not said whether they hold."""


def page(name: str, rules: Rules, outcome: Outcome) -> str:
    """The whole document; `rules` are those that were in force."""
    told, goal = outcome.figures, rules.deadlines.coverage
    held = _held(told, goal)
    zone = ZoneInfo(rules.hours.zone)
    days = sorted({datetime.fromtimestamp(moment, zone).date() for moment in outcome.days.arrivals.tolist()})
    return report.page(
        Report(
            title=f"{name}: simulated" if not name.endswith("simulated") else name,
            about=f"{_days(len(days))} from {days[0]:%-d %B %Y}, {zone.key}, seed {told['seed']}: "
            f"{told['customers']:,} customers, served by the code that runs live."
            if days
            else "Nobody called.",
            verdict=_verdict(told, goal),
            tone=_tone(told, held),
            glances=tuple(_glances(told, goal, held)),
            plots=tuple(plots(outcome, zone)),
            tables=(Table(title="All figures", head=("figure", "value"), rows=rows(told)),),
        )
    )


def _days(count: int) -> str:
    return "One day" if count == 1 else f"{count} days"


def _held(told: dict[str, Any], goal: float) -> bool | None:
    """Whether the promises held; None when there were too few to say."""
    promises = told["promises"]
    return None if promises["made"] < FEWEST_PROMISES else promises["coverage"] >= goal


def _tone(told: dict[str, Any], held: bool | None) -> Tone:
    if held is False or told["inversions"]:
        return Tone.WATCH
    return Tone.PLAIN if held is None else Tone.FINE


def _verdict(told: dict[str, Any], goal: float) -> str:
    """The run in two sentences: were promises kept, and what was the wait."""
    promises, wait = told["promises"], told["wait_s"]
    said = []
    match _held(told, goal):
        case None:
            said.append(f"{promises['made']:,} promises fell due: too few to judge.")
        case held:
            word = "kept" if held else "not kept often enough"
            said.append(f"Promises were {word}: {share(promises['coverage'])} of {promises['made']:,} first rings came "
                        f"inside the window, the goal is {share(goal)}.")  # fmt: skip
    if wait["mean"] is not None:
        said.append(f"Customers waited {minutes(wait['mean'])} on average, nine of ten at most {minutes(wait['p90'])}.")
    if told["inversions"]:
        said.append(f"{told['inversions']:,} pairs were served out of their order.")
    return " ".join(said)


def _glances(told: dict[str, Any], goal: float, held: bool | None) -> Iterator[Glance]:
    wait, promises, level = told["wait_s"], told["promises"], told["service_level"]
    tone = {None: Tone.PLAIN, True: Tone.FINE, False: Tone.WATCH}[held]
    yield Glance(label="Wait, on average", value=minutes(wait["mean"]), note=f"nine of ten: {minutes(wait['p90'])}")
    if promises["made"]:
        usual = promises["position_times_aht"]["within"]
        yield Glance(label="First ring inside the window", value=share(promises["coverage"]), tone=tone,
                     note=f"goal {share(goal)}; position × AHT ÷ agents: {share(usual)}")  # fmt: skip
        yield Glance(label="Window, median width", value=minutes(promises["width_s_p50"]),
                     note=f"{promises['made']:,} promises")  # fmt: skip
    yield Glance(label=f"Answered within {level['within_s']:g} s", value=share(level["share"]),
                 note=f"{share(told['abandoned'] / max(1, told['customers']))} gave up")  # fmt: skip
    yield Glance(label="Occupancy", value=share(told["occupancy"]), note=f"ready {share(told['agent_idle_share'])}")
    yield Glance(label="Served out of order", value=f"{told['inversions']:,}",
                 tone=Tone.WATCH if told["inversions"] else Tone.FINE)  # fmt: skip


def rows(told: dict[str, Any]) -> list[tuple[str, str]]:
    """(label, value) for people, in the order in which one asks."""
    wait, promises, second = told["wait_s"], told["promises"], told["second_hold_s"]
    level, naive = told["service_level"], promises["position_times_aht"]["within"]
    return [
        ("Customers", f"{told['customers']:,}"),
        ("Served", _part(told["served"], told["customers"])),
        ("Abandoned", _part(told["abandoned"], told["customers"])),
        ("Not reached", _part(told["unreached"], told["customers"])),
        ("Still open at the end", f"{told['open']:,}"),
        ("Wait: mean, median, 90 %", " · ".join(minutes(wait[each]) for each in ("mean", "p50", "p90"))),
        ("Wait on the line, mean", minutes(told["hold_wait_s"]["mean"])),
        ("Wait of those called back, mean", minutes(told["callback_wait_s"]["mean"])),
        (f"Answered within {level['within_s']:g} s", share(level["share"])),
        ("Promises made", f"{promises['made']:,}"),
        ("First ring inside the window", share(promises["coverage"])),
        ("Window, median width", minutes(promises["width_s_p50"])),
        ("Within position x AHT / agents", share(naive)),
        ("Second hold: median, 95 %", f"{minutes(second['p50'])} · {minutes(second['p95'])}"),
        ("Agents idle", share(told["agent_idle_share"])),
        ("Occupancy", share(told["occupancy"])),
        ("Inversions inside a class", f"{told['inversions']:,}"),
    ]


def minutes(seconds: float | None) -> str:
    """`4:05 min`, short times as `12.5 s`."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02} min"


def share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _part(count: int, whole: int) -> str:
    return f"{count:,} ({share(count / whole)})" if whole else f"{count:,}"
