"""An import-linter contract: a package imports itself, the standard library and what its rule names, nothing else."""

import sys

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

# The package itself (its version), the standard library, and the types of the standard library that only checkers see.
ALWAYS = {"", "_typeshed"} | sys.stdlib_module_names


class MayImportOnly(Contract):
    """`rules` are lines `name -> allowed allowed …`; `free` names have no rule.

    Names are children of `package` or third-party packages. A child with neither a rule nor a place in `free`
    breaks the contract, so that no package grows outside the walls.
    """

    package: str = fields.StringField()  # type: ignore[assignment]
    rules: list[str] = fields.ListField(subfield=fields.StringField())  # type: ignore[assignment]
    free: set[str] = fields.SetField(subfield=fields.StringField())  # type: ignore[assignment]

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        allowed = dict(parse(rule) for rule in self.rules)
        children = {name.removeprefix(f"{self.package}.") for name in graph.find_children(self.package)}
        breaches = [f"{self.package}.{name} has no rule" for name in sorted(children - allowed.keys() - self.free)]
        for name in sorted(children & allowed.keys()):
            breaches += self._breaches_of(name, allowed[name] | {name}, graph)
        return ContractCheck(kept=not breaches, metadata={"breaches": breaches})

    def _breaches_of(self, name: str, allowed: frozenset[str], graph: ImportGraph) -> list[str]:
        root = f"{self.package}.{name}"
        return [
            f"{module} imports {target}"
            for module in sorted({root, *graph.find_descendants(root)})
            for target in sorted(graph.find_modules_directly_imported_by(module))
            if self._place_of(target) not in allowed | ALWAYS
        ]

    def _place_of(self, module: str) -> str:
        """The child of `package`, or the third-party package, that a module belongs to; empty for `package` itself."""
        if module == self.package:
            return ""
        return module.removeprefix(f"{self.package}.").partition(".")[0]

    def render_broken_contract(self, check: ContractCheck) -> None:
        for breach in check.metadata["breaches"]:
            output.print_error(breach)


def parse(rule: str) -> tuple[str, frozenset[str]]:
    name, _, allowed = rule.partition("->")
    return name.strip(), frozenset(allowed.split())
