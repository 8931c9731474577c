"""`vqueue flows`: exit 0 when the flow is fine, 1 when it is not, 2 when the command is wrong."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.flows.lines import FLOWS, SMALL
from vqueue.cli_flows import flows

MAIN = str(FLOWS / "main.yaml")
AT = ("--at", "2026-03-02T14:03:00")


def run(*words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(flows, words, input=typed)


@pytest.fixture
def faulty(tmp_path: Path) -> str:
    path = tmp_path / "faulty.yaml"
    path.write_text(SMALL.replace("1: ask", "1: nowhere"), "utf-8")
    return str(path)


def test_a_good_flow_is_fine() -> None:
    result = run("check", MAIN)
    assert (result.exit_code, result.output) == (0, f"{MAIN}: fine\n")


def test_a_faulty_flow_is_named_with_its_faults(faulty: str) -> None:
    result = run("check", MAIN, faulty, "--json")
    good, bad = json.loads(result.stdout)
    assert (result.exit_code, good["fine"], bad["fine"]) == (1, True, False)
    assert {"pointer": "/nodes/call/choose/keys/1", "code": "unknown_node", "text": "there is no node nowhere"} in bad[
        "faults"
    ]


@pytest.mark.parametrize("command", ["graph", "play"])
def test_a_faulty_flow_is_neither_drawn_nor_played(command: str, faulty: str) -> None:
    result = run(command, faulty)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no node nowhere" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("check", "nowhere.yaml"),
        ("play", MAIN, "--outcome", "offer=sad"),
        ("play", MAIN, "--outcome", "x=y"),
    ],
)
def test_wrong_usage_is_said(words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


def test_the_picture_has_every_node_and_the_hold() -> None:
    picture = run("graph", MAIN).stdout
    data = json.loads(run("graph", MAIN, "--json").stdout)
    assert picture.startswith("flowchart TD\n")
    assert all(f"n_{node['name']}" in picture for node in data["nodes"])
    assert '    n_to_hold -->|"in the hold"| n_hold_news' in picture.splitlines()
    assert {node["section"] for node in data["nodes"]} == {"call", "hold", "left"}


def test_a_flow_is_played_with_given_keys() -> None:
    result = run("play", MAIN, "--keys", "2,1,1,1", *AT)
    assert result.exit_code == 0
    assert "Мы перезвоним вам с четырнадцати двадцати до четырнадцати сорока." in result.stdout
    assert result.stdout.splitlines()[-1].endswith("the call ends")


def test_a_played_flow_is_one_document_for_machines() -> None:
    document = json.loads(run("play", MAIN, "--keys", "1,1", "--outcome", "offer=closed", "--json", *AT).stdout)
    assert document["ended"] is False
    says = [line["text"] for line in document["transcript"] if line["who"] == "says"]
    assert "We are closed now. We open tomorrow at eight a.m." in says


def test_a_flow_is_played_by_typing() -> None:
    result = run("play", MAIN, "--withheld", "--language", "he", *AT, typed="1\n3\n3\nm\n")
    assert result.exit_code == 0
    assert "We have your message and will answer it." in result.stdout


def test_a_player_may_leave_at_any_time() -> None:
    assert run("play", MAIN, *AT, typed="1\n").exit_code == 0
