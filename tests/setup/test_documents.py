"""The checks of documents find what is missing, stale or invented."""

from pathlib import Path

import pytest

from scripts.compare_docs import differences, missing_tests, places
from scripts.draw_architecture import diagram, own
from scripts.generated_block import NoMark, replaced

RULES = {
    "domain": frozenset[str](),
    "engine": frozenset({"domain", "numpy"}),
    "db": frozenset({"engine", "domain"}),
    "live": frozenset({"engine", "domain", "redis"}),
    "wording": frozenset({"domain"}),
}
DOCUMENT = "# Title\n\n<!-- written by x -->\nold\n<!-- end of x -->\n\nThe end.\n"


def test_a_block_is_replaced_and_the_rest_stays() -> None:
    now = replaced(DOCUMENT, name="x", text="new")
    assert now == DOCUMENT.replace("old", "new")
    assert replaced(now, name="x", text="new") == now


@pytest.mark.parametrize("document", ["no marks", "<!-- written by x -->\nno end"])
def test_a_document_without_the_marks_is_no_place_to_write(document: str) -> None:
    with pytest.raises(NoMark):
        replaced(document, name="x", text="new")


def test_an_arrow_is_drawn_for_every_import_that_is_allowed_and_for_no_other() -> None:
    drawn = diagram(RULES, ["app"])
    arrows = {line.strip() for line in drawn.splitlines() if "-->" in line}
    assert arrows == {"engine --> domain", "db --> domain", "db --> engine", "wording --> domain"}


def test_packages_share_a_box_only_when_nothing_tells_them_apart() -> None:
    drawn = diagram(RULES, ["app"])
    assert 'db["db · live"]' in drawn
    assert 'engine["engine"]' in drawn and 'wording["wording"]' in drawn


def test_packages_from_outside_are_not_in_the_picture() -> None:
    assert own(RULES, "live") == {"engine", "domain"}


def test_what_is_missing_invented_or_different_is_named() -> None:
    told = {"PORT": "`8080`", "COLOUR": "`red`"}
    true = {"PORT": "`8081`", "HOST": "–"}
    assert list(differences("setting", told, true)) == [
        "no setting COLOUR",
        "the setting HOST is not described",
        "the setting PORT is `8081`, not `8080`",
    ]


def test_addresses_of_the_line_are_read_with_or_without_what_follows() -> None:
    assert places("`/voice/screen-key/{token}/0`, /voice/inbound and `/voice/amd`") == {"screen-key", "amd"}


def test_a_test_that_does_not_exist_is_named(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    here = "tests/setup/test_documents.py"
    document.write_text(f"`{here}::test_a_test_that_does_not_exist_is_named` `{here}::test_no`")
    assert list(missing_tests([document])) == [f"README.md: no test {here}::test_no"]
