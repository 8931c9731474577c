"""Where a list goes on: the place after the last item shown, written so that nobody builds one by hand."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

from vqueue.domain.errors import Invalid

CURSOR_MAX = 512


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
