"""The walls between the packages stand: a breach is seen."""

from grimp import ImportGraph
from importlinter import ContractCheck

from scripts.import_walls import MayImportOnly


def check(*imports: tuple[str, str]) -> ContractCheck:
    """A house of domain and engine with these imports, under the rules `domain -> ` and `engine -> domain numpy`."""
    graph = ImportGraph()
    for module in ("house", "house.domain", "house.domain.leg", "house.engine"):
        graph.add_module(module)
    for importer, imported in imports:
        graph.add_import(importer=importer, imported=imported)
    options = {"package": "house", "rules": ["domain -> ", "engine -> domain numpy"], "free": ["cli"]}
    return MayImportOnly("walls", {}, options).check(graph, verbose=False)


def test_what_the_rule_names_may_be_imported() -> None:
    assert check(("house.engine", "house.domain.leg"), ("house.engine", "numpy"), ("house.domain.leg", "datetime")).kept


def test_a_package_may_import_itself() -> None:
    assert check(("house.domain.leg", "house.domain")).kept


def test_an_import_against_the_direction_is_a_breach() -> None:
    assert check(("house.domain.leg", "house.engine")).metadata["breaches"] == ["house.domain.leg imports house.engine"]


def test_a_third_party_package_outside_the_rule_is_a_breach() -> None:
    assert not check(("house.engine", "sqlalchemy")).kept


def test_a_package_without_a_rule_is_a_breach() -> None:
    assert check(("house.attic", "house.domain")).metadata["breaches"] == ["house.attic has no rule"]


def test_a_package_declared_free_may_import_anything() -> None:
    assert check(("house.cli", "house.engine"), ("house.cli", "sqlalchemy")).kept
