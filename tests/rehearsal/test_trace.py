"""Recorded days out of a trace: who was at work is read off who served whom while others waited."""

import json
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from tests.drawing.test_report import Elements
from vqueue.cli import main
from vqueue.traces import past
from vqueue.traces.call import NEVER, Call
from vqueue.traces.mapping import BANK
from vqueue.traces.reading import Trace

MAPPING = """
time = "iso"
time_zone = "Europe/London"
[columns]
entered = "entered"
started = "started"
ended = "ended"
left = "left"
agent = "agent"
"""


def a_call(entered: float, started: float | None, ended: float, agent: str = "", **changes: Any) -> Call:
    """Seconds of 1999-01-02; without `started` he gave up when it ended."""
    day = 86_400.0
    begun = NEVER if started is None else day + started
    return Call(
        arrived=day + entered, entered=day + entered, left=begun if started is not None else day + ended,
        started=begun, ended=NEVER if started is None else day + ended, kind="PS", agent=agent, **changes,
    )  # fmt: skip


def a_trace(*calls: Call) -> Trace:
    return Trace(name="t.csv", calls=calls, mapping=BANK, left_out={}, bad={}, first_bad={})


def seconds(spell: tuple[float, float]) -> tuple[float, float]:
    midnight = datetime(1999, 1, 2, tzinfo=UTC).timestamp()
    return spell[0] - midnight, spell[1] - midnight


def test_a_pause_while_somebody_waits_is_writing_up_and_one_while_nobody_does_is_not() -> None:
    calls = (
        a_call(100, 100, 200, "ann"),
        a_call(150, 240, 300, "ann"),
        a_call(500, 500, 600, "ann"),
    )
    (day,) = past.days_of(a_trace(*calls), "UTC")
    assert [visit.wrap_up_s for visit in day.visits] == [40.0, 0.0, 0.0]
    assert [visit.stood_s for visit in day.visits] == [0.0, 90.0, 0.0]
    assert [seconds(spell) for spell in day.stays[0].spells] == [(100.0, 600.0)]


def test_a_long_pause_is_time_away_whether_or_not_somebody_waits() -> None:
    calls = (
        a_call(0, 0, 100, "ann"),
        a_call(50, 1000, 1100, "ann"),
        a_call(8000, 8000, 8100, "ann"),
    )
    (day,) = past.days_of(a_trace(*calls), "UTC")
    assert [seconds(spell) for spell in day.stays[0].spells] == [(0.0, 100.0), (1000.0, 1100.0), (8000.0, 8100.0)]


def test_who_gave_up_has_a_patience_and_who_was_served_a_talk() -> None:
    calls = a_call(100, None, 160), a_call(110, 130, 190, "ann", priority=2, credit_s=90.0)
    (day,) = past.days_of(a_trace(*calls), "Asia/Jerusalem")
    gone, served = day.visits
    assert (gone.gave_up, gone.stood_s, gone.handling_s) == (True, 60.0, None)
    assert (served.gave_up, served.stood_s, served.handling_s) == (False, 20.0, 60.0)
    assert served.attributes["segment"] == "priority-2" and day.inferred
    assert gone.arrived == datetime(1999, 1, 1, 22, 1, 40, tzinfo=UTC).timestamp()
    assert past.rules_of(a_trace(*calls), "UTC").credits["priority-2"] == 90


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bank, and a record of 90 calls of one morning with three agents."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VQUEUE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("VQUEUE_DATA_KEYS", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    Path("mapping.toml").write_text(MAPPING)
    Path("bank.yaml").write_text(yaml.safe_dump({"queues": [{"id": "cards", "names": {"en": "Cards"}}]}))
    chance, free, rows = Random(3), [0.0, 0.0, 0.0], ["entered,left,started,ended,agent"]
    for n in range(90):
        came = 36_000 + 60.0 * n
        agent = min(range(3), key=lambda one: free[one])
        start, patience = max(came, free[agent]), chance.uniform(60, 900)
        if start > came + patience:
            rows.append(f"{at(came)},{at(came + patience)},,,")
            continue
        free[agent] = start + chance.uniform(120, 300)
        rows.append(f"{at(came)},{at(start)},{at(start)},{at(free[agent])},a{agent}")
    Path("calls.csv").write_text("\n".join(rows) + "\n")
    return tmp_path


def at(seconds: float) -> str:
    whole = int(seconds)
    return f"2026-03-03 {whole // 3600:02}:{whole % 3600 // 60:02}:{whole % 60:02}"


TRACE = ("calls.csv", "--mapping", "mapping.toml")


def test_a_record_of_calls_is_replayed(files: Path) -> None:
    told = CliRunner().invoke(main, ("simulate", "--replay", *TRACE, "--zone", "Europe/London", "--json"))
    assert told.exit_code == 0, told.output
    figures = json.loads(told.stdout)
    assert figures["customers"] == 90 and figures["inversions"] == 0
    again = CliRunner().invoke(
        main, ("simulate", "--replay", *TRACE, "--zone", "Europe/London", "--json", "--html", "calls.html")
    )
    assert {**json.loads(again.stdout), "seconds": 0} == {**figures, "seconds": 0}
    elements = Elements(Path("calls.html").read_text()).found
    waiting, *_ = (json.loads(at["data-chart"] or "") for _, at in elements if "data-chart" in at)
    assert {moment[:10] for moment in waiting["x"]} == {"2026-03-03"}
    for wrong in ((), ("--replay", "calls.csv"), ("--replay", *TRACE, "--zone", "Nowhere/At-all")):
        assert CliRunner().invoke(main, ("simulate", *wrong)).exit_code == 2


def test_rules_are_rehearsed_on_a_record_of_calls(files: Path) -> None:
    run = CliRunner()
    assert run.invoke(main, ("db", "upgrade")).exit_code == 0
    assert run.invoke(main, ("setup", "bank.yaml")).exit_code == 0
    short = ("rules", "rehearse", "cards", "--without-callbacks", "--trace", *TRACE, "--repetitions", "1")
    told = run.invoke(main, (*short, "--json"))
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert (found["queue"], found["days"], found["calls"]) == ("cards", ["2026-03-03"], 90)
    figures = {figure["name"]: figure for figure in found["figures"]}
    assert figures["callbacks_offered"]["draft"] == 0 and figures["served"]["in_force"] > 0
    assert "rosters_inferred" in {remark["code"] for remark in found["remarks"]}
    assert run.invoke(main, ("rules", "rehearse", "cards", "--trace", *TRACE)).exit_code == 2
    empty = run.invoke(main, ("rules", "rehearse", "cards", "--without-callbacks"))
    assert (empty.exit_code, empty.stdout) == (1, "") and "No customer" in empty.stderr
