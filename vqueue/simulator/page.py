"""One page about one run: its figures, and plots drawn as SVG, without anything from elsewhere."""

from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from vqueue.simulator import plots
from vqueue.simulator.run import Outcome
from vqueue.simulator.scenario import Scenario

STYLE = """
:root { color-scheme: light dark; --page: #f3f5f5; --surface: #fff; --ink: #11181b; --ink-2: #435056; --ink-3: #5b686e;
  --line: #dbe1e3; --accent: #006470; --accent-soft: #ddf0f2; --watch: #7d4d00; --act: #b3231a;
  --hold: #0d3b43; --virtual: #1c8a97; }
@media (prefers-color-scheme: dark) { :root { --page: #0b0f11; --surface: #13191c; --ink: #e7edee; --ink-2: #b2bfc3;
  --ink-3: #93a1a6; --line: #273136; --accent: #58c6d2; --accent-soft: #0e343a; --watch: #f0b84c; --act: #ff9288;
  --hold: #d9f3f6; --virtual: #46aab6; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px; max-width: 1080px; background: var(--page); color: var(--ink);
  font: 400 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums; }
h1 { font-size: 22px; font-weight: 600; margin: 0 0 4px; } h2 { font-size: 14px; font-weight: 600; margin: 0 0 8px; }
p { margin: 0 0 16px; color: var(--ink-2); }
section, figure { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; padding: 16px;
  margin: 0 0 12px; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 4px 0; border-top: 1px solid var(--line); font-weight: 400; text-align: start; }
td { text-align: end; } th { color: var(--ink-2); }
svg { display: block; width: 100%; height: auto; } svg text { font-size: 11.5px; fill: var(--ink-3); }
summary { cursor: pointer; color: var(--accent); margin-top: 8px; }
.axis { stroke: var(--line); } .line { fill: none; stroke-width: 1.5; } .hold { stroke: var(--hold); }
.virtual { stroke: var(--virtual); } .dashed { stroke: var(--ink-3); stroke-dasharray: 4 3; }
.bar { fill: var(--virtual); } .band { fill: var(--accent-soft); stroke: var(--accent); stroke-width: .5; }
.kept { fill: var(--accent); } .missed { fill: var(--act); } text.hold { fill: var(--hold); stroke: none; }
text.virtual { fill: var(--virtual); stroke: none; } text.dashed { fill: var(--ink-3); stroke: none; }
""".strip()


def page(name: str, scenario: Scenario, outcome: Outcome) -> str:
    """The whole document."""
    told, zone = outcome.figures, ZoneInfo(scenario.zone)
    body = "\n".join((
        f"<h1>{escape(name)}</h1><p>{escape(verdict(told))}</p>",
        f"<section><h2>Figures</h2><table>{_rows(told)}</table></section>",
        *plots.figures(outcome, lambda seconds: f"{datetime.fromtimestamp(seconds, zone):%H:%M}"),
    ))  # fmt: skip
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(name)}: simulated</title><style>{STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def verdict(told: dict[str, Any]) -> str:
    """The run in one sentence."""
    promises, wait = told["promises"], told["wait_s"]["mean"]
    said = f"{told['served']:,} of {told['customers']:,} customers were served"
    if wait is not None:
        said += f", after {minutes(wait)} on average"
    if promises["made"]:
        said += f"; {share(promises['coverage'])} of {promises['made']:,} promises were kept"
    return said + "."


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


def _rows(told: dict[str, Any]) -> str:
    return "".join(
        f'<tr><th scope="row">{escape(label)}</th><td>{escape(value)}</td></tr>' for label, value in rows(told)
    )
