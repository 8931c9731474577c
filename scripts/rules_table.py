"""Writes docs/rules.md's tables from the rules themselves: every field, its unit, its default, what it is for.

python -m scripts.rules_table --check docs      # exit 1 when the document differs from the code
python -m scripts.rules_table --write docs
"""

import ast
import inspect
import json
import sys
from collections.abc import Iterator
from dataclasses import Field, dataclass, fields, is_dataclass
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter

from scripts.generated_block import run
from vqueue.domain.rules import Rules

NAME = "scripts.rules_table"
UNITS = {"_s": "seconds", "_days": "days", "_day": "a day", "_hour": "an hour"}


@dataclass(frozen=True, slots=True)
class Row:
    """One field as the table shows it."""

    name: str
    unit: str
    default: str
    meaning: str

    def __str__(self) -> str:
        return f"| `{self.name}` | {self.unit} | {self.default} | {self.meaning} |"


def text() -> str:
    """Every section of the rules with its table; lists of values come with the fields of one value."""
    default = TypeAdapter(Rules).dump_python(Rules(), mode="json")
    hints = get_type_hints(Rules)
    nested = [each for each in fields(Rules) if is_dataclass(hints[each.name])]
    plain = [each for each in fields(Rules) if each not in nested]
    parts = [_section("Of the whole document", Rules, plain, default)]
    parts += [
        _section(f"`{each.name}`", hints[each.name], fields(hints[each.name]), default[each.name]) for each in nested
    ]
    parts += [_section(f"`{name}`: one entry", kind, fields(kind), None) for name, kind in _entries(hints)]
    return "\n\n".join(parts)


def _entries(hints: dict[str, Any]) -> Iterator[tuple[str, type]]:
    """Fields that hold a list of values with fields of their own, and what those hold."""
    for name, hint in hints.items():
        for kind in get_args(hint):
            if is_dataclass(kind) and isinstance(kind, type):
                yield name, kind
                yield from ((f"{name}.{inner}", found) for inner, found in _entries(get_type_hints(kind)))


def _section(title: str, kind: type, shown: tuple[Field[Any], ...] | list[Field[Any]], default: Any) -> str:
    meanings = _meanings(kind)
    rows = [Row(each.name, _unit(each.name), _value(each, default), meanings.get(each.name, "")) for each in shown]
    head = "| field | unit | default | meaning |\n|---|---|---|---|"
    about = inspect.cleandoc(kind.__doc__ or "").replace("\n", " ")
    return "\n".join([f"### {title}\n\n{about}\n", head, *map(str, rows)])


def _unit(name: str) -> str:
    return next((unit for end, unit in UNITS.items() if name.endswith(end)), "")


def _value(each: Field[Any], default: Any) -> str:
    """The default as it is written in the document."""
    if default is None:
        value = each.default if isinstance(each.default, str | int | bool) else None
        return f"`{json.dumps(value, ensure_ascii=False)}`" if value is not None else ""
    written = json.dumps(default[each.name], ensure_ascii=False)
    return f"`{written}`".replace("|", "\\|")


def _meanings(kind: type) -> dict[str, str]:
    """The string that follows each field in its class."""
    (tree,) = ast.parse(inspect.cleandoc(inspect.getsource(kind))).body
    assert isinstance(tree, ast.ClassDef)
    found, last = {}, ""
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            last = node.target.id
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found[last], last = " ".join(node.value.value.split()), ""
        else:
            last = ""
    return found


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], document="rules.md", blocks={NAME: text()}))
