"""Documentation tells the truth: links lead somewhere, modules it names exist, generated diagrams equal the code."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
MODULE = re.compile(r"`(vqueue(?:\.[a-z_]\w*)+)(?=[`.:(])")
FILE = re.compile(r"`((?:vqueue|scripts|tests|migrations|ivr_flows|docs)/[\w./-]+)`")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# Modules that know what documents must say: run as `python -m MODULE --check docs`, they fail where that differs.
GENERATORS = (
    "vqueue.domain.diagrams",
    "scripts.draw_architecture",
    "scripts.compare_docs",
    "scripts.rules_table",
    "scripts.openapi",
    "scripts.picture_index",
)


def documents() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def anchors_of(document: Path) -> set[str]:
    """Anchors as the usual Markdown hosts make them from headings."""
    headings = HEADING.findall(CODE_BLOCK.sub("", document.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(document: Path) -> Iterator[str]:
    for match in LINK.finditer(CODE_BLOCK.sub("", document.read_text())):
        target = match[1] or match[2]
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (document.parent / path).resolve() if path else document
        if not place.exists():
            yield f"the link {target} leads nowhere"
        elif anchor and place.suffix == ".md" and anchor not in anchors_of(place):
            yield f"the link {target} names no heading"


def missing_modules(document: Path) -> Iterator[str]:
    text = document.read_text()
    for name in sorted(set(MODULE.findall(text))):
        if not names_something(name):
            yield f"no module {name}"
    for name in sorted(set(FILE.findall(text))):
        if not (ROOT / name).exists():
            yield f"no file {name}"


def names_something(name: str) -> bool:
    """Whether it is a module, or a name written in its parent module."""
    place = ROOT.joinpath(*name.split("."))
    if place.is_dir() or place.with_suffix(".py").exists():
        return True
    for parent in (place.parent.with_suffix(".py"), place.parent / "__init__.py"):
        if parent.exists() and re.search(rf"\b{re.escape(place.name)}\b", parent.read_text()):
            return True
    return False


def stale_diagrams() -> Iterator[str]:
    for name in GENERATORS:
        if not names_something(name):
            print(f"{name} is not in this tree: nothing to compare")
        elif subprocess.run([sys.executable, "-m", name, "--check", "docs"], cwd=ROOT).returncode:
            yield f"docs differ from the code: see python -m {name} --check docs, and --write where it writes"


def main() -> int:
    complaints = [
        f"{document.relative_to(ROOT)}: {complaint}"
        for document in documents()
        for complaint in (*broken_links(document), *missing_modules(document))
    ]
    complaints += stale_diagrams()
    print(*complaints or [f"{len(documents())} documents tell the truth"], sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
