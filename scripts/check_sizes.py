"""The size guide: a module has at most 300 lines and a function at most 40, a line of a page's source at most 140
characters; a named exception says why."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXCEPTIONS = ROOT / "scripts" / "size_exceptions.toml"
MODULE_LINES = 300
FUNCTION_LINES = 40
PAGE_LINE = 140
PAGE_SOURCES = (".html", ".css", ".js")
LONGEST_SHOWN = 5


def sizes(source: str, *, name: str) -> Iterator[tuple[str, int, int]]:
    """(what, lines, limit) of a module and of each function in it; methods are `path:Class.method`."""
    yield name, len(source.splitlines()), MODULE_LINES
    yield from functions_in(ast.parse(source), prefix=f"{name}:")


def functions_in(node: ast.AST, *, prefix: str) -> Iterator[tuple[str, int, int]]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield prefix + child.name, (child.end_lineno or child.lineno) - child.lineno + 1, FUNCTION_LINES
                yield from functions_in(child, prefix=f"{prefix}{child.name}.")
            case ast.ClassDef():
                yield from functions_in(child, prefix=f"{prefix}{child.name}.")
            case _:
                yield from functions_in(child, prefix=prefix)


def complaints(measured: list[tuple[str, int, int]], *, excused: set[str]) -> Iterator[str]:
    too_long = {what: (lines, limit) for what, lines, limit in measured if lines > limit}
    for what, (lines, limit) in too_long.items():
        if what not in excused:
            yield f"{what}: {lines} lines, the guide says {limit}"
    for what in sorted(excused - too_long.keys()):
        yield f"{what} needs no exception any more"


def long_lines(source: str, *, name: str) -> Iterator[str]:
    for number, line in enumerate(source.splitlines(), 1):
        if len(line) > PAGE_LINE:
            yield f"{name}:{number}: {len(line)} characters, the guide says {PAGE_LINE}"


def main() -> int:
    pages = sorted(path for path in ROOT.glob("vqueue/**/*") if path.suffix in PAGE_SOURCES)
    modules = sorted(ROOT.glob("vqueue/**/*.py"))
    measured = [size for path in modules for size in sizes(path.read_text(), name=path.relative_to(ROOT).as_posix())]
    found = list(complaints(measured, excused=set(tomllib.loads(EXCEPTIONS.read_text()))))
    found += [
        said for path in pages for said in long_lines(path.read_text("utf-8"), name=path.relative_to(ROOT).as_posix())
    ]
    longest = sorted((lines for what, lines, _ in measured if ":" not in what), reverse=True)[:LONGEST_SHOWN]
    print(*found or [f"{len(modules)} modules, the longest of {longest} lines"], sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
