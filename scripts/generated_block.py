"""A part of a document that a script writes: everything between its two marks, the rest stays as people wrote it."""

import sys
from pathlib import Path

USAGE = "usage: --check FOLDER, or --write FOLDER"


class NoMark(ValueError):
    """The document lacks the marks of this block."""


def replaced(document: str, *, name: str, text: str) -> str:
    """The document with this text in the block. Raises NoMark."""
    start, end = f"<!-- written by {name} -->\n", f"<!-- end of {name} -->"
    before, found, rest = document.partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise NoMark(f"a document has no block {start.strip()} … {end}")
    return f"{before}{start}{text.strip()}\n{end}{after}"


def run(arguments: list[str], *, document: str, blocks: dict[str, str]) -> int:
    """`--check FOLDER` says whether the document there holds these blocks, `--write FOLDER` writes them."""
    if len(arguments) != 2 or arguments[0] not in ("--check", "--write"):
        print(USAGE, file=sys.stderr)
        return 2
    file = Path(arguments[1]) / document
    was = now = file.read_text()
    for name, text in blocks.items():
        now = replaced(now, name=name, text=text)
    if arguments[0] == "--write":
        file.write_text(now)
        return 0
    return 0 if now == was else 1
