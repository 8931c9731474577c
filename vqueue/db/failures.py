"""What a driver's error means to the house: run again, refuse, or a mistake in the program."""

from enum import Enum, auto

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from vqueue.domain.errors import NotFound, Refusal, StaleWrite, Unavailable

RERUNS = 3
"""How often an op runs again after it lost a race."""

LOST_RACES = frozenset({"40001", "40P01"})
"""SQLSTATE of serialization failure and deadlock."""
UNIQUE, FOREIGN_KEY = "23505", "23503"
DOWN = ("08", "53", "57", "58")
"""SQLSTATE classes: connection, resources, intervention (shutdown), system."""


class Meaning(Enum):
    """What to do about it."""

    AGAIN = auto()
    DOWN = auto()
    REFUSED = auto()
    MISTAKE = auto()


def meaning(error: BaseException) -> tuple[Meaning, BaseException]:
    """What `error` means, and the error the caller gets if nothing else can be done."""
    if isinstance(error, StaleWrite):
        return Meaning.AGAIN, error
    if isinstance(error, Refusal):
        return Meaning.REFUSED, error
    if isinstance(error, (PoolTimeout, OSError)):
        return Meaning.DOWN, Unavailable()
    if not isinstance(error, DBAPIError):
        return Meaning.MISTAKE, error
    state, words = _sqlstate(error), str(error.orig)
    if state in LOST_RACES or state == UNIQUE or words.startswith("UNIQUE constraint failed"):
        return Meaning.AGAIN, StaleWrite()
    if state == FOREIGN_KEY or words.startswith("FOREIGN KEY constraint failed"):
        return Meaning.REFUSED, NotFound("Something this refers to does not exist.")
    if error.connection_invalidated or state.startswith(DOWN) or _is_down(error, state):
        return Meaning.DOWN, Unavailable()
    return Meaning.MISTAKE, error


def _sqlstate(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def _is_down(error: DBAPIError, state: str) -> bool:
    """Errors without a SQLSTATE: of SQLite's file (busy, full, unreadable), or of a connection that went away."""
    if state or "no such" in str(error.orig) or "readonly" in str(error.orig) or "syntax error" in str(error.orig):
        return False
    return isinstance(error, (OperationalError, InterfaceError))
