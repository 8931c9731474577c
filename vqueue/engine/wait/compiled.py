"""Compiles a function of arrays, and keeps the machine code beside the program where that place may be written."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The same function in machine code, made at its first call; it lets other threads run meanwhile."""
    try:
        made = njit(cache=True, nogil=True)(function)
    except RuntimeError:
        # An installation without a writable place (a container's account without rights) compiles at each start.
        made = njit(nogil=True)(function)
    return cast(Callable[P, R], made)
