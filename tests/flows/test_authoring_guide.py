"""The authoring guide tells the truth: its flow is fine, its tables are complete, its commands run."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.flows.lines import FLOWS
from vqueue.cli_flows import flows
from vqueue.domain.flow import EFFECTS, SAYABLE
from vqueue.flows import check, parse

GUIDE = (Path(__file__).parents[2] / "docs" / "flow-authoring.md").read_text("utf-8")
PLAYED = re.findall(r"^\$ vqueue flows (play .* --keys .*)$", GUIDE, re.MULTILINE)


def test_the_flow_of_the_guide_is_fine() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    assert check(parse(text)) == []


def test_the_guide_lists_every_effect_with_its_words() -> None:
    table = GUIDE.partition("## Effects")[2]
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\| ((?:`\w+` ?)+)\|$", table, re.MULTILINE)
    assert {name: tuple(re.findall(r"\w+", words)) for name, words in rows} == {
        name: kind.outcomes for name, kind in EFFECTS.items()
    }


def test_the_guide_lists_everything_that_may_be_said() -> None:
    assert set(re.findall(r"`\{(\w+)(?::\w+)?\}`", GUIDE)) == set(SAYABLE)


@pytest.mark.parametrize("command", PLAYED)
def test_the_commands_of_the_guide_run(command: str) -> None:
    words = [word.replace("ivr_flows", str(FLOWS)) for word in shlex.split(command)]
    assert CliRunner().invoke(flows, words).exit_code == 0


def test_the_guide_shows_how_to_play() -> None:
    assert len(PLAYED) >= 3
