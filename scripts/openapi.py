"""The OpenAPI document in docs/ equals what the service serves: `--write docs` writes it, `--check docs` compares."""

import json
import sys
from pathlib import Path
from typing import Any, cast

from vqueue import __version__
from vqueue.clock import BusinessClock
from vqueue.services.house import House
from vqueue.web.api import book, document
from vqueue.web.limits import Limits

NAME = "openapi.json"


def described() -> dict[str, Any]:
    """The document. No operation touches its house before it is asked."""
    operations = book.operations(cast(House, None), Limits(clock=BusinessClock()))
    return document.document(operations, version=__version__)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["--write", folder]:
            Path(folder, NAME).write_text(text(), "utf-8")
            return 0
        case ["--check", folder]:
            return int(complaint(Path(folder, NAME)))
    print("usage: --write FOLDER | --check FOLDER", file=sys.stderr)
    return 2


def text() -> str:
    return json.dumps(described(), ensure_ascii=False, indent=1) + "\n"


def complaint(file: Path) -> bool:
    """Whether the file differs, said on standard output."""
    if file.exists() and file.read_text("utf-8") == text():
        return False
    print(f"{file} is not what the service says: python -m scripts.openapi --write {file.parent}")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
