"""Compiles a function of arrays, and keeps the machine code beside the program where that place may be written."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The same function in machine code, made at its first call; it lets other threads run meanwhile."""
    return _made(function, {})


def lean(function: Callable[P, R]) -> Callable[P, R]:
    """The same for a function that makes no array and no view of one: it counts no references, and takes half the time
    where its arguments hold many arrays."""
    return _made(function, {"_nrt": False})


def _made(function: Callable[P, R], flags: dict[str, Any]) -> Callable[P, R]:
    try:
        made = njit(cache=True, nogil=True, **flags)(function)
    except RuntimeError:
        # An installation without a writable place (a container's account without rights) compiles at each start.
        made = njit(nogil=True, **flags)(function)
    return cast(Callable[P, R], made)
