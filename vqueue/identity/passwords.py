"""Staff passwords by Argon2id, with the parameters RFC 9106 recommends where memory is scarce."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()


class Argon2Passwords:
    """`ports.identity.Passwords`. `decoy` is any password's hash: what a login nobody has is compared with."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or _HASHER
        self._decoy = _decoy(self._hasher)

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def verify(self, stored: str | None, password: str) -> bool:
        try:
            return self._hasher.verify(stored or self._decoy, password) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _decoy(hasher: PasswordHasher) -> str:
    """Made before anybody signs in, so that the first unknown login takes no longer than the next."""
    return hasher.hash("")
