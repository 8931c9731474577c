"""Rules and reports by the command line, in the database itself."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from vqueue.cli import main

BANK = {
    "queues": [{"id": "cards", "names": {"en": "Cards"}, "rules": {"skills": ["cards"]}}],
    "agents": [{"id": "omer", "name": "Omer", "address": "+442079460155", "skills": {"cards": 7}}],
}


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A bank with one queue and one agent, in a folder of its own."""
    monkeypatch.setenv("VQUEUE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("VQUEUE_DATA_KEYS", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    monkeypatch.setenv("LOGNAME", "sara")
    monkeypatch.chdir(tmp_path)
    Path("bank.yaml").write_text(yaml.safe_dump(BANK))
    runner = CliRunner()
    assert runner.invoke(main, ("db", "upgrade")).exit_code == 0
    assert runner.invoke(main, ("setup", "bank.yaml")).exit_code == 0
    return runner


def ran(cli: CliRunner, *words: str) -> Result:
    return cli.invoke(main, words)


def written(cli: CliRunner, **changes: Any) -> str:
    """A file of the rules in force with these changes."""
    shown = ran(cli, "rules", "show", "cards")
    assert shown.exit_code == 0, shown.output
    Path("cards.yaml").write_text(yaml.safe_dump(yaml.safe_load(shown.stdout) | changes))
    return "cards.yaml"


def test_rules_are_shown_compared_published_and_rolled_back(cli: CliRunner) -> None:
    file = written(cli, topics=["lost_card"])
    compared = ran(cli, "rules", "diff", "cards", file)
    assert (compared.exit_code, compared.stdout) == (0, "Topics: nothing → lost_card\n")
    published = ran(cli, "rules", "publish", "cards", file, "--reason", "cards are lost")
    assert (published.exit_code, published.stdout) == (0, "cards: version 2 is in force\n")
    assert ran(cli, "rules", "diff", "cards", file).stdout == "no difference\n"
    back = ran(cli, "rules", "rollback", "cards", "1", "--reason", "found again", "--json")
    assert json.loads(back.stdout) == {"queue": "cards", "state": "in_force", "version": 3}
    shown = json.loads(ran(cli, "rules", "show", "cards", "--json").stdout)
    assert (shown["version"], shown["rules"]["topics"]) == (3, [])
    assert [(each["version"], each["reason"], each["rolled_back_to"]) for each in shown["history"]] == [
        (3, "found again", 1),
        (2, "cards are lost", None),
        (1, None, None),
    ]
    assert shown["history"][0]["by"] == "command-line:sara"
    former = ran(cli, "rules", "show", "cards", "--version", "2")
    assert yaml.safe_load(former.stdout)["topics"] == ["lost_card"]


def test_where_two_must_agree_another_runs_the_same_command(cli: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    ran(cli, "rules", "publish", "cards", written(cli, publishing={"second_person": True}), "--reason", "four eyes")
    command = ("rules", "publish", "cards", written(cli, topics=["loans"]), "--reason", "loans")
    assert "a second person" in ran(cli, *command).stdout
    assert "a second person" in ran(cli, *command).stdout
    monkeypatch.setenv("LOGNAME", "omar")
    assert ran(cli, *command).stdout == "cards: version 3 is in force\n"


def test_rules_that_cannot_be_are_refused_by_place(cli: CliRunner) -> None:
    for changes, said in (
        ({"routing": [{"queue": "nowhere"}]}, "/routing/0/queue: unknown_queue"),
        ({"offer": {"threshold_s": "soon"}}, "/offer/threshold_s: int_parsing"),
    ):
        for command in (("diff",), ("publish", "--reason", "why")):
            refused = ran(cli, "rules", command[0], "cards", written(cli, **changes), *command[1:])
            assert refused.exit_code == 1
            assert said in refused.stderr
    assert ran(cli, "rules", "show", "nowhere").exit_code == 1


def test_reports_come_as_a_table_as_json_and_as_csv(cli: CliRunner) -> None:
    told = json.loads(ran(cli, "report", "queues", "--queue", "cards", "--json").stdout)
    assert (told["name"], told["rows"][0]["channel"], told["rows"][0]["offered"]) == ("queues", "all", 0)
    header, row = csv.reader(io.StringIO(ran(cli, "report", "queues", "--csv").stdout))
    assert (header, dict(zip(header, row, strict=True))["service_level"]) == (told["columns"], "")
    table = ran(cli, "report", "queues", "--from", "2026-03-04T08:00+02:00", "--to", "2026-03-04T18:00+02:00")
    assert table.exit_code == 0 and "cards" in table.stdout and "aht_s" in table.stdout
    assert ran(cli, "report", "queues", "--from", "yesterday").exit_code == 2
    assert ran(cli, "report", "queues", "--queue", "nowhere").exit_code == 1
    assert ran(cli, "report", "intervals", "--from", "2025-01-01").exit_code == 1
