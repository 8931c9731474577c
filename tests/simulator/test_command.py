"""`vqueue simulate` as it is used: the JSON of the contract, the page, one sentence for a wrong file."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from tests.drawing.test_report import Elements
from tests.simulator.test_days import SHORT
from vqueue.cli import main
from vqueue.simulator.plots import plots
from vqueue.simulator.run import simulate
from vqueue.simulator.scenario import Scenario

CONTRACT = {
    "seed", "customers", "served", "abandoned", "wait_s", "promises", "second_hold_s", "agent_idle_share", "occupancy",
    "inversions", "events", "seconds",
}  # fmt: skip


def test_the_figures_are_one_json_document_and_the_page_is_whole(tmp_path: Path) -> None:
    scenario, html = tmp_path / "short.json", tmp_path / "short.html"
    scenario.write_text(json.dumps(SHORT))
    ran = CliRunner().invoke(main, ["simulate", str(scenario), "--seed", "4", "--json", "--html", str(html)])
    told = json.loads(ran.stdout)

    assert ran.exit_code == 0
    assert told.keys() >= CONTRACT
    assert told["wait_s"].keys() >= {"mean", "p50", "p90"}
    assert told["promises"].keys() >= {"made", "kept", "coverage", "width_s_p50"}
    drawn = Elements(html.read_text())
    charts = [json.loads(at["data-chart"] or "") for _, at in drawn.found if "data-chart" in at]
    assert [chart["kind"] for chart in charts] == ["lines", "bars", "windows", "lines"]
    assert "short: simulated" in drawn.words
    assert f"{told['served']:,} " in " ".join(drawn.words)


def test_every_wait_and_every_promise_stands_in_the_plots() -> None:
    outcome = simulate(Scenario.model_validate(SHORT), seed=4)
    waiting, waits, windows, agents = plots(outcome, ZoneInfo("Europe/London"))
    bars, (spans, inside, outside) = waits.series[0].values, windows.series

    assert sum(value or 0 for value in bars) == len(outcome.tally.ended)
    assert sum(value is not None for value in inside.values) == outcome.figures["promises"]["kept"]
    assert all(low <= (value or low) <= high for low, value, high in zip(
        spans.low or (), inside.values, spans.high or (), strict=True))  # fmt: skip
    assert all(value is None or value <= low or value >= high for low, value, high in zip(
        spans.low or (), outside.values, spans.high or (), strict=True))  # fmt: skip
    assert len(waiting.x) == len(waiting.series[0].values) == len(agents.x)


def test_a_line_ends_where_the_bank_closes_and_begins_anew_on_the_next_day() -> None:
    two_days = Scenario.model_validate(SHORT | {"days": 2})
    waiting = next(plots(simulate(two_days, seed=4), ZoneInfo("Europe/London")))
    (gap,) = (n for n, value in enumerate(waiting.series[0].values) if value is None)

    assert str(waiting.x[gap - 1])[:10] == "2026-03-02"
    assert str(waiting.x[gap + 1])[:10] == "2026-03-03"


def test_people_read_a_table(tmp_path: Path) -> None:
    scenario = tmp_path / "short.json"
    scenario.write_text(json.dumps(SHORT))
    ran = CliRunner().invoke(main, ["simulate", str(scenario)])

    assert ran.exit_code == 0
    assert "First ring inside the window" in ran.stdout


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("agents: [", "neither YAML nor JSON"),
        ("- a list", "a table"),
        ("{agents: 3, arrivals_per_hour: 10, handling_s: 240, foo: 1}", "/foo"),
        ("{agents: 3, arrivals_per_hour: -1, handling_s: 240}", "/arrivals_per_hour/0"),
        ("{agents: 3, arrivals_per_hour: .nan, handling_s: 240}", "/arrivals_per_hour/0"),
        ("{agents: 3, arrivals_per_hour: 10, handling_s: {law: lognormal}}", "/handling_s"),
        ("{agents: 3, arrivals_per_hour: 10, handling_s: 240, hours: ['17:00', '09:00']}", "hours"),
        ("{agents: 3, arrivals_per_hour: 10, handling_s: 240, zone: Nowhere}", "zone"),
        ("{agents: 3, arrivals_per_hour: 10, handling_s: 240, rules: {offer: {threshold: 1}}}", "/offer/threshold"),
        ("{agents: 3, arrivals_per_hour: 10, handling_s: 240, kinds: [{share: 1, credit: gold}]}", "gold"),
        ("{agents: 3, arrivals_per_hour: 900000, handling_s: 240}", "500,000"),
    ],
)
def test_a_wrong_file_is_told_in_a_sentence_that_points_at_the_mistake(tmp_path: Path, text: str, pointer: str) -> None:
    scenario = tmp_path / "wrong.yaml"
    scenario.write_text(text)
    ran = CliRunner().invoke(main, ["simulate", str(scenario)])

    assert ran.exit_code == 2
    assert pointer in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert "Traceback" not in ran.stderr
