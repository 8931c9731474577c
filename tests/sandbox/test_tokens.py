"""The sandbox shares no code with the service, and looks like it all the same: its design tokens are the pages' own."""

import re
from pathlib import Path

HERE = Path(__file__).parents[2] / "vqueue"
ONLY_THE_SERVICE = {"--stale-on-bar"}


def tokens(stylesheet: Path) -> list[tuple[str, str]]:
    """(name, value) in the order of the themes."""
    text = " ".join(stylesheet.read_text("utf-8").split())
    return re.findall(r"(--[\w-]+): ([^;]+);", text)


def test_the_tokens_of_the_sandbox_are_those_of_every_page() -> None:
    own, every = tokens(HERE / "sandbox/pages/tokens.css"), tokens(HERE / "web/static/tokens.css")
    assert len(own) > 80
    assert own == [each for each in every if each[0] not in ONLY_THE_SERVICE]
