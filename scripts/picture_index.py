"""Writes the gallery's page, docs/pictures/README.md: what each page is for, and its sheet where there is one.

python -m scripts.picture_index --check docs
python -m scripts.picture_index --write docs
"""

import argparse
import sys
from pathlib import Path

from scripts.picture_set import PAGES

HEAD = """\
# Pictures

Every page in English, Russian and Hebrew, on a desktop and a phone, light and dark, as the demo shows it. Taken by
`python -m scripts.screenshots --all FOLDER --sheets docs/pictures`, which writes this page too.
"""


def index(folder: Path) -> str:
    lines = [HEAD]
    for who, pages in PAGES.items():
        there = {name: said for name, said in pages.items() if (folder / sheet_of(name)).exists()}
        if there:
            lines.append(f"## {who}\n")
        for name, (title, about) in there.items():
            said = f"{about[0].upper()}{about[1:]}.\n" if about else ""
            lines.extend(line for line in (f"### {title}\n", said, f"![{title}]({sheet_of(name)})\n") if line)
    return "\n".join(lines)


def sheet_of(name: str) -> str:
    return f"sheet-{name}.webp"


def main() -> int:
    flags = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    flags.add_argument("--check", type=Path)
    flags.add_argument("--write", type=Path)
    told = flags.parse_args()
    if told.write:
        (told.write / "pictures" / "README.md").write_text(index(told.write / "pictures"), encoding="utf-8")
    if told.check:
        folder: Path = told.check / "pictures"
        if (folder / "README.md").read_text(encoding="utf-8") != index(folder):
            print("docs/pictures/README.md does not name the sheets that are there: python -m scripts.picture_index")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
