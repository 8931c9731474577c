"""Where a list goes on: the place after the last item shown, written so that nobody builds one by hand."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Protocol, TypeVar

from vqueue.domain.errors import Invalid

CURSOR_MAX = 512


class Named(Protocol):
    """What has an id by which it is found again."""

    @property
    def id(self) -> str: ...


class Piece(Protocol):
    """Which part of a list is asked for."""

    @property
    def limit(self) -> int: ...
    @property
    def cursor(self) -> str | None: ...


_Item = TypeVar("_Item", bound=Named)


def cut(items: Sequence[_Item], piece: Piece) -> tuple[tuple[_Item, ...], str | None]:
    """That part of a list that is read whole, and where it goes on. Raises Invalid for a place that is not in it."""
    after = read(piece.cursor, parts=1)
    ids = [item.id for item in items]
    if after is not None and after[0] not in ids:
        raise _refused()
    first = ids.index(after[0]) + 1 if after is not None else 0
    page = tuple(items[first : first + piece.limit])
    return page, written(page[-1].id) if first + piece.limit < len(items) else None


def written(*place: str) -> str:
    """The cursor of a place."""
    return urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def read(cursor: str | None, *, parts: int) -> Sequence[str] | None:
    """The place, None at the start. Raises Invalid for a cursor nobody was given."""
    if cursor is None:
        return None
    try:
        if len(cursor) > CURSOR_MAX or not cursor.isascii():
            raise ValueError("no cursor")
        place = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        raise _refused() from None
    if not isinstance(place, list) or len(place) != parts or not all(isinstance(part, str) for part in place):
        raise _refused()
    return place


def _refused() -> Invalid:
    return Invalid("A cursor is the next_cursor of the page before.", errors=(("/cursor", "cursor"),))
