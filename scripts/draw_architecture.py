"""Draws who may import whom, as a diagram and a table, from the rules in pyproject.toml into docs/architecture.md."""

import sys
import tomllib
from pathlib import Path

from scripts.generated_block import run
from scripts.import_walls import parse

ROOT = Path(__file__).resolve().parent.parent
FREE = "free"
"""The packages that put everything together; they have no rule and may import all others."""
Rules = dict[str, frozenset[str]]


def main(arguments: list[str]) -> int:
    rules, free = walls((ROOT / "pyproject.toml").read_text())
    blocks = {
        "scripts.draw_architecture diagram": diagram(rules, free),
        "scripts.draw_architecture table": table(rules),
    }
    return run(arguments, document="architecture.md", blocks=blocks)


def walls(project: str) -> tuple[Rules, list[str]]:
    """The rules of the packages that exist, and the packages without a rule."""
    contracts = tomllib.loads(project)["tool"]["importlinter"]["contracts"]
    contract = next(one for one in contracts if one["type"] == "only")
    rules = dict(parse(rule) for rule in contract["rules"])
    present = {name: allowed for name, allowed in rules.items() if exists(name)}
    absent = rules.keys() - present.keys()
    return {name: allowed - absent for name, allowed in present.items()}, [one for one in contract[FREE] if exists(one)]


def exists(name: str) -> bool:
    place = ROOT / "vqueue" / name
    return place.is_dir() or place.with_suffix(".py").exists()


def own(rules: Rules, name: str) -> frozenset[str]:
    """What this package may import of vqueue itself."""
    return frozenset(rules[name] & rules.keys())


def diagram(rules: Rules, free: list[str]) -> str:
    """Packages that may import the same and be imported by the same stand in one box; an arrow means "may import".

    Those without a rule may import all; arrows lead only to what nobody else imports.
    """
    boxes: dict[tuple[frozenset[str], frozenset[str]], list[str]] = {}
    for name in rules:
        boxes.setdefault((own(rules, name), importers(rules, name)), []).append(name)
    box_of = {name: names[0] for names in boxes.values() for name in names}
    lines = ["```mermaid", "flowchart TD", f'  {FREE}["{" · ".join(free)}: everything"]']
    lines += [f'  {names[0]}["{" · ".join(names)}"]' for names in reversed(boxes.values())]
    tops = [names[0] for (_, above), names in reversed(boxes.items()) if not above]
    lines.append(f"  {FREE} ==> {' & '.join(tops)}")
    for (allowed, _), names in reversed(boxes.items()):
        lines += [f"  {names[0]} --> {box}" for box in dict.fromkeys(box_of[name] for name in rules if name in allowed)]
    return "\n".join([*lines, "```"])


def importers(rules: Rules, name: str) -> frozenset[str]:
    return frozenset(other for other, allowed in rules.items() if name in allowed)


def table(rules: Rules) -> str:
    lines = [
        "| package | may import of vqueue | may import from outside, besides the standard library |",
        "|---|---|---|",
    ]
    for name, allowed in rules.items():
        inside, outside = own(rules, name), frozenset(allowed - rules.keys())
        lines.append(f"| `vqueue.{name}` | {_listed(inside, rules)} | {_listed(outside, sorted(outside))} |")
    return "\n".join(lines)


def _listed(names: frozenset[str], order: "list[str] | Rules") -> str:
    return " ".join(f"`{name}`" for name in order if name in names) or "–"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
